// What agents that are networks do with their goal: f_w(θ) and its slope by θ, of three agents that differ.

import { createEvaluate } from "../game/evaluate.ts";
import { differentiate } from "../game/graph.ts";
import { type Axis, checkConfig, linspace, type Result } from "../index.ts";
import { drawCurves } from "./curves.ts";
import type { Curve, Curves } from "./panels.ts";
import { describeSchedule, differencesOf, phasesOf } from "./schedule.ts";

const POINTS = 201;

/** Whether a result has policies to draw: its agents are networks. */
export function hasPolicies({ plan }: Pick<Result, "plan">): boolean {
  return "weights" in plan;
}

/** The policies of the first episode, the last of training and the first of deployment, over the states' range. */
export function policiesOf({ game, config, plan, trajectory }: Result): Curves {
  const phases = phasesOf(trajectory.learningRate);
  const switchAt = phases.find(({ from }) => from > 0)?.from;
  const episodes = [...new Set([0, (switchAt ?? plan.weights.length) - 1, switchAt ?? 0])];
  const { min, max } = config.theta as Axis;
  const theta = [...linspace({ min, max, count: POINTS })];
  const { formulas, decisionNames } = checkConfig(config).game;
  const [output] = formulas.outputs;
  const slope = differentiate(formulas.graph, output, "theta");
  const evaluate = createEvaluate([output, slope], decisionNames, ["theta"]);
  const policies = episodes.map((t) => {
    const weights = plan.weights[t] as unknown as number[];
    return {
      label: `episode ${t}, ${trajectory.learningRate[t] > 0 ? "training" : "deployment"}`,
      points: theta.map((x) => {
        const [y, slope] = evaluate(weights, [x]);
        return { y, slope };
      }),
    };
  });
  const curves = (key: "y" | "slope"): Curve[] =>
    policies.map(({ label, points }) => ({ label, values: points.map((point) => point[key]) }));
  return {
    title: `${game}: what the agents output, by their goal`,
    settings: [describeSchedule(trajectory.learningRate), ...differencesOf(config)],
    x: { label: "goal θ", values: theta },
    panels: [
      { label: "output y = f(θ)", curves: curves("y") },
      { label: "slope ∂y/∂θ", curves: curves("slope") },
    ],
  };
}

/** The figure of a result's policies; a whole SVG document. */
export function policyToSvg(result: Result, document: Document): string {
  return drawCurves(policiesOf(result), document);
}

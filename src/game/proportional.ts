// Games in which both the output and the next state are proportional to one goal: y = reach·θ, θ' = gain·θ, with the
// mesa objective (y − own θ)².

import { createEvaluate, type Evaluate } from "./evaluate.ts";
import type { Game, Values } from "./game.ts";
import { differentiate, isNumber, type Node } from "./graph.ts";
import { degreeIn } from "./structure.ts";

export interface Proportional {
  /** reach and gain, computed from a decision, a learning rate and the parameters: y = reach·θ and θ' = gain·θ */
  readonly effect: Evaluate;
  /** lost and pull, if the decision is one number a, reach is a, and gain = 1 − (lost + pull·a²) */
  quadraticLoss?(learningRate: number, parameters: Values): { lost: number; pull: number };
}

/** The effect of decisions in a game whose only state is proportional to itself; undefined for other games. */
export function proportionalOf({
  formulas,
  state,
  decisionNames,
  parameters,
}: Pick<Game, "formulas" | "state" | "decisionNames" | "parameters">): Proportional | undefined {
  const { linear, graph: g } = formulas;
  if (!linear || formulas.discount !== formulas.graph.name("discount")) return undefined;
  if (Object.keys(state).length !== 1 || linear.outputs.length !== 1) return undefined;
  const [[reach]] = linear.outputs;
  const [{ weight, root }] = linear.objective;
  if (linear.objective.length !== 1 || !isNumber(weight, 1)) return undefined;
  if (!isNumber(root[0], -1) || root[1] !== reach) return undefined;
  const [[step]] = linear.step;
  const [[fromOwn, expected]] = linear.expectedStep;
  if (!isNumber(fromOwn, 0) || expected !== step) return undefined;
  const names = Object.keys(parameters);
  const rate = ["learningRate"];
  const gain = differentiate(g, formulas.next[0], Object.keys(state)[0]);
  const result: Proportional = { effect: createEvaluate([reach, gain], decisionNames, rate, names) };
  const [a] = decisionNames;
  if (decisionNames.length !== 1 || reach !== g.name(a) || degreeIn(step, a) !== 2) return result;
  const slope = differentiate(g, step, a);
  const atZero = (node: Node) => g.substitute(node, (name) => (name === a ? g.number(0) : undefined));
  if (!isNumber(atZero(slope), 0)) return result;
  const curvature = g.multiply(g.number(-0.5), differentiate(g, slope, a));
  const loss = createEvaluate([g.negate(atZero(step)), curvature], rate, names);
  return {
    ...result,
    quadraticLoss(learningRate, p) {
      const [lost, pull] = loss(
        [learningRate],
        names.map((name) => p[name]),
      );
      return { lost, pull };
    },
  };
}

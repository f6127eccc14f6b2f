// The moments of a linear game in WGSL: writes the expressions of src/model/momentFormulas.ts as the functions that
// shaders/moments.wgsl.ts calls.

import { f32 } from "../../shaders/float32.ts";
import { type Arithmetic, plain } from "../../shaders/real.wgsl.ts";
import type { Node } from "../game/graph.ts";
import { costLater, momentFormulasOf } from "../model/momentFormulas.ts";
import type { Problem } from "../model/problem.ts";
import { decisionTexts, decisionWgsl, functionOf } from "./gameWgsl.ts";

/** A problem's moments as expressions, with the values of the parameters in place of their names. */
function boundMoments({ game, parameters, formulas: { graph: g } }: Problem) {
  const { now, most, steps, later, form, formNames, meanNames } = momentFormulasOf(game)!;
  const bound = (node: Node) =>
    g.substitute(node, (name) => (Object.hasOwn(parameters, name) ? g.number(parameters[name]) : undefined));
  return {
    ...{ g, formNames, meanNames },
    ...{ now: bound(now), mostNow: bound(most.now), mostStep: bound(most.step) },
    ...{ steps: steps.map(bound), form: form.map(bound) },
    /** the numbers of a phase: shape [phaseViewSize] without weight and rate */
    coefficients: [later.constant, g.number(0), g.number(0), ...later.linear, ...later.quadratic].map(bound),
  };
}

/**
 * The cost of a candidate: `real`, `Decision`, `cost_now`, `cost_later`, `most_now`, `most_later`.
 *
 * @param mean of the products of a state's numbers, scaled; upper triangle by rows
 */
export function costWgsl(problem: Problem, arithmetic: Arithmetic, mean: ArrayLike<number>): string {
  const { g, now, mostNow, mostStep, steps, meanNames, coefficients } = boundMoments(problem);
  const after = coefficients.map((_, i) => g.name(`after.${i}`));
  const later = costLater(g, [after[0], ...after.slice(3)], steps);
  const given = new Map([
    ...decisionTexts(problem),
    // not as numbers in the formulas, because simplification would turn 0 times a value that is not finite into 0
    ...meanNames.map((name, i) => [g.name(name), arithmetic.literal(mean[i])] as const),
    ...after.map((node, i) => [node, `views[part.signal][z].after[${i}]`] as const),
  ]);
  const write = (head: string, node: Node) =>
    functionOf(`${head} -> real`, given, [node], arithmetic, ([value]) => value);
  return `${decisionWgsl(problem, arithmetic)}
${write("cost_now(d: Decision)", now)}
${write("cost_later(d: Decision, learning_rate: real, z: u32)", later)}
/// how much rounding matters
${write("most_now(d: Decision)", mostNow)}
${write(
  "most_later(d: Decision, learning_rate: real, z: u32)",
  g.add(g.multiply(after[1], mostStep), after[2]),
)}`;
}

/** The new future after an episode: `real`, `Decision`, `extended`, `coefficients`. @param mean as of `costWgsl` */
export function extendWgsl(problem: Problem, mean: ArrayLike<number>): string {
  const { g, form, formNames, meanNames, coefficients } = boundMoments(problem);
  const given = new Map([
    ...decisionTexts(problem),
    ...meanNames.map((name, i) => [g.name(name), f32(mean[i])] as const),
    ...formNames.map((name, i) => [g.name(name), `p[${i}]`] as const),
  ]);
  const write = (head: string, type: string, nodes: readonly Node[]) =>
    functionOf(`${head} -> ${type}`, given, nodes, plain, (values) => `${type}(${values.join(", ")})`);
  return `${decisionWgsl(problem, plain)}
${write("extended(d: Decision, learning_rate: real, p: Form)", "Form", form)}
${write("coefficients(p: Form)", "Coefficients", coefficients)}`;
}

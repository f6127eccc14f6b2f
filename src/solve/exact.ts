// The best real coefficient in closed form: the limit of ever finer grids.
//
// With g = keep − pull·a² and keep = 1 − lost, the cost per θ² is a quartic in a whose derivative, halved, is
//
//     2γ Σ w pull² A a³ + (1 − 2γ Σ w pull (keep A − B)) a − 1,
//
// summed over the phases of the outlook, of which the plain game has one.
//
// It is negative at 0, so one root is positive; where it has three, two are negative. Where [min, max] reaches at least
// as far up as down, the best response is the positive root, or the end that is nearest to it; elsewhere it is the best
// of all roots inside and the two ends.

import type { Axis } from "../grid.ts";
import type { Problem } from "../problem.ts";
import { costPerSquare, Future, type Outlook } from "./moments.ts";
import { type Choice, type Evaluator, stepOf } from "./step.ts";

/** The positive root of cubic·x³ + linear·x = 1, cubic ≥ 0, by Viète's and Cardano's formulas and a Newton step. */
function positiveRoot(cubic: number, linear: number): number {
  const p = linear / (3 * cubic);
  const q = 1 / (2 * cubic);
  const scale = Math.sqrt(Math.abs(p));
  const ratio = q / (scale * scale * scale);
  if (!Number.isFinite(q) || !Number.isFinite(p))
    return linear > 0 ? polished(1 / linear, cubic, linear) : Number.POSITIVE_INFINITY;
  let x: number;
  if (!Number.isFinite(ratio)) x = Math.cbrt(2 * q);
  else if (p > 0) x = 2 * scale * Math.sinh(Math.asinh(ratio) / 3);
  else if (ratio > 1) x = 2 * scale * Math.cosh(Math.acosh(ratio) / 3);
  else x = 2 * scale * Math.cos(Math.acos(ratio) / 3);
  return polished(x, cubic, linear);
}

/** The negative roots of cubic·x³ + linear·x = 1, cubic ≥ 0: none or two, but one where the cubic's vanishes. */
function negativeRoots(cubic: number, linear: number): number[] {
  const p = linear / (3 * cubic);
  const q = 1 / (2 * cubic);
  if (!(linear < 0)) return [];
  if (!Number.isFinite(q) || !Number.isFinite(p)) return [1 / linear];
  const scale = Math.sqrt(-p);
  const ratio = q / (scale * scale * scale);
  if (!(ratio <= 1)) return [];
  const x = 2 * scale * Math.cos(Math.acos(ratio) / 3);
  const y = 2 * scale * Math.cos((Math.acos(ratio) + 2 * Math.PI) / 3);
  // The third is the least in magnitude. The cosine would leave it the others' rounding; their product does not.
  return [y, 1 / (cubic * x * y)].map((root) => polished(root, cubic, linear));
}

/** All real roots of cubic·x³ + linear·x = 1, cubic ≥ 0, in ascending order. */
export function realRoots(cubic: number, linear: number): number[] {
  return [...negativeRoots(cubic, linear).sort((a, b) => a - b), positiveRoot(cubic, linear)];
}

/** a root after a Newton step, where that leads anywhere */
function polished(x: number, cubic: number, linear: number): number {
  const better = x - (cubic * x * x * x + linear * x - 1) / (3 * cubic * x * x + linear);
  return Number.isFinite(better) ? better : x;
}

/**
 * The best real coefficient within an axis that reaches at least as far up as down.
 *
 * A negative coefficient costs more than its positive twin, by 4 |a|; and from 0 on the cost falls up to the positive
 * root and rises beyond it.
 */
export function nearestToRoot(cubic: number, linear: number, min: number, max: number): number {
  return Math.max(min, Math.min(max, positiveRoot(cubic, linear)));
}

/** Real coefficients within an axis one of which has the minimum cost, in ascending order. */
export function minimaWithin(
  cubic: number,
  linear: number,
  { min, max }: Pick<Axis, "min" | "max">,
): number[] {
  if (max >= -min) return [nearestToRoot(cubic, linear, min, max)];
  return [min, ...realRoots(cubic, linear).filter((a) => a > min && a < max), max];
}

/** The best real coefficient within an axis, and its cost per θ²; the smaller of equals. */
export function bestResponse(
  outlook: Outlook,
  quadraticLoss: (learningRate: number) => { lost: number; pull: number },
  discount: number,
  axis: Pick<Axis, "min" | "max">,
): { coefficient: number; cost: number } {
  let [cubic, linear] = [0, 1];
  for (const { weight, learningRate, A, B } of outlook) {
    const { lost, pull } = quadraticLoss(learningRate);
    cubic += weight * (2 * discount * pull * pull * A);
    linear -= weight * (2 * discount * pull * ((1 - lost) * A - B));
  }
  let best = { coefficient: Number.NaN, cost: Number.POSITIVE_INFINITY };
  for (const coefficient of minimaWithin(cubic, linear, axis)) {
    const gain = (learningRate: number) => {
      const { lost, pull } = quadraticLoss(learningRate);
      return 1 - lost - pull * coefficient * coefficient;
    };
    const cost = costPerSquare(outlook, coefficient, gain, discount);
    if (cost < best.cost) best = { coefficient, cost };
  }
  return best;
}

/** An evaluator that answers with the best real coefficient; its decisions are no points of the grid. */
export function createExactEvaluator(problem: Problem): Evaluator {
  const { game, parameters, config, chain } = problem;
  const quadraticLoss = (learningRate: number) => game.proportional!.quadraticLoss!(learningRate, parameters);
  const axis = config[Object.keys(game.decision)[0]] as Axis;
  const future = new Future(problem);

  const respond = (outlook: Outlook): Choice => {
    const { coefficient, cost } = bestResponse(outlook, quadraticLoss, parameters.discount, axis);
    const decision = [coefficient];
    return { index: -1, decision, cost: future.meanSquare * cost, runnerUp: Number.NaN, survivors: 0 };
  };
  return {
    backend: "cpu",
    adapter: "cpu",
    precision: "float64",
    async decide(episode, plan) {
      const choices = chain.signalAt[episode].map((_, s) => respond(future.outlook(episode, s, plan)));
      return [stepOf(problem, episode, choices)];
    },
    respond: async (outlook) => respond(outlook),
    destroy() {},
  };
}

// The oracle settles what a screening left open. Whatever screened the candidates — a GPU in float32, or the moments
// in float64 — kept every one that could still be the least or the runner-up; here float64 decides between them, and
// the step is the oracle's to the bit, tie rule included.

import { createProportionalRollout } from "../cpu/proportional.ts";
import { type CostsOf, rolloutCosts } from "../cpu/rollout.ts";
import { MesaError } from "../errors.ts";
import type { Problem } from "../problem.ts";
import { type Enclosure, Future, momentsCost } from "./moments.ts";
import { Least, type Plan, type Step } from "./step.ts";

/** Decides between candidates in float64. */
export interface Oracle {
  /** J_t by rollout, for any candidates at an episode */
  costsAt(episode: number, plan: Plan): CostsOf;
  /** J_t by moments with its bound; undefined where the game is not proportional */
  enclosureAt?(episode: number, plan: Plan): (decision: readonly number[]) => Enclosure;
  /**
   * The step of an episode, decided among `survivors`.
   *
   * @param survivors indices of candidates in ascending order, the least and the runner-up among them
   * @throws MesaError `NOT_FINITE` when no survivor has a finite cost
   */
  settle(episode: number, survivors: readonly number[], plan: Plan): Step;
}

/** The float64 oracle of a problem. */
export function createOracle(problem: Problem): Oracle {
  const { candidates, game } = problem;
  const costsAt: Oracle["costsAt"] = game.proportional
    ? createProportionalRollout(problem)
    : (episode, plan) => rolloutCosts(problem, episode, plan);
  const future = game.proportional && new Future(problem);
  const enclosureAt = future && ((t: number, plan: Plan) => momentsCost(problem, future, t, plan));

  return {
    costsAt,
    ...(enclosureAt && { enclosureAt }),
    settle(episode, survivors, plan) {
      let few = survivors;
      if (enclosureAt && survivors.length > 2) {
        const enclosure = enclosureAt(episode, plan);
        few = screen(survivors, (i) => enclosure(candidates.at(i)));
      }
      const costs = costsAt(episode, plan)(few.map((i) => candidates.at(i)));
      const least = new Least();
      for (const [j, i] of few.entries()) least.offer(i, finiteOrInfinity(costs[j]));
      checkFinite(least, episode);
      return least.step(problem, episode, survivors.length);
    },
  };
}

/**
 * Those candidates that could be the least or the runner-up.
 *
 * A candidate is out when two others are surely below it. An enclosure that is not finite keeps its candidate in.
 */
export function screen(indices: Iterable<number>, enclosure: (index: number) => Enclosure): number[] {
  const lowest: number[] = [];
  const kept: number[] = [];
  let [first, second] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const index of indices) {
    const { cost, error } = enclosure(index);
    const known = Number.isFinite(cost) && Number.isFinite(error);
    const low = known ? cost - error : Number.NEGATIVE_INFINITY;
    const high = known ? cost + error : Number.POSITIVE_INFINITY;
    if (high < first) [first, second] = [high, first];
    else if (high < second) second = high;
    if (low > second) continue;
    kept.push(index);
    lowest.push(low);
  }
  return kept.filter((_, i) => !(lowest[i] > second));
}

/** A cost that overflowed is as bad as can be, and never the least. */
export function finiteOrInfinity(cost: number): number {
  return Number.isFinite(cost) ? cost : Number.POSITIVE_INFINITY;
}

/** @throws MesaError `NOT_FINITE` */
export function checkFinite(least: Least, episode: number): void {
  if (Number.isFinite(least.cost)) return;
  throw new MesaError(
    "NOT_FINITE",
    `the average total mesa cost of every candidate at episode ${episode} is too large for float64; ` +
      "a smaller learning rate, regularization or number of episodes keeps it finite",
  );
}

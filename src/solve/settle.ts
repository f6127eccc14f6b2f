// The oracle settles what a screening left open. Whatever screened the candidates — a GPU in float32, or the moments
// in float64 — kept every one that could still be the least or the runner-up; here float64 decides between them, and
// the step is the oracle's to the bit, tie rule included.

import { createCompiledRollout } from "../cpu/compiled.ts";
import { createProportionalRollout } from "../cpu/proportional.ts";
import type { CostsOf } from "../cpu/rollout.ts";
import type { Grid } from "../grid.ts";
import type { Problem } from "../problem.ts";
import { type Enclosure, Future, type Outlook, roundingsOf } from "./moments.ts";
import { type Choice, Least, type Plan } from "./step.ts";

/** What the agent sees of the future where the game is proportional, as plain data. */
export interface View {
  readonly outlook: Outlook;
  /** how many roundings the oracle may go through */
  readonly roundings: number;
}

/** What the agent of an episode asks after a signal: which candidate is best? */
export interface Question {
  /** J of candidates in float64, as the oracle has it: by rollout, or by moments where nothing can be rolled out */
  readonly costsOf: CostsOf;
  /**
   * Where the game is proportional: J by moments, with a bound of its distance from the oracle's. Absent where numbers
   * come near the ends of float64's range, of which rollouts alone tell what it makes.
   */
  readonly enclosure?: (decision: readonly number[]) => Enclosure;
  /** what the enclosures follow from */
  readonly view?: View;
}

/** Decides between candidates in float64. */
export interface Oracle {
  /** an episode's questions, one a signal */
  questions(episode: number, plan: Plan): Question[];
  /** J of candidates at an episode, in float64 */
  costsAt(episode: number, plan: Plan): CostsOf;
  /** the question of an outlook that is no episode's, with as many roundings as there can be unless given */
  questionOf(outlook: Outlook, roundings?: number): Question;
  /**
   * The answer to a question, decided among `survivors`.
   *
   * @param survivors indices of candidates in ascending order, the least and the runner-up among them
   */
  settle(question: Question, survivors: readonly number[]): Choice;
}

/**
 * The float64 oracle of a problem.
 *
 * Rollouts are its last word where there is one phase and an end; where the phase is hidden or the horizon infinite,
 * the moments are exact and the only word.
 */
export function createOracle(problem: Problem): Oracle {
  const { candidates, game, chain } = problem;
  const rolls = chain.phases === 1 && problem.horizon === "finite";
  const future = game.proportional && new Future(problem);
  const rollout = !rolls ? undefined : (future ? createProportionalRollout : createCompiledRollout)(problem);

  const byMoments = (outlook: Outlook, roundings: number) => {
    const enclosure = future!.enclosure(outlook, roundings);
    const costsOf: CostsOf = (decisions) => decisions.map((decision) => enclosure(decision).cost);
    return { enclosure, costsOf, view: { outlook, roundings } };
  };

  const questions: Oracle["questions"] = (episode, plan) => {
    if (!future || (rollout && !future.isInRange(episode, plan)))
      return [{ costsOf: rollout!(episode, plan) }];
    return chain.signalAt[episode].map((_, signal) => ({
      ...byMoments(future.outlook(episode, signal, plan), roundingsOf(problem, episode)),
      ...(rollout && { costsOf: rollout(episode, plan) }),
    }));
  };

  return {
    questions,
    costsAt: (episode, plan) => questions(episode, plan)[0].costsOf,
    questionOf: (outlook, roundings = roundingsOf(problem, 0)) => byMoments(outlook, roundings),
    settle({ costsOf, enclosure }, survivors) {
      let few = survivors;
      if (enclosure && survivors.length > 2) few = screen(survivors, (i) => enclosure(candidates.at(i)));
      return leastAmong(costsOf, candidates, few).choice(candidates, survivors.length);
    },
  };
}

/** The least of some candidates' costs. @param indices in ascending order */
export function leastAmong(costsOf: CostsOf, candidates: Grid, indices: readonly number[]): Least {
  const costs = costsOf(indices.map((i) => candidates.at(i)));
  const least = new Least();
  for (const [j, i] of indices.entries()) least.offer(i, finiteOrInfinity(costs[j]));
  return least;
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

// The oracle settles what a screening left open. Whatever screened the candidates — a GPU in float32, or the moments
// in float64 — kept every one that could still be the least or the runner-up; here float64 decides between them, and
// the step is the oracle's to the bit, tie rule included.

import { MesaError } from "../errors.ts";
import { type Choice, Least, type Plan } from "../model/evaluator.ts";
import { momentFormulasOf } from "../model/momentFormulas.ts";
import { type AgentView, type Enclosure, Future } from "../model/moments.ts";
import type { Problem } from "../model/problem.ts";
import { createRollouts } from "./compiled.ts";
import type { CostsOf } from "./rollout.ts";

/** What the agent sees of the future where the game is linear, as plain data. */
export interface BoundedView {
  readonly agentView: AgentView;
  /** how many roundings the oracle may go through */
  readonly roundings: number;
}

/** What the agent of an episode asks after a signal: which candidate is best? */
export interface Question {
  /** J of candidates in float64, as the oracle has it: by rollout, or by moments where nothing can be rolled out */
  readonly costsOf: (indices: readonly number[]) => number[];
  /**
   * Where the game is linear: J by moments, with a bound of its distance from the oracle's. Absent where numbers come
   * near the ends of float64's range, of which rollouts alone tell what it makes.
   */
  readonly enclosure?: (index: number) => Enclosure;
  /** what the enclosures follow from */
  readonly view?: BoundedView;
  /** t, where it is of an episode */
  readonly episode?: number;
}

/** Decides between candidates in float64. */
export interface Oracle {
  /** whether costs were computed by the interpreter, as nothing can be compiled here */
  readonly interpreted: boolean;
  /** an episode's questions, one a belief */
  questions(episode: number, plan: Plan): Question[];
  /** J of candidates at an episode, in float64 */
  costsAt(episode: number, plan: Plan): CostsOf;
  /** the question of a view that is no episode's, with as many roundings as there can be unless given */
  questionOf(view: AgentView, roundings?: number): Question;
  /**
   * The answer to a question, decided among `survivors`.
   *
   * @param survivors indices of candidates in ascending order, the least and the runner-up among them
   * @param claimed what the GPU says of their costs, by a bound that is proved
   * @throws MesaError `BOUND_BROKEN` where a cost is not where that, or the moments, say that it is
   */
  settle(question: Question, survivors: readonly number[], claimed?: ReadonlyMap<number, Enclosure>): Choice;
}

/**
 * The float64 oracle of a problem.
 *
 * Rollouts are its last word where there is one phase and an end; where the phase is hidden or the horizon infinite,
 * the moments are exact and the only word.
 */
export function createOracle(problem: Problem): Oracle {
  const { candidates, game, hiddenPhase } = problem;
  const rolls = hiddenPhase.phases === 1 && problem.horizon === "finite";
  const future = momentFormulasOf(game) ? new Future(problem) : undefined;
  const rollouts = rolls ? createRollouts(problem) : undefined;

  const byMoments = (view: AgentView, roundings: number) => {
    const enclosure = future!.enclosures(view, roundings);
    const costsOf = (indices: readonly number[]) => indices.map((index) => enclosure(index).cost);
    return { enclosure, costsOf, view: { agentView: view, roundings } };
  };

  const questions: Oracle["questions"] = (episode, plan) => {
    const rolled = rollouts?.costsAt(episode, plan);
    const byRollout = rolled && {
      episode,
      costsOf: (indices: readonly number[]) => rolled(indices.map((index) => candidates.at(index))),
    };
    if (!future || (byRollout && !future.isInRange(episode, plan))) return [byRollout!];
    return hiddenPhase.beliefAt[episode].map((_, belief) => ({
      ...byMoments(future.viewAt(episode, belief, plan), future.roundings(episode)),
      episode,
      ...byRollout,
    }));
  };

  return {
    get interpreted() {
      return rollouts?.compiled === false;
    },
    questions,
    costsAt: (episode, plan) => rollouts!.costsAt(episode, plan),
    questionOf: (view, roundings = future!.roundings()) => byMoments(view, roundings),
    settle(question, survivors, claimed) {
      const { enclosure } = question;
      let few = survivors;
      if (enclosure && survivors.length > 2) few = screen(survivors, enclosure);
      const check = (index: number, cost: number) => {
        const at = { index, cost, episode: question.episode };
        if (claimed) checkHolds("float32", claimed.get(index)!, at);
        if (enclosure) checkHolds("the moments", enclosure(index), at);
      };
      return leastAmong(question, few, check).choice(candidates, survivors.length);
    },
  };
}

/** The least of some candidates' costs. @param indices in ascending order; @param check told of each cost */
export function leastAmong(
  { costsOf }: Pick<Question, "costsOf">,
  indices: readonly number[],
  check?: (index: number, cost: number) => void,
): Least {
  const costs = costsOf(indices);
  const least = new Least();
  for (const [j, i] of indices.entries()) {
    check?.(i, costs[j]);
    least.offer(i, finiteOrInfinity(costs[j]));
  }
  return least;
}

/** @throws MesaError `BOUND_BROKEN` where float64's cost is outside of an enclosure that is finite */
function checkHolds(
  what: string,
  { cost: middle, error }: Enclosure,
  { index, cost, episode }: { index: number; cost: number; episode: number | undefined },
): void {
  if (Math.abs(cost - middle) <= error || !Number.isFinite(middle) || !Number.isFinite(error)) return;
  const where = episode === undefined ? "" : ` at episode ${episode}`;
  throw new MesaError(
    "BOUND_BROKEN",
    `the error bound of ${what} is broken${where}: candidate ${index} costs ${cost}, which is not within ${error} of ${middle}`,
  );
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

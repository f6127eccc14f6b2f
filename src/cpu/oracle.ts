// The float64 oracle: the costs of candidates, and bounds of costs that need no rollouts. decider.ts keeps every
// candidate that could be the minimum or the runner-up and asks here for their costs, so that each step equals the
// oracle's to the bit, tie rule included.

import { ownName } from "../game/formulas.ts";
import { isAboveNegativeZero, isNotNegative } from "../game/structure.ts";
import type { Plan } from "../model/evaluator.ts";
import { momentFormulasOf } from "../model/momentFormulas.ts";
import { type AgentView, type Enclosure, Future } from "../model/moments.ts";
import type { Problem } from "../model/problem.ts";
import { type BoundsOf, createBoxBounds } from "./boxes.ts";
import { createRollouts, type SumsOf } from "./compiled.ts";
import { createMomentBoxes } from "./momentBoxes.ts";
import type { CostsOf, RankedStates, Sample } from "./rollout.ts";

/** The future as an agent of a linear game sees it, as plain data. */
export interface BoundedView {
  readonly agentView: AgentView;
  /** how many roundings the oracle may go through */
  readonly roundings: number;
}

/**
 * The question of an agent at an episode, for one belief: which candidate is best? With everything needed to answer it.
 */
export interface Question {
  /** J of candidates in float64, as the oracle defines it: by rollout, or by moments if rollouts are not possible */
  readonly costsOf: (indices: ArrayLike<number>) => ArrayLike<number>;
  /** only if no term of a cost is negative, so that a part of the sum is a lower bound */
  readonly parts?: Parts;
  /** only if bounds of boxes can be computed, by rollouts */
  boxes?(): Boxes | undefined;
  /**
   * Only in linear games: J by moments, with a bound of its distance from the oracle's J. Absent if numbers come near
   * the ends of float64's range; then only rollouts give the oracle's J.
   */
  readonly enclosure?: (index: number) => Enclosure;
  /** only if bounds of boxes can be computed: lower bounds of J from the same moments */
  momentBoxes?(): Boxes | undefined;
  /** the data from which enclosures are computed */
  readonly view?: BoundedView;
  /** t, if the question belongs to an episode */
  readonly episode?: number;
  /** the later decisions, if costs are computed by rollout */
  readonly plan?: Plan;
}

/** Partial sums of candidates' costs. */
export interface Parts {
  /** the number of episodes of a rollout */
  readonly episodes: number;
  /** all states, in descending order of what they add to a candidate's cost */
  rankStates(index: number): RankedStates;
  /** the sums of candidates' costs over some states */
  sumsOver(sample: Sample): SumsOf;
}

/** Bounds of the costs of boxes of candidates, by rollouts or by moments. */
export interface Boxes {
  /** how many candidates take as long as a box */
  readonly worth: number;
  /** the bounds over a sample of the states, or over all of them */
  boundsOver(sample?: Sample): BoundsOf;
}

/** Costs in float64. */
export interface Oracle {
  /** whether the interpreter computed costs, because compiled code cannot run here */
  readonly interpreted: boolean;
  /** the questions of an episode, one per belief */
  questions(episode: number, plan: Plan): Question[];
  /** J of candidates at an episode, in float64 */
  costsAt(episode: number, plan: Plan): CostsOf;
  /** the question for any view; `roundings` is the maximum of the problem unless given */
  questionOf(view: AgentView, roundings?: number): Question;
}

/**
 * The float64 oracle of a problem.
 *
 * With one phase and a finite horizon, rollouts define the answer. If the phase is hidden or the horizon is infinite,
 * the moments are exact and define the answer.
 */
export function createOracle(problem: Problem): Oracle {
  const { candidates, game, hiddenPhase, learningRates } = problem;
  const rolls = hiddenPhase.phases === 1 && problem.horizon === "finite";
  const future = momentFormulasOf(game) ? new Future(problem) : undefined;
  const rollouts = rolls ? createRollouts(problem) : undefined;
  const boundsOf = once(() => createBoxBounds(problem));
  const momentBoundsOf = once(() => createMomentBoxes(problem));
  /** whether no term of a cost is negative */
  const addsUp = once(() => isSumOfParts(problem));

  const byMoments = (view: AgentView, roundings: number) => {
    const enclosure = future!.enclosures(view, roundings);
    const costsOf = (indices: ArrayLike<number>) => Array.from(indices, (index) => enclosure(index).cost);
    const momentBoxes = () => {
      const of = momentBoundsOf();
      return of && { worth: of.worth, boundsOver: () => of.under(view, roundings) };
    };
    return { enclosure, costsOf, momentBoxes, view: { agentView: view, roundings } };
  };

  const questions: Oracle["questions"] = (episode, plan) => {
    const rolled = rollouts?.costsAt(episode, plan);
    const byRollout = rolled && {
      ...{ episode, plan },
      costsOf(indices: ArrayLike<number>) {
        const decisions = new Array<number[]>(indices.length);
        for (let i = 0; i < indices.length; i++) decisions[i] = candidates.at(indices[i]);
        return rolled(decisions);
      },
      boxes() {
        const of = boundsOf();
        return of && { worth: of.worth, boundsOver: (sample?: Sample) => of.at(episode, plan, sample) };
      },
      ...(addsUp() && {
        parts: {
          episodes: learningRates.length - episode,
          rankStates: (index: number) => rollouts!.rankStatesAt(episode, plan, candidates.at(index)),
          sumsOver: (sample: Sample) => rollouts!.sumsAt(episode, plan, sample),
        },
      }),
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
  };
}

/** A function that calls `make` once, when it is first needed. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/**
 * Whether a cost is a sum of terms that are not negative: values of the mesa objective times powers of the discount.
 */
function isSumOfParts({ game, formulas, states }: Problem): boolean {
  const { mesaObjective, discount } = formulas;
  const known = new Map(
    Object.keys(game.state).map((name, d) => [ownName(name), states.axes[d].every(isAboveNegativeZero)]),
  );
  const isKnown = (name: string) => known.get(name) ?? false;
  return isNotNegative(mesaObjective, isKnown) && isNotNegative(discount, isKnown);
}

/**
 * The candidates that could be the minimum or the runner-up.
 *
 * A candidate is ruled out when two others certainly cost less. A candidate whose enclosure is not finite is kept.
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

/** A cost, or infinity if the cost overflowed, so that it is never the minimum. */
export function finiteOrInfinity(cost: number): number {
  return Number.isFinite(cost) ? cost : Number.POSITIVE_INFINITY;
}

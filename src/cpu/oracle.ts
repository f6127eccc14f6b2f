// The oracle: what the costs of candidates are in float64, and what is known of them without rolling them out. Its word
// is the last: whoever decides between candidates (decider.ts) keeps every one that could be the minimum or the
// runner-up, and asks here for their costs, so that a step is the oracle's to the bit, tie rule included.

import { ownName } from "../game/formulas.ts";
import { isAboveNegativeZero, isNotNegative } from "../game/structure.ts";
import type { Plan } from "../model/evaluator.ts";
import { momentFormulasOf } from "../model/momentFormulas.ts";
import { type AgentView, type Enclosure, Future } from "../model/moments.ts";
import type { Problem } from "../model/problem.ts";
import { type BoundsOf, type CellBounds, createCellBounds } from "./cells.ts";
import { createRollouts, type SumsOf } from "./compiled.ts";
import type { CostsOf, Sample, Telling } from "./rollout.ts";

/** What the agent sees of the future where the game is linear, as plain data. */
export interface BoundedView {
  readonly agentView: AgentView;
  /** how many roundings the oracle may go through */
  readonly roundings: number;
}

/** What the agent of an episode asks after a signal: which candidate is best? */
export interface Question {
  /** J of candidates in float64, as the oracle has it: by rollout, or by moments where nothing can be rolled out */
  readonly costsOf: (indices: ArrayLike<number>) => ArrayLike<number>;
  /** where no term of a cost is negative, so that part of it is a lower bound */
  readonly parts?: Parts;
  /** where the formulas have forms */
  cells?(): Cells | undefined;
  /**
   * Where the game is linear: J by moments, with a bound of its distance from the oracle's. Absent where numbers come
   * near the ends of float64's range, of which rollouts alone tell what it makes.
   */
  readonly enclosure?: (index: number) => Enclosure;
  /** what the enclosures follow from */
  readonly view?: BoundedView;
  /** t, where it is of an episode */
  readonly episode?: number;
  /** the later decisions, where costs are rolled out */
  readonly plan?: Plan;
}

/** Parts of the costs of candidates. */
export interface Parts {
  /** how many a rollout goes through */
  readonly episodes: number;
  /** all states, those that add most to a candidate's cost first */
  tellingOf(index: number): Telling;
  /** what candidates cost in sum over some states */
  sumsOver(sample: Sample): SumsOf;
}

/** Bounds of what boxes of candidates cost. */
export interface Cells {
  /** how many rollouts of a candidate take as long as that of a box */
  readonly worth: number;
  /** bounds over a sample of the states, or over all of them */
  boundsOver(sample?: Sample): BoundsOf;
}

/** Costs in float64. */
export interface Oracle {
  /** whether costs were computed by the interpreter, as nothing can be compiled here */
  readonly interpreted: boolean;
  /** an episode's questions, one a belief */
  questions(episode: number, plan: Plan): Question[];
  /** J of candidates at an episode, in float64 */
  costsAt(episode: number, plan: Plan): CostsOf;
  /** the question of a view that is no episode's, with as many roundings as there can be unless given */
  questionOf(view: AgentView, roundings?: number): Question;
}

/**
 * The float64 oracle of a problem.
 *
 * Rollouts are its last word where there is one phase and an end; where the phase is hidden or the horizon infinite,
 * the moments are exact and the only word.
 */
export function createOracle(problem: Problem): Oracle {
  const { candidates, game, hiddenPhase, learningRates } = problem;
  const rolls = hiddenPhase.phases === 1 && problem.horizon === "finite";
  const future = momentFormulasOf(game) ? new Future(problem) : undefined;
  const rollouts = rolls ? createRollouts(problem) : undefined;

  const byMoments = (view: AgentView, roundings: number) => {
    const enclosure = future!.enclosures(view, roundings);
    const costsOf = (indices: ArrayLike<number>) => Array.from(indices, (index) => enclosure(index).cost);
    return { enclosure, costsOf, view: { agentView: view, roundings } };
  };

  let bounds: CellBounds | undefined | null = null;
  const boundsOf = () => {
    if (bounds === null) bounds = createCellBounds(problem);
    return bounds;
  };
  let added: boolean | undefined;
  /** whether no term of a cost is negative */
  const addsUp = () => {
    added ??= isSumOfParts(problem);
    return added;
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
      cells() {
        const of = boundsOf();
        return of && { worth: of.worth, boundsOver: (sample?: Sample) => of.at(episode, plan, sample) };
      },
      ...(addsUp() && {
        parts: {
          episodes: learningRates.length - episode,
          tellingOf: (index: number) => rollouts!.tellingAt(episode, plan, candidates.at(index)),
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

/** Whether a cost is a sum of terms that are not negative: the mesa objective's, times the discount's powers. */
function isSumOfParts({ game, formulas, states }: Problem): boolean {
  const { mesaObjective, discount } = formulas;
  const known = new Map(
    Object.keys(game.state).map((name, d) => [ownName(name), states.axes[d].every(isAboveNegativeZero)]),
  );
  const isKnown = (name: string) => known.get(name) ?? false;
  return isNotNegative(mesaObjective, isKnown) && isNotNegative(discount, isKnown);
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

// Settles candidates in stages. A cost is a sum over states of terms that are not negative, so a part of it is a lower
// bound. A candidate whose part exceeds the full costs of two others is neither the minimum nor the runner-up:
//
//     Σ_{s in a sample} total_s / S > J of the best known runner-up     ⇒     ruled out.
//
// All candidates are rolled out on the states that add most to a good candidate's cost, the remaining candidates on
// more states, and the few that no part rules out on all states, in the oracle's order. docs/method.md bounds the
// roundings.

import type { Problem } from "../model/problem.ts";
import { MANY_CANDIDATES, openCandidates } from "./boxes.ts";
import { indicesOf } from "./jobs.ts";
import { finiteOrInfinity, type Question } from "./oracle.ts";
import type { RankedStates, Sample } from "./rollout.ts";

/** The functions that compute costs. A portion is this work's share of what is left to do, for progress. */
export interface CostSource {
  /** the costs of candidates */
  costs(indices: Uint32Array, portion: number): Promise<ArrayLike<number>>;
  /** the sums of their costs over a sample */
  sums(indices: Uint32Array, sample: Sample, portion: number): Promise<ArrayLike<number>>;
  /** the bounds of boxes over a sample, or over all states: see boxes.ts */
  bounds(spans: Float64Array, sample: Sample | undefined, portion: number): Promise<ArrayLike<number>>;
}

/** What is known when candidates are screened. */
export interface KnownCosts {
  /**
   * all states, in descending order of what they add to a good candidate's cost; only if no term of a cost is negative
   */
  readonly ranked: RankedStates | undefined;
  /** a candidate is ruled out if its sum over states (all, or if terms are not negative, a sample) is above this */
  highest(): number;
  /** Rolls those candidates out on all states that were not rolled out yet. */
  settle(indices: readonly number[]): Promise<void>;
}

/** Returns, in ascending order, the indices of all candidates that may be the minimum or the runner-up. */
export type Screening = (known: KnownCosts) => Promise<Uint32Array>;

/** The result of settling. */
export interface Settled {
  /** candidates in ascending order, among them the minimum and the runner-up of all candidates in question */
  readonly indices: Uint32Array;
  /** the cost of each of them */
  readonly costs: ArrayLike<number>;
  /** the number of rollouts, each of one candidate from one state; a state that stands for several counts as several */
  readonly rolledOut: number;
}

/** states of the first stage: one vector */
const FIRST = 2;
/** the minimum growth factor from one sample to the next */
const GROWTH = 1.25;
/** the minimum numbers of candidates and states for which stages are worth it */
const [FEW_CANDIDATES, FEW_STATES] = [32, 16];
/** boxes are first tried on states that together make up this share of a good candidate's cost */
const BOX_REACH = 0.3;
/** the fixed work of a stage beside its rollouts, in rollout steps */
const STAGE = 2 ** 15;
/** the maximum number of candidates from which the next stage is planned */
const ASKED = 4096;
/** after each stage, this many of the best candidates are rolled out in full, which lowers the limit for the others */
const PROMISING = 2;
/** replaces the sum of a candidate that was rolled out in full; real sums are not negative */
const SETTLED = -1;

/**
 * The costs of the candidates that could be the minimum or the runner-up.
 *
 * @param among indices in ascending order, or a function that screens all candidates; all unless given
 * @param seedsOf gives indices among them that are likely to have low costs
 */
export async function settleByStages(
  { parts, boxes: boxesOf }: Pick<Question, "parts" | "boxes">,
  among: Uint32Array | Screening | undefined,
  seedsOf: () => readonly number[],
  { candidates, states: { size: states } }: Pick<Problem, "candidates" | "states">,
  source: CostSource,
): Promise<Settled> {
  const [some, screening] = typeof among === "function" ? [undefined, among] : [among, undefined];
  const known = new Map<number, number>();
  let rolledOut = 0;
  /** the candidate with the lowest known cost, that cost, and the second-lowest: costs above it do not matter */
  let [best, first, limit] = [-1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  /** a sum over some states above this proves that the sum over all states is above the limit, despite rounding */
  const highest = () => {
    const sum = limit * states;
    return sum + (2 * states + 64) * 2 ** -52 * Math.abs(sum) + states * Number.MIN_VALUE;
  };

  const settle = async (some: Uint32Array, portion: number) => {
    if (some.length === 0) return;
    const costs = await source.costs(some, portion);
    rolledOut += some.length * states;
    for (let i = 0; i < some.length; i++) {
      const cost = finiteOrInfinity(costs[i]);
      known.set(some[i], costs[i]);
      if (best < 0 || cost < first) [best, first, limit] = [some[i], cost, first];
      else if (cost < limit) limit = cost;
    }
  };

  const all = some?.length ?? candidates.size;
  /** the candidates that are still possible; undefined if that is all of them */
  let open = some;
  const inStages = parts !== undefined && all >= FEW_CANDIDATES && states >= FEW_STATES;
  const settleUnknown = (indices: readonly number[]) => {
    const some = indices.filter((index) => !known.has(index));
    return settle(Uint32Array.from(some), some.length / all);
  };
  const boxes = !among && all >= MANY_CANDIDATES ? boxesOf?.() : undefined;
  if (inStages || boxes || screening) {
    const seeds = seedsOf();
    await settle(Uint32Array.from(seeds), seeds.length / all);
  }
  const ranked = inStages ? parts.rankStates(best) : undefined;
  if (boxes) {
    open = await openCandidates({
      ...{
        grid: candidates,
        worth: boxes.worth,
        sample: ranked && sampleFor(ranked),
        most: highest,
      },
      bounds(spans, sample) {
        const count = spans.length / (2 * candidates.axes.length);
        rolledOut += count * boxes.worth * (sample ? counted(sample) : states);
        return source.bounds(spans, sample, 0.1);
      },
      settle: settleUnknown,
    });
  }
  if (screening) open = await screening({ ranked, highest, settle: settleUnknown });
  let left = without(open ?? indicesOf({ from: 0, to: all }), known);
  if (ranked) {
    const reach = cumulative(ranked);
    let sums = new Float64Array(left.length);
    for (let from = 0; left.length > 0; ) {
      const to = from === 0 ? FIRST : nextStage(sums, from, reach, highest(), STAGE / parts!.episodes);
      if (to >= ranked.states.length) break;
      const sample = { states: ranked.states.slice(from, to), counts: ranked.counts.slice(from, to) };
      const more = await source.sums(left, sample, (to - from) / (2 * ranked.states.length - from - to));
      rolledOut += left.length * counted(sample);
      for (let i = 0; i < left.length; i++) sums[i] += more[i];
      const promising = lowest(sums, PROMISING).filter((i) => sums[i] < reach[to]);
      await settle(
        Uint32Array.from(promising, (i) => left[i]),
        promising.length / all,
      );
      for (const i of promising) sums[i] = SETTLED;
      const most = highest();
      let kept = 0;
      for (let i = 0; i < left.length; i++) {
        // while no limit is known, a sum that is not a number does not rule its candidate out
        if ((limit < Number.POSITIVE_INFINITY && !(sums[i] <= most)) || sums[i] === SETTLED) continue;
        left[kept] = left[i];
        sums[kept++] = sums[i];
      }
      [left, sums] = [left.subarray(0, kept), sums.subarray(0, kept)];
      from = to;
    }
  }
  if (known.size === 0)
    return { indices: left, costs: await source.costs(left, 1), rolledOut: left.length * states };
  await settle(left, 1);
  const settled = Uint32Array.from(known.keys()).sort();
  return { indices: settled, costs: Float64Array.from(settled, (index) => known.get(index)!), rolledOut };
}

/** How many states a sample stands for. */
const counted = ({ counts }: Sample) => counts.reduce((sum, count) => sum + count, 0);

/** The states on which boxes are tried first: the first ones that add up to a share of the cost. */
function sampleFor({ states, counts, added }: RankedStates): Sample {
  const enough = BOX_REACH * added.reduce((sum, one) => sum + one, 0);
  let [to, sum] = [0, 0];
  while (to < states.length && !(sum >= enough)) sum += added[to++];
  return { states: states.slice(0, to), counts: counts.slice(0, to) };
}

/** A copy of indices without the known ones. */
function without(indices: Uint32Array, known: ReadonlyMap<number, number>): Uint32Array {
  if (known.size === 0) return indices;
  const left = indices.slice();
  let kept = 0;
  for (const index of indices) if (!known.has(index)) left[kept++] = index;
  return left.subarray(0, kept);
}

/** The cumulative sums of what the entries add: of none, of the first, of the first two, … */
function cumulative({ added }: RankedStates): Float64Array {
  const sums = new Float64Array(added.length + 1);
  for (let i = 0; i < added.length; i++) sums[i + 1] = sums[i] + added[i];
  return sums;
}

/**
 * The number of states up to which the next stage should go, so that it rules out the most candidates for its work. It
 * assumes that all sums grow from `from` on in proportion to a good candidate's `reach`.
 *
 * @param overhead the fixed work of a stage, in states
 * @returns all states if no stage needs less work than full rollouts of the candidates that it rules out
 */
function nextStage(
  sums: Float64Array,
  from: number,
  reach: Float64Array,
  most: number,
  overhead: number,
): number {
  const states = reach.length - 1;
  const stride = Math.ceil(sums.length / ASKED);
  let [best, highest] = [states, 1 / states];
  for (
    let to = from + FIRST;
    to < states;
    to = Math.max(to + FIRST, Math.ceil((to * GROWTH) / FIRST) * FIRST)
  ) {
    const enough = most * (reach[from] / reach[to]);
    let out = 0;
    for (let i = 0; i < sums.length; i += stride) if (!(sums[i] <= enough)) out += stride;
    const rate = out / (sums.length * (to - from) + overhead);
    if (rate > highest) [best, highest] = [to, rate];
  }
  return best;
}

/** The positions of the lowest numbers, at most `count`. */
function lowest(numbers: Float64Array, count: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < numbers.length; i++) {
    if (found.length === count && !(numbers[i] < numbers[found[count - 1]])) continue;
    let at = found.length;
    while (at > 0 && numbers[i] < numbers[found[at - 1]]) at--;
    found.splice(at, 0, i);
    if (found.length > count) found.pop();
  }
  return found;
}

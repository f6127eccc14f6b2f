// Candidates settled in stages. A cost is a sum over states of terms that are not negative, so a part of it is a lower
// bound, and a candidate whose part exceeds what two others cost in whole is neither the minimum nor the runner-up:
//
//     Σ_{s in a sample} total_s / S > J of the runner-up known     ⇒     out.
//
// All candidates are rolled out on the states that add most to a good one's cost, those left on more, and the few that
// no part rules out on all states, in the oracle's order. docs/method.md has the roundings.

import type { Problem } from "../model/problem.ts";
import { openCandidates } from "./cells.ts";
import { indicesOf } from "./jobs.ts";
import { finiteOrInfinity, type Question } from "./oracle.ts";
import type { Sample, Telling } from "./rollout.ts";

/** Who computes. The portions are shares of what is left to do, for progress. */
export interface Asking {
  /** what candidates cost */
  costs(indices: Uint32Array, portion: number): Promise<ArrayLike<number>>;
  /** what they cost in sum over a sample */
  sums(indices: Uint32Array, sample: Sample, portion: number): Promise<ArrayLike<number>>;
  /** what boxes cost in sum over a sample, or over all states: see cells.ts */
  bounds(cells: Float64Array, sample: Sample | undefined, portion: number): Promise<ArrayLike<number>>;
}

/** What is known when candidates are screened. */
export interface SoFar {
  /** all states, those that add most to a good candidate's cost first; where no term of a cost is negative */
  readonly telling: Telling | undefined;
  /** a sum over states, of all or of those of a sample where there is an order, is out above this */
  highest(): number;
  /** Rolls candidates out on all states, those that were not. */
  settle(indices: readonly number[]): Promise<void>;
}

/** Gives indices in ascending order: of all candidates those that may be the minimum or the runner-up. */
export type Screening = (known: SoFar) => Promise<Uint32Array>;

/** What is settled. */
export interface Settled {
  /** candidates in ascending order: among them the minimum and the runner-up of all that were asked about */
  readonly indices: Uint32Array;
  /** what each of them costs */
  readonly costs: ArrayLike<number>;
  /** rollouts from a state under a candidate; those that stand for several count as so many */
  readonly rolledOut: number;
}

/** states of the first stage: a vector's */
const FIRST = 2;
/** how much larger a sample than the one before may be, at least */
const GROWTH = 1.25;
/** candidates and states that stages are worth it for, at least */
const [FEW_CANDIDATES, FEW_STATES] = [32, 16];
/** candidates that it is worth compiling the rollouts of boxes for, at least */
const MANY_CANDIDATES = 10_000;
/** how much of a good candidate's cost those states add up to on which boxes are tried first */
const BOX_REACH = 0.3;
/** what a stage takes beside its rollouts, in rollout steps */
const STAGE = 2 ** 15;
/** of how many candidates the next stage is guessed, at most */
const ASKED = 4096;
/** of those who look best after a stage, how many are rolled out whole at once, to know better what is out */
const PROMISING = 2;
/** in place of the sum of a candidate that was rolled out whole; no sum is negative */
const SETTLED = -1;

/**
 * The costs of those candidates that could be the minimum or the runner-up.
 *
 * @param some indices in ascending order, or what screens all; all unless given
 * @param seedsOf gives indices among them that are likely to cost little
 */
export async function settleByStages(
  { parts, cells: cellsOf }: Pick<Question, "parts" | "cells">,
  among: Uint32Array | Screening | undefined,
  seedsOf: () => readonly number[],
  { candidates, states: { size: states } }: Pick<Problem, "candidates" | "states">,
  asking: Asking,
): Promise<Settled> {
  const [some, screening] = typeof among === "function" ? [undefined, among] : [among, undefined];
  const known = new Map<number, number>();
  let rolledOut = 0;
  /** the least cost known, whose it is, and the second least: nothing above it matters */
  let [best, first, limit] = [-1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  /** a sum over some states above this is more than all states may come to at the limit */
  const highest = () => {
    const sum = limit * states;
    return sum + (2 * states + 64) * 2 ** -52 * Math.abs(sum) + states * Number.MIN_VALUE;
  };

  const settle = async (some: Uint32Array, portion: number) => {
    if (some.length === 0) return;
    const costs = await asking.costs(some, portion);
    rolledOut += some.length * states;
    for (let i = 0; i < some.length; i++) {
      const cost = finiteOrInfinity(costs[i]);
      known.set(some[i], costs[i]);
      if (best < 0 || cost < first) [best, first, limit] = [some[i], cost, first];
      else if (cost < limit) limit = cost;
    }
  };

  const all = some?.length ?? candidates.size;
  /** those that could be it, where it is known which */
  let open = some;
  const inStages = parts !== undefined && all >= FEW_CANDIDATES && states >= FEW_STATES;
  const settleUnknown = (indices: readonly number[]) => {
    const some = indices.filter((index) => !known.has(index));
    return settle(Uint32Array.from(some), some.length / all);
  };
  const cells = !among && all >= MANY_CANDIDATES ? cellsOf?.() : undefined;
  if (inStages || cells || screening) {
    const seeds = seedsOf();
    await settle(Uint32Array.from(seeds), seeds.length / all);
  }
  const telling = inStages ? parts.tellingOf(best) : undefined;
  if (cells) {
    open = await openCandidates({
      ...{
        grid: candidates,
        worth: cells.worth,
        sample: telling && sampleFor(telling),
        most: highest,
      },
      bounds(boxes, sample) {
        const count = boxes.length / (2 * candidates.axes.length);
        rolledOut += count * cells.worth * (sample ? counted(sample) : states);
        return asking.bounds(boxes, sample, 0.1);
      },
      settle: settleUnknown,
    });
  }
  if (screening) open = await screening({ telling, highest, settle: settleUnknown });
  let left = without(open ?? indicesOf({ from: 0, to: all }), known);
  if (telling) {
    const reach = cumulative(telling);
    let sums = new Float64Array(left.length);
    for (let from = 0; left.length > 0; ) {
      const to = from === 0 ? FIRST : nextStage(sums, from, reach, highest(), STAGE / parts!.episodes);
      if (to >= telling.states.length) break;
      const sample = { states: telling.states.slice(from, to), counts: telling.counts.slice(from, to) };
      const more = await asking.sums(left, sample, (to - from) / (2 * telling.states.length - from - to));
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
        // of what is not a number nothing is out as long as no limit is known
        if ((limit < Number.POSITIVE_INFINITY && !(sums[i] <= most)) || sums[i] === SETTLED) continue;
        left[kept] = left[i];
        sums[kept++] = sums[i];
      }
      [left, sums] = [left.subarray(0, kept), sums.subarray(0, kept)];
      from = to;
    }
  }
  if (known.size === 0)
    return { indices: left, costs: await asking.costs(left, 1), rolledOut: left.length * states };
  await settle(left, 1);
  const settled = Uint32Array.from(known.keys()).sort();
  return { indices: settled, costs: Float64Array.from(settled, (index) => known.get(index)!), rolledOut };
}

/** How many states a sample stands for. */
const counted = ({ counts }: Sample) => counts.reduce((sum, count) => sum + count, 0);

/** On what boxes are tried first: the first states that add up to a share of the cost. */
function sampleFor({ states, counts, added }: Telling): Sample {
  const enough = BOX_REACH * added.reduce((sum, one) => sum + one, 0);
  let [to, sum] = [0, 0];
  while (to < states.length && !(sum >= enough)) sum += added[to++];
  return { states: states.slice(0, to), counts: counts.slice(0, to) };
}

/** A copy of indices without those that are known. */
function without(indices: Uint32Array, known: ReadonlyMap<number, number>): Uint32Array {
  if (known.size === 0) return indices;
  const left = indices.slice();
  let kept = 0;
  for (const index of indices) if (!known.has(index)) left[kept++] = index;
  return left.subarray(0, kept);
}

/** What the first entries add to the sum: of none, of one, … */
function cumulative({ added }: Telling): Float64Array {
  const sums = new Float64Array(added.length + 1);
  for (let i = 0; i < added.length; i++) sums[i + 1] = sums[i] + added[i];
  return sums;
}

/**
 * To how many states the next stage goes, so that it rules out the most for its work, if all sums grow from `from` on as
 * a good candidate's `reach` does.
 *
 * @param overhead what a stage takes beside its work, in states
 * @returns all where no stage takes less work than rolling out whole what it rules out
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

/** The places of the lowest numbers, so many at most. */
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

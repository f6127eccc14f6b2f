// Candidates settled in stages. A cost is a sum over states of terms that are not negative, so a part of it is a lower
// bound, and a candidate whose part exceeds what two others cost in whole is neither the minimum nor the runner-up:
//
//     Σ_{s in a sample} total_s / S > J of the runner-up known     ⇒     out.
//
// All candidates are rolled out on the states that add most to a good one's cost, those left on more, and the few that
// no part rules out on all states, in the oracle's order. docs/method.md has the roundings.

import { finiteOrInfinity, type Question } from "./oracle.ts";
import type { Sample, Telling } from "./rollout.ts";

/**
 * Who computes: what candidates cost in sum over a sample, or without one what they cost.
 *
 * @param portion the share of what is left to do that this is, for progress
 */
export type Ask = (
  indices: Uint32Array,
  sample: Sample | undefined,
  portion: number,
) => Promise<ArrayLike<number>>;

/** What is settled. */
export interface Settled {
  /** costs by index, in ascending order: among them the minimum and the runner-up of all that were asked about */
  readonly costs: ReadonlyMap<number, number>;
  /** rollouts from a state under a candidate; those that stand for several count as so many */
  readonly rolledOut: number;
}

/** states of the first stage: a vector's */
const FIRST = 2;
/** how much larger a sample than the one before may be, at least */
const GROWTH = 1.25;
/** candidates and states that stages are worth it for, at least */
const [FEW_CANDIDATES, FEW_STATES] = [32, 16];
/** of those who look best after a stage, how many are rolled out whole at once, to know better what is out */
const PROMISING = 2;
/** in place of the sum of a candidate that was rolled out whole; no sum is negative */
const SETTLED = -1;

/**
 * The costs of those candidates that could be the minimum or the runner-up.
 *
 * @param indices in ascending order
 * @param seedsOf gives indices among them that are likely to cost little
 * @param states how many there are
 */
export async function settleByStages(
  { parts }: Pick<Question, "parts">,
  indices: Uint32Array,
  seedsOf: () => readonly number[],
  states: number,
  ask: Ask,
): Promise<Settled> {
  const known = new Map<number, number>();
  let rolledOut = 0;
  /** the least cost known, whose it is, and the second least: nothing above it matters */
  let [best, first, limit] = [-1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];

  const settle = async (some: Uint32Array, portion: number) => {
    const costs = await ask(some, undefined, portion);
    rolledOut += some.length * states;
    for (let i = 0; i < some.length; i++) {
      const cost = finiteOrInfinity(costs[i]);
      known.set(some[i], costs[i]);
      if (best < 0 || cost < first) [best, first, limit] = [some[i], cost, first];
      else if (cost < limit) limit = cost;
    }
  };

  let left = indices;
  if (parts && indices.length >= FEW_CANDIDATES && states >= FEW_STATES) {
    const all = indices.length;
    const seeds = seedsOf();
    await settle(Uint32Array.from(seeds), seeds.length / all);
    left = without(left, seeds);
    const telling = parts.tellingOf(best);
    const reach = cumulative(telling);
    /** a sum over some states above this is more than all states may come to at the limit */
    const highest = () => limit * states * (1 + (2 * states + 64) * 2 ** -52) + states * Number.MIN_VALUE;

    let sums = new Float64Array(left.length);
    for (let from = 0; ; ) {
      const to = from === 0 ? FIRST : nextStage(sums, from, reach, highest());
      if (to >= telling.states.length) break;
      const sample = { states: telling.states.slice(from, to), counts: telling.counts.slice(from, to) };
      const more = await ask(left, sample, (to - from) / (2 * telling.states.length - from - to));
      rolledOut += left.length * sample.counts.reduce((sum, count) => sum + count, 0);
      for (let i = 0; i < left.length; i++) sums[i] += more[i];
      const promising = lowest(sums, PROMISING).filter((i) => sums[i] < reach[to]);
      if (promising.length > 0) {
        await settle(Uint32Array.from(promising.map((i) => left[i])), promising.length / all);
        for (const i of promising) sums[i] = SETTLED;
      }
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
  if (left.length > 0) await settle(left, 1);
  return { costs: new Map([...known].sort(([a], [b]) => a - b)), rolledOut };
}

/** The numbers without a few of them. */
function without(numbers: Uint32Array, few: readonly number[]): Uint32Array {
  const left = numbers.slice();
  let kept = 0;
  for (const number of numbers) if (!few.includes(number)) left[kept++] = number;
  return left.subarray(0, kept);
}

/** What the first entries add to the sum: of none, of one, … */
function cumulative({ added }: Telling): Float64Array {
  const sums = new Float64Array(added.length + 1);
  for (let i = 0; i < added.length; i++) sums[i + 1] = sums[i] + added[i];
  return sums;
}

/**
 * To how many states the next stage goes, so that it takes the least work: its own, and that of rolling out whole those
 * that are left then, if all sums grow from `from` on as a good candidate's `reach` does.
 *
 * @returns all where another stage does not pay
 */
function nextStage(sums: Float64Array, from: number, reach: Float64Array, most: number): number {
  const states = reach.length - 1;
  let [best, least] = [states, sums.length * states];
  for (let to = 2 * from; to < states; to = Math.max(to + FIRST, Math.ceil((to * GROWTH) / FIRST) * FIRST)) {
    const highest = most * (reach[from] / reach[to]);
    let left = 0;
    for (let i = 0; i < sums.length; i++) if (!(sums[i] > highest)) left++;
    const work = (to - from) * sums.length + states * left;
    if (work < least) [best, least] = [to, work];
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

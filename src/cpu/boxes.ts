// Boxes of candidates, ruled out as a whole, from coarse to fine. The cost over a box is a polynomial of a candidate's
// distance from the middle, plus or minus a rest (forms.ts). If that is above the costs of two known candidates, a
// candidate is ruled out without a rollout. The remaining candidates of a box lie in a smaller box, whose rest is much
// smaller, or in two halves. This repeats until rolling the candidates out is less work. So a finer grid needs only a
// few more boxes.

import type { Grid } from "../grid.ts";
import type { Plan } from "../model/evaluator.ts";
import type { Problem } from "../model/problem.ts";
import { NUMBER } from "./evaluation.ts";
import { coefficientsOf, formProgram } from "./forms.ts";
import { countsOf, createRolling, lanesFor, type Rolling, TOTALS_APART } from "./rolling.ts";
import type { Sample } from "./rollout.ts";

/** A box of candidates, given by positions on each axis, both ends included. A decision has D numbers. */
export interface Box {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** Bounds of the costs of boxes, summed over some states. */
export interface BoxBounds {
  /** how many plain rollouts take as long as the rollout of a box */
  readonly worth: number;
  /**
   * Prepares the bounds at an episode.
   *
   * @param sample the states; all unless given
   * @returns a function from boxes, given by their middles and reaches, shape [n][2D], to the coefficients of their
   *   costs, shape [n][K]
   */
  at(episode: number, plan: Plan, sample?: Sample): BoundsOf;
}

export type BoundsOf = (spans: Float64Array) => Float64Array;

/** factor by which a reach is enlarged, because it was rounded */
const REACH_SLACK = 1 + 2 ** -50;
/** a reach above this gives no bound: the forms' charges for underflow assume that it is smaller */
const MAX_REACH = 2 ** 30;
/** an allowance for underflow in a sum over states and episodes */
const UNDERFLOW = 2 ** -900;

/**
 * Prepares the bounds of a problem's boxes.
 *
 * @returns undefined if its formulas have no forms, or if WebAssembly cannot run
 */
export function createBoxBounds(problem: Problem): BoxBounds | undefined {
  const { formulas, game, learningRates } = problem;
  const { decisionNames } = game;
  const program = formProgram(formulas, decisionNames, Object.keys(game.state), learningRates.length);
  if (!program) return undefined;
  const size = coefficientsOf(decisionNames.length);
  let rolling: Rolling;
  try {
    rolling = createRolling(problem, program);
  } catch {
    return undefined;
  }

  return {
    worth: program.worth,
    at(episode, plan, sample) {
      const lanes = sample ? lanesFor(sample) : rolling.whole;
      const counts = countsOf(lanes);
      const states = counts.reduce((sum, count) => sum + count, 0);
      const roll = rolling.from(episode, plan, lanes);
      const apart = rolling.sizeOf(lanes) / NUMBER;
      const places = Array.from(counts, (_, lane) => rolling.placeOf(lane) / NUMBER);
      return (spans) => {
        const width = 2 * decisionNames.length;
        const bounds = new Float64Array((spans.length / width) * size);
        roll(
          spans.length / width,
          (place, to, from) => to.set(spans.subarray(place * width, (place + 1) * width), from),
          (from, some, memory, recordsAt) => {
            for (let i = 0; i < some; i++) {
              const bound = bounds.subarray((from + i) * size, (from + i + 1) * size);
              const reaches = spans.subarray((from + i + 0.5) * width, (from + i + 1) * width);
              addUp(
                bound,
                reaches,
                states,
                (lane, coefficient) => {
                  const at = recordsAt / NUMBER + i * apart + places[lane];
                  return counts[lane] * memory[at + (coefficient * TOTALS_APART) / NUMBER];
                },
                counts.length,
              );
            }
          },
        );
        return bounds;
      };
    },
  };
}

/**
 * Adds up the coefficients of all lanes. The rest of the bound includes the rounding of this sum and of the oracle's.
 */
function addUp(
  bound: Float64Array,
  reaches: Float64Array,
  states: number,
  coefficientOf: (lane: number, coefficient: number) => number,
  lanes: number,
): void {
  const rest = bound.length - 1;
  const symbols = [1, ...reaches];
  for (let j = 0; j < reaches.length; j++)
    for (let l = j; l < reaches.length; l++) symbols.push(reaches[j] * reaches[l]);
  symbols.push(1);
  let magnitude = 0;
  for (let lane = 0; lane < lanes; lane++)
    for (let i = 0; i <= rest; i++) {
      const coefficient = coefficientOf(lane, i);
      bound[i] += coefficient;
      magnitude += Math.abs(coefficient) * symbols[i];
    }
  const rounding = (4 * states + 64) * 2 ** -52 * magnitude;
  const known = Number.isFinite(rounding) && symbols.every((symbol) => symbol <= MAX_REACH ** 2);
  bound[rest] = known ? bound[rest] + rounding + UNDERFLOW : Number.POSITIVE_INFINITY;
}

/** The middle and the reach of a box. */
function spanOf({ axes }: Grid, { low, high }: Box): number[] {
  const middles = axes.map((axis, d) => axis[low[d]] / 2 + axis[high[d]] / 2);
  const reaches = axes.map(
    (axis, d) => REACH_SLACK * Math.max(axis[high[d]] - middles[d], middles[d] - axis[low[d]]),
  );
  return [...middles, ...reaches];
}

/** How far a candidate's cost may be above (sign 1) or below (sign −1) the centre; a square has one sign only. */
function spreadOf(bound: ArrayLike<number>, reaches: readonly number[], sign: 1 | -1): number {
  let spread = bound[bound.length - 1];
  let bend = 1 + reaches.length;
  for (const [j, reach] of reaches.entries()) {
    spread += Math.abs(bound[1 + j]) * reach;
    for (const [l, other] of reaches.slice(j).entries()) {
      const coefficient = bound[bend++];
      spread += (l === 0 ? Math.max(0, sign * coefficient) : Math.abs(coefficient)) * reach * other;
    }
  }
  return spread;
}

/** Lower and upper bounds of the costs in a box. */
const lowestOf = (bound: ArrayLike<number>, reaches: readonly number[]) =>
  bound[0] - spreadOf(bound, reaches, -1);
const highestOf = (bound: ArrayLike<number>, reaches: readonly number[]) =>
  bound[0] + spreadOf(bound, reaches, 1);

/** The candidates of a box that are not ruled out. */
interface Left {
  /** the smallest box that contains them */
  readonly box: Box;
  readonly count: number;
}

/**
 * The candidates of a box that remain if sums over the states above `most` are ruled out.
 *
 * @param bound the coefficients of the box's cost
 * @param visit called with the index and the lower bound of each remaining candidate
 */
function leftOf(
  grid: Grid,
  box: Box,
  bound: ArrayLike<number>,
  most: number,
  visit?: (index: number, cost: number) => void,
): Left {
  const { axes } = grid;
  const span = spanOf(grid, box);
  const last = axes.length - 1;
  const rest = bound[bound.length - 1];
  const reaches = span.slice(axes.length);
  if (lowestOf(bound, reaches) > most) return { box, count: 0 };
  if (!visit && highestOf(bound, reaches) <= most) return { box, count: sizeOf(box) };
  const [low, high] = [[...box.high], [...box.low]];
  let count = 0;
  const along = (row: number, constant: number, slope: number, bend: number) => {
    const axis = axes[last];
    const end = box.high[last];
    let [from, to] = [Number.POSITIVE_INFINITY, -1];
    for (let i = box.low[last]; i <= end; i++) {
      const off = axis[i] - span[last];
      const value = constant + (slope + bend * off) * off;
      if (value > most) continue;
      count++;
      if (i < from) from = i;
      to = i;
      visit?.(row + i, value);
    }
    if (from < low[last]) low[last] = from;
    if (to > high[last]) high[last] = to;
    return to >= 0;
  };
  if (last === 0) along(0, bound[0] - rest, bound[1], bound[2]);
  else
    for (let i = box.low[0]; i <= box.high[0]; i++) {
      const off = axes[0][i] - span[0];
      const constant = bound[0] - rest + (bound[1] + bound[3] * off) * off;
      if (along(i * axes[1].length, constant, bound[2] + bound[4] * off, bound[5])) {
        low[0] = Math.min(low[0], i);
        high[0] = Math.max(high[0], i);
      }
    }
  return { box: { low, high }, count };
}

const sizeOf = ({ low, high }: Box) => low.reduce((size, from, d) => size * (high[d] - from + 1), 1);

/** The halves of a box along its longest axis. */
function halves({ low, high }: Box): Box[] {
  const lengths = low.map((from, d) => high[d] - from);
  const axis = lengths.indexOf(Math.max(...lengths));
  const middle = Math.floor((low[axis] + high[axis]) / 2);
  const replaced = (ends: readonly number[], end: number) => ends.map((x, d) => (d === axis ? end : x));
  return [
    { low, high: replaced(high, middle) },
    { low: replaced(low, middle + 1), high },
  ];
}

/** The initial boxes of a grid: each axis is cut into `pieces` pieces, or fewer if it is shorter. */
function cut({ axes }: Grid, pieces: number): Box[] {
  let boxes: Box[] = [{ low: [], high: [] }];
  for (const { length } of axes) {
    const count = Math.min(pieces, length);
    boxes = boxes.flatMap(({ low, high }) =>
      Array.from({ length: count }, (_, i) => ({
        low: [...low, Math.floor((i * length) / count)],
        high: [...high, Math.floor(((i + 1) * length) / count) - 1],
      })),
    );
  }
  return boxes;
}

/** initial pieces per axis, for one and for two axes */
const PIECES = [8, 6];
/** the maximum work for the first boxes, as a share of rolling out all candidates */
const FIRST_WORK = 0.05;
/** a box with at most this many candidates, times its worth, is not divided further */
const FEW = 0.5;
/**
 * the work of ruling a candidate out in stages, in rollouts, and the share of candidates below which it is a full
 * rollout
 */
const [FAR_COST, NEAR] = [0.15, 0.05];
/**
 * up to this many boxes are not tried on samples first: they are near the minimum, where partial costs rule out nothing
 */
const FEW_BOXES = 6;

/** What the search for remaining candidates needs. */
export interface BoxSearch {
  readonly grid: Grid;
  /** how many plain rollouts take as long as the rollout of a box */
  readonly worth: number;
  /** the states on which boxes are tried first; undefined if a part of a cost is not a lower bound */
  readonly sample: Sample | undefined;
  /** sums over the states above this are ruled out; it may decrease during the search */
  most(): number;
  bounds(spans: Float64Array, sample: Sample | undefined): Promise<ArrayLike<number>>;
  /** rolls promising candidates out */
  settle(indices: readonly number[]): Promise<void>;
}

/**
 * The indices, in ascending order, of the candidates that no box rules out.
 *
 * @returns undefined if boxes do not pay: the grid is too coarse, or the rests are too large
 */
export async function openCandidates(search: BoxSearch): Promise<Uint32Array | undefined> {
  const { grid, worth, sample } = search;
  const axes = grid.axes.length;
  const size = coefficientsOf(axes);
  const open: number[] = [];

  /** What remains of boxes, by their costs on a sample or on all states. */
  const remaining = async (boxes: readonly Box[], on: Sample | undefined) => {
    const spans = Float64Array.from(boxes.flatMap((box) => spanOf(grid, box)));
    const bounds = await search.bounds(spans, on);
    const most = search.most();
    const left = boxes.map((box, i) => {
      const bound = Array.from({ length: size }, (_, j) => bounds[i * size + j]);
      return { bound, ...leftOf(grid, box, bound, most), tried: box };
    });
    return {
      left: left.filter(({ count }) => count > 0),
      loose: left.filter(({ bound }) => !(bound[size - 1] <= most)),
    };
  };

  let boxes = cut(grid, PIECES[axes - 1]);
  if (boxes.length * worth > FIRST_WORK * grid.size) return undefined;
  for (let before = grid.size; boxes.length > 0; ) {
    const work = boxes.length * worth;
    if (sample && boxes.length > FEW_BOXES) {
      const { left, loose } = await remaining(boxes, sample);
      if (before === grid.size && 2 * loose.length > boxes.length) return undefined;
      boxes = left.map(({ box }) => box);
    }
    const { left } = await remaining(boxes, undefined);
    const reachesOf = (box: Box) => spanOf(grid, box).slice(axes);
    const [promising] = left.toSorted(
      (a, b) => lowestOf(a.bound, reachesOf(a.tried)) - lowestOf(b.bound, reachesOf(b.tried)),
    );
    if (promising) {
      let [best, lowest] = [-1, Number.POSITIVE_INFINITY];
      leftOf(grid, promising.tried, promising.bound, search.most(), (index, cost) => {
        if (cost < lowest) [best, lowest] = [index, cost];
      });
      if (best >= 0) await search.settle(grid.around(best));
    }

    const most = search.most();
    const kept = left.map(({ tried, bound }) => ({ tried, bound, ...leftOf(grid, tried, bound, most) }));
    const after = kept.reduce((sum, { count }) => sum + count, 0);
    const gain = (before - after) * (after > NEAR * grid.size ? FAR_COST : 1);
    const pays = gain > work;
    boxes = [];
    before = 0;
    for (const { tried, bound, box, count } of kept) {
      if (count === 0) continue;
      // the remaining candidates are rolled out if boxes rule out less than they cost, or if the box is small
      if (!pays || count <= FEW * worth) leftOf(grid, tried, bound, most, (index) => open.push(index));
      else {
        before += count;
        boxes.push(...(2 * sizeOf(box) <= sizeOf(tried) ? [box] : halves(box)));
      }
    }
  }
  return Uint32Array.from(open).sort();
}

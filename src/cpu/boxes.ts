// Boxes of candidates, ruled out as a whole, from coarse to fine. The cost over a box, by rollouts or by moments
// (momentBoxes.ts), is a polynomial of a candidate's distance from the middle, plus or minus a rest (forms.ts). If that
// is above the costs of two known candidates, a candidate is ruled out without a rollout. The remaining candidates of a
// box lie in a smaller box, whose rest is much smaller, or in two halves. This repeats until trying the candidates one
// by one is less work. So a finer grid needs only a few more boxes.

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

/** the minimum number of candidates for which it is worth preparing the bounds of boxes */
export const MANY_CANDIDATES = 10_000;
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
export function addUp(
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
  const rounding = (4 * states + 128) * 2 ** -52 * magnitude;
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

/** Lower and upper bounds of a polynomial, the cost in a box less its rest, over a part of the box. */
function rangeOver(
  bound: ArrayLike<number>,
  offsets: readonly number[],
  reaches: readonly number[],
): [low: number, high: number] {
  const slopes = offsets.map((_, j) => bound[1 + j]);
  let middle = bound[0] - bound[bound.length - 1];
  let [down, up] = [0, 0];
  let at = 1 + offsets.length;
  for (let j = 0; j < offsets.length; j++) {
    middle += bound[1 + j] * offsets[j];
    for (let l = j; l < offsets.length; l++) {
      const bend = bound[at++];
      middle += bend * offsets[j] * offsets[l];
      slopes[j] += bend * offsets[l];
      slopes[l] += bend * offsets[j];
      const most = bend * reaches[j] * reaches[l];
      // a square has one sign only
      down += l === j ? Math.min(0, most) : -Math.abs(most);
      up += l === j ? Math.max(0, most) : Math.abs(most);
    }
  }
  const tilt = slopes.reduce((sum, slope, j) => sum + Math.abs(slope) * reaches[j], 0);
  return [middle + down - tilt, middle + up + tilt];
}

/** The candidates of a box that are not ruled out. */
interface Left {
  /** a small box that contains them */
  readonly box: Box;
  readonly count: number;
}

/** a part of a box with at most this many candidates is not divided further */
const SMALL = 256;

/**
 * The candidates of a box that remain if sums over the states above `most` are ruled out. The parts of the box in which
 * either all or none remain are not looked at further, so this takes hardly longer for more candidates.
 *
 * @param bound the coefficients of the box's cost
 * @param visit called with the index of each remaining candidate
 */
function leftOf(
  grid: Grid,
  box: Box,
  bound: ArrayLike<number>,
  most: number,
  visit?: (index: number) => void,
): Left {
  const { axes } = grid;
  const last = axes.length - 1;
  const middle = spanOf(grid, box);
  const rest = bound[bound.length - 1];
  const [low, high] = [[...box.high], [...box.low]];
  let count = 0;
  const keep = (d: number, from: number, to: number) => {
    if (from < low[d]) low[d] = from;
    if (to > high[d]) high[d] = to;
  };
  /** looks at each candidate in a row of a part, where the cost is a polynomial of the last number */
  const along = (part: Box, row: number, constant: number, slope: number, bend: number) => {
    const axis = axes[last];
    let [from, to] = [Number.POSITIVE_INFINITY, -1];
    for (let i = part.low[last]; i <= part.high[last]; i++) {
      const offset = axis[i] - middle[last];
      if (constant + (slope + bend * offset) * offset > most) continue;
      count++;
      if (i < from) from = i;
      to = i;
      visit?.(row + i);
    }
    keep(last, from, to);
    return to >= 0;
  };
  const waiting = [box];
  for (let part = waiting.pop(); part; part = waiting.pop()) {
    const span = spanOf(grid, part);
    const offsets = axes.map((_, d) => span[d] - middle[d]);
    const [lowest, highest] = rangeOver(bound, offsets, span.slice(axes.length));
    if (lowest > most) continue;
    const size = sizeOf(part);
    if (!visit && (highest <= most || !Number.isFinite(rest))) {
      count += size;
      for (let d = 0; d <= last; d++) keep(d, part.low[d], part.high[d]);
    } else if (size > SMALL) waiting.push(...halves(part).reverse());
    else if (last === 0) along(part, 0, bound[0] - rest, bound[1], bound[2]);
    else
      for (let i = part.low[0]; i <= part.high[0]; i++) {
        const offset = axes[0][i] - middle[0];
        const constant = bound[0] - rest + (bound[1] + bound[3] * offset) * offset;
        if (along(part, i * axes[1].length, constant, bound[2] + bound[4] * offset, bound[5])) keep(0, i, i);
      }
  }
  return { box: { low, high }, count };
}

/** The candidate of a box at which the polynomial is likely to be smallest. */
function promisingIn(grid: Grid, box: Box, bound: ArrayLike<number>): number {
  const { axes } = grid;
  const span = spanOf(grid, box);
  const reaches = span.slice(axes.length);
  const offsets = axes.map(() => 0);
  const bends = axes.map((_, j) => bound[1 + axes.length + (j === 0 ? 0 : axes.length)]);
  // one number at a time, again where two depend on each other
  for (let round = 0; round < 2 * axes.length; round++) {
    const j = round % axes.length;
    const crossed = axes.length === 2 ? bound[4] * offsets[1 - j] : 0;
    const slope = bound[1 + j] + crossed;
    const best = bends[j] > 0 ? -slope / (2 * bends[j]) : -Math.sign(slope) * reaches[j];
    offsets[j] = Math.max(-reaches[j], Math.min(reaches[j], best));
  }
  return grid.indexAt(grid.nearest(offsets.map((offset, d) => span[d] + offset)));
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
    const none = grid.axes.map(() => 0);
    const lowestOf = ({ tried, bound }: { tried: Box; bound: ArrayLike<number> }) =>
      rangeOver(bound, none, spanOf(grid, tried).slice(axes))[0];
    const [promising] = left.toSorted((a, b) => lowestOf(a) - lowestOf(b));
    if (promising) await search.settle(grid.around(promisingIn(grid, promising.tried, promising.bound)));

    const most = search.most();
    const kept = left.map(({ tried, bound }) => ({
      tried,
      bound,
      ...leftOf(grid, tried, bound, most),
    }));
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

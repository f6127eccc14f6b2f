// Boxes of candidates that are ruled out together, coarse to fine. The cost of a box is a polynomial of how far a candidate
// is from its middle, within a rest (forms.ts): where that is above what two candidates cost, a candidate is out, without
// being rolled out. What is left of a box is a smaller box, of which the rest is much smaller, or two halves; and so on,
// until rolling the candidates out is less work. So a step takes some boxes more where the grid is finer, and little else.

import type { Grid } from "../grid.ts";
import type { Plan } from "../model/evaluator.ts";
import type { Problem } from "../model/problem.ts";
import { NUMBER } from "./evaluation.ts";
import { coefficientsOf, formProgram } from "./forms.ts";
import { countsOf, createRolling, lanesFor, type Rolling, TOTALS_APART } from "./rolling.ts";
import type { Sample } from "./rollout.ts";

/** Candidates by their places on each axis, both ends included. D numbers of a decision. */
export interface Box {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** Costs of boxes in sum over some states. */
export interface CellBounds {
  /** how many plain rollouts take as long as that of a box */
  readonly worth: number;
  /**
   * Prepares the bounds at an episode.
   *
   * @param sample the states; all unless given
   * @returns for boxes, given as their middles and reaches, shape [n][2D], the coefficients of their costs, shape [n][K]
   */
  at(episode: number, plan: Plan, sample?: Sample): BoundsOf;
}

export type BoundsOf = (cells: Float64Array) => Float64Array;

/** how far a reach is enlarged, for its own rounding */
const REACH_SLACK = 1 + 2 ** -50;
/** a reach above this is not known: the forms' charges for underflow have room for it */
const MOST_REACH = 2 ** 30;
/** what underflow may cost a sum over states and episodes */
const UNDERFLOW = 2 ** -900;

/**
 * Prepares the bounds of a problem's boxes.
 *
 * @returns undefined where its formulas have no forms, and where nothing can be compiled
 */
export function createCellBounds(problem: Problem): CellBounds | undefined {
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
      return (cells) => {
        const width = 2 * decisionNames.length;
        const bounds = new Float64Array((cells.length / width) * size);
        roll(
          cells.length / width,
          (place, to, from) => to.set(cells.subarray(place * width, (place + 1) * width), from),
          (from, some, memory, recordsAt) => {
            for (let i = 0; i < some; i++) {
              const bound = bounds.subarray((from + i) * size, (from + i + 1) * size);
              const reaches = cells.subarray((from + i + 0.5) * width, (from + i + 1) * width);
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

/** Adds up the coefficients of lanes, into a bound whose rest has room for what that and the oracle's sum may lose. */
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
  const known = Number.isFinite(rounding) && symbols.every((symbol) => symbol <= MOST_REACH ** 2);
  bound[rest] = known ? bound[rest] + rounding + UNDERFLOW : Number.POSITIVE_INFINITY;
}

/** The middle and the reach of a box. */
function cellOf({ axes }: Grid, { low, high }: Box): number[] {
  const middles = axes.map((axis, d) => axis[low[d]] / 2 + axis[high[d]] / 2);
  const reaches = axes.map(
    (axis, d) => REACH_SLACK * Math.max(axis[high[d]] - middles[d], middles[d] - axis[low[d]]),
  );
  return [...middles, ...reaches];
}

/** How far the cost of a candidate is from its box's centre, at most, but for bends up or down where they help. */
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

/** No candidate of a box is left if this is too much, and all are if the other is not: what one costs at least. */
const lowestOf = (bound: ArrayLike<number>, reaches: readonly number[]) =>
  bound[0] - spreadOf(bound, reaches, -1);
const highestOf = (bound: ArrayLike<number>, reaches: readonly number[]) =>
  bound[0] + spreadOf(bound, reaches, 1);

/** What is left of a box. */
interface Left {
  /** the smallest box around it */
  readonly box: Box;
  readonly count: number;
}

/**
 * What is left of a box where nothing above a sum over the states matters.
 *
 * @param bound the coefficients of its cost
 * @param visit told of the index of each candidate that is left, and of what it costs at least
 */
function leftOf(
  grid: Grid,
  box: Box,
  bound: ArrayLike<number>,
  most: number,
  visit?: (index: number, cost: number) => void,
): Left {
  const { axes } = grid;
  const cell = cellOf(grid, box);
  const last = axes.length - 1;
  const rest = bound[bound.length - 1];
  const reaches = cell.slice(axes.length);
  if (lowestOf(bound, reaches) > most) return { box, count: 0 };
  if (!visit && highestOf(bound, reaches) <= most) return { box, count: sizeOf(box) };
  const [low, high] = [[...box.high], [...box.low]];
  let count = 0;
  const along = (row: number, constant: number, slope: number, bend: number) => {
    const axis = axes[last];
    const end = box.high[last];
    let [from, to] = [Number.POSITIVE_INFINITY, -1];
    for (let i = box.low[last]; i <= end; i++) {
      const off = axis[i] - cell[last];
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
      const off = axes[0][i] - cell[0];
      const constant = bound[0] - rest + (bound[1] + bound[3] * off) * off;
      if (along(i * axes[1].length, constant, bound[2] + bound[4] * off, bound[5])) {
        low[0] = Math.min(low[0], i);
        high[0] = Math.max(high[0], i);
      }
    }
  return { box: { low, high }, count };
}

const sizeOf = ({ low, high }: Box) => low.reduce((size, from, d) => size * (high[d] - from + 1), 1);

/** A box in two, along its longest axis. */
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

/** The boxes of a grid to begin with: axes cut in so many pieces, where they have them. */
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

/** pieces of an axis to begin with, by how many axes there are */
const PIECES = [8, 6];
/** rollouts of the first boxes, as plain ones, as a share of all candidates, at most */
const FIRST_WORK = 0.05;
/** of how many candidates a box is not divided further, per what it is worth */
const FEW = 0.5;
/** what stages need to rule a candidate out, in rollouts, unless but a few are left, which are near the minimum */
const [FAR_COST, NEAR] = [0.15, 0.05];
/** boxes that are not tried on samples first: they are about the minimum, and parts of costs say nothing */
const FEW_BOXES = 6;

/** Who computes, and what is known. */
export interface CellSearch {
  readonly grid: Grid;
  /** how many plain rollouts take as long as that of a box */
  readonly worth: number;
  /** states that tell most, on which boxes are tried first; none where a part of a cost is no lower bound */
  readonly sample: Sample | undefined;
  /** a sum over the states above this is more than matters; it may fall meanwhile */
  most(): number;
  bounds(cells: Float64Array, sample: Sample | undefined): Promise<ArrayLike<number>>;
  /** rolls candidates out that look good */
  settle(indices: readonly number[]): Promise<void>;
}

/**
 * The indices of those candidates that no box rules out, in ascending order.
 *
 * @returns undefined where boxes do not pay: the grid is too coarse, or their rests say nothing
 */
export async function openCandidates(search: CellSearch): Promise<Uint32Array | undefined> {
  const { grid, worth, sample } = search;
  const axes = grid.axes.length;
  const size = coefficientsOf(axes);
  const open: number[] = [];

  /** What is left of boxes, by what they cost on a sample or on all states. */
  const remaining = async (boxes: readonly Box[], on: Sample | undefined) => {
    const cells = Float64Array.from(boxes.flatMap((box) => cellOf(grid, box)));
    const bounds = await search.bounds(cells, on);
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
    const reachesOf = (box: Box) => cellOf(grid, box).slice(axes);
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
      // where boxes rule out less than they cost, and where one has fewer candidates than it costs, it is their turn
      if (!pays || count <= FEW * worth) leftOf(grid, tried, bound, most, (index) => open.push(index));
      else {
        before += count;
        boxes.push(...(2 * sizeOf(box) <= sizeOf(tried) ? [box] : halves(box)));
      }
    }
  }
  return Uint32Array.from(open).sort();
}

// Work too large for one dispatch, one buffer or one submission is cut: candidates into parts, and where a part of a
// single workgroup is still too much, its states into runs of blocks. Each candidate's cost is computed by the same
// operations however the cut falls, so it never changes a result.

import { type Deal, WORKGROUP } from "../../shaders/rollout.wgsl.ts";

/** most workgroups of a dispatch in one dimension, by WebGPU's default limit */
export const MOST_WORKGROUPS = 65_535;
/** most blocks that a candidate's states are divided into */
const MOST_BLOCKS = 1024;
/** invocations that keep a large GPU busy: below it, candidates are spread over more, smaller blocks of states */
const ENOUGH_INVOCATIONS = 2 ** 17;
/** states of an invocation where there are candidates enough */
const LONG_BLOCK = 64;
/** most bytes of the table of partial totals */
const MOST_TOTALS = 64 * 2 ** 20;

/** states side by side in an invocation, at most: with more, registers spill (docs/performance.md, The mapping) */
const MOST_LANES = 12;
/** instructions of an episode: for each state, and for all that are side by side (docs/performance.md) */
const [PER_STATE, PER_EPISODE] = [3, 5];

/**
 * How many states an invocation rolls out side by side: the most that registers hold share what an episode has in
 * common, fewer leave fewer places of the last group empty. 11 states take 11, and 1,001 take 84 groups of 12.
 */
export function lanesFor(states: number): number {
  const work = (lanes: number) => Math.ceil(states / lanes) * (lanes * PER_STATE + PER_EPISODE);
  let best = 1;
  for (let lanes = 2; lanes <= MOST_LANES; lanes++) if (work(lanes) <= work(best)) best = lanes;
  return best;
}

/** Into how many blocks states can be divided where a workgroup's totals of so many bytes have to fit a binding. */
export function mostBlocksOf(bytes: number, maxBinding: number): number {
  return Math.max(1, Math.min(MOST_BLOCKS, Math.floor(maxBinding / (WORKGROUP * bytes))));
}

/**
 * Deals states to invocations: short blocks where there are few candidates, long ones where there are many.
 *
 * @param bytes of a total
 * @param maxBinding bytes of the table of totals, at most; it holds a workgroup's candidates at least
 * @param longest states of an invocation, at most, but for those side by side
 */
export function dealStates(
  states: number,
  candidates: number,
  bytes: number,
  maxBinding: number,
  lanes = lanesFor(states),
  longest = LONG_BLOCK,
): Deal {
  const mostBlocks = mostBlocksOf(bytes, maxBinding);
  const wanted =
    (candidates * states) / LONG_BLOCK >= ENOUGH_INVOCATIONS ? Math.min(LONG_BLOCK, longest) : lanes;
  const least = Math.max(1, Math.floor(Math.min(wanted, states) / lanes));
  const groups = Math.max(least, Math.ceil(states / mostBlocks / lanes));
  return { lanes, groups, blocks: Math.ceil(states / (groups * lanes)) };
}

/** A range of candidates. */
export interface Range {
  readonly first: number;
  readonly candidates: number;
}

/** How many candidates fit into a part, whatever its work: a multiple of WORKGROUP. */
export function capacityOf(candidates: number, bytesPerCandidate: number, maxBinding: number): number {
  const whole = (count: number) => Math.floor(count / WORKGROUP) * WORKGROUP;
  const fitting = whole(Math.min(MOST_TOTALS, maxBinding) / bytesPerCandidate);
  return Math.max(
    WORKGROUP,
    Math.min(whole(candidates + WORKGROUP - 1), fitting, MOST_WORKGROUPS * WORKGROUP),
  );
}

/**
 * The next part of a step's candidates.
 *
 * @param workPerCandidate in rollout-steps
 * @param budget rollout-steps that the part may take
 */
export function nextPart(
  first: number,
  candidates: number,
  capacity: number,
  workPerCandidate: number,
  budget: number,
): Range {
  const affordable = Math.max(WORKGROUP, Math.floor(budget / workPerCandidate / WORKGROUP) * WORKGROUP);
  return { first, candidates: Math.min(candidates - first, capacity, affordable) };
}

/** How many blocks one dispatch may take: all, unless even a workgroup's would exceed the budget. */
export function blocksPerDispatch(blocks: number, workPerBlock: number, budget: number): number {
  return Math.max(1, Math.min(blocks, Math.floor(budget / workPerBlock)));
}

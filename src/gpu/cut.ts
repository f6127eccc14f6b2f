// Divides work that is too large for one dispatch, one buffer or one submission: candidates into parts, and if a part
// of a single workgroup is still too large, its states into runs of blocks. The operations for each candidate's cost do
// not depend on the division, so the division never changes a result.

import { type Deal, WORKGROUP } from "../../shaders/rollout.wgsl.ts";

/** the maximum number of workgroups of a dispatch in one dimension, by WebGPU's default limit */
export const MAX_WORKGROUPS = 65_535;
/** the maximum number of blocks into which states are divided */
const MAX_BLOCKS = 1024;
/**
 * invocations that keep a large GPU busy: with fewer, the states of a candidate are divided into more, smaller blocks
 */
const ENOUGH_INVOCATIONS = 2 ** 17;
/** states per invocation if there are enough candidates */
const LONG_BLOCK = 64;
/** the maximum size of the table of partial totals, in bytes */
const MAX_TOTALS = 64 * 2 ** 20;

/** the maximum number of states side by side: with more, registers spill (docs/performance.md, The mapping) */
const MAX_LANES = 12;
/** instructions of an episode: per state, and once for all states side by side (docs/performance.md) */
const [PER_STATE, PER_EPISODE] = [3, 5];

/**
 * How many states an invocation rolls out side by side. More states share the common work of an episode; fewer leave
 * fewer unused places in the last group. 11 states use 11, and 1,001 states use 84 groups of 12.
 */
export function lanesFor(states: number): number {
  const work = (lanes: number) => Math.ceil(states / lanes) * (lanes * PER_STATE + PER_EPISODE);
  let best = 1;
  for (let lanes = 2; lanes <= MAX_LANES; lanes++) if (work(lanes) <= work(best)) best = lanes;
  return best;
}

/** The maximum number of blocks so that a workgroup's totals, of so many bytes each, fit into a binding. */
export function mostBlocksOf(bytes: number, maxBinding: number): number {
  return Math.max(1, Math.min(MAX_BLOCKS, Math.floor(maxBinding / (WORKGROUP * bytes))));
}

/**
 * Distributes states over invocations: short blocks if there are few candidates, long ones if there are many.
 *
 * @param bytes of a total
 * @param maxBinding the maximum size of the table of totals in bytes; it holds at fewest one workgroup's candidates
 * @param longest the maximum number of states per invocation, unless more than that are side by side
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
  const fewest = Math.max(1, Math.floor(Math.min(wanted, states) / lanes));
  const groups = Math.max(fewest, Math.ceil(states / mostBlocks / lanes));
  return { lanes, groups, blocks: Math.ceil(states / (groups * lanes)) };
}

/** A range of candidates. */
export interface Range {
  readonly first: number;
  readonly candidates: number;
}

/** How many candidates fit into a part, apart from its work: a multiple of WORKGROUP. */
export function capacityOf(candidates: number, bytesPerCandidate: number, maxBinding: number): number {
  const whole = (count: number) => Math.floor(count / WORKGROUP) * WORKGROUP;
  const fitting = whole(Math.min(MAX_TOTALS, maxBinding) / bytesPerCandidate);
  return Math.max(
    WORKGROUP,
    Math.min(whole(candidates + WORKGROUP - 1), fitting, MAX_WORKGROUPS * WORKGROUP),
  );
}

/**
 * The next part of a step's candidates.
 *
 * @param workPerCandidate in rollout steps
 * @param budget rollout steps that the part may take
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

/** How many blocks one dispatch may have: all, unless one workgroup with all blocks would exceed the budget. */
export function blocksPerDispatch(blocks: number, workPerBlock: number, budget: number): number {
  return Math.max(1, Math.min(blocks, Math.floor(budget / workPerBlock)));
}

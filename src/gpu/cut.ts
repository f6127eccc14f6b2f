// Work too large for one dispatch, one buffer or one submission is cut: candidates into parts, and where a part of a
// single workgroup is still too much, its states into runs of blocks. Each candidate's cost is computed by the same
// operations however the cut falls, so it never changes a result.

import { LANES, WORKGROUP } from "../../shaders/rollout.wgsl.ts";

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

/** How states are dealt to invocations. */
export interface Blocks {
  /** groups of LANES states in a block */
  readonly groups: number;
  /** blocks of all states */
  readonly blocks: number;
}

/** Deals states to invocations: short blocks where there are few candidates, long ones where there are many. */
export function dealStates(states: number, candidates: number): Blocks {
  const long = Math.min(LONG_BLOCK, Math.ceil(states / LANES) * LANES);
  const wanted = (candidates * states) / long >= ENOUGH_INVOCATIONS ? long : LANES;
  const groups = Math.ceil(Math.max(wanted, states / MOST_BLOCKS) / LANES);
  return { groups, blocks: Math.ceil(states / (groups * LANES)) };
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

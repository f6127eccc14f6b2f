// The method `rollout` on the device: host of shaders/rollout.wgsl.ts and shaders/enclose.wgsl.ts.

import { ROUNDING } from "../../shaders/float32.ts";
import type { CellGrid, Points } from "../../shaders/grid.wgsl.ts";
import type { Arithmetic } from "../../shaders/real.wgsl.ts";
import { type Deal, rolloutWgsl, totalSize, WORKGROUP } from "../../shaders/rollout.wgsl.ts";
import { encode } from "./buffers.ts";
import type { GpuContext, PartOfStep } from "./context.ts";
import { blocksPerDispatch, MOST_WORKGROUPS } from "./cut.ts";
import { gameWgsl, sizesOf } from "./gameWgsl.ts";
import { createKernel } from "./kernel.ts";
import { createSource } from "./source.ts";

/** What is rolled out, and in which arithmetic. */
interface RolloutOptions {
  readonly arithmetic: Arithmetic;
  /** the states' numbers, state by state */
  readonly numbers: ArrayLike<number>;
  readonly deal: Deal;
  /** candidates of a part, at most */
  readonly capacity: number;
  /** what is rolled out in place of the problem's candidates: the `real`s of its axes */
  readonly candidates?: { readonly points: Float32Array<ArrayBuffer>; readonly grid: Points } | undefined;
  /** in affine arithmetic: additions that a plain total goes through until it is part of a cost */
  readonly additions?: number | undefined;
  /** the candidates' cells, and for each whether its candidates are rolled out */
  readonly cells?: { readonly grid: CellGrid; readonly open: GPUBuffer } | undefined;
}

/** Rollouts of some states in one arithmetic. */
export async function createRollouts(
  context: Pick<GpuContext, "open" | "problem" | "recorder" | "buffers">,
  options: RolloutOptions,
) {
  const { open, problem, recorder, buffers } = context;
  const { arithmetic, numbers, deal, capacity, additions, cells } = options;
  const { device } = open;
  const bytes = arithmetic.size * 4;
  const episodes = problem.learningRates.length;
  const rates = buffers.holding("learning rates", encode(problem.learningRates, arithmetic));
  const padded = deal.blocks * deal.groups * deal.lanes;
  const states = buffers.storage("states", padded * sizesOf(problem).state * bytes);
  device.queue.writeBuffer(states, 0, encode(numbers, arithmetic));
  const totals = buffers.storage(
    `totals, ${arithmetic.kind}`,
    deal.blocks * capacity * totalSize(arithmetic) * 4,
  );

  const { points, grid: candidates } = options.candidates ?? { grid: problem.candidates };
  const source = await createSource({ ...context, arithmetic, rates, capacity, points });
  const bound = [rates, source.decisions, states, totals];
  if (source.plan) bound.push(source.plan);
  if (cells) bound.push(cells.open);
  const kinds = ["read", "read", "read", "write", "read", "read"] as const;
  const declarations = gameWgsl(problem, arithmetic);
  const code = rolloutWgsl({
    ...{ declarations, problem, arithmetic, deal, candidates, additions },
    cells: cells?.grid,
  });
  const rollout = await createKernel(device, "rollout", code, ["part", ...kinds.slice(0, bound.length)]);
  const group = rollout.bind(recorder.parts, ...bound);

  return {
    rates,
    source,
    totals,
    /**
     * Records the rollouts of a part, in as many submissions as the pace asks for.
     *
     * @param worth as many plain candidates as this takes as long as
     */
    async record(part: PartOfStep, worth: number): Promise<void> {
      if (worth === 0) return;
      const charge = ROUNDING * (episodes - part.episode);
      const workPerBlock = worth * deal.groups * deal.lanes * (episodes - part.episode);
      const run = Math.min(
        blocksPerDispatch(deal.blocks, workPerBlock, recorder.budget),
        Math.floor((MOST_WORKGROUPS * WORKGROUP) / part.candidates),
      );
      for (let block = 0; block < deal.blocks; block += run) {
        const blocks = Math.min(run, deal.blocks - block);
        if (workPerBlock * blocks > recorder.room) await recorder.flush();
        const offset = recorder.part({ ...part, first_block: block, run: blocks, charge });
        const x = Math.ceil((part.candidates * blocks) / WORKGROUP);
        recorder.dispatch(rollout, group, offset, x, workPerBlock * blocks);
      }
    },
  };
}

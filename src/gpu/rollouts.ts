// The method `rollout` on the device: host of shaders/rollout.wgsl.ts.

import { ROUNDING } from "../../shaders/float32.ts";
import type { Points } from "../../shaders/grid.wgsl.ts";
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
  /** whether candidates are those of a list, and states stand for one or two: see `bind` and `arrange` */
  readonly listed?: boolean;
}

/** Which states are rolled out: blocks of those on the device. */
export interface Blocks {
  readonly first_block: number;
  readonly run: number;
  /** how many states there are in all blocks */
  readonly states: number;
}

/** The candidates of a part, and from which states they are rolled out. */
type RolledPart = Blocks & Pick<PartOfStep, "episode" | "first" | "candidates">;

/** Rollouts of some states in one arithmetic. */
export async function createRollouts(
  context: Pick<GpuContext, "open" | "problem" | "recorder" | "buffers">,
  options: RolloutOptions,
) {
  const { open, problem, recorder, buffers } = context;
  const { arithmetic, deal, capacity, additions, listed = false } = options;
  const { device } = open;
  const episodes = problem.learningRates.length;
  const stride = sizesOf(problem).state * arithmetic.size;
  const numbers = encode(options.numbers, arithmetic);
  const rates = buffers.holding("learning rates", encode(problem.learningRates, arithmetic));
  const padded = deal.blocks * deal.groups * deal.lanes;
  const states = buffers.storage("states", padded * stride * 4);
  device.queue.writeBuffer(states, 0, numbers);
  const shares = listed ? buffers.storage("shares", padded * 4) : undefined;
  const totals = buffers.storage(
    `totals, ${arithmetic.kind}`,
    deal.blocks * capacity * totalSize(arithmetic) * 4,
  );

  const { points, grid: candidates } = options.candidates ?? { grid: problem.candidates };
  const source = await createSource({ ...context, arithmetic, rates, capacity, points });
  const declarations = gameWgsl(problem, arithmetic);
  const code = rolloutWgsl({ declarations, problem, arithmetic, deal, candidates, additions, listed });
  const bindings = ["read", "read", "read", "write", ...(source.plan ? (["read"] as const) : [])] as const;
  const rollout = await createKernel(device, "rollout", code, [
    "part",
    ...bindings,
    ...(listed ? (["read", "read"] as const) : []),
  ]);
  /** What is rolled out: the candidates of a list, where they are listed, of other points than those given. */
  const bind = (list?: GPUBuffer, decisions = source.decisions) =>
    rollout.bind(
      ...[recorder.parts, rates, decisions, states, totals],
      ...[source.plan, list, shares].filter((buffer) => buffer !== undefined),
    );
  const whole = listed ? undefined : bind();

  return {
    rates,
    source,
    totals,
    bind,
    /** all states, as they were given */
    all: { first_block: 0, run: deal.blocks, states: numbers.length / stride } satisfies Blocks,
    /** Puts some of the states on the device, in an order, each for so many: one or two. */
    arrange(order: Uint32Array, counts: Uint32Array): void {
      const arranged = new Float32Array(order.length * stride);
      for (const [i, state] of order.entries())
        arranged.set(numbers.subarray(state * stride, (state + 1) * stride), i * stride);
      device.queue.writeBuffer(states, 0, arranged);
      device.queue.writeBuffer(shares!, 0, Float32Array.from(counts));
    },
    /**
     * Records the rollouts of a part, in as many submissions as the pace asks for.
     *
     * @param worth as many plain candidates as this takes as long as
     */
    async record(part: RolledPart, worth: number, group = whole!): Promise<void> {
      const charge = ROUNDING * (episodes - part.episode);
      const workPerBlock = worth * deal.groups * deal.lanes * (episodes - part.episode);
      const run = Math.min(
        blocksPerDispatch(part.run, workPerBlock, recorder.budget),
        Math.floor((MOST_WORKGROUPS * WORKGROUP) / part.candidates),
      );
      const end = part.first_block + part.run;
      for (let block = part.first_block; block < end; block += run) {
        const blocks = Math.min(run, end - block);
        if (workPerBlock * blocks > recorder.room) await recorder.flush();
        const offset = recorder.part({ ...part, first_block: block, run: blocks, charge });
        const x = Math.ceil((part.candidates * blocks) / WORKGROUP);
        recorder.dispatch(rollout, group, offset, x, workPerBlock * blocks);
      }
    },
  };
}

export type Rollouts = Awaited<ReturnType<typeof createRollouts>>;

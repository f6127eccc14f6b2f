// Rollouts on the device: the host code of shaders/rollout.wgsl.ts.

import { ROUNDING } from "../../shaders/float32.ts";
import type { Points } from "../../shaders/grid.wgsl.ts";
import type { Arithmetic } from "../../shaders/real.wgsl.ts";
import { type Deal, rolloutWgsl, totalSize, WORKGROUP } from "../../shaders/rollout.wgsl.ts";
import { encode } from "./buffers.ts";
import type { GpuContext, PartOfStep } from "./context.ts";
import { blocksPerDispatch, MAX_WORKGROUPS } from "./cut.ts";
import { gameWgsl, sizesOf } from "./gameWgsl.ts";
import { createKernel } from "./kernel.ts";
import { createSource } from "./source.ts";

/** What is rolled out, and in which arithmetic. */
interface RolloutOptions {
  readonly arithmetic: Arithmetic;
  /** the states' numbers, state by state */
  readonly numbers: ArrayLike<number>;
  readonly deal: Deal;
  /** the maximum number of candidates in a part */
  readonly capacity: number;
  /** replaces the problem's candidates: the `real`s of other axes */
  readonly candidates?: { readonly points: Float32Array<ArrayBuffer>; readonly grid: Points } | undefined;
  /** in affine arithmetic: the number of additions between a plain total and a cost */
  readonly additions?: number | undefined;
  /** whether candidates are read from a list, and each state stands for one or two: see `bind` and `arrange` */
  readonly listed?: boolean;
}

/** The states that are rolled out: a range of blocks on the device. */
export interface Blocks {
  readonly first_block: number;
  readonly run: number;
  /** how many states there are in all blocks */
  readonly states: number;
}

/** The candidates of a part, and the states from which they are rolled out. */
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
  /** Binds a list of candidates, if candidates are listed, and optionally other points than those given. */
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
    /** all states, in the order given */
    all: { first_block: 0, run: deal.blocks, states: numbers.length / stride } satisfies Blocks,
    /** Copies some of the states to the device, in an order; each stands for one or two states. */
    arrange(order: Uint32Array, counts: Uint32Array): void {
      const arranged = new Float32Array(order.length * stride);
      for (const [i, state] of order.entries())
        arranged.set(numbers.subarray(state * stride, (state + 1) * stride), i * stride);
      device.queue.writeBuffer(states, 0, arranged);
      device.queue.writeBuffer(shares!, 0, Float32Array.from(counts));
    },
    /**
     * Records the rollouts of a part, in as many submissions as the pace requires.
     *
     * @param worth the number of plain candidates that would take as long
     */
    async record(part: RolledPart, worth: number, group = whole!): Promise<void> {
      const charge = ROUNDING * (episodes - part.episode);
      const workPerBlock = worth * deal.groups * deal.lanes * (episodes - part.episode);
      const run = Math.min(
        blocksPerDispatch(part.run, workPerBlock, recorder.budget),
        Math.floor((MAX_WORKGROUPS * WORKGROUP) / part.candidates),
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

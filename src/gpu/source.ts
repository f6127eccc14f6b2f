// Where the rollouts read decisions from: points of a grid, or rows of weights that a search provides.

import { adoptWgsl } from "../../shaders/plan.wgsl.ts";
import type { Arithmetic } from "../../shaders/real.wgsl.ts";
import { WORKGROUP } from "../../shaders/rollout.wgsl.ts";
import type { Plan } from "../model/evaluator.ts";
import { encode } from "./buffers.ts";
import type { GpuContext } from "./context.ts";
import { gameWgsl, sizesOf } from "./gameWgsl.ts";
import { createKernel } from "./kernel.ts";

/** A source of decisions for the kernel. */
export interface Source {
  /** the kernel's third buffer: the axes of a grid, or weights */
  readonly decisions: GPUBuffer;
  /** the prepared plan, if it is not part of `decisions` */
  readonly plan?: GPUBuffer;
  /** Copies the decisions of the episodes in [from, to) to the device. */
  adopt(from: number, to: number, decided: Plan): void;
  /** Copies a batch of candidates to the device. */
  bring(batch: readonly ArrayLike<number>[]): void;
}

/** What a source is created from. */
type Making = Pick<GpuContext, "open" | "problem" | "recorder" | "buffers"> & {
  readonly arithmetic: Arithmetic;
  readonly rates: GPUBuffer;
  readonly capacity: number;
  /** the `real`s of the decision's axes, one axis after the other; those of the problem unless given */
  readonly points?: Float32Array<ArrayBuffer> | undefined;
};

/** Candidates are points of a grid; the decision of each later episode is prepared once for all rollouts. */
async function createGridSource(making: Making): Promise<Source> {
  const { open, problem, recorder, buffers, arithmetic, rates } = making;
  const sizes = sizesOf(problem);
  const episodes = problem.learningRates.length;
  const bytes = arithmetic.size * 4;
  const points =
    making.points ??
    encode(
      problem.candidates.axes.flatMap((axis) => [...axis]),
      arithmetic,
    );
  const axes = buffers.holding("axes", points);
  const decisions = buffers.storage("decisions", episodes * sizes.decision * bytes);
  const plan = buffers.storage("plan", episodes * sizes.prepared * bytes);
  const code = adoptWgsl(gameWgsl(problem, arithmetic), episodes);
  const adopt = await createKernel(open.device, "adopt", code, ["part", "read", "read", "write"]);
  const group = adopt.bind(recorder.parts, rates, decisions, plan);
  return {
    decisions: axes,
    plan,
    adopt(from, to, decided) {
      const chosen = Array.from({ length: to - from }, (_, i) => decided[from + i]).flat();
      open.device.queue.writeBuffer(decisions, from * sizes.decision * bytes, encode(chosen, arithmetic));
      recorder.dispatch(
        adopt,
        group,
        recorder.part({ first: from }),
        Math.ceil((episodes - from) / WORKGROUP),
      );
    },
    bring() {},
  };
}

/** Decisions are rows of weights: first the plan's, one per episode, then the candidates'. */
function createWeightsSource({ open, problem, buffers, arithmetic, capacity }: Making): Source {
  const { decision } = sizesOf(problem);
  const episodes = problem.learningRates.length;
  const row = decision * arithmetic.size * 4;
  const weights = buffers.storage("weights", (episodes + capacity) * row);
  const write = (at: number, rows: readonly ArrayLike<number>[]) => {
    const numbers = new Float64Array(rows.length * decision);
    for (const [i, one] of rows.entries()) numbers.set(one, i * decision);
    open.device.queue.writeBuffer(weights, at * row, encode(numbers, arithmetic));
  };
  return {
    decisions: weights,
    adopt: (from, to, decided) => write(from, decided.slice(from, to)),
    bring: (batch) => write(episodes, batch),
  };
}

/** The source of a problem's decisions. */
export async function createSource(making: Making): Promise<Source> {
  return making.problem.game.network ? createWeightsSource(making) : createGridSource(making);
}

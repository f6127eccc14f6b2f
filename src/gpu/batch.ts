// The costs of any decisions, computed on the device in batches for a search.

import { encloseWgsl } from "../../shaders/enclose.wgsl.ts";
import { ENCLOSED_SIZE } from "../../shaders/minimum.wgsl.ts";
import { plain } from "../../shaders/real.wgsl.ts";
import { WORKGROUP } from "../../shaders/rollout.wgsl.ts";
import type { BatchCosts } from "../model/evaluator.ts";
import type { Problem } from "../model/problem.ts";
import { Buffers, enclosed } from "./buffers.ts";
import { dealStates } from "./cut.ts";
import { guarded, type OpenDevice, openDevice } from "./device.ts";
import { checkFitsFloat32 } from "./gameWgsl.ts";
import { createKernel } from "./kernel.ts";
import { Recorder } from "./recorder.ts";
import { createRollouts } from "./rollouts.ts";
import { tabulateStates } from "./states.ts";

/**
 * Opens a device for a problem whose decisions are found by a search.
 *
 * @param capacity the maximum number of decisions in a batch
 * @returns undefined if there is no hardware adapter and a device is not required
 * @throws MesaError as createGpuEvaluator does
 */
export async function createBatchCosts(
  problem: Problem,
  { capacity, required, gpu }: { capacity: number; required: boolean; gpu?: GPU | undefined },
): Promise<BatchCosts | undefined> {
  const open = await openDevice(gpu, required);
  if (!open) return undefined;
  try {
    checkFitsFloat32(problem);
    return await guarded(open, () => build(open, problem, capacity));
  } catch (error) {
    open.device.destroy();
    throw error;
  }
}

async function build(open: OpenDevice, problem: Problem, atOnce: number): Promise<BatchCosts> {
  const { device } = open;
  const capacity = Math.ceil(atOnce / WORKGROUP) * WORKGROUP;
  const recorder = new Recorder(open);
  const buffers = new Buffers(device);
  const table = tabulateStates(problem);
  // one state at a time: an episode of a network is long, and each state side by side would repeat its text
  const deal = dealStates(table.count, capacity, 4, device.limits.maxStorageBufferBindingSize, 1);
  const context = { open, problem, recorder, buffers };
  const rollouts = await createRollouts(context, {
    arithmetic: plain,
    numbers: table.numbers,
    deal,
    capacity,
  });
  const enclosures = buffers.storage("enclosures", capacity * ENCLOSED_SIZE);
  const back = buffers.readable("enclosures, read back", capacity * ENCLOSED_SIZE);
  const enclose = await createKernel(device, "enclose", encloseWgsl({ kind: "none" }), [
    "part",
    "write",
    "read",
  ]);
  const group = enclose.bind(recorder.parts, enclosures, rollouts.totals);
  /** the first episode whose decision is on the device */
  let adopted = problem.learningRates.length;

  return {
    adapter: open.name,
    costs: (episode, plan, batch) =>
      guarded(open, async () => {
        if (adopted <= episode) adopted = problem.learningRates.length;
        if (adopted > episode + 1) rollouts.source.adopt(episode + 1, adopted, plan);
        adopted = episode + 1;
        rollouts.source.bring(batch);
        const part = { episode, first: 0, candidates: batch.length, ...rollouts.all };
        await rollouts.record(part, batch.length);
        const offset = recorder.part(part);
        recorder.dispatch(enclose, group, offset, Math.ceil(batch.length / WORKGROUP));
        recorder.copy(enclosures, 0, back, 0, batch.length * ENCLOSED_SIZE);
        const entries = enclosed(await recorder.read(back, batch.length * ENCLOSED_SIZE));
        return Float64Array.from(entries, ({ cost }) => cost * table.scale);
      }),
    destroy() {
      buffers.destroy();
      recorder.parts.destroy();
      device.destroy();
    },
  };
}

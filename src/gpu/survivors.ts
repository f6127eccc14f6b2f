// Which candidates float64 has to settle: those that could be the least or the runner-up, by the device's own bound.

import { BEST_SIZE, SURVIVOR_SIZE, survivorsWgsl } from "../../shaders/least.wgsl.ts";
import { WORKGROUP } from "../../shaders/rollout.wgsl.ts";
import type { Watch } from "../model/evaluator.ts";
import type { Enclosure } from "../model/moments.ts";
import { Buffers } from "./buffers.ts";
import type { Asked, GpuContext, Scorer } from "./context.ts";
import { createKernel } from "./kernel.ts";
import type { Search } from "./search.ts";

/** survivors that come back with their number; where there are more, a second copy fetches them */
const FIRST_SURVIVORS = 1022;
/** from there on a number says nothing: see `known` of shaders/least.wgsl.ts */
const UNKNOWN = 2 ** 125;

/**
 * A screening of the candidates that are asked.
 *
 * @returns a function that gives the survivors by index, in ascending order, with what is known of their costs
 */
export async function createScreening(context: GpuContext, scorer: Scorer, search: Search) {
  const { open, problem, recorder, buffers, bests } = context;
  const { device } = open;
  const { size } = problem.candidates;
  const early = Math.min(FIRST_SURVIVORS, size);
  const count = buffers.storage("survivor count", 16);
  const survivors = buffers.storage("survivors", size * SURVIVOR_SIZE);
  const back = buffers.readable("survivors, read back", 16 + early * SURVIVOR_SIZE);
  const bindings = ["part", "read", "read", "write", "write"] as const;
  const survive = await createKernel(device, "survive", survivorsWgsl(WORKGROUP), bindings);
  const group = survive.bind(recorder.parts, scorer.enclosures, bests, count, survivors);

  /** the first `found` entries: index, cost, error */
  async function readAll(found: number): Promise<DataView> {
    const all = new Buffers(device);
    try {
      const whole = all.readable("all survivors, read back", found * SURVIVOR_SIZE);
      recorder.copy(survivors, 0, whole, 0, found * SURVIVOR_SIZE);
      return new DataView(await recorder.read(whole, found * SURVIVOR_SIZE));
    } finally {
      all.destroy();
    }
  }

  return async (asked: Asked, watch: Watch): Promise<ReadonlyMap<number, Enclosure>> => {
    recorder.clear(count);
    await search.record(asked, watch, (part, { candidates }) =>
      recorder.dispatch(survive, group, part, Math.ceil(candidates / WORKGROUP)),
    );
    recorder.copy(count, 0, back, 0, 4);
    // the threshold: the runner-up's upper end
    recorder.copy(bests, asked.slot * BEST_SIZE + 8, back, 4, 4);
    recorder.copy(survivors, 0, back, 16, early * SURVIVOR_SIZE);
    const head = new DataView(await recorder.read(back, 16 + early * SURVIVOR_SIZE));
    const found = head.getUint32(0, true);
    const threshold = head.getFloat32(4, true);
    const entries = found <= early ? new DataView(head.buffer, 16) : await readAll(found);
    const kept: [index: number, enclosure: Enclosure][] = [];
    for (let at = 0; at < found * SURVIVOR_SIZE; at += SURVIVOR_SIZE) {
      const [cost, error] = [entries.getFloat32(at + 4, true), entries.getFloat32(at + 8, true)];
      const known = Math.abs(cost) < UNKNOWN && error < UNKNOWN;
      if (known && cost - error > threshold) continue;
      const enclosure = { cost: cost * scorer.scale, error: known ? error * scorer.scale : Infinity };
      kept.push([entries.getUint32(at, true), enclosure]);
    }
    return new Map(kept.sort(([a], [b]) => a - b));
  };
}

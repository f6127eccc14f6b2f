// Lists of survivors on the device: the candidates that could be the minimum or the runner-up, by the device's own
// bound.

import { BEST_SIZE, ENCLOSED_SIZE, survivorsWgsl } from "../../shaders/minimum.wgsl.ts";
import { WORKGROUP } from "../../shaders/rollout.wgsl.ts";
import type { Watch } from "../model/evaluator.ts";
import { Buffers, type Enclosed, enclosed } from "./buffers.ts";
import type { GpuContext, Query, Scorer } from "./context.ts";
import { MAX_WORKGROUPS } from "./cut.ts";
import { createKernel } from "./kernel.ts";
import type { Search } from "./search.ts";

/** the number of survivors that are read together with their count; if there are more, a second copy reads them all */
const FIRST_SURVIVORS = 1020;
/** bytes before the survivors: their count, and the best */
const HEAD = 32;
/** numbers from here on count as infinite: see `known` of shaders/minimum.wgsl.ts */
const UNKNOWN = 2 ** 125;

/** A list of candidates. */
interface Listed {
  readonly size: number;
  /** how many of their boxes are listed, if boxes are */
  readonly boxes: number;
  /** the candidate with the lowest cost so far */
  readonly best: number;
  /** the second-lowest upper end */
  readonly runnerUp: number;
  /** the listed candidates, in no particular order */
  entries(): Promise<Enclosed[]>;
}

/** Whether an enclosure from the device is finite. */
export const isKnown = ({ cost, error }: Enclosed): boolean => Math.abs(cost) < UNKNOWN && error < UNKNOWN;

/** The entries that are not certainly above a threshold. */
export const notAbove = (entries: readonly Enclosed[], threshold: number): Enclosed[] =>
  entries.filter((entry) => !(isKnown(entry) && entry.cost - entry.error > threshold));

/** Creates the lists of candidates of a device, one after the other. */
export async function createSurvivors({ open, problem, recorder, buffers, bests }: GpuContext) {
  const { device } = open;
  const early = Math.min(FIRST_SURVIVORS, problem.candidates.size);
  const count = buffers.storage("survivor count", 16);
  const back = buffers.readable("survivors, read back", HEAD + early * ENCLOSED_SIZE);
  const bindings = ["part", "read", "read", "write", "write"] as const;
  const survive = await createKernel(device, "survive", survivorsWgsl(WORKGROUP), bindings);

  /** reads the first entries of a list */
  async function readAll(list: GPUBuffer, size: number): Promise<Enclosed[]> {
    const all = new Buffers(device);
    try {
      const whole = all.readable("all survivors, read back", size * ENCLOSED_SIZE);
      recorder.copy(list, 0, whole, 0, size * ENCLOSED_SIZE);
      return enclosed(await recorder.read(whole, size * ENCLOSED_SIZE));
    } finally {
      all.destroy();
    }
  }

  return {
    /** two u32s: how many candidates are listed, and how many of their boxes */
    count,
    /** binds a source of enclosures and the list for their survivors */
    bind: (enclosures: GPUBuffer, list: GPUBuffer) =>
      survive.bind(recorder.parts, enclosures, bests, count, list),
    /** Starts a new list. */
    clear: () => recorder.clear(count),
    /** Records that a part's survivors are added to the list. */
    add: (part: number, candidates: number, group: GPUBindGroup) =>
      recorder.dispatch(survive, group, part, Math.ceil(candidates / WORKGROUP)),
    /** Submits, and reads how many candidates are listed, and the first of them if `entries` is true. */
    async read(list: GPUBuffer, { slot }: Query, entries: boolean): Promise<Listed> {
      const bytes = HEAD + (entries ? early * ENCLOSED_SIZE : 0);
      recorder.copy(count, 0, back, 0, 8);
      recorder.copy(bests, slot * BEST_SIZE, back, 16, BEST_SIZE);
      if (entries) recorder.copy(list, 0, back, HEAD, early * ENCLOSED_SIZE);
      const head = await recorder.read(back, bytes);
      const view = new DataView(head);
      const size = view.getUint32(0, true);
      return {
        size,
        boxes: view.getUint32(4, true),
        best: view.getUint32(20, true),
        runnerUp: view.getFloat32(24, true),
        entries: async () =>
          entries && size <= early
            ? enclosed(head.slice(HEAD, HEAD + size * ENCLOSED_SIZE))
            : readAll(list, size),
      };
    },
  };
}

export type Survivors = Awaited<ReturnType<typeof createSurvivors>>;

/** Splits candidates into ranges of at most one dispatch each. */
export function* dispatches(size: number): Generator<{ first: number; candidates: number }> {
  const most = MAX_WORKGROUPS * WORKGROUP;
  for (let first = 0; first < size; first += most) yield { first, candidates: Math.min(most, size - first) };
}

/** Screening in one pass: lists the survivors of all candidates. */
export async function createScreening(context: GpuContext, scorer: Scorer, search: Search) {
  const survivors = await createSurvivors(context);
  const { size } = context.problem.candidates;
  const list = context.buffers.storage("survivors", size * ENCLOSED_SIZE);
  const group = survivors.bind(scorer.enclosures, list);
  return async (query: Query, watch: Watch): Promise<Enclosed[]> => {
    survivors.clear();
    await search.record(query, watch, (part, { candidates }) => survivors.add(part, candidates, group));
    const found = await survivors.read(list, query, true);
    return notAbove(await found.entries(), found.runnerUp);
  };
}

// The search of a grid on the device: candidates are scored part by part, and the best of them is found.

import { BEST_SIZE, HUGE, MAX_GROUPS, minimumWgsl, REDUCERS } from "../../shaders/minimum.wgsl.ts";
import { checkNotAborted } from "../errors.ts";
import type { Choice, Watch } from "../model/evaluator.ts";
import type { GpuContext, Query, Scorer } from "./context.ts";
import { nextPart, type Range } from "./cut.ts";
import { createKernel, type Kernel } from "./kernel.ts";

/** Finds the best candidates. */
export interface Search {
  /**
   * Records the search for a question, and submits whenever a submission is full.
   *
   * @param then records further work on each part
   * @param size the length of the list, if the scorer reads candidates from a list
   * @throws MesaError `ABORTED`
   */
  record(
    query: Query,
    watch: Watch,
    then?: (part: number, range: Range) => void | Promise<void>,
    size?: number,
  ): Promise<void>;
  /** Submits, and reads the results of the slots in [from, to). */
  best(from: number, to: number): Promise<Choice[]>;
}

/** Compiles the kernels of the search, which depend neither on the game nor on the grid. */
export function compileSearch(device: GPUDevice): Promise<[reduce: Kernel, finish: Kernel]> {
  const code = minimumWgsl();
  const compile = (entry: string) => createKernel(device, entry, code, ["part", "read", "write", "write"]);
  return Promise.all([compile("reduce"), compile("finish")]);
}

/** A search among the candidates of a scorer. */
export async function createSearch(context: GpuContext, scorer: Scorer): Promise<Search> {
  const { open, problem, recorder, buffers, bests } = context;
  const { device } = open;
  const { candidates } = problem;
  const groups = buffers.storage("groups", MAX_GROUPS * BEST_SIZE);
  const [reduce, finish] = await compileSearch(device);
  const reduceGroup = reduce.bind(recorder.parts, scorer.enclosures, groups, bests);
  const finishGroup = finish.bind(recorder.parts, scorer.enclosures, groups, bests);
  const back = buffers.readable("bests, read back", bests.size);

  return {
    async record(query, watch, then, size = candidates.size) {
      const work = scorer.workOf(query.episode);
      for (let first = 0; first < size; ) {
        const range = nextPart(first, size, scorer.capacity, work, recorder.budget);
        if (range.candidates * work > recorder.room) {
          await recorder.flush();
          checkNotAborted(watch.signal);
          if (first > 0) watch.onProgress?.(first / size);
        }
        const part = await scorer.score({ ...query, ...range });
        const workgroups = Math.min(MAX_GROUPS, Math.ceil(range.candidates / REDUCERS));
        recorder.dispatch(reduce, reduceGroup, part, workgroups);
        recorder.dispatch(finish, finishGroup, part, 1);
        await then?.(part, range);
        first += range.candidates;
      }
    },

    async best(from, to) {
      recorder.copy(bests, from * BEST_SIZE, back, 0, (to - from) * BEST_SIZE);
      const view = new DataView(await recorder.read(back, (to - from) * BEST_SIZE));
      return Array.from({ length: to - from }, (_, slot) => {
        const cost = view.getFloat32(slot * BEST_SIZE, true);
        const index = view.getUint32(slot * BEST_SIZE + 4, true);
        const runnerUp = view.getFloat32(slot * BEST_SIZE + 8, true);
        return {
          index,
          decision: candidates.at(index),
          cost: cost < HUGE ? cost * scorer.scale : Number.POSITIVE_INFINITY,
          runnerUp: runnerUp < HUGE ? runnerUp * scorer.scale : Number.NaN,
          survivors: 0,
          rolledOut: scorer.rolledOut,
        };
      });
    },
  };
}

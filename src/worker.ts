// What runs in a thread. This file and its imports become one script that is part of the bundle, so that threads need
// no file of their own wherever the package is installed. scripts/worker.mjs bundles it.

import { boundsJob, costsJob, descentJob, screenJob, sumsJob } from "./cpu/jobs.ts";
import { cellsJob } from "./diagram/cpu.ts";
import { MesaError } from "./errors.ts";
import type { Job } from "./threads/pool.ts";
import type { Port } from "./threads/thread.ts";

/** the jobs that threads can do, by the names that a pool sends */
const jobs = new Map<string, Job<never, never, unknown>>(
  [boundsJob, sumsJob, costsJob, descentJob, screenJob, cellsJob].map((job) => [
    job.name,
    job as Job<never, never, unknown>,
  ]),
);

/** Answers a pool's requests, one at a time. */
export function serve(port: Port): void {
  let work: ((part: never) => unknown) | undefined;
  port.onmessage = async ({ data: { task, part } }) => {
    try {
      if (task) work = jobs.get(task.job)!.open(task.shared as never);
      const answer = await work!(part as never);
      port.postMessage({ answer }, buffersOf(answer));
    } catch (error) {
      const code = error instanceof MesaError && { code: error.code };
      port.postMessage({ failure: { ...code, thrown: error } }, []);
    }
  };
}

/** The buffers of an answer's typed arrays, which are transferred to the other thread rather than copied. */
function buffersOf(answer: unknown): ArrayBuffer[] {
  const values = ArrayBuffer.isView(answer) ? [answer] : Object.values(answer ?? {});
  const buffers = values.flatMap((value) => (ArrayBuffer.isView(value) ? [value.buffer as ArrayBuffer] : []));
  return [...new Set(buffers)];
}

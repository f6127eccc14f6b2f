// What runs in a thread. This file and its imports become one script that is part of the bundle, so that threads need
// no file of their own wherever the package is installed. scripts/worker.mjs bundles it.

import { boundsJob, costsJob, descentJob, screenJob, sumsJob } from "./cpu/jobs.ts";
import { cellsJob } from "./diagram/cpu.ts";
import { MesaError } from "./errors.ts";
import type { Job } from "./threads/pool.ts";
import type { Port, Request } from "./threads/thread.ts";

/** the jobs that threads can do, by the names that a pool sends */
const jobs = new Map<string, Job<never, never, unknown>>(
  [boundsJob, sumsJob, costsJob, descentJob, screenJob, cellsJob].map((job) => [
    job.name,
    job as Job<never, never, unknown>,
  ]),
);

/** Answers a pool's requests, one at a time, in their order. */
export function serve(port: Port): void {
  let work: ((part: never) => unknown) | undefined;
  const answer = async ({ task, part }: Request) => {
    try {
      if (task) work = open(task);
      const answer = await work!(part as never);
      port.postMessage({ answer }, buffersOf(answer));
    } catch (error) {
      const code = error instanceof MesaError && { code: error.code };
      port.postMessage({ failure: { ...code, thrown: error } }, []);
    }
  };
  let last = Promise.resolve();
  port.onmessage = ({ data }) => {
    last = last.then(() => answer(data));
  };
}

/** Opens a task. If that fails, every part of the task does, also one that was sent ahead. */
function open({ job, shared }: NonNullable<Request["task"]>): (part: never) => unknown {
  try {
    return jobs.get(job)!.open(shared as never);
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** The buffers of an answer's typed arrays, which are transferred to the other thread rather than copied. */
function buffersOf(answer: unknown): ArrayBuffer[] {
  const values = ArrayBuffer.isView(answer) ? [answer] : Object.values(answer ?? {});
  const buffers = values.flatMap((value) => (ArrayBuffer.isView(value) ? [value.buffer as ArrayBuffer] : []));
  return [...new Set(buffers)];
}

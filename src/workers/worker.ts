// What runs in a thread. This file and what it imports become one script that is part of the bundle, so that threads
// need no file of their own wherever the package is. scripts/worker.mjs bundles it.

import { MesaError } from "../errors.ts";
import { jobs } from "./jobs.ts";
import type { Port } from "./thread.ts";

const byName: Record<string, (shared: never) => (part: never) => unknown> = jobs;

/** Answers a pool's requests, one at a time. */
export function serve(port: Port): void {
  let work: ReturnType<(typeof byName)[string]> | undefined;
  port.onmessage = async ({ data: { task, part } }) => {
    try {
      if (task) work = byName[task.job](task.shared as never);
      const answer = await work!(part as never);
      port.postMessage({ answer }, buffersOf(answer));
    } catch (error) {
      const code = error instanceof MesaError && { code: error.code };
      port.postMessage({ failure: { ...code, thrown: error } }, []);
    }
  };
}

/** The buffers of an answer's typed arrays, which move to the other thread and need not be copied. */
function buffersOf(answer: unknown): ArrayBuffer[] {
  const values = ArrayBuffer.isView(answer) ? [answer] : Object.values(answer ?? {});
  const buffers = values.flatMap((value) => (ArrayBuffer.isView(value) ? [value.buffer as ArrayBuffer] : []));
  return [...new Set(buffers)];
}

// Threads in Node: worker threads.

import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Listener, Thread } from "./thread.ts";

/** How many threads can run at once. */
export function availableThreads(): number {
  return availableParallelism();
}

/** @param script defines `worker`, the exports of worker.ts */
export function startThread(script: string, { onReply, onLost }: Listener): Thread {
  const serve = `${script};worker.serve(require("node:worker_threads").parentPort)`;
  const worker = new Worker(serve, { eval: true, execArgv: [] });
  worker.on("message", onReply);
  worker.on("error", onLost);
  worker.on("exit", (code) => onLost(new Error(`the thread ended with ${code}`)));
  return {
    post: (request) => worker.postMessage(request),
    keepAlive: (yes) => (yes ? worker.ref() : worker.unref()),
    terminate: () => void worker.terminate(),
  };
}

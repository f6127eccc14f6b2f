// Threads in a browser: web workers.

import type { Listener, Thread } from "./thread.ts";

/** How many threads can run at once; 1 if workers are not available. */
export function availableThreads(): number {
  return typeof Worker === "undefined" ? 1 : navigator.hardwareConcurrency;
}

/** @param script defines `worker`, the exports of worker.ts */
export function startThread(script: string, { onReply, onLost }: Listener): Thread {
  const url = URL.createObjectURL(new Blob([`${script};worker.serve(self)`], { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.onmessage = ({ data }) => onReply(data);
  worker.onerror = (event) => {
    event.preventDefault(); // the error is reported to the caller through onLost
    onLost(new Error(event.message || "the page's security policy allows no worker from a blob"));
  };
  return {
    post: (request) => worker.postMessage(request),
    keepAlive: () => undefined,
    terminate() {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}

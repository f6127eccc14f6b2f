// The page's workers: what computes, started when it is first asked for something.

import { MesaError, type Tile } from "../index.ts";
import type { FromWorker, JobName, Jobs, ToWorker } from "./solver.worker.ts";

/** How a job is stopped, and what it tells on the way. */
interface AskOptions {
  readonly signal: AbortSignal;
  readonly onShare?: (share: number) => void;
  readonly onTiles?: (tiles: readonly Tile[]) => void;
}

interface Asked {
  take(message: FromWorker): void;
  fail(reason: unknown): void;
}

/** a worker for each, so that a slider is followed while a map is drawn */
const workers = new Map<"map" | "plot", { worker: Worker; asked: Map<number, Asked> }>();
/** how many jobs were posted, to number them */
let posted = 0;

function workerFor(name: "map" | "plot") {
  const known = workers.get(name);
  if (known) return known;
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module", name });
  const asked = new Map<number, Asked>();
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => asked.get(data.id)?.take(data);
  worker.onerror = ({ message }) => {
    workers.delete(name);
    for (const { fail } of asked.values()) fail(new Error(message || "the worker did not start"));
  };
  const made = { worker, asked };
  workers.set(name, made);
  return made;
}

/**
 * Has a worker do a job.
 *
 * @throws MesaError what the library throws; `ABORTED`, at once, while the worker stops as soon as it can
 */
export function ask<N extends JobName>(
  job: N,
  of: Jobs[N]["of"],
  { signal, onShare, onTiles }: AskOptions,
): Promise<Jobs[N]["answer"]> {
  const { worker, asked } = workerFor(job === "phase" ? "map" : "plot");
  const id = ++posted;
  return new Promise<Jobs[N]["answer"]>((done, fail) => {
    const stop = () => {
      worker.postMessage({ id, job: "stop" } satisfies ToWorker);
      fail(new MesaError("ABORTED", "the work was interrupted"));
    };
    if (signal.aborted) {
      fail(new MesaError("ABORTED", "the work was interrupted"));
      return;
    }
    signal.addEventListener("abort", stop, { once: true });
    asked.set(id, {
      fail,
      take(message) {
        if ("share" in message) onShare?.(message.share);
        else if ("tiles" in message) onTiles?.(message.tiles);
        else if ("answer" in message) done(message.answer as Jobs[N]["answer"]);
        else
          fail(
            message.code === "BUG"
              ? new Error(message.message)
              : new MesaError(message.code, message.message),
          );
      },
    });
    worker.postMessage({ id, job, of } as ToWorker);
  }).finally(() => asked.delete(id));
}

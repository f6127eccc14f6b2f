// The page's workers, which do all computing. Each is started when it gets its first job.

import { MesaError, type Tile } from "../index.ts";
import type { FromWorker, JobName, Jobs, ToWorker } from "./solver.worker.ts";

/** The signal that stops a job, and the callbacks for what it reports. */
interface AskOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (share: number) => void;
  readonly onTiles?: (tiles: readonly Tile[]) => void;
}

interface Asked {
  take(message: FromWorker): void;
  fail(reason: unknown): void;
}

/** one worker for maps and one for plots, so that the plot follows a slider while a map is drawn */
const workers = new Map<"map" | "plot", { worker: Worker; asked: Map<number, Asked> }>();
/** the number of jobs that were posted; it numbers the jobs */
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
 * @throws MesaError what the library throws; `ABORTED` at once if the signal is, while the worker stops when it can
 */
export function ask<N extends JobName>(
  job: N,
  of: Jobs[N]["of"],
  { signal, onProgress, onTiles }: AskOptions,
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
        if ("share" in message) onProgress?.(message.share);
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

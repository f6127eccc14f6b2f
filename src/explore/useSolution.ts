// What the agents do, solved by a worker.

import { useEffect, useRef } from "preact/hooks";
import { MesaError, type Result } from "../index.ts";
import { isQuick } from "./mapSettings.ts";
import type { SolverJob, SolverReply } from "./solver.worker.ts";
import type { Backend, PlotMethod, Settings } from "./state.ts";
import { NO_WORK, useWork, type Work } from "./work.tsx";

/** What is solved. */
interface SolveRequest {
  readonly settings: Settings;
  readonly method: PlotMethod;
  readonly backend: Backend;
}

/** A result, which may be the previous request's while this one is solved. */
export interface Solution extends Work {
  readonly result: Result | null;
}

/**
 * How a request is solved. By moments a game takes milliseconds on the CPU, less than opening a device, so `auto` means
 * the CPU there.
 */
function optionsOf({ settings, method, backend }: SolveRequest) {
  if (method === "exact") return { method, backend: "cpu" } as const;
  const quick = isQuick(settings);
  return { method, backend: quick && backend === "auto" ? "cpu" : backend } as const;
}

/** how many jobs were posted, to number them */
let jobs = 0;

/**
 * Solves in a worker, which does one job at a time.
 *
 * @param signal stops it: it throws `ABORTED` at once, and the worker stops as soon as it can
 * @throws MesaError as `solve` does
 */
function solveIn(
  worker: Worker,
  request: SolveRequest,
  signal: AbortSignal,
  onShare: (share: number) => void,
): Promise<Result> {
  const job: SolverJob = { id: ++jobs, config: request.settings, options: optionsOf(request) };
  return new Promise((done, failed) => {
    worker.onmessage = ({ data }: MessageEvent<SolverReply>) => {
      if (data.id !== job.id) return;
      if ("share" in data) onShare(data.share);
      else if ("result" in data) done(data.result);
      else failed(data.code === "BUG" ? new Error(data.message) : new MesaError(data.code, data.message));
    };
    worker.onerror = ({ message }) => failed(new Error(message || "the worker did not start"));
    signal.addEventListener("abort", () => {
      worker.postMessage(null);
      failed(new MesaError("ABORTED", "the solve was interrupted"));
    });
    worker.postMessage(job);
  });
}

/** The result of a request; null is no request. */
export function useSolution(request: SolveRequest | null): Solution {
  const worker = useRef<Worker | null>(null);
  useEffect(() => () => worker.current?.terminate(), []);
  return useWork<SolveRequest, Solution>(request, {
    nothing: { ...NO_WORK, result: null },
    patience: 150,
    stopped: "Stopped. Change a setting to go on.",
    async work(request, signal, tell) {
      worker.current ??= new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
      try {
        return { result: await solveIn(worker.current, request, signal, (share) => tell({}, share)) };
      } catch (error) {
        tell({ result: null });
        throw error;
      }
    },
  });
}

// What the agents do, solved by a worker.

import { useEffect, useState } from "preact/hooks";
import { MesaError, type Result } from "../index.ts";
import { isQuick } from "./mapSettings.ts";
import type { WorkerReply, WorkerRequest } from "./solver.worker.ts";
import type { Backend, PlotMethod, Settings } from "./state.ts";
import { NO_WORK, useWork, type Work } from "./work.tsx";

/** What is solved. */
export interface SolveRequest {
  readonly settings: Settings;
  readonly method: PlotMethod;
  readonly backend: Backend;
}

/** A result, which may be that of the request before while this one is solved. */
export interface Solution extends Work {
  readonly result: Result | null;
}

/**
 * How a request is solved. A game by moments takes milliseconds on the CPU, less than opening a device does, so the CPU
 * has it unless the GPU is asked for by name.
 */
function optionsOf({ settings, method, backend }: SolveRequest) {
  if (method === "exact") return { method, backend: "cpu" } as const;
  const quick = isQuick(settings);
  return { method, backend: quick && backend === "auto" ? "cpu" : backend } as const;
}

/** Solves in a worker of its own, which starts with the first request. */
class Solver {
  #worker: Worker | undefined;
  #last = 0;

  /**
   * @param signal stops it: it throws `ABORTED` at once, and the worker stops as soon as it can
   * @throws MesaError as `solve` does
   */
  solve(request: SolveRequest, signal: AbortSignal, onShare: (share: number) => void): Promise<Result> {
    this.#worker ??= new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    const worker = this.#worker;
    const id = ++this.#last;
    const post = (message: WorkerRequest) => worker.postMessage(message);
    const over = new AbortController();
    const until = { signal: over.signal };
    return new Promise<Result>((done, failed) => {
      worker.addEventListener(
        "message",
        ({ data }: MessageEvent<WorkerReply>) => {
          if (data.id !== id) return;
          if ("share" in data) onShare(data.share);
          else if ("result" in data) done(data.result);
          else failed(data.code === "BUG" ? new Error(data.message) : new MesaError(data.code, data.message));
        },
        until,
      );
      worker.addEventListener(
        "error",
        ({ message }) => failed(new Error(message || "the worker did not start")),
        until,
      );
      signal.addEventListener(
        "abort",
        () => {
          post({ id, stop: true });
          failed(new MesaError("ABORTED", "the solve was interrupted"));
        },
        until,
      );
      post({ id, config: request.settings, options: optionsOf(request) });
    }).finally(() => over.abort());
  }

  /** Ends the worker. */
  destroy(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
  }
}

/** The result of a request; null is no request. */
export function useSolution(request: SolveRequest | null): Solution {
  const [solver] = useState(() => new Solver());
  useEffect(() => () => solver.destroy(), [solver]);
  return useWork<SolveRequest, Solution>(request, {
    nothing: { ...NO_WORK, result: null },
    patience: 150,
    stopped: "Stopped. Change a setting to go on.",
    async work(request, signal, tell) {
      try {
        return { result: await solver.solve(request, signal, (share) => tell({}, share)) };
      } catch (error) {
        tell({ result: null });
        throw error;
      }
    },
  });
}

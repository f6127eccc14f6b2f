// The page's end of the solver's worker.

import { MesaError, type Result } from "../index.ts";
import { isQuick } from "./diagrams.ts";
import type { Asked, Told } from "./solver.worker.ts";
import type { Backend, PlotMethod, Settings } from "./state.ts";

/** What is to be solved. */
export interface Question {
  readonly settings: Settings;
  readonly method: PlotMethod;
  readonly backend: Backend;
}

interface Waiting {
  done(result: Result): void;
  failed(error: unknown): void;
  onShare?: ((share: number) => void) | undefined;
}

/**
 * How a question is solved. A game by moments takes milliseconds on the CPU, less than opening a device
 * does, so the CPU has it unless the GPU is asked for by name.
 */
function optionsOf({ settings, method, backend }: Question) {
  if (method === "exact") return { method, backend: "cpu" } as const;
  const quick = isQuick(settings);
  return { method, backend: quick && backend === "auto" ? "cpu" : backend } as const;
}

/** A worker that solves. It starts with the first question. */
export class Solver {
  #worker: Worker | undefined;
  #last = 0;
  readonly #waiting = new Map<number, Waiting>();

  #open(): Worker {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }: MessageEvent<Told>) => this.#told(data));
    worker.addEventListener("error", ({ message }) => {
      for (const { failed } of this.#waiting.values())
        failed(new Error(message || "the worker did not start"));
      this.#waiting.clear();
    });
    return worker;
  }

  #told(told: Told): void {
    const waiting = this.#waiting.get(told.id);
    if (!waiting) return;
    if ("share" in told) {
      waiting.onShare?.(told.share);
      return;
    }
    this.#waiting.delete(told.id);
    if ("result" in told) waiting.done(told.result);
    else if (told.code === "BUG") waiting.failed(new Error(told.message));
    else waiting.failed(new MesaError(told.code as MesaError["code"], told.message));
  }

  /**
   * Solves.
   *
   * @param signal stops it: it throws `ABORTED` at once, and the worker stops as soon as it can
   * @throws MesaError as `solve` does
   */
  solve(question: Question, signal: AbortSignal, onShare?: (share: number) => void): Promise<Result> {
    const id = ++this.#last;
    this.#worker ??= this.#open();
    const worker = this.#worker;
    return new Promise<Result>((done, failed) => {
      this.#waiting.set(id, { done, failed, onShare });
      const asked: Asked = { id, config: question.settings, options: optionsOf(question) };
      worker.postMessage(asked);
      signal.addEventListener("abort", () => {
        if (!this.#waiting.delete(id)) return;
        worker.postMessage({ id, stop: true } satisfies Asked);
        failed(new MesaError("ABORTED", "the solve was interrupted"));
      });
    });
  }

  /** Ends the worker. */
  destroy(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
  }
}

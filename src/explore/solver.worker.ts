// Solves off the page's own thread, so that the page answers while a search takes its time. Nothing but the public
// library runs here.

import { type Config, type ErrorCode, MesaError, type Result, type SolveOptions, solve } from "../index.ts";

/** What the page posts to start a solve, which stops the one before; it posts null to stop only. */
export interface SolverJob {
  readonly id: number;
  readonly config: Config;
  readonly options: Pick<SolveOptions, "backend" | "method">;
}

/** What the worker answers. */
export type SolverReply =
  | { id: number; share: number }
  | { id: number; result: Result }
  | { id: number; code: ErrorCode | "BUG"; message: string };

/** the least time between two progress messages, in milliseconds */
const EVERY = 100;

let controller = new AbortController();
const tell = (reply: SolverReply) => postMessage(reply);

addEventListener("message", async ({ data: job }: MessageEvent<SolverJob | null>) => {
  controller.abort();
  if (!job) return;
  controller = new AbortController();
  const { id, config, options } = job;
  let toldAt = performance.now();
  try {
    const result = await solve(config, {
      ...options,
      signal: controller.signal,
      onProgress({ share }) {
        if (performance.now() - toldAt < EVERY) return;
        toldAt = performance.now();
        tell({ id, share });
      },
    });
    tell({ id, result });
  } catch (error) {
    const code = error instanceof MesaError ? error.code : "BUG";
    tell({ id, code, message: error instanceof Error ? error.message : String(error) });
  }
});

// Solves off the page's own thread, so that the page answers while a search takes its time. Nothing but the public
// library runs here.

import { type Config, type ErrorCode, MesaError, type Result, type SolveOptions, solve } from "../index.ts";

/** What the page posts: to solve, or to stop solving. */
export type WorkerRequest =
  | { id: number; config: Config; options: Pick<SolveOptions, "backend" | "method"> }
  | { id: number; stop: true };

/** What it is told. */
export type WorkerReply =
  | { id: number; share: number }
  | { id: number; result: Result }
  | { id: number; code: ErrorCode | "BUG"; message: string };

/** so often is progress told, in milliseconds */
const EVERY = 100;

const running = new Map<number, AbortController>();
const tell = (reply: WorkerReply) => postMessage(reply);

async function answer(id: number, config: Config, options: SolveOptions): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
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
  } finally {
    running.delete(id);
  }
}

addEventListener("message", ({ data }: MessageEvent<WorkerRequest>) => {
  if ("stop" in data) running.get(data.id)?.abort();
  else void answer(data.id, data.config, data.options);
});

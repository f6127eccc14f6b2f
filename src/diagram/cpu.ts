// Diagrams on the CPU, in float64, on all of its cores. Each cell is solved by itself, so the numbers do not depend on
// the number of threads.

import { checkConfig } from "../config/config.ts";
import { checkNotAborted } from "../errors.ts";
import type { MethodName } from "../solve/methods.ts";
import { type Job, Pool, type Task, ThreadsLost } from "../threads/pool.ts";
import { createCellsSolver } from "./cellSolver.ts";
import { type Cells, createCells, type Points } from "./cells.ts";
import type { Diagram } from "./config.ts";
import type { PhaseEngine } from "./engine.ts";

/** how long cells are solved before timers and signals get a turn, in milliseconds */
const TURN = 25;
/** the maximum number of cells of a part: so many that sending them takes a small share of the time to solve them */
const MAX_CELLS = 256;
/** parts for each thread, so that expensive and cheap parts balance */
const PARTS = 4;

/** A diagram as it is sent to a thread: plain data. */
export type DiagramData = Omit<Diagram, "game"> & { readonly method: MethodName };

/** The job of a thread: to solve cells of a diagram. */
export const cellsJob: Job<DiagramData, Points, Cells> = {
  name: "cells",
  open: ({ method, ...diagram }) =>
    createCellsSolver({ ...diagram, game: checkConfig(diagram.config).game }, method),
};

/**
 * An engine that uses the CPU.
 *
 * @param threads the maximum number of threads; with 1, the calling thread does the work and gives other tasks turns
 */
export function createCpuEngine(threads: number): PhaseEngine {
  let pool = threads > 1 ? new Pool(threads) : undefined;
  let task: Task<DiagramData, Points, Cells> | undefined;
  let of: Diagram | undefined;

  /** the same object for the same diagram and method, so that threads receive it only once */
  const taskOf = (diagram: Diagram, method: MethodName) => {
    if (!task || of !== diagram || task.shared.method !== method) {
      const { game: _, ...data } = diagram;
      task = { job: cellsJob, shared: { ...data, method } };
      of = diagram;
    }
    return task;
  };

  const solve: PhaseEngine["solve"] = async (diagram, points, method, signal) => {
    if (pool && points.x.length > 1) {
      try {
        const parts = cut(points, threads);
        return joined(diagram, points.x.length, await pool.run(taskOf(diagram, method), parts, { signal }));
      } catch (error) {
        if (!(error instanceof ThreadsLost)) throw error;
        pool = undefined;
      }
    }
    return solveInTurns(diagram, points, method, signal);
  };
  return {
    ...{ backend: "cpu", adapter: "cpu", precision: "float64", atOnce: threads },
    solve,
    settle: solve,
    destroy: () => pool?.destroy(),
  };
}

/** Solves cells on the calling thread, which gives other tasks a turn now and then. */
function solveInTurns(diagram: Diagram, points: Points, method: MethodName, signal?: AbortSignal) {
  let turnEnds = performance.now() + TURN;
  return createCellsSolver(
    diagram,
    method,
    signal,
  )(points, () => {
    if (performance.now() < turnEnds) return;
    return new Promise((resolve) => setTimeout(resolve)).then(() => {
      checkNotAborted(signal);
      turnEnds = performance.now() + TURN;
    });
  });
}

/** Points in parts, in order. */
function cut({ x, y }: Points, threads: number): Points[] {
  const size = Math.min(MAX_CELLS, Math.ceil(x.length / (threads * PARTS)));
  return Array.from({ length: Math.ceil(x.length / size) }, (_, i) => ({
    x: x.slice(i * size, (i + 1) * size),
    y: y.slice(i * size, (i + 1) * size),
  }));
}

/** The cells of all parts, one part after the other. */
function joined({ measures }: Diagram, count: number, parts: readonly Cells[]): Cells {
  const cells = createCells(measures, count);
  let at = 0;
  for (const part of parts) {
    for (const name of measures) cells.values[name].set(part.values[name], at);
    cells.status.set(part.status, at);
    at += part.status.length;
  }
  return cells;
}

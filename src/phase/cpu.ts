// Diagrams on the CPU, in float64, by all of its cores. Each cell is solved by itself, so the numbers are the same
// however many threads there are.

import { checkNotAborted } from "../errors.ts";
import { games } from "../games/index.ts";
import { availableThreads, Pool, type Task, ThreadsLost } from "../workers/pool.ts";
import { type Cells, createCells, placeCells, type Window } from "./cells.ts";
import type { Diagram } from "./config.ts";
import type { EngineMethod, PhaseEngine } from "./engine.ts";
import { createCellsSolver } from "./inOrder.ts";

/** how long cells may follow each other before timers and signals get a turn, in milliseconds */
const TURN = 25;
/** cells of a part, at most: a thread is at it for a moment, and its way there and back is short beside that */
const MOST_CELLS = 256;
/** parts for each thread, so that dear ones and cheap ones balance */
const PARTS = 4;

/** A diagram as it goes to a thread: plain data. */
export type DiagramData = Omit<Diagram, "game"> & { readonly method: EngineMethod };

/** What a thread does with a diagram. */
export function cellsJob({ method, ...diagram }: DiagramData) {
  return createCellsSolver({ ...diagram, game: games.get(diagram.config.game)! }, method);
}

/**
 * An engine that uses the CPU.
 *
 * @param threads how many may be used; with 1, the calling thread does the work, in turns with all else
 */
export function createCpuEngine(threads = availableThreads()): PhaseEngine {
  let pool = threads > 1 ? new Pool(threads) : undefined;
  let task: Task<"cells"> | undefined;
  let of: Diagram | undefined;

  /** the same object for the same question, so that threads get it once */
  const taskOf = (diagram: Diagram, method: EngineMethod) => {
    if (!task || of !== diagram || task.shared.method !== method) {
      const { game: _, ...data } = diagram;
      task = { job: "cells", shared: { ...data, method } };
      of = diagram;
    }
    return task;
  };

  return {
    ...{ backend: "cpu", adapter: "cpu", precision: "float64" },
    async solve(diagram, window, method, signal) {
      const plain = games.get(diagram.game.name) === diagram.game;
      if (pool && plain && window.x.length * window.y.length > 1) {
        try {
          const parts = cut(window, threads);
          const answers = await pool.run(
            taskOf(diagram, method),
            parts.map(({ window }) => window),
            { signal },
          );
          return joined(diagram, window, parts, answers);
        } catch (error) {
          if (!(error instanceof ThreadsLost)) throw error;
          pool = undefined;
        }
      }
      return solveInTurns(diagram, window, method, signal);
    },
    destroy: () => pool?.destroy(),
  };
}

/** On the calling thread, which now and then does something else. @throws MesaError `ABORTED`, and what `solve` throws */
function solveInTurns(diagram: Diagram, window: Window, method: EngineMethod, signal?: AbortSignal) {
  let turnEnds = performance.now() + TURN;
  return createCellsSolver(
    diagram,
    method,
    signal,
  )(window, () => {
    if (performance.now() < turnEnds) return;
    return new Promise((resolve) => setTimeout(resolve)).then(() => {
      checkNotAborted(signal);
      turnEnds = performance.now() + TURN;
    });
  });
}

/** A part of a window, and where it begins there. */
interface Piece {
  readonly column: number;
  readonly row: number;
  readonly window: Window;
}

/** Cuts a window into pieces of rows or, where rows are long, pieces of a row. */
function cut({ x, y }: Window, threads: number): Piece[] {
  const size = Math.max(1, Math.min(MOST_CELLS, Math.ceil((x.length * y.length) / (threads * PARTS))));
  const columns = Math.min(x.length, size);
  const rows = Math.max(1, Math.floor(size / columns));
  const pieces: Piece[] = [];
  for (let row = 0; row < y.length; row += rows)
    for (let column = 0; column < x.length; column += columns)
      pieces.push({
        ...{ column, row },
        window: { x: x.slice(column, column + columns), y: y.slice(row, row + rows) },
      });
  return pieces;
}

/** The window's cells from those of its pieces. */
function joined(
  { measures }: Diagram,
  { x, y }: Window,
  pieces: readonly Piece[],
  parts: readonly Cells[],
): Cells {
  const cells = createCells(measures, x.length * y.length);
  for (const [i, { column, row, window }] of pieces.entries())
    placeCells(cells, x.length, parts[i], { column, row, columns: window.x.length, rows: window.y.length });
  return cells;
}

// Solves cells in float64, on the thread that calls it.

import type { MethodName } from "../solve/methods.ts";
import { type Cells, createCells, type Points } from "./cells.ts";
import { cellConfig, type Diagram } from "./config.ts";
import { type SolvedCell, solveCell } from "./generalCell.ts";
import { openLinearCells } from "./linearCell.ts";

/**
 * A solver for any cells of a diagram.
 *
 * @param between is awaited after each cell; an error that it throws ends the work
 */
export function createCellsSolver(diagram: Diagram, method: MethodName, signal?: AbortSignal) {
  const linear = method === "rollout" ? undefined : openLinearCells(diagram, method);
  const options = { method, backend: "cpu", threads: 1, ...(signal && { signal }) } as const;
  /** the index of each cell with its result; undefined if `solve` must solve the cell */
  const solved = (points: Points): Iterable<[number, SolvedCell | undefined]> =>
    linear?.solve(points) ?? points.x.map((_, index) => [index, undefined]);

  return async (points: Points, between?: () => Promise<void> | undefined): Promise<Cells> => {
    const cells = createCells(diagram.measures, points.x.length);
    for (const [index, known] of solved(points)) {
      const { values, status } =
        known ??
        (await solveCell(diagram.game, cellConfig(diagram, points.x[index], points.y[index]), options));
      for (const name of diagram.measures) cells.values[name][index] = values[name] ?? Number.NaN;
      cells.status[index] = status;
      const turn = between?.();
      if (turn) await turn;
    }
    return cells;
  };
}

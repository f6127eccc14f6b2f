// Cells, one after the other in float64, on whatever thread this runs.

import { type Cells, createCells, type Points } from "./cells.ts";
import type { Diagram } from "./config.ts";
import type { EngineMethod } from "./engine.ts";
import { tightOf } from "./numbers.ts";
import { type SolvedCell, solveCell } from "./ordinary.ts";
import { CLOSE, TightSolver } from "./tight.ts";

/**
 * What solves cells of a diagram, wherever they are.
 *
 * @param between is awaited after each cell; what it throws ends the work
 */
export function createCellsSolver(diagram: Diagram, method: EngineMethod, signal?: AbortSignal) {
  const tight = method === "rollout" ? undefined : tightOf(diagram, method);
  const solver = tight && new TightSolver(tight);
  const numbers = tight && { ...tight.numbers };
  const options = { method, backend: "cpu", threads: 1, ...(signal && { signal }) } as const;

  return async ({ x, y }: Points, between?: () => Promise<void> | undefined): Promise<Cells> => {
    const cells = createCells(diagram.measures, x.length);
    const put = (index: number, { values, status }: SolvedCell) => {
      for (const name of diagram.measures) cells.values[name][index] = values[name] ?? Number.NaN;
      cells.status[index] = status;
    };
    for (let index = 0; index < x.length; index++) {
      let status: number = CLOSE;
      if (solver && numbers) {
        numbers[tight.x] = x[index];
        numbers[tight.y] = y[index];
        status = solver.solve(numbers);
      }
      if (solver && status !== CLOSE) put(index, { values: solver.measures, status });
      else put(index, await solveCell(diagram, x[index], y[index], options));
      const turn = between?.();
      if (turn) await turn;
    }
    return cells;
  };
}

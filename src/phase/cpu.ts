// Cells on the CPU, in float64.

import { checkNotAborted } from "../errors.ts";
import { type Cells, createCells, type Window } from "./cells.ts";
import type { Diagram } from "./config.ts";
import type { EngineMethod, PhaseEngine } from "./engine.ts";
import { tightOf } from "./numbers.ts";
import { type SolvedCell, solveCell } from "./ordinary.ts";
import { CLOSE, TightSolver } from "./tight.ts";

/** how long cells may follow each other before timers and signals get a turn, in milliseconds */
const TURN = 25;

/** An engine on the calling thread. */
export function createCpuEngine(): PhaseEngine {
  return { backend: "cpu", adapter: "cpu", precision: "float64", solve: solveCells, destroy() {} };
}

/** Solves the cells of a window. @throws MesaError `ABORTED`, and what `solve` throws */
export async function solveCells(
  diagram: Diagram,
  { x, y }: Window,
  method: EngineMethod,
  signal?: AbortSignal,
): Promise<Cells> {
  const cells = createCells(diagram.measures, x.length * y.length);
  const tight = method === "rollout" ? undefined : tightOf(diagram, method);
  const solver = tight && new TightSolver(tight);
  const numbers = tight && { ...tight.numbers };
  const put = (index: number, { values, status }: SolvedCell) => {
    for (const name of diagram.measures) cells.values[name][index] = values[name] ?? Number.NaN;
    cells.status[index] = status;
  };
  let turnEnds = performance.now() + TURN;
  for (let row = 0, index = 0; row < y.length; row++)
    for (let column = 0; column < x.length; column++, index++) {
      let status: number = CLOSE;
      if (solver && tight && numbers) {
        numbers[tight.x] = x[column];
        numbers[tight.y] = y[row];
        status = solver.solve(numbers);
        if (status !== CLOSE) put(index, { values: solver.measures, status });
      }
      if (status === CLOSE)
        put(
          index,
          await solveCell(diagram, x[column], y[row], { method, backend: "cpu", ...(signal && { signal }) }),
        );
      if (performance.now() < turnEnds) continue;
      await new Promise((resolve) => setTimeout(resolve));
      checkNotAborted(signal);
      turnEnds = performance.now() + TURN;
    }
  return cells;
}

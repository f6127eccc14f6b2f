// Solves a cell of a sweep or a diagram with `solve`, which can solve every game with every setting.

import type { Config } from "../config/config.ts";
import { hasCode } from "../errors.ts";
import type { Game } from "../game/game.ts";
import { NoEquilibrium } from "../model/stationary.ts";
import { type Result, type SolveOptions, solve } from "../solve/solve.ts";
import { STATUS } from "./cells.ts";
import { measuresOfEnd, readOff } from "./measures.ts";

/** A cell's measures, absent or null if they are not defined, and the code of its status. */
export interface SolvedCell {
  readonly values: Readonly<Record<string, number | null>>;
  readonly status: number;
}

/** What solved a cell: the part of a {@link Result} that says so. */
export type CellSolver = Pick<Result["solver"], "backend" | "adapter" | "method" | "precision">;

/**
 * Solves one cell.
 *
 * @returns the cell, and the reason if there is nothing to measure, or the solver
 * @throws MesaError as `solve`; but a cell without an equilibrium or a finite cost is an answer, not an error
 */
export async function solveCell(
  game: Game,
  config: Config,
  options: SolveOptions,
): Promise<SolvedCell & ({ missing: null; solver: CellSolver } | { missing: string; solver: null })> {
  try {
    const result = await solve(config, options);
    const { backend, adapter, method, precision } = result.solver;
    return { ...readOff(game, result), missing: null, solver: { backend, adapter, method, precision } };
  } catch (error) {
    if (hasCode(error, "NOT_FINITE"))
      return { values: {}, status: STATUS.overflow, missing: error.message, solver: null };
    if (!(error instanceof NoEquilibrium)) throw error;
    const values = measuresOfEnd(error.stationary);
    return { values, status: values.status, missing: error.message, solver: null };
  }
}

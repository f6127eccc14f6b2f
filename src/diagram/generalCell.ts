// A cell through the ordinary solver: for games and settings that src/diagram/linearCell.ts does not know.

import { hasCode } from "../errors.ts";
import { NoEquilibrium } from "../model/stationary.ts";
import { type SolveOptions, solve } from "../solve/solve.ts";
import { STATUS } from "./cells.ts";
import { cellConfig, type Diagram } from "./config.ts";
import { measuresOfEnd, readOff } from "./measures.ts";

/** A cell's measures, absent or null where they have no meaning, and the code of its status. */
export interface SolvedCell {
  readonly values: Readonly<Record<string, number | null>>;
  readonly status: number;
}

/**
 * Solves one cell.
 *
 * @throws MesaError of what is wrong; that there is no equilibrium, or no finite cost, is an answer
 */
export async function solveCell(
  diagram: Diagram,
  x: number,
  y: number,
  options: SolveOptions,
): Promise<SolvedCell> {
  try {
    return readOff(diagram.game, await solve(cellConfig(diagram, x, y), options));
  } catch (error) {
    if (hasCode(error, "NOT_FINITE")) return { values: {}, status: STATUS.overflow };
    if (!(error instanceof NoEquilibrium)) throw error;
    const values = measuresOfEnd(error.stationary);
    return { values, status: values.status };
  }
}

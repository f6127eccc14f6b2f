// The results of a diagram's cells: numbers, and a status that says whether there is an answer.

/**
 * The status of a cell.
 *
 * - `solved`: backward induction reached the first episode; an infinite horizon has exactly one equilibrium
 * - `several`: an infinite horizon has several equilibria; the cell's values are of the equilibrium that `solve` plays
 * - `undecided`: float64 cannot tell whether there is an equilibrium besides those that were found, if any
 * - `none`: there is no equilibrium
 * - `overflow`: every candidate costs more than the largest float64
 * - `unsolved`: the cell was not solved yet, for example because its shard is missing
 */
export const STATUSES = ["solved", "several", "undecided", "none", "overflow", "unsolved"] as const;
export type Status = (typeof STATUSES)[number];

/** The code of a status: its place in {@link STATUSES}. */
export const STATUS: Readonly<Record<Status, number>> = {
  solved: 0,
  several: 1,
  undecided: 2,
  none: 3,
  overflow: 4,
  unsolved: 5,
};

/** A list of cells: their values along both axes; `x` and `y` have the same length. */
export interface Points {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** Solved cells, row by row: rows from the lowest y up, and each row from the lowest x on. */
export interface Cells {
  /** each measure's values, NaN where it is not defined, shape [rows × columns] */
  readonly values: Readonly<Record<string, Float64Array>>;
  /** codes of {@link STATUSES}, shape [rows × columns] */
  readonly status: Uint8Array;
  /** 1 where float64 had to decide because float32 could not, shape [rows × columns] */
  readonly settled: Uint8Array;
}

/** Cells that are not solved yet. */
export function createCells(measures: readonly string[], count: number): Cells {
  const columns = measures.map((name) => [name, new Float64Array(count).fill(Number.NaN)] as const);
  return {
    values: Object.fromEntries(columns),
    status: new Uint8Array(count),
    settled: new Uint8Array(count),
  };
}

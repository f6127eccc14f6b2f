// The results of a diagram's cells: numbers, and a status that says whether there is an answer.

/**
 * The possible statuses of a cell; the code of a status is its index in this list.
 *
 * - `solved`: backward induction reached the first episode; an infinite horizon has exactly one equilibrium
 * - `several`: the infinite horizon has several equilibria; the cell has the one that `solve` plays
 * - `undecided`: float64 cannot decide whether there are more equilibria than those that were found
 * - `none`: the infinite horizon has no equilibrium
 * - `overflow`: the cost of every candidate overflows float64
 * - `unsolved`: the cell has not been solved, for example because its shard is missing
 */
export const STATUSES = ["solved", "several", "undecided", "none", "overflow", "unsolved"] as const;
/** The status of a cell, one of {@link STATUSES}. */
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

/** The settings of N cells, anywhere in a diagram. */
export interface Points {
  /** the value of the x axis for each cell, shape [N] */
  readonly x: readonly number[];
  /** the value of the y axis for each cell, shape [N] */
  readonly y: readonly number[];
}

/** The cells of a rectangle, row by row: y ascends from row to row, and x ascends within a row. */
export interface Cells {
  /** the values of each measure, NaN where it is undefined, shape [rows × columns] */
  readonly values: Readonly<Record<string, Float64Array>>;
  /** codes of {@link STATUSES}, shape [rows × columns] */
  readonly status: Uint8Array;
  /** 1 where float64 decided because float32 could not, else 0, shape [rows × columns] */
  readonly settled: Uint8Array;
}

/**
 * Cells before they are solved: every value is NaN, and every code is 0.
 *
 * @param measures the names of the measures
 * @param count the number of cells
 */
export function createCells(measures: readonly string[], count: number): Cells {
  const columns = measures.map((name) => [name, new Float64Array(count).fill(Number.NaN)] as const);
  return {
    values: Object.fromEntries(columns),
    status: new Uint8Array(count),
    settled: new Uint8Array(count),
  };
}

// What is known of the cells of a diagram once they are solved: numbers, and whether there is an answer at all.

/**
 * What became of a cell.
 *
 * - `solved`: backward induction came to its first episode; an infinite horizon has exactly one equilibrium
 * - `several`: an infinite horizon has several equilibria; the cell is of the one that `solve` plays
 * - `undecided`: float64 cannot tell whether there is an equilibrium beside those that were found, if any
 * - `none`: there is no equilibrium
 * - `overflow`: every candidate costs more than a float64 holds
 * - `unsolved`: nothing is known of it, as in a diagram some shards of which are not there yet
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

/** Cells one by one: the values of each along both axes, as many of x as of y. */
export interface Points {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** Solved cells, row by row from the least y on, each row from the least x on. */
export interface Cells {
  /** each measure's values, NaN where it has no meaning, shape [rows × columns] */
  readonly values: Readonly<Record<string, Float64Array>>;
  /** codes of {@link STATUSES}, shape [rows × columns] */
  readonly status: Uint8Array;
  /** 1 where float64 had to decide as float32 could not, shape [rows × columns] */
  readonly settled: Uint8Array;
}

/** Cells that are yet to be solved. */
export function createCells(measures: readonly string[], count: number): Cells {
  const columns = measures.map((name) => [name, new Float64Array(count).fill(Number.NaN)] as const);
  return {
    values: Object.fromEntries(columns),
    status: new Uint8Array(count),
    settled: new Uint8Array(count),
  };
}

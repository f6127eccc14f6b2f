// What is known of the cells of a diagram once they are solved: numbers, and whether there is an answer at all.

/**
 * What became of a cell.
 *
 * - `solved`: backward induction came to its first episode; an infinite horizon has exactly one equilibrium
 * - `several`: an infinite horizon has several equilibria; the cell is of the one that `solve` plays
 * - `undecided`: float64 cannot tell whether there is an equilibrium beside those that were found, if any
 * - `none`: there is no equilibrium
 * - `overflow`: every candidate costs more than a float64 holds
 */
export const STATUSES = ["solved", "several", "undecided", "none", "overflow"] as const;
export type Status = (typeof STATUSES)[number];

/** The code of a status: its place in {@link STATUSES}. */
export const STATUS: Readonly<Record<Status, number>> = {
  solved: 0,
  several: 1,
  undecided: 2,
  none: 3,
  overflow: 4,
};

/** The values along both axes of a rectangle of cells. */
export interface Window {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** Cells one by one: the values of each along both axes, as many of x as of y. */
export interface Points {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** Some cells of a window, by their index row by row; all of them unless given. */
export function pointsOf({ x, y }: Window, indices?: readonly number[]): Points {
  const chosen = indices ?? Array.from({ length: x.length * y.length }, (_, i) => i);
  return { x: chosen.map((i) => x[i % x.length]), y: chosen.map((i) => y[Math.floor(i / x.length)]) };
}

/** Rows and columns of a larger rectangle of cells. */
export interface Rectangle {
  /** the first column and row, from the lower left */
  readonly column: number;
  readonly row: number;
  readonly columns: number;
  readonly rows: number;
}

/** Solved cells, row by row from the least y on, each row from the least x on. */
export interface Cells {
  /** each measure's values, NaN where it has no meaning, shape [rows × columns] */
  readonly values: Readonly<Record<string, Float64Array>>;
  /** codes of {@link STATUSES}, shape [rows × columns] */
  readonly status: Uint8Array;
  /** how many of them float64 had to decide as float32 could not; 0 where all of it was float64 */
  settled: number;
}

/** Cells that are yet to be solved. */
export function createCells(measures: readonly string[], count: number): Cells {
  const columns = measures.map((name) => [name, new Float64Array(count).fill(Number.NaN)] as const);
  return { values: Object.fromEntries(columns), status: new Uint8Array(count), settled: 0 };
}

/** Puts a rectangle of cells where it belongs among more of them. @param width of the rows of `into` */
export function placeCells(
  into: Cells,
  width: number,
  from: Cells,
  { column, row, columns, rows }: Rectangle,
): void {
  for (let r = 0; r < rows; r++) {
    const at = (row + r) * width + column;
    for (const [name, values] of Object.entries(from.values))
      into.values[name].set(values.subarray(r * columns, (r + 1) * columns), at);
    into.status.set(from.status.subarray(r * columns, (r + 1) * columns), at);
  }
}

// A diagram's cells in tiles, which are solved, kept and reported as units. Tiles depend only on the diagram's shape,
// so that all machines that work on a diagram divide it in the same way. Tiles are dealt to n shards in turn, like
// cards, because some cells are more expensive than others.

import type { Cells, Points } from "./cells.ts";
import type { Diagram } from "./config.ts";

/** A rectangle of cells in a diagram. */
export interface Rectangle {
  /** the index of its first column, from the left */
  readonly column: number;
  /** the index of its first row, from the bottom */
  readonly row: number;
  /** the number of its columns */
  readonly columns: number;
  /** the number of its rows */
  readonly rows: number;
}

/** about the number of tiles of a diagram, if it has at least as many cells */
const TILES = 4096;
/** the maximum number of cells of a tile */
const MAX_CELLS = 1024;

/**
 * The tiles of a diagram, row by row. A tile is several whole rows, or a part of one row.
 *
 * @param columns the number of columns of the diagram
 * @param rows the number of rows of the diagram
 */
export function tilesOf(columns: number, rows: number): Rectangle[] {
  const size = Math.min(MAX_CELLS, Math.ceil((columns * rows) / TILES));
  const tiles: Rectangle[] = [];
  if (size >= columns) {
    const most = Math.floor(size / columns);
    for (let row = 0; row < rows; row += most)
      tiles.push({ column: 0, row, columns, rows: Math.min(most, rows - row) });
    return tiles;
  }
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column += size)
      tiles.push({ column, row, columns: Math.min(size, columns - column), rows: 1 });
  return tiles;
}

/** One of n shards of some work. */
export interface Shard {
  /** which shard, in [1, n] */
  readonly index: number;
  /** the number of shards, n */
  readonly of: number;
}

/**
 * The indices of the tiles of a shard: every nth tile, from tile `index − 1`.
 *
 * @param tiles the number of tiles of the diagram
 */
export function tilesIn({ index, of }: Shard, tiles: number): number[] {
  return Array.from(
    { length: Math.max(0, Math.ceil((tiles - index + 1) / of)) },
    (_, i) => index - 1 + i * of,
  );
}

/** The values of some tiles' cells along both axes. */
export function pointsOf(
  { x, y }: Pick<Diagram, "x" | "y">,
  tiles: readonly Rectangle[],
  stride = 1,
): Points {
  const points: { x: number[]; y: number[] } = { x: [], y: [] };
  for (const { column, row, columns, rows } of tiles)
    for (let r = row; r < row + rows; r++)
      for (let c = column; c < column + columns; c++) {
        points.x.push(x.values[c * stride]);
        points.y.push(y.values[r * stride]);
      }
  return points;
}

/**
 * Copies a rectangle of cells to its place in a larger one.
 *
 * @param into the larger rectangle
 * @param width the number of columns of `into`
 * @param from the cells to copy
 */
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
    for (const codes of ["status", "settled"] as const)
      into[codes].set(from[codes].subarray(r * columns, (r + 1) * columns), at);
  }
}

/** Cells with consecutive indices. */
export function sliceCells({ values, status, settled }: Cells, from: number, to: number): Cells {
  const some = Object.entries(values).map(([name, all]) => [name, all.slice(from, to)] as const);
  return {
    values: Object.fromEntries(some),
    status: status.slice(from, to),
    settled: settled.slice(from, to),
  };
}

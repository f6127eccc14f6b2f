// A map's cells as far as they are known: coarse ones first, then finer ones in their place.

import type { Diagram as CheckedDiagram, Tile } from "../index.ts";

/** A picture of cells, some of them perhaps coarse, or still those of the question before. */
export interface Picture {
  readonly diagram: CheckedDiagram;
  readonly measure: string;
  /** NaN where there is no value, row by row from the least y on, shape [rows × columns] */
  readonly values: Float64Array;
  /** codes of what became of the cells, shape [rows × columns] */
  readonly status: Uint8Array;
  /** counts the changes of `values`, which is filled in place */
  readonly version: number;
}

/** Fills a tile's cells in, each as wide and as high as the tile is coarse. */
export function fill({ values, status, measure, diagram }: Picture, tile: Tile): void {
  const { stride } = tile;
  const columns = diagram.x.values.length;
  const rows = diagram.y.values.length;
  for (let j = 0, i = 0; j < tile.rows; j++)
    for (let k = 0; k < tile.columns; k++, i++) {
      const bottom = stride * (tile.row + j);
      const left = stride * (tile.column + k);
      const right = Math.min(columns, left + stride);
      for (let row = bottom; row < Math.min(rows, bottom + stride); row++) {
        values.fill(tile.values[measure][i], row * columns + left, row * columns + right);
        status.fill(tile.status[i], row * columns + left, row * columns + right);
      }
    }
}

/** The picture to start with: the one before, where it is as large and of the same measure. */
export function pictureAfter(before: Picture | null, checked: CheckedDiagram, measure: string): Picture {
  const cells = checked.x.values.length * checked.y.values.length;
  const same = before?.measure === measure && before.values.length === cells;
  return {
    diagram: checked,
    measure,
    values: same ? before.values : new Float64Array(cells).fill(Number.NaN),
    status: same ? before.status : new Uint8Array(cells),
    version: (before?.version ?? 0) + 1,
  };
}

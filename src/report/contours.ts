// Lines of equal value over a map. They are drawn where cells are shown, which a logarithmic axis or one of whole
// numbers does not space evenly.

import { contours } from "d3-contour";
import type { ColourScale } from "./colours.ts";
import { cellsAlong, type Picture } from "./map.ts";

/** points along either side of the grid that lines are drawn through, at most */
const MOST_POINTS = 320;

/**
 * The contours of a picture at a scale's levels, as the path of a frame of so many pixels. Where a cell has no value,
 * and along the frame, there is no line.
 */
export function contourPath(
  { columns, rows, values, status }: Picture,
  { levels, log, domain }: ColourScale,
  [width, height]: readonly [number, number],
): string {
  const [across, up] = [
    cellsAlong(columns, Math.min(MOST_POINTS, columns.values.length)),
    cellsAlong(rows, Math.min(MOST_POINTS, rows.values.length)),
  ];
  const of = (value: number) => (log ? Math.log(Math.max(value, domain[0])) : value);
  const grid = Array.from({ length: across.length * up.length }, (_, i) => {
    const cell = up[Math.floor(i / across.length)] * columns.values.length + across[i % across.length];
    return status[cell] > 1 ? Number.NaN : of(values[cell]);
  });
  const trace = contours().size([across.length, up.length]);
  const [unitX, unitY] = [width / across.length, height / up.length];
  const at = ([x, y]: number[]) => `${(x * unitX).toFixed(1)},${(height - y * unitY).toFixed(1)}`;
  /** whether a line runs along the grid's border or around cells without a value, and is no line of equal value */
  const isBorder = (a: number[], b: number[]) =>
    [0, 1].some((d) => a[d] === b[d] && (a[d] <= 0.5 || a[d] >= (d === 0 ? across : up).length - 0.5)) ||
    [a, b].some((point) => touchesNothing(grid, across.length, point));

  let path = "";
  for (const level of levels)
    for (const ring of trace.contour(grid, of(level)).coordinates.flat()) {
      let drawing = false;
      for (let i = 1; i < ring.length; i++) {
        const border = isBorder(ring[i - 1], ring[i]);
        if (!border) path += `${drawing ? "" : `M${at(ring[i - 1])}`}L${at(ring[i])}`;
        drawing = !border;
      }
    }
  return path;
}

/** Whether a point of a contour lies between a cell that has a value and one that has none. */
function touchesNothing(grid: readonly number[], width: number, [x, y]: number[]): boolean {
  const at = (column: number, row: number) => grid[row * width + column];
  const [left, below] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
  return [at(left, below), at(Math.ceil(x - 0.5), below), at(left, Math.ceil(y - 0.5))].some(Number.isNaN);
}

// Lines of equal value over a map. They are drawn where cells are shown, which a logarithmic axis or one of whole
// numbers does not space evenly.

import { contours } from "d3-contour";
import type { ColourScale } from "./colours.ts";
import { type CellAxis, edgesOf, type Picture } from "./map.ts";

/** points along either side of the grid that lines are drawn through, at most */
const MOST_POINTS = 320;

/**
 * The contours of a picture at a scale's levels, as the path of a frame of so many pixels. Where a cell has no value,
 * and along the frame, there is no line.
 */
export function contourPath(
  { columns, rows, values }: Picture,
  { levels, log, domain }: ColourScale,
  [width, height]: readonly [number, number],
): string {
  const [across, up] = [columns, rows].map((axis) =>
    placesAlong(axis, Math.min(MOST_POINTS, axis.values.length)),
  );
  const at = (cell: number) => (log ? Math.log(Math.max(values[cell], domain[0])) : values[cell]);
  const grid = up.flatMap(([below, above, v]) =>
    across.map(([left, right, u]) => {
      const [low, high] = [below, above].map((row) => {
        const first = row * columns.values.length;
        return between(at(first + left), at(first + right), u);
      });
      return between(low, high, v);
    }),
  );
  const trace = contours().size([across.length, up.length]);
  const [unitX, unitY] = [width / across.length, height / up.length];
  const shown = ([x, y]: number[]) => `${(x * unitX).toFixed(1)},${(height - y * unitY).toFixed(1)}`;
  const sizes = [across.length, up.length];
  const isOutside = (point: number[]) => sizes.some((size, d) => point[d] < 0.5 || point[d] > size - 0.5);
  const isEdge = (a: number[], b: number[]) =>
    sizes.some((size, d) => a[d] === b[d] && (a[d] === 0.5 || a[d] === size - 0.5));
  /** whether a line runs beyond the border's points or along them, or around cells without a value: none of equal value */
  const isBorder = (a: number[], b: number[]) =>
    isOutside(a) ||
    isOutside(b) ||
    isEdge(a, b) ||
    [a, b].some((point) => touchesNothing(grid, across.length, point));

  let path = "";
  for (const level of levels)
    for (const ring of trace.contour(grid, log ? Math.log(level) : level).coordinates.flat()) {
      let drawing = false;
      for (let i = 1; i < ring.length; i++) {
        const border = isBorder(ring[i - 1], ring[i]);
        if (!border) path += `${drawing ? "" : `M${shown(ring[i - 1])}`}L${shown(ring[i])}`;
        drawing = !border;
      }
    }
  return path;
}

/** a number so far from a towards b; with a share of 0, b may be no number */
const between = (a: number, b: number, share: number) => (share === 0 ? a : a + share * (b - a));

/** For each of `size` points evenly spaced along an axis: the cells beside it, and how far it is towards the second. */
function placesAlong(axis: CellAxis, size: number): [number, number, number][] {
  const at = axis.log ? axis.values.map(Math.log) : axis.values;
  const edges = edgesOf(axis).map((x) => (axis.log ? Math.log(x) : x));
  const [from, to] = [edges[0], edges[edges.length - 1]];
  let cell = 0;
  return Array.from({ length: size }, (_, i) => {
    const x = from + ((i + 0.5) / size) * (to - from);
    while (cell < at.length - 2 && x >= at[cell + 1]) cell++;
    const share = Math.min(1, Math.max(0, (x - at[cell]) / (at[cell + 1] - at[cell])));
    return share < 1e-9
      ? [cell, cell, 0]
      : share > 1 - 1e-9
        ? [cell + 1, cell + 1, 0]
        : [cell, cell + 1, share];
  });
}

/** Whether a point of a contour lies beside a cell that has no value. */
function touchesNothing(grid: readonly number[], width: number, [x, y]: number[]): boolean {
  for (let row = Math.ceil(y - 1.5); row <= y + 0.5; row++)
    for (let column = Math.max(0, Math.ceil(x - 1.5)); column <= Math.min(width - 1, x + 0.5); column++)
      if (Number.isNaN(grid[row * width + column])) return true;
  return false;
}

// The cells of a map and its contours. On a logarithmic axis or an axis of whole numbers, cells differ in width.

import { contours } from "d3-contour";
import type { AxisValues } from "../index.ts";
import type { ColourScale } from "./colours.ts";
import { spacing } from "./ticks.ts";

/** The values along an axis, and its scale: they decide where cells lie. */
export type CellAxis = Pick<AxisValues, "values" | "scale">;

/** Solved cells, the lowest row first. */
export interface MapCells {
  readonly x: CellAxis;
  readonly y: CellAxis;
  readonly values: Float64Array;
  readonly status: Uint8Array;
}

/** The edges of cells, half-way between their values: shape [values + 1]. */
export function edgesOf({ values, scale }: CellAxis): number[] {
  const at = values.map(spacing({ scale }));
  const last = at.length - 1;
  const edges = at.slice(1).map((x, i) => (x + at[i]) / 2);
  const ends =
    last === 0
      ? [at[0] - 0.5, at[0] + 0.5]
      : [at[0] - (at[1] - at[0]) / 2, at[last] + (at[last] - at[last - 1]) / 2];
  return [ends[0], ...edges, ends[1]].map((x) => (scale === "log" ? Math.exp(x) : x));
}

/** the maximum number of points along a side of the grid on which contours are computed */
const MAX_POINTS = 320;

/** A point of the frame, in the frame's units, from its upper left corner. */
export type Place = readonly [x: number, y: number];

/** The lines along which the values equal a level. */
export interface Contour {
  readonly level: number;
  readonly lines: readonly (readonly Place[])[];
}

/**
 * The contours of a map at a scale's levels, in a frame of the given size. No lines are drawn next to cells without a
 * value, or along the frame.
 */
export function contoursOf(
  { x, y, values }: MapCells,
  { levels, log, domain }: ColourScale,
  [width, height]: readonly [number, number],
): Contour[] {
  const [across, up] = [x, y].map((axis) => placesAlong(axis, Math.min(MAX_POINTS, axis.values.length)));
  const at = (cell: number) => (log ? Math.log(Math.max(values[cell], domain[0])) : values[cell]);
  const grid = up.flatMap(([below, above, v]) =>
    across.map(([left, right, u]) => {
      const [low, high] = [below, above].map((row) => {
        const first = row * x.values.length;
        return between(at(first + left), at(first + right), u);
      });
      return between(low, high, v);
    }),
  );
  const trace = contours().size([across.length, up.length]);
  const [unitX, unitY] = [width / across.length, height / up.length];
  const placed = ([x, y]: number[]): Place => [x * unitX, height - y * unitY];
  const sizes = [across.length, up.length];
  const isOutside = (point: number[]) => sizes.some((size, d) => point[d] < 0.5 || point[d] > size - 0.5);
  const isEdge = (a: number[], b: number[]) =>
    sizes.some((size, d) => a[d] === b[d] && (a[d] === 0.5 || a[d] === size - 0.5));
  /** whether a segment is not a contour: it runs along the grid's border or next to cells without a value */
  const isBorder = (a: number[], b: number[]) =>
    isOutside(a) ||
    isOutside(b) ||
    isEdge(a, b) ||
    [a, b].some((point) => touchesNothing(grid, across.length, point));

  return levels.map((level) => {
    const lines: Place[][] = [];
    for (const ring of trace.contour(grid, log ? Math.log(level) : level).coordinates.flat()) {
      let line: Place[] | undefined;
      for (let i = 1; i < ring.length; i++) {
        if (isBorder(ring[i - 1], ring[i])) {
          line = undefined;
          continue;
        }
        if (!line) {
          line = [placed(ring[i - 1])];
          lines.push(line);
        }
        line.push(placed(ring[i]));
      }
    }
    return { level, lines };
  });
}

/** Contours as an SVG path. */
export function contourPath(contours: readonly Contour[]): string {
  const said = ([x, y]: Place) => `${x.toFixed(1)},${y.toFixed(1)}`;
  return contours.flatMap(({ lines }) => lines.map((line) => `M${line.map(said).join("L")}`)).join("");
}

/** Where contours are labelled: in the middle of each level's longest line. @param room the line's minimum length */
export function contourLabels(
  contours: readonly Contour[],
  room: number,
): { readonly level: number; readonly at: Place }[] {
  return contours.flatMap(({ level, lines }) => {
    const lengths = lines.map((line) =>
      line.slice(1).reduce((sum, [x, y], i) => sum + Math.hypot(x - line[i][0], y - line[i][1]), 0),
    );
    const longest = Math.max(0, ...lengths);
    if (longest < room) return [];
    const line = lines[lengths.indexOf(longest)];
    return [{ level, at: line[Math.floor(line.length / 2)] }];
  });
}

/** the number at a share of the way from a to b; with a share of 0, b may be NaN */
const between = (a: number, b: number, share: number) => (share === 0 ? a : a + share * (b - a));

/**
 * For each of `size` evenly spaced points along an axis: the cells on both sides, and how far the point is from the
 * first to the second, in [0, 1].
 */
function placesAlong(axis: CellAxis, size: number): [number, number, number][] {
  const at = axis.values.map(spacing(axis));
  const edges = edgesOf(axis).map(spacing(axis));
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

/** Whether a point of a contour lies next to a cell that has no value. */
function touchesNothing(grid: readonly number[], width: number, [x, y]: number[]): boolean {
  for (let row = Math.ceil(y - 1.5); row <= y + 0.5; row++)
    for (let column = Math.max(0, Math.ceil(x - 1.5)); column <= Math.min(width - 1, x + 0.5); column++)
      if (Number.isNaN(grid[row * width + column])) return true;
  return false;
}

// The map of a phase diagram: pixels in the colour of each cell's value, patterns for cells that have none, and contours.
// On a logarithmic axis or one of whole numbers the cells are not equally wide.

import { contours } from "d3-contour";
import { encode } from "fast-png";
import { STATUS, STATUSES, type Status } from "../diagram/cells.ts";
import type { AxisValues } from "../index.ts";
import { type ColourScale, RAMP } from "./colours.ts";
import { spacing } from "./ticks.ts";

/** Where cells lie along an axis. */
export type CellAxis = Pick<AxisValues, "values" | "scale">;

/** the colours of statuses, where the status itself is mapped: Okabe and Ito's */
export const STATUS_COLOURS: Readonly<Record<Status, string>> = {
  solved: "#0072b2",
  several: "#e69f00",
  undecided: "#cc79a7",
  none: "#d55e00",
  overflow: "#555555",
  unsolved: "#d8d8d8",
};

/** the pattern of cells that were solved but have no value */
export const NOTHING = "blank";

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

/** The cell at each of `size` points that are evenly spaced along an axis, between its outer edges. */
export function cellsAlong(axis: CellAxis, size: number): Uint32Array {
  const edges = edgesOf(axis).map(spacing(axis));
  const [from, to] = [edges[0], edges[edges.length - 1]];
  const cells = new Uint32Array(size);
  for (let i = 0, cell = 0; i < size; i++) {
    const x = from + ((i + 0.5) / size) * (to - from);
    while (cell < axis.values.length - 1 && x >= edges[cell + 1]) cell++;
    cells[i] = cell;
  }
  return cells;
}

/** The width of a map's image, about twice the width it is shown at: a whole number of pixels for each cell. */
function pixelsOf({ values }: CellAxis, shown: number): number {
  return values.length * Math.max(1, Math.round((2 * shown) / values.length));
}

type Pattern = (x: number, y: number) => number;

/** the patterns by name: the grey of their ink, and how much ink there is at a pixel, in [0, 1] */
const PATTERNS: Readonly<Record<string, { ink: number; at: Pattern }>> = {
  none: { ink: 0x55, at: (x, y) => ((x + y) % 8 < 3 ? 1 : 0.12) },
  undecided: { ink: 0x55, at: (x, y) => (x % 6 < 2 && y % 6 < 2 ? 1 : 0.12) },
  overflow: { ink: 0x55, at: () => 1 },
  unsolved: { ink: 0x99, at: (x, y) => (x % 8 < 1 || y % 8 < 1 ? 1 : 0) },
  several: { ink: 0x21, at: (x, y) => (isLine(x, y) ? 0 : 0.45) },
  [NOTHING]: { ink: 0xd8, at: () => 1 },
};

/** whether a pixel is on one of the lines that cross cells with several answers */
const isLine = (x: number, y: number) => (Math.floor(x) + Math.floor(y)) % 9 === 0;

/** the grey of a pattern at a pixel */
function greyOf(name: string, x: number, y: number): number {
  const { ink, at } = PATTERNS[name];
  return Math.round(255 - at(Math.floor(x), Math.floor(y)) * (255 - ink));
}

/** the pattern of a cell without a value, by its status */
const patternOf = (status: number): string => (status <= STATUS.several ? NOTHING : STATUSES[status]);

/** Solved cells, the lowest row first. */
export interface MapCells {
  readonly x: CellAxis;
  readonly y: CellAxis;
  readonly values: Float64Array;
  readonly status: Uint8Array;
}

/** The map as a PNG. @param shown its width and height in the figure, in pixels */
export function mapPng(
  { x: columns, y: rows, values, status }: MapCells,
  scale: ColourScale,
  shown: readonly [number, number],
): Uint8Array {
  const [width, height] = [pixelsOf(columns, shown[0]), pixelsOf(rows, shown[1])];
  const [across, up] = [cellsAlong(columns, width), cellsAlong(rows, height)];
  const [unitX, unitY] = [width / shown[0], height / shown[1]];
  const data = new Uint8Array(3 * width * height);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at += 3) {
      const cell = up[height - 1 - y] * columns.values.length + across[x];
      // the value is one of several
      if (status[cell] === STATUS.several && isLine(x / unitX, y / unitY)) {
        data.fill(255, at, at + 3);
        continue;
      }
      const pattern = Number.isFinite(values[cell]) ? undefined : patternOf(status[cell]);
      if (pattern) {
        data.fill(greyOf(pattern, x / unitX, y / unitY), at, at + 3);
        continue;
      }
      const from = 3 * scale.indexOf(values[cell]);
      data[at] = scale.ramp[from];
      data[at + 1] = scale.ramp[from + 1];
      data[at + 2] = scale.ramp[from + 2];
    }
  return encode({ width, height, channels: 3, data });
}

/** Statuses as a PNG. */
export function statusPng(cells: Omit<MapCells, "values">, shown: readonly [number, number]): Uint8Array {
  const colours = Object.values(STATUS_COLOURS).map((hex) =>
    [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16)),
  );
  const ramp = new Uint8Array(3 * RAMP);
  for (const [i, colour] of colours.entries()) ramp.set(colour, 3 * i);
  const scale = {
    domain: [0, RAMP - 1],
    log: false,
    ramp,
    levels: [],
    indexOf: (code: number) => code,
  } as const;
  return mapPng(
    { ...cells, values: Float64Array.from(cells.status), status: new Uint8Array(cells.status.length) },
    scale,
    shown,
  );
}

/** A sample of a pattern for a legend, as a PNG of twice the given size. */
export function patternPng(name: string, [width, height]: readonly [number, number]): Uint8Array {
  const data = new Uint8Array(4 * width * height);
  for (let y = 0, at = 0; y < 2 * height; y++)
    for (let x = 0; x < 2 * width; x++, at++) data[at] = greyOf(name, x / 2, y / 2);
  return encode({ width: 2 * width, height: 2 * height, channels: 1, data });
}

/** A colour bar as a PNG, one pixel wide, with the highest value on top. */
export function rampPng({ ramp }: ColourScale): Uint8Array {
  const data = new Uint8Array(3 * RAMP);
  for (let i = 0; i < RAMP; i++) data.set(ramp.subarray(3 * i, 3 * i + 3), 3 * (RAMP - 1 - i));
  return encode({ width: 1, height: RAMP, channels: 3, data });
}

/** the most points along a side of the grid that contours are computed on */
const MOST_POINTS = 320;

/**
 * The contours of a map at a scale's levels, as an SVG path in a frame of the given size. There are no lines beside cells
 * without a value or along the frame.
 */
export function contourPath(
  { x, y, values }: MapCells,
  { levels, log, domain }: ColourScale,
  [width, height]: readonly [number, number],
): string {
  const [across, up] = [x, y].map((axis) => placesAlong(axis, Math.min(MOST_POINTS, axis.values.length)));
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
  const shown = ([x, y]: number[]) => `${(x * unitX).toFixed(1)},${(height - y * unitY).toFixed(1)}`;
  const sizes = [across.length, up.length];
  const isOutside = (point: number[]) => sizes.some((size, d) => point[d] < 0.5 || point[d] > size - 0.5);
  const isEdge = (a: number[], b: number[]) =>
    sizes.some((size, d) => a[d] === b[d] && (a[d] === 0.5 || a[d] === size - 0.5));
  /** whether a segment is no contour: it runs along the grid's border or beside cells without a value */
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

/** the number at a share of the way from a to b; with a share of 0, b may be NaN */
const between = (a: number, b: number, share: number) => (share === 0 ? a : a + share * (b - a));

/** For each of `size` evenly spaced points along an axis: the cells on both sides, and its share of the way to the second. */
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

/** Whether a point of a contour lies beside a cell that has no value. */
function touchesNothing(grid: readonly number[], width: number, [x, y]: number[]): boolean {
  for (let row = Math.ceil(y - 1.5); row <= y + 0.5; row++)
    for (let column = Math.max(0, Math.ceil(x - 1.5)); column <= Math.min(width - 1, x + 0.5); column++)
      if (Number.isNaN(grid[row * width + column])) return true;
  return false;
}

// The map of a phase diagram: pixels in the colour of each cell's value, and patterns for cells that have none.
// On a logarithmic axis or an axis of whole numbers, cells differ in width.

import { encode } from "fast-png";
import { STATUS, STATUSES, type Status } from "../diagram/cells.ts";
import { type ColourScale, RAMP } from "./colours.ts";
import { type CellAxis, edgesOf, type MapCells } from "./contours.ts";
import { spacing } from "./ticks.ts";

/** the colours of statuses, if the status itself is mapped, from the palette of Okabe and Ito */
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

/** The width of a map's image: about twice the width at which it is shown, and a whole number of pixels per cell. */
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
      // the cell has several equilibria, and the value is of one of them
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

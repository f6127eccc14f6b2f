// Where a map's cells lie, in shares of its frame: 0 at the left and at the bottom. Each cell is as wide as the next,
// and a value lies at the middle of its cell.

import type { AxisValues, Diagram as CheckedDiagram } from "../index.ts";
import { type Diagram, isWhole, type MapAxis, wholeAxis } from "./diagrams.ts";
import type { Settings } from "./state.ts";

/** A cell by its column and row, from the lower left. */
export interface Cell {
  readonly column: number;
  readonly row: number;
}

/** A part of the frame, in shares of it. */
export interface Part {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
}

const clamp = (x: number, low: number, high: number) => Math.min(high, Math.max(low, x));

/** The cell at a place of the frame, or the nearest. */
export function cellAt({ x, y }: Pick<CheckedDiagram, "x" | "y">, across: number, up: number): Cell {
  const index = ({ values }: AxisValues, share: number) =>
    clamp(Math.floor(share * values.length), 0, values.length - 1);
  return { column: index(x, across), row: index(y, up) };
}

/** Where a value of an axis lies, in shares of the frame; outside [0, 1] where it is off the map. */
export function placeOf({ values, scale }: Pick<AxisValues, "values" | "scale">, value: number): number {
  const way = (x: number) => (scale === "log" ? Math.log(x) : x);
  const [first, last] = [way(values[0]), way(values.at(-1)!)];
  const share = first === last ? 0 : (way(value) - first) / (last - first);
  return (0.5 + share * (values.length - 1)) / values.length;
}

/** The settings of a cell. */
export function valuesAt({ x, y }: Pick<CheckedDiagram, "x" | "y">, { column, row }: Cell) {
  return { x: x.values[column], y: y.values[row] };
}

/** an axis from a share of the frame to another, in numbers that are not longer than they need to be */
function between(settings: Settings, axis: MapAxis, from: number, to: number): MapAxis {
  const way = axis.scale === "log" ? Math.log : (x: number) => x;
  const back = axis.scale === "log" ? Math.exp : (x: number) => x;
  const [low, high] = [way(axis.from), way(axis.to)];
  const at = (share: number) => back(low + share * (high - low));
  if (isWhole(settings, axis.key)) {
    const first = Math.round(at(from));
    return { ...axis, from: first, to: Math.max(first + 1, Math.round(at(to))) };
  }
  // digits enough to tell a thousandth of the part from the next
  const digits = 4 + Math.max(0, Math.ceil(-Math.log10(to - from)));
  const short = (x: number) => Number(x.toPrecision(Math.min(15, digits)));
  const [first, last] = [short(at(from)), short(at(to))];
  return first < last ? { ...axis, from: first, to: last } : axis;
}

/** The map of a part of a map. */
export function zoomInto(settings: Settings, diagram: Diagram, part: Part): Diagram {
  return {
    ...diagram,
    x: between(settings, diagram.x, part.left, part.right),
    y: between(settings, diagram.y, part.bottom, part.top),
  };
}

/** The part that is `factor` times as wide about a place of the frame; above 1 it is more than the frame. */
export function partAround(across: number, up: number, factor: number): Part {
  // in, it stays within the frame
  const start = (place: number) =>
    factor < 1 ? clamp(place - factor / 2, 0, 1 - factor) : place - factor / 2;
  const [left, bottom] = [start(across), start(up)];
  return { left, right: left + factor, bottom, top: bottom + factor };
}

/** The map of a wider part, no wider than the settings' usual ranges, or than it is where it is wider already. */
export function zoomOut(settings: Settings, diagram: Diagram): Diagram {
  const wider = zoomInto(settings, diagram, partAround(0.5, 0.5, 2));
  const within = (axis: MapAxis, now: MapAxis): MapAxis => {
    const most = wholeAxis(settings, axis.key);
    const least = now.scale === "log" || most.from > 0 ? most.from : Math.min(most.from, now.from);
    return {
      ...axis,
      from: Math.max(axis.from, Math.min(least, now.from)),
      to: Math.min(axis.to, Math.max(most.to, now.to)),
    };
  };
  return { ...wider, x: within(wider.x, diagram.x), y: within(wider.y, diagram.y) };
}

// Where a map's cells lie, in shares of its frame: 0 at the left and at the bottom. All cells have the same width, and
// a value lies at the middle of its cell. From this follow the settings of a cell, the cell under the pointer, and the
// maps that zooming leads to.

import { type AxisValues, checkConfig, type Diagram } from "../index.ts";
import { spacing } from "../report/ticks.ts";
import { defaultDiagram, isWhole, type MapAxis, type MapSettings, wholeAxis } from "./mapSettings.ts";
import { type Backend, type Settings, type State, settingAt, settingsWithValue } from "./state.ts";
import type { ShownMap } from "./useMap.ts";

/** Both axes of a map, with their values. */
type Axes = Pick<Diagram, "x" | "y">;
/** The settings that the axes change. */
type Keys = { readonly [A in keyof Axes]: { readonly key: string } };

/** A point of the map: the values of both settings. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A cell by its column and row, from the lower left. */
export interface Cell {
  readonly column: number;
  readonly row: number;
}

/** A rectangle in the frame, in shares of its width and height. */
export interface Part {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
}

/** A number, or the nearest number within bounds. */
export const clamp = (x: number, low: number, high: number) => Math.min(high, Math.max(low, x));

/** The cell at a position in the frame, or the nearest cell. */
export function cellAt({ x, y }: Axes, across: number, up: number): Cell {
  const index = ({ values }: AxisValues, share: number) =>
    clamp(Math.floor(share * values.length), 0, values.length - 1);
  return { column: index(x, across), row: index(y, up) };
}

/** Where a value of an axis lies, in shares of the frame; outside [0, 1] if it is off the map. */
export function placeOf({ values, scale }: Pick<AxisValues, "values" | "scale">, value: number): number {
  const at = spacing({ scale });
  const [first, last] = [at(values[0]), at(values.at(-1)!)];
  const share = first === last ? 0 : (at(value) - first) / (last - first);
  return (0.5 + share * (values.length - 1)) / values.length;
}

/** A cell's point. */
export function pointOf({ x, y }: Axes, { column, row }: Cell): Point {
  return { x: x.values[column], y: y.values[row] };
}

/** the number of digits of a setting that is taken from the map */
const DIGITS = 3;

/** The point rounded to numbers that people can read, for settings that are taken from the map. */
export function roundPoint(settings: Settings, { x, y }: Keys, point: Point): Point {
  const rounded = (key: string, value: number) =>
    isWhole(settings, key) ? value : Number(value.toPrecision(DIGITS));
  return { x: rounded(x.key, point.x), y: rounded(y.key, point.y) };
}

/** The point of the page's current settings, which may be off the map. */
export function ownPoint({ x, y }: Axes, settings: Settings): Point {
  const { config } = checkConfig(settings);
  return { x: settingAt(config, x.key) as number, y: settingAt(config, y.key) as number };
}

/** Settings in which both axes have the values of a point. */
export function settingsWith(settings: Settings, { x, y }: Keys, point: Point): Settings {
  return settingsWithValue(settingsWithValue(settings, x.key, point.x), y.key, point.y);
}

/** A cell's value; NaN if there is no value. */
export function valueAt({ diagram, values }: ShownMap, { column, row }: Cell): number {
  return values[row * diagram.x.values.length + column];
}

/** The point that the page describes: the point under the pointer, otherwise the point of the current settings. */
export interface Inspected {
  readonly point: Point;
  /** null if the current settings are off the map */
  readonly cell: Cell | null;
  /** the cell's value; NaN if there is no value */
  readonly value: number;
  /** the page's settings, changed to the point's */
  readonly settings: Settings;
  /** whether it is the point of the current settings */
  readonly isHere: boolean;
}

/** The inspected point. @param cursor the cell under the pointer, if any */
export function inspect(map: ShownMap, settings: Settings, cursor: Cell | null): Inspected {
  const { x, y } = map.diagram;
  const isHere = !cursor || cursor.column >= x.values.length || cursor.row >= y.values.length;
  const own = ownPoint(map.diagram, settings);
  const [across, up] = [placeOf(x, own.x), placeOf(y, own.y)];
  const inside = across >= 0 && across < 1 && up >= 0 && up < 1;
  const cell = isHere ? (inside ? cellAt({ x, y }, across, up) : null) : cursor;
  const point = isHere ? own : pointOf(map.diagram, cursor);
  return {
    ...{ point, cell, isHere },
    value: cell ? valueAt(map, cell) : Number.NaN,
    settings: settingsWith(settings, map.diagram, point),
  };
}

/** A map or its result, if it has the state's game and axes; null if it belongs to an earlier state. */
export function ofState<T extends Pick<ShownMap, "diagram">>(
  of: T | null,
  { settings, diagram }: State,
): T | null {
  if (!of) return null;
  const { game, x, y } = of.diagram;
  const isSame = game.name === checkConfig(settings).game.name;
  return isSame && x.key === diagram.x.key && y.key === diagram.y.key ? of : null;
}

/** What determines a map's cells. */
export interface MapRequest {
  readonly settings: Settings;
  readonly diagram: MapSettings;
  readonly backend: Backend;
}

/**
 * The request for a state's map. It does not depend on the current values of the axes' settings, or the plot's window.
 */
export function mapRequestOf({ settings, diagram, backend }: State): MapRequest {
  const { plotWindow: _, ...rest } = settings;
  const start = { x: diagram.x.from, y: diagram.y.from };
  return { settings: settingsWith(rest, diagram, start), diagram, backend };
}

/** an axis cut to a range that is given in shares of the frame, with ends of as few digits as possible */
function between(settings: Settings, axis: MapAxis, from: number, to: number): MapAxis {
  const back = axis.scale === "log" ? Math.exp : (x: number) => x;
  const [low, high] = [axis.from, axis.to].map(spacing(axis));
  const at = (share: number) => back(low + share * (high - low));
  if (isWhole(settings, axis.key)) {
    const first = Math.round(at(from));
    return { ...axis, from: first, to: Math.max(first + 1, Math.round(at(to))) };
  }
  // enough digits to distinguish a thousandth of the range
  const digits = 4 + Math.max(0, Math.ceil(-Math.log10(to - from)));
  const short = (x: number) => Number(x.toPrecision(Math.min(15, digits)));
  const [first, last] = [short(at(from)), short(at(to))];
  return first < last ? { ...axis, from: first, to: last } : axis;
}

/** A map zoomed into a part of its frame. */
export function zoomInto(settings: Settings, diagram: MapSettings, part: Part): MapSettings {
  return {
    ...diagram,
    x: between(settings, diagram.x, part.left, part.right),
    y: between(settings, diagram.y, part.bottom, part.top),
  };
}

/** The rectangle `factor` times as large as the frame around a position; with a factor above 1 it exceeds the frame. */
export function partAround(across: number, up: number, factor: number): Part {
  // when zooming in it stays within the frame
  const start = (place: number) =>
    factor < 1 ? clamp(place - factor / 2, 0, 1 - factor) : place - factor / 2;
  const [left, bottom] = [start(across), start(up)];
  return { left, right: left + factor, bottom, top: bottom + factor };
}

/** A map zoomed out, at most to the usual ranges of the settings, or to its own range if that is wider. */
export function zoomOut(settings: Settings, diagram: MapSettings): MapSettings {
  const wider = zoomInto(settings, diagram, partAround(0.5, 0.5, 2));
  const within = (axis: MapAxis, now: MapAxis): MapAxis => {
    const most = wholeAxis(settings, axis.key);
    const min = now.scale === "log" || most.from > 0 ? most.from : Math.min(most.from, now.from);
    return {
      ...axis,
      from: Math.max(axis.from, Math.min(min, now.from)),
      to: Math.min(axis.to, Math.max(most.to, now.to)),
    };
  };
  return { ...wider, x: within(wider.x, diagram.x), y: within(wider.y, diagram.y) };
}

/** How a map is zoomed: in around the inspected point, out, to the usual ranges, or into a rectangle. */
export type Zoom = "in" | "out" | "whole" | Part;

/** The map that a zoom leads to. */
export function zoomed(
  { settings, diagram }: State,
  zoom: Zoom,
  map: ShownMap | null,
  point: Point | null,
): MapSettings {
  if (typeof zoom === "object") return zoomInto(settings, diagram, zoom);
  if (zoom === "out") return zoomOut(settings, diagram);
  if (zoom === "whole") {
    const first = defaultDiagram(settings);
    const whole = ({ key }: MapAxis) =>
      [first.x, first.y].find((axis) => axis.key === key) ?? wholeAxis(settings, key);
    return { ...diagram, x: whole(diagram.x), y: whole(diagram.y) };
  }
  const place = (axis: "x" | "y") =>
    map && point ? clamp(placeOf(map.diagram[axis], point[axis]), 0, 1) : 0.5;
  return zoomInto(settings, diagram, partAround(place("x"), place("y"), 0.5));
}

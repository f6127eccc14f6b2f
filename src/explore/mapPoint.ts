// The point of a map that is looked at: where the cursor is, or else where the page's own settings are.

import { withSetting } from "../config/setting.ts";
import { checkConfig } from "../index.ts";
import { settingAt } from "./controls.ts";
import { type Cell, cellAt, placeOf, valuesAt } from "./geometry.ts";
import type { Point } from "./mapWords.ts";
import type { Picture } from "./picture.ts";
import type { Settings, State } from "./state.ts";

/** What is looked at. */
export interface Looked {
  readonly point: Point;
  /** null where the page's own settings are off the map */
  readonly cell: Cell | null;
  /** of the map there; NaN where there is none */
  readonly value: number;
  /** the page's settings, with those of the point */
  readonly settings: Settings;
  /** whether these are the page's own */
  readonly isHere: boolean;
}

/** What is of a state's game and axes; null where it is but of the question before. */
export function ofState<T extends Pick<Picture, "diagram">>(
  of: T | null,
  { settings, diagram }: State,
): T | null {
  if (!of) return null;
  const { game, x, y } = of.diagram;
  const isSame = game.name === checkConfig(settings).game.name;
  return isSame && x.key === diagram.x.key && y.key === diagram.y.key ? of : null;
}

/** The point of the page's own settings, on the map or off it. */
export function ownPoint({ diagram: { x, y } }: Picture, settings: Settings): Point {
  const { config } = checkConfig(settings);
  const along = (key: string) => ({ key, value: settingAt(config, key) as number });
  return { x: along(x.key), y: along(y.key) };
}

/** A cell's point. */
export function pointOf({ diagram }: Picture, cell: Cell): Point {
  const { x, y } = valuesAt(diagram, cell);
  return { x: { key: diagram.x.key, value: x }, y: { key: diagram.y.key, value: y } };
}

/** A cell's value; NaN where there is none. */
export function valueAt({ diagram, values }: Picture, { column, row }: Cell): number {
  return values[row * diagram.x.values.length + column];
}

/** Settings with those of a point. */
export function settingsOf(settings: Settings, { x, y }: Point): Settings {
  return withSetting(withSetting(settings, x.key, x.value, "x"), y.key, y.value, "y");
}

/** What is looked at with the cursor at a cell, or nowhere on the map. */
export function lookAt(picture: Picture, settings: Settings, cursor: Cell | null): Looked {
  const { x, y } = picture.diagram;
  const isHere = !cursor || cursor.column >= x.values.length || cursor.row >= y.values.length;
  const own = ownPoint(picture, settings);
  const [across, up] = [placeOf(x, own.x.value), placeOf(y, own.y.value)];
  const inside = across >= 0 && across < 1 && up >= 0 && up < 1;
  const cell = isHere ? (inside ? cellAt({ x, y }, across, up) : null) : cursor;
  const point = isHere ? own : pointOf(picture, cursor);
  return {
    ...{ point, cell, isHere },
    value: cell ? valueAt(picture, cell) : Number.NaN,
    settings: settingsOf(settings, point),
  };
}

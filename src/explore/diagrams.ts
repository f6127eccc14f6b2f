// What a phase diagram may be of: two settings, a measure, and how fine.

import { checkConfig, MesaError, measureNames } from "../index.ts";
import { quote } from "../schema.ts";
import { withSetting } from "../setting.ts";
import { type Control, groupsOf } from "./controls.ts";
import type { Settings } from "./state.ts";

/** An axis of the map: a setting, and from where to where. */
export interface MapAxis {
  readonly key: string;
  readonly from: number;
  readonly to: number;
  readonly scale: "linear" | "log";
}

/** What is mapped. */
export interface Diagram {
  readonly x: MapAxis;
  readonly y: MapAxis;
  readonly measure: string;
  /** cells along each axis, at most: an axis of whole numbers has no more cells than there are of them */
  readonly size: number;
}

/** Sizes that are offered, by whether a cell takes microseconds or seconds. */
const SIZES = { quick: [64, 128, 256, 512, 1024], slow: [4, 8, 16, 32, 64] } as const;

/** the map that a game is shown with first: two settings and a measure */
const FIRST: Readonly<Record<string, readonly [x: string, y: string, measure: string]>> = {
  linear: ["schedule.learningRate", "schedule.training", "deception"],
  "learned-discount": ["initial.discount", "discountLearningRateScale", "retention"],
  misconception: ["beliefLearningRateScale", "schedule.learningRate", "retention"],
  "uncertain-deployment": ["hazard", "signalError", "retention"],
  mlp: ["schedule.learningRate", "schedule.training", "retention"],
};

/** Whether a cell of a map is solved by a formula or by moments, so that a map takes no time to speak of. */
export function isQuick(settings: Settings): boolean {
  return checkConfig(settings).game.proportional !== undefined;
}

/** The sizes that are offered for a configuration's maps. */
export function sizesOf(settings: Settings): readonly number[] {
  return isQuick(settings) ? SIZES.quick : SIZES.slow;
}

/** What can be mapped of a configuration. */
export function measuresOf(settings: Settings): string[] {
  return measureNames(checkConfig(settings).game);
}

/** The settings that can be an axis: numbers with a range, the grids' among them not. */
export function axesOf(settings: Settings): Control[] {
  return groupsOf(settings)
    .flatMap(({ controls, folded }) => (folded ? [] : controls))
    .filter(({ kind, range, key }) => kind === "number" && range && !key.startsWith("search."));
}

/** Whether the settings of an axis are whole numbers. */
export function isWhole(settings: Settings, key: string): boolean {
  return axesOf(settings).some((axis) => axis.key === key && axis.range?.step === 1);
}

/** A setting's axis as far as it goes. */
export function wholeAxis(settings: Settings, key: string): MapAxis {
  const range = axesOf(settings).find((axis) => axis.key === key)!.range!;
  const { from, to, scale } = range.map ?? { ...range, scale: "linear" as const };
  return { key, from, to, scale };
}

/** The map that a configuration is shown with first. */
export function defaultDiagram(settings: Settings): Diagram {
  const infinite = settings.horizon === "infinite";
  const [x, y, measure] = infinite
    ? ["discount", "schedule.learningRate", "firstCoefficient"]
    : (FIRST[settings.game] ?? [...axesOf(settings).map(({ key }) => key), "deception"].slice(0, 3));
  const along = (key: string) => {
    const axis = wholeAxis(settings, key);
    return infinite && key === "discount" ? { ...axis, from: 0.3, to: 0.99 } : axis;
  };
  return { x: along(x), y: along(y), measure, size: sizesOf(settings)[1] };
}

/**
 * Checks a map against the configuration that it is of.
 *
 * @throws MesaError `INVALID_CONFIG`
 */
export function checkDiagram(settings: Settings, { x, y, measure, size }: Diagram): void {
  const invalid = (text: string) => new MesaError("INVALID_CONFIG", text);
  const keys = axesOf(settings).map(({ key }) => key);
  const corners = [x, y].map((axis, i) => {
    const name = "xy"[i];
    if (!keys.includes(axis.key))
      throw invalid(`${name} must be one of ${keys.join(", ")}, got ${quote(axis.key)}`);
    if (!(Number.isFinite(axis.to - axis.from) && axis.from < axis.to))
      throw invalid(`${name} must go from a number to a larger one, got ${axis.from} and ${axis.to}`);
    if (axis.scale === "log" && !(axis.from > 0))
      throw invalid(`${name} must be above 0 where its scale is log, got ${axis.from}`);
    return [axis.from, axis.to].map((value) => ({ key: axis.key, value }));
  });
  if (x.key === y.key) throw invalid(`x and y must be two settings, got ${quote(x.key)} twice`);
  for (const a of corners[0])
    for (const b of corners[1])
      checkConfig(withSetting(withSetting(settings, a.key, a.value, "x"), b.key, b.value, "y"));
  const measures = measuresOf(settings);
  if (!measures.includes(measure))
    throw invalid(`measure must be one of ${measures.join(", ")}, got ${quote(measure)}`);
  const sizes = sizesOf(settings);
  if (!sizes.includes(size)) throw invalid(`size must be one of ${sizes.join(", ")}, got ${size}`);
}

// Everything that the page shows follows from one value, its state: what is solved, what it is compared with, and what
// is mapped. An address holds the state, and the state changes as a whole. The game's definition decides for which
// settings the page has controls; this file adds the ranges of the sliders.

import { learningRatesOf } from "../config/config.ts";
import { type Config, checkConfig, type FilledConfig, type Game, MesaError, withSetting } from "../index.ts";
import { settingParts } from "../report/wording.ts";
import type { MapSettings } from "./mapSettings.ts";
import { roundNumbers } from "./slider.ts";

/** A configuration as plain data; missing settings have their defaults. */
export type Settings = Config;

/** How the decisions of the plot are found: on the grid, as in the post, or as the best real numbers. */
export type PlotMethod = "auto" | "exact";

/** Where solves run. */
export type Backend = "auto" | "cpu" | "gpu";

/** What the page shows. */
export interface State {
  readonly settings: Settings;
  readonly method: PlotMethod;
  /** settings that are kept in the plot for comparison */
  readonly pinned: { readonly settings: Settings; readonly method: PlotMethod } | null;
  readonly diagram: MapSettings;
  readonly backend: Backend;
  /** the name of the shown step; null if none is shown */
  readonly step: string | null;
}

/** The props of a component that shows the state and changes it. */
export interface StateProps {
  readonly state: State;
  readonly change: (next: (before: State) => State) => void;
}

/** The range of a slider or of an axis of the map. */
export interface Range {
  readonly from: number;
  readonly to: number;
  /** the slider's step; 1 if the setting is a whole number */
  readonly step: number;
  /** the positions of the slider's thumb in ascending order, if they are not equally spaced */
  readonly stops?: readonly number[];
  /** the range of an axis of the map, if it differs from the slider's */
  readonly map?: { readonly from: number; readonly to: number; readonly scale: "linear" | "log" };
}

/** One setting. */
export interface Control {
  /** the dotted key, as for `--set` */
  readonly key: string;
  readonly label: string;
  readonly unit: string;
  /** `list`: several numbers in one field */
  readonly kind: "number" | "list";
  /** absent if the setting has no slider */
  readonly range?: Range;
}

/** the name of the group of a game's parameters */
export const AGENTS = "Agents and base optimizer";

/** Settings that belong together. */
interface Group {
  readonly name: string;
  readonly controls: readonly Control[];
  /** whether the group starts folded */
  readonly folded: boolean;
}

const rate = (to: number): Range => ({ from: 0, to, step: 0.01 });
/** 0, and then positive numbers with about constant factors between them */
const byFactors = (from: number, to: number): Range => ({
  ...{ from: 0, to, step: from },
  stops: [0, ...roundNumbers(from, to)],
});
/** γ, with about constant factors between the values of 1 − γ */
const patience: Range = {
  ...rate(1),
  stops: [1, ...roundNumbers(0.001, 1).map((hurry) => Number((1 - hurry).toFixed(6)))].toSorted(
    (a, b) => a - b,
  ),
};
const count = (from: number, to: number): Range => ({ from, to, step: 1 });

/** the ranges of the sliders; a field accepts every valid value */
const RANGES: Readonly<Record<string, Range>> = {
  "schedule.training": { ...count(0, 200), map: { from: 1, to: 100, scale: "linear" } },
  "schedule.deployment": { ...count(0, 200), map: { from: 1, to: 200, scale: "linear" } },
  "schedule.episodes": { ...count(1, 200), map: { from: 100, to: 200, scale: "linear" } },
  "schedule.learningRate": { ...byFactors(0.01, 10), map: { from: 0.01, to: 10, scale: "log" } },
  discount: patience,
  regularization: { ...byFactors(0.0001, 1), map: { from: 0.0001, to: 1, scale: "log" } },
  hazard: { ...byFactors(0.001, 1), map: { from: 0.002, to: 0.5, scale: "log" } },
  signalError: { from: 0, to: 1, step: 0.01, map: { from: 0, to: 0.5, scale: "linear" } },
  shift: { ...rate(6), map: { from: 0, to: 6, scale: "linear" } },
  intervals: count(1, 64),
  discountLearningRateScale: rate(4),
  beliefLearningRateScale: rate(2),
  "initial.theta": { from: -1, to: 1, step: 0.01 },
  "initial.discount": patience,
  "initial.belief": { from: -1, to: 1, step: 0.01 },
  "initial.deploymentAt": { ...count(0, 100), map: { from: 1, to: 99, scale: "linear" } },
  "search.starts": count(1, 64),
  "search.evaluations": count(100, 5000),
};

function control(key: string, kind: Control["kind"] = "number", range = RANGES[key]): Control {
  const { name, unit } = settingParts(key);
  return { key, label: capitalized(name), unit, kind, ...(range && { range }) };
}

const capitalized = (name: string) => (/^[a-z]/.test(name) ? name[0].toUpperCase() + name.slice(1) : name);

/** names for menus, of settings whose usual name is unclear without its unit, or too long */
const SHORT: Readonly<Record<string, string>> = {
  discountLearningRateScale: "κ of the discount",
  beliefLearningRateScale: "κ of the belief",
};

/** A setting's name in a menu, without its unit. */
export function menuLabel(key: string): string {
  return SHORT[key] ?? settingParts(key).name;
}

/** a range in a hundred steps; undefined if it is empty */
const between = (from: number, to: number): Range | undefined =>
  from < to ? { from, to, step: (to - from) / 100 } : undefined;

/** the initial value of a state; its slider covers the state's grid */
function start(key: string, { state }: Game): Control {
  const grid = Object.hasOwn(state, key) ? between(state[key].min, state[key].max) : undefined;
  return control(`initial.${key}`, "number", RANGES[`initial.${key}`] ?? grid);
}

/** a parameter of a game; its slider covers the parameter's bounds */
function parameter(key: string, { parameters }: Game): Control {
  const { default: usual, min = Math.min(0, 2 * usual), max = 2 * Math.max(1, usual) } = parameters[key];
  return control(key, "number", RANGES[key] ?? between(min, max));
}

/** a control whose slider offers only valid values: an infinite horizon needs a discount below 1 */
function within(control: Control, { horizon }: FilledConfig): Control {
  const { key, range } = control;
  if (key !== "discount" || horizon !== "infinite" || !range?.stops) return control;
  const stops = range.stops.filter((stop) => stop < 1);
  return { ...control, range: { ...range, stops, to: stops.at(-1)! } };
}

const knownGroups = new WeakMap<Settings, readonly Group[]>();

/** The groups of settings that a configuration has, in the order in which they are shown. */
export function groupsOf(settings: Settings): readonly Group[] {
  const groups = knownGroups.get(settings) ?? makeGroups(settings);
  knownGroups.set(settings, groups);
  return groups;
}

function makeGroups(settings: Settings): Group[] {
  const { game, config } = checkConfig(settings);
  const group = (name: string, controls: readonly Control[], folded = false): Group => ({
    name,
    controls,
    folded,
  });
  const schedule = Object.keys(config.schedule).map((key) =>
    control(`schedule.${key}`, key === "learningRates" ? "list" : "number"),
  );
  const grids = [...Object.keys(game.decision), ...Object.keys(game.state)].flatMap((name) =>
    ["min", "max", "count"].map((part) => control(`${name}.${part}`)),
  );
  const search = Object.keys((config.search as object | undefined) ?? {}).map((key) =>
    control(`search.${key}`),
  );
  return [
    group("Schedule", schedule),
    group(AGENTS, [
      ...Object.keys(game.parameters).map((key) => within(parameter(key, game), config)),
      ...("intervals" in config ? [control("intervals")] : []),
    ]),
    ...(game.network ? [group("Network and its search", [control("layers", "list"), ...search])] : []),
    group(
      "Start",
      Object.keys(config.initial).map((key) => start(key, game)),
    ),
    group("Grids and figure", [...grids, control("plotWindow")], true),
  ];
}

/** The value of a setting by its dotted key; undefined if there is none. */
export function settingAt(config: object, key: string): unknown {
  return key
    .split(".")
    .reduce<unknown>(
      (at, part) =>
        typeof at === "object" && at !== null ? (at as Record<string, unknown>)[part] : undefined,
      config,
    );
}

/** The episode at which training ends, as far as the plot shows it. */
function endOfTraining({ schedule, initial }: FilledConfig): number {
  return initial.deploymentAt ?? learningRatesOf(schedule).findLastIndex((rate) => rate > 0) + 1;
}

/**
 * Settings with one setting changed. A plot window that was chosen keeps the number of episodes that it shows after the
 * end of training, so that the switch to deployment stays in the plot.
 *
 * @param key dotted
 * @throws MesaError if a part of the key names a value that has no settings
 */
export function settingsWithValue(settings: Settings, key: string, value: unknown): Settings {
  const changed = withSetting(settings, key, value, "the setting");
  const { plotWindow } = settings;
  if (plotWindow === undefined || key === "plotWindow") return changed;
  try {
    const [before, after] = [settings, changed].map((of) => checkConfig(of).config);
    const [ended, ends] = [before, after].map(endOfTraining);
    if (ended === ends || plotWindow < ended) return changed;
    const episodes = learningRatesOf(after.schedule).length;
    return { ...changed, plotWindow: Math.max(1, Math.min(episodes, ends + plotWindow - ended)) };
  } catch (error) {
    if (error instanceof MesaError) return changed; // a later check reports the error
    throw error;
  }
}

// All that the page shows follows from one value, its state: what is solved, what it is compared with, and what is mapped.
// It is what an address holds, and it changes as a whole. Which settings the page has controls for follows from the
// game's own definition; what is added here is how far a slider goes.

import { type Config, checkConfig, type Game } from "../index.ts";
import { settingParts } from "../report/wording.ts";
import type { MapSettings } from "./mapSettings.ts";

/** A configuration as plain data; what it leaves out has its default. */
export type Settings = Config;

/** How the plot's decisions are found: on the grid, as in the post, or as the best real numbers. */
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
  /** the name of the post's step that is shown */
  readonly step: string | null;
}

/** The props of a component that shows the state and changes it. */
export interface StateProps {
  readonly state: State;
  readonly change: (next: (before: State) => State) => void;
}

/** What a slider or an axis of the map covers. */
export interface Range {
  readonly from: number;
  readonly to: number;
  /** the slider's step; 1 where the setting is a whole number */
  readonly step: number;
  /** the range of an axis of the map, where it differs from the slider's */
  readonly map?: { readonly from: number; readonly to: number; readonly scale: "linear" | "log" };
}

/** One setting. */
export interface Control {
  /** dotted, as `--set` takes it */
  readonly key: string;
  readonly label: string;
  readonly unit: string;
  /** `list`: several numbers in one field */
  readonly kind: "number" | "list";
  /** absent where the setting has no slider */
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
const count = (from: number, to: number): Range => ({ from, to, step: 1 });

/** the sliders' ranges; a field accepts everything that the configuration's check allows */
const RANGES: Readonly<Record<string, Range>> = {
  "schedule.training": { ...count(0, 200), map: { from: 1, to: 100, scale: "linear" } },
  "schedule.deployment": { ...count(0, 200), map: { from: 1, to: 200, scale: "linear" } },
  "schedule.episodes": { ...count(1, 200), map: { from: 10, to: 200, scale: "linear" } },
  "schedule.learningRate": { ...rate(2), map: { from: 0.01, to: 10, scale: "log" } },
  discount: rate(1),
  regularization: { from: 0, to: 0.2, step: 0.001, map: { from: 0.0001, to: 1, scale: "log" } },
  hazard: { from: 0, to: 0.5, step: 0.005, map: { from: 0.002, to: 0.5, scale: "log" } },
  signalError: { from: 0, to: 1, step: 0.01, map: { from: 0, to: 0.5, scale: "linear" } },
  shift: { ...rate(6), map: { from: 0, to: 6, scale: "linear" } },
  intervals: count(1, 64),
  discountLearningRateScale: rate(4),
  beliefLearningRateScale: rate(2),
  "initial.theta": { from: -1, to: 1, step: 0.01 },
  "initial.discount": rate(1),
  "initial.belief": { from: -1, to: 1, step: 0.01 },
  "initial.deploymentAt": { ...count(0, 100), map: { from: 1, to: 99, scale: "linear" } },
  "search.starts": count(1, 64),
  "search.evaluations": count(100, 5000),
};

function control(key: string, kind: Control["kind"] = "number", range = RANGES[key]): Control {
  const { name, unit } = settingParts(key);
  const label = /^[a-z]/.test(name) ? name[0].toUpperCase() + name.slice(1) : name;
  return { key, label, unit, kind, ...(range && { range }) };
}

/** a range in a hundred steps; undefined where it is empty */
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

/** The groups of settings that a configuration has, in the order they are shown. */
export function groupsOf(settings: Settings): Group[] {
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
      ...Object.keys(game.parameters).map((key) => parameter(key, game)),
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

/** The value of a setting by its dotted key; undefined where there is none. */
export function settingAt(config: object, key: string): unknown {
  return key
    .split(".")
    .reduce<unknown>(
      (at, part) =>
        typeof at === "object" && at !== null ? (at as Record<string, unknown>)[part] : undefined,
      config,
    );
}

// What a map shows: two settings, a measure and a resolution; the choices for them, and the map that a configuration
// starts with.

import {
  checkConfig,
  checkPhase,
  type Diagram,
  MesaError,
  measureNames,
  methods,
  type PhaseConfig,
} from "../index.ts";
import { quote } from "../schema.ts";
import { type Control, groupsOf, type Settings, type StateProps } from "./state.ts";

/** An axis of the map: a setting and its range. */
export interface MapAxis {
  readonly key: string;
  readonly from: number;
  readonly to: number;
  readonly scale: "linear" | "log";
}

/** What the reader chose to map. */
export interface MapSettings {
  readonly x: MapAxis;
  readonly y: MapAxis;
  readonly measure: string;
  /** the maximum number of cells along an axis; an axis of whole numbers may have fewer */
  readonly size: number;
  /** how decisions are found: in closed form if the game has one, or on the grid */
  readonly method: "auto" | "grid";
}

/** the sizes to choose from, for cells that take microseconds and for cells that take seconds */
const SIZES = { quick: [64, 128, 256, 512, 1024], slow: [4, 8, 16, 32, 64] } as const;

/** Two settings and a measure. */
interface First {
  readonly axes: readonly string[];
  readonly measure: string;
}

/** the map that a game starts with */
const FIRST: Readonly<Record<string, First>> = {
  linear: { axes: ["schedule.learningRate", "schedule.training"], measure: "deception" },
  "learned-discount": { axes: ["initial.discount", "discountLearningRateScale"], measure: "retention" },
  misconception: { axes: ["beliefLearningRateScale", "schedule.learningRate"], measure: "retention" },
  "uncertain-deployment": { axes: ["hazard", "signalError"], measure: "retentionOverHazard" },
  "distributional-shift": { axes: ["hazard", "shift"], measure: "retentionOverHazard" },
  mlp: { axes: ["schedule.learningRate", "schedule.training"], measure: "retention" },
};
/** the map that an infinite horizon starts with */
const ENDLESS: First = { axes: ["discount", "schedule.learningRate"], measure: "firstCoefficient" };

/** Whether a cell is solved by a formula or by moments, so that a whole map is fast. */
export function isQuick(settings: Settings): boolean {
  const { game, config } = checkConfig(settings);
  return methods.moments({ game }) === undefined && config.memory !== true;
}

/** The sizes to choose from for a configuration's map. */
export function sizesOf(settings: Settings): readonly number[] {
  return isQuick(settings) ? SIZES.quick : SIZES.slow;
}

/** The measures to choose from. The status is left out: it is described beside the map. */
export function measuresOf(settings: Settings): string[] {
  const { game, config } = checkConfig(settings);
  return measureNames(game, config).filter((name) => name !== "margin" && name !== "status");
}

/** The settings that can be an axis: numbers with a range, except settings of grids, of intervals and of the search. */
export function axesOf(settings: Settings): Control[] {
  return groupsOf(settings)
    .flatMap(({ controls, folded }) => (folded ? [] : controls))
    .filter(({ kind, range, key }) => kind === "number" && range && !/^(search\.|intervals$)/.test(key));
}

/** Whether a setting takes only whole numbers. */
export function isWhole(settings: Settings, key: string): boolean {
  return axesOf(settings).some((axis) => axis.key === key && axis.range?.step === 1);
}

/** A setting's axis with its usual range. */
export function wholeAxis(settings: Settings, key: string): MapAxis {
  // an infinite horizon needs a discount below 1
  if (settings.horizon === "infinite" && key === "discount")
    return { key, from: 0.3, to: 0.99, scale: "linear" };
  const range = axesOf(settings).find((axis) => axis.key === key)!.range!;
  const { from, to, scale } = range.map ?? { ...range, scale: "linear" as const };
  return { key, from, to, scale };
}

/** The map that a configuration starts with. */
export function defaultDiagram(settings: Settings): MapSettings {
  const keys = axesOf(settings).map(({ key }) => key);
  const known = typeof settings.game === "string" ? FIRST[settings.game] : undefined;
  const first = settings.horizon === "infinite" ? ENDLESS : known;
  const { axes: wished, measure } = first ?? { axes: [], measure: "deception" };
  // a schedule that lists its rates has neither of these settings
  const [x, y] = new Set([...wished.filter((key) => keys.includes(key)), ...keys]);
  return {
    ...{ x: wholeAxis(settings, x), y: wholeAxis(settings, y), measure },
    ...{ size: sizesOf(settings)[1], method: "auto" },
  };
}

/** A map in the form that the command `phase` takes. */
export function phaseConfigOf(settings: Settings, { x, y, size, measure }: MapSettings): PhaseConfig {
  return { config: settings, x: { ...x, count: size }, y: { ...y, count: size }, measures: [measure] };
}

/** A value, which must be one of those allowed. @throws MesaError `INVALID_CONFIG` */
export function oneOf<T extends string | number>(name: string, value: unknown, allowed: readonly T[]): T {
  if ((allowed as readonly unknown[]).includes(value)) return value as T;
  throw new MesaError("INVALID_CONFIG", `${name} must be one of ${allowed.join(", ")}, got ${quote(value)}`);
}

/**
 * Checks a map for a configuration.
 *
 * @throws MesaError `INVALID_CONFIG` or `LIMIT_EXCEEDED`
 */
export function checkDiagram(settings: Settings, map: MapSettings): Diagram {
  const keys = axesOf(settings).map(({ key }) => key);
  oneOf("x", map.x.key, keys);
  oneOf("y", map.y.key, keys);
  oneOf("size", map.size, sizesOf(settings));
  if (map.method === "grid" && !isQuick(settings))
    throw new MesaError(
      "INVALID_CONFIG",
      `cells must be auto, as ${settings.memory === true ? "agents who remember have" : `the game ${checkConfig(settings).game.name} has`} no other, got "grid"`,
    );
  return checkPhase(phaseConfigOf(settings, map));
}

/** The map for changed settings: the current map if it is still valid, otherwise the first map of the game. */
export function diagramFor(settings: Settings, { diagram }: { readonly diagram: MapSettings }): MapSettings {
  return problemOf(() => checkDiagram(settings, diagram)) === null ? diagram : defaultDiagram(settings);
}

/** Changes the page's settings if they are valid; otherwise returns what is wrong with them. */
export function takeSettings(change: StateProps["change"], settings: Settings): string | null {
  const problem = problemOf(() => checkConfig(settings));
  if (problem === null) change((before) => ({ ...before, settings, diagram: diagramFor(settings, before) }));
  return problem;
}

/** The message of the MesaError that a check throws; null if it throws none. */
export function problemOf(check: () => unknown): string | null {
  try {
    check();
    return null;
  } catch (error) {
    if (error instanceof MesaError) return error.message;
    throw error;
  }
}

// What a sweep's figure shows, in words and numbers: which curves share a panel, and what axes and legend call them.

import type { FilledConfig, Schedule, Sweep } from "../index.ts";
import { describeSchedule, differencesOf, labelOf, learningRatesOf, short } from "./schedule.ts";

/** of a title, in characters */
const LONGEST_TITLE = 78;

/** A line of a figure: one value for each x of the figure, null where there is none. */
export interface Curve {
  readonly label: string;
  readonly values: readonly (number | null)[];
}

/** Curves that share their axes. */
export interface Panel {
  /** name of the vertical axis */
  readonly label: string;
  readonly curves: readonly Curve[];
}

/** All that a figure of curves shows. */
export interface Curves {
  readonly title: string;
  readonly settings: readonly string[];
  readonly x: { readonly label: string; readonly values: readonly number[]; readonly log?: boolean };
  readonly panels: readonly Panel[];
  /** what a cross means */
  readonly gap?: string;
}

/** what a setting is, by its key: its symbol, and its unit where it has one */
const SETTINGS: Readonly<Record<string, string>> = {
  discount: "discount γ (per episode)",
  regularization: "regularization λ",
  learningRate: "learning rate η",
  training: "training (episodes)",
  deployment: "deployment (episodes)",
  episodes: "episodes",
  hazard: "hazard (probability of deployment, per episode)",
  signalError: "signal error (probability)",
  discountLearningRateScale: "κ, learning rate of the discount relative to the goal's",
  beliefLearningRateScale: "κ, learning rate of the belief relative to the goal's",
  "initial.deploymentAt": "end of training (episode)",
};

/** A setting's dotted key as an axis says it. */
export function settingLabel(key: string): string {
  const parts = key.split(".").filter((part) => part !== "schedule");
  const known = parts.join(".");
  if (Object.hasOwn(SETTINGS, known)) return SETTINGS[known];
  return parts.map(labelOf).join(" ");
}

/** what is counted in squared outputs */
const COSTS: Readonly<Record<string, string>> = {
  cost: "average total mesa cost",
  denseCost: "the same over a denser grid",
  linearCost: "the same with linear policies",
};

/** A measure as a legend says it. */
export function measureLabel(name: string): string {
  return COSTS[name] ?? labelOf(name.replace(/OverHazard$/, "OverTheHazard"));
}

/** What is to be said of a game whose phase is hidden, where a measure of those that are shown is an expectation. */
export function describeExpectation({ initial }: FilledConfig, measures: readonly string[]): string[] {
  const expected = measures.some((name) => /^(compliance|retention|deception|reversal)/.test(name));
  return expected && initial.deploymentAt !== undefined ? ["measures expected over the signals"] : [];
}

/** The figure of a sweep: a panel for each measure where there are series, else one for all that share a scale. */
export function curvesOf({ game, config, over, series, measures, cells }: Sweep, log = false): Curves {
  const valuesOf = (measure: string, s: number) =>
    over.values.map((_, i) => cells[s * over.values.length + i].values[measure]);
  const curve = (measure: string): Curve => ({ label: measureLabel(measure), values: valuesOf(measure, 0) });
  const costs = measures.filter((name) => name in COSTS);
  const others = measures.filter((name) => !(name in COSTS));
  const panels: Panel[] = series
    ? measures.map((measure) => ({
        label: measureLabel(measure),
        curves: series.values.map((value, s) => ({
          label: `${settingLabel(series.key).replace(/ \(.*|, .*/, "")} = ${said(value)}`,
          values: valuesOf(measure, s),
        })),
      }))
    : [others, costs]
        .filter((names) => names.length > 0)
        .map((names) => ({
          label: names.length === 1 ? measureLabel(names[0]) : names === costs ? COSTS.cost : "value",
          curves: names.map(curve),
        }));
  const keys = [over.key, ...(series ? [series.key] : [])];
  const schedule = describeRest(config.schedule, keys);
  const label = settingLabel(over.key);
  const what = measures.map((name) => (name === "cost" ? COSTS.cost : measureLabel(name)));
  const named = what.length > 1 ? `${what.slice(0, -1).join(", ")} and ${what.at(-1)}` : what[0];
  const by = label.replace(/ \(.*|, .*/, "");
  const title = `${game}: ${named} by ${by}`;
  return {
    title: title.length > LONGEST_TITLE ? `${game}, by ${by}` : title,
    settings: [...schedule, ...describeExpectation(config, measures), ...differencesOf(config, keys)],
    x: { label, values: over.values, log },
    panels,
    gap: "no value",
  };
}

/** What is left to say of a schedule where some of its settings take several values. */
export function describeRest(schedule: Schedule, keys: readonly string[]): string[] {
  if (keys.some((key) => /^schedule(\.(episodes|learningRates)|$)/.test(key))) return [];
  if ("episodes" in schedule) return [`${schedule.episodes} episodes`];
  const of = (key: "training" | "deployment") =>
    "training" in schedule && !keys.includes(`schedule.${key}`) ? schedule[key] : 0;
  const rates =
    "training" in schedule
      ? { ...schedule, training: of("training"), deployment: of("deployment") }
      : schedule;
  const described = describeSchedule(learningRatesOf(rates));
  return described === "" ? [] : [described];
}

const said = (value: unknown) =>
  typeof value === "number" ? short(value) : typeof value === "string" ? value : JSON.stringify(value);

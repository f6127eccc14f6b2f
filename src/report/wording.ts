// Numbers, settings, schedules and measures in words, for summaries, figures and the page.

import { checkConfig, type FilledConfig, learningRatesOf, type Schedule } from "../config/config.ts";
import type { AxisValues, Result } from "../index.ts";
import { BELIEF } from "../model/plan.ts";
import { isRecord } from "../schema.ts";

/** A stretch of episodes, `from` to `to`, both included. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The longest stretches in which `same` holds between each episode and the next. They cover [0, length). */
export function stretchesOf(length: number, same: (t: number, next: number) => boolean): Stretch[] {
  const stretches: Stretch[] = [];
  for (let from = 0, t = 0; t < length; t++) {
    if (t + 1 < length && same(t, t + 1)) continue;
    stretches.push({ from, to: t });
    from = t + 1;
  }
  return stretches;
}

/** The stretches of training (a positive learning rate) and of deployment. */
export function phasesOf(learningRates: ArrayLike<number>): (Stretch & { training: boolean })[] {
  const trains = (t: number) => learningRates[t] > 0;
  return stretchesOf(learningRates.length, (t, next) => trains(t) === trains(next)).map((stretch) => ({
    ...stretch,
    training: trains(stretch.from),
  }));
}

/** `1 episode`, `2 episodes`. */
function episodes(count: number): string {
  return `${count} episode${count === 1 ? "" : "s"}`;
}

/** A number to three digits. */
export const shortly = (x: number): string => short(Number(x.toPrecision(3)));

/** A number with at most four significant digits and a typographic minus sign. */
export function short(x: number): string {
  return String(Number(x.toPrecision(4))).replaceAll("-", "−");
}

/** A count with thousands separators: `1,048,576`. */
export function countText(n: number): string {
  return n.toLocaleString("en-US");
}

/** The text of a setting's value: a word as it is, and anything else as JSON. */
export function valueText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** numbers in forms that people write, also those that JSON does not allow: .9, 1., +2 */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** The value that a text stands for: a number or JSON, or the text itself if it is neither. */
export function readValue(text: string): unknown {
  if (NUMBER.test(text)) return Number(text);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** `20 episodes of training, then 80 of deployment`. */
export function describeSchedule(rates: ArrayLike<number>): string {
  const phases = phasesOf(rates);
  if (phases.length > 4) return `${episodes(rates.length)}, some of training and some of deployment`;
  return phases
    .map(({ from, to, training }, i) => {
      const count = to - from + 1;
      return `${i === 0 ? episodes(count) : count} of ${training ? "training" : "deployment"}`;
    })
    .join(", then ");
}

/** `regularization 0.1`, `coefficient −2 to 2 in 4001 points`: one setting in words. */
function describeSetting(name: string, value: unknown): string {
  const named = labelOf(name);
  if (typeof value === "number") return `${named} ${short(value)}`;
  if (typeof value === "object" && value !== null && "count" in value) {
    const { min, max, count } = value as unknown as { min: number; max: number; count: number };
    return `${named} ${short(min)} to ${short(max)} in ${count} point${count === 1 ? "" : "s"}`;
  }
  if (Array.isArray(value)) return `${named} ${value.join("–")}`;
  if (typeof value === "object" && value !== null)
    return Object.entries(value)
      .map(([key, inner]) => describeSetting(key, inner))
      .join(", ");
  return `${named} ${value}`;
}

/**
 * The settings that differ from the game's defaults, in words, without the schedule's lengths.
 *
 * @param varied dotted keys of settings to leave out, because they take several values
 */
export function differencesOf(config: FilledConfig, varied: readonly string[] = []): string[] {
  const { game, schedule } = config;
  // the schedule is given because defaults depend on its length
  const defaults: Record<string, unknown> = checkConfig({ game, schedule }).config;
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  const isVaried = (key: string) => varied.some((one) => `${key}.`.startsWith(`${one}.`));
  const isPartlyVaried = (key: string) => varied.some((one) => one.startsWith(`${key}.`));

  const trained = learningRatesOf(schedule).filter((rate) => rate > 0);
  const [low, high] = [Math.min(...trained), Math.max(...trained)];
  const rates = ["schedule.learningRate", "schedule.learningRates"];
  const isUsual = low > high || (low === 1 && high === 1);
  const learningRate =
    isUsual || rates.some((key) => isVaried(key) || isPartlyVaried(key))
      ? []
      : [`learning rate ${low === high ? short(low) : `${short(low)} to ${short(high)}`}`];
  /** the parts of a setting that differ from the defaults and do not vary, one text for each */
  const parts = (of: string, named: string) =>
    isRecord(config[of])
      ? Object.entries(config[of])
          .filter(([name]) => !isVaried(`${of}.${name}`))
          .filter(([name, value]) => !same((defaults[of] as Record<string, unknown>)[name], value))
          .map(([name, value]) => `${named} ${describeSetting(name, value)}`)
      : [];
  const rest = Object.keys(config)
    .filter((name) => !["game", "schedule", "initial", "plotWindow"].includes(name) && !isVaried(name))
    .filter((name) => !same(config[name], defaults[name]))
    .flatMap((name) =>
      isPartlyVaried(name) ? parts(name, labelOf(name)) : describeSetting(name, config[name]),
    );
  return [...learningRate, ...rest, ...parts("initial", "initial")];
}

/** the signals of the trajectory that is shown, which are always the likelier signals */
function shownSignals(signalError: unknown): string {
  if (typeof signalError !== "number") return "every signal is the likelier one";
  if (signalError === 0.5) return "every signal is like training’s";
  return signalError < 0.5 ? "no signal is wrong" : "every signal is wrong";
}

/**
 * The history that a trajectory shows, if the phase is hidden: when training ends, the signals, and the probability of
 * the signals given that end.
 */
export function historyOf({
  config,
  cost,
  trajectoryProbability,
}: Pick<Result, "config" | "cost" | "trajectoryProbability">) {
  if (!trajectoryProbability) return undefined;
  const { training, whole } = trajectoryProbability;
  const { deploymentAt } = config.initial;
  const said = (probability: number) => short(Number(probability.toPrecision(2)));
  return {
    end:
      deploymentAt === 0
        ? "there is no training"
        : deploymentAt < cost.length
          ? `training ends at episode ${deploymentAt}`
          : "training does not end",
    signals: shownSignals(config.signalError),
    probabilities:
      deploymentAt > 0 && whole < training
        ? [`${said(training)} in training`, `${said(whole)} over all episodes`]
        : [said(whole)],
  };
}

/** the maximum number of a plan's numbers that a figure, a table or a sentence has room for */
const MAX_NUMBERS = 4;

/**
 * A result's outputs, its state variables and what was decided, each by name.
 *
 * `decided` are the plan's numbers, without a network's weights; if agents remember, the trajectory's decision and
 * belief. `shown` is `decided` or, if these are too many to be shown, some of them, from the first to the last.
 */
export function partsOf({ plan, trajectory }: Pick<Result, "plan" | "trajectory">) {
  const { loss, learningRate, ...rest } = trajectory;
  const isNumber = ([, values]: [string, number[]]) => typeof values[0] === "number";
  const isOutput = ([name]: [string, number[]]) => /^output(\.|$)/.test(name);
  const isDecided = ([name]: [string, number[]]) => BELIEF in plan && Object.hasOwn(plan, name);
  const named = Object.entries(rest);
  const decided =
    BELIEF in plan ? named.filter(isDecided).toReversed() : Object.entries(plan).filter(isNumber);
  const states = named.filter((one) => !isOutput(one) && !isDecided(one));
  return { loss, learningRate, outputs: named.filter(isOutput), states, decided, shown: shownOf(decided) };
}

function shownOf<T>(all: readonly T[]): readonly T[] {
  if (all.length <= MAX_NUMBERS) return all;
  return Array.from(
    { length: MAX_NUMBERS },
    (_, i) => all[Math.round((i * (all.length - 1)) / (MAX_NUMBERS - 1))],
  );
}

/**
 * The name of a state variable or decision in a sentence: `per discount` for `perDiscount`, θ for `theta`, `coefficient
 * after a training signal` for `ifTrainingSignal`, `coefficient in interval 3` for `ifInterval3`, and `first output`
 * for `output.first`.
 */
export function labelOf(name: string): string {
  const output = /^output\.(.*)$/.exec(name);
  if (output) return `${labelOf(output[1])} output`;
  const signal = /^if([A-Z][a-z]*)Signal$/.exec(name);
  if (signal) return `coefficient after a ${signal[1].toLowerCase()} signal`;
  const interval = /^ifInterval(\d+)$/.exec(name);
  if (interval) return `coefficient in interval ${interval[1]}`;
  const first = /^first([A-Z])(.*)$/.exec(name);
  if (first) return `first ${labelOf(first[1].toLowerCase() + first[2])}`;
  return name.replace(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`).replace(/\btheta\b/, "θ");
}

/** labels of settings by key, with symbol and unit */
const SETTINGS: Readonly<Record<string, string>> = {
  discount: "discount γ (per episode)",
  regularization: "regularization λ",
  learningRate: "learning rate η",
  training: "training (episodes)",
  deployment: "deployment (episodes)",
  episodes: "episodes",
  hazard: "hazard (probability of deployment, per episode)",
  signalError: "signal error (probability)",
  shift: "shift of the signal (standard deviations)",
  intervals: "intervals of the signal",
  discountLearningRateScale: "κ, learning rate of the discount relative to the goal's",
  beliefLearningRateScale: "κ, learning rate of the belief relative to the goal's",
  "initial.deploymentAt": "end of training (episode)",
};

/** The label of a setting on an axis. @param key dotted */
export function settingLabel(key: string): string {
  const parts = key.split(".").filter((part) => part !== "schedule");
  const known = parts.join(".");
  if (Object.hasOwn(SETTINGS, known)) return SETTINGS[known];
  return parts.map(labelOf).join(" ");
}

/** A setting's name and its unit, which may be empty: `discount γ` and `per episode`. */
export function settingParts(key: string): { name: string; unit: string } {
  const [, name, inParentheses, afterComma] = /^(.*?)(?: \((.*)\)|, (.*))?$/.exec(settingLabel(key))!;
  return { name, unit: inParentheses ?? afterComma ?? "" };
}

/** The labels of the measures that are costs. */
export const COSTS: Readonly<Record<string, string>> = {
  cost: "average total mesa cost",
  heldOutCost: "the same over goals that are held out",
  linearCost: "the same with linear policies",
};

/** The label of a measure. */
export function measureLabel(name: string): string {
  return COSTS[name] ?? labelOf(name.replace(/OverHazard$/, "OverTheHazard"));
}

/** For games with a hidden phase: a note that measures are expectations, if they are; otherwise nothing. */
export function describeExpectation({ initial }: FilledConfig, measures: readonly string[]): string[] {
  const expected = measures.some((name) => /^(compliance|retention|deception|reversal)/.test(name));
  return expected && initial.deploymentAt !== undefined ? ["measures expected over the signals"] : [];
}

/** A schedule in words, without the settings that take several values. @param keys those settings */
export function describeRest(schedule: Schedule, keys: readonly string[]): string[] {
  if (keys.some((key) => /^schedule(\.(episodes|learningRates)|$)/.test(key))) return [];
  if ("episodes" in schedule) return [`${schedule.episodes} episodes`];
  const fixed = { ...schedule };
  if ("training" in fixed && keys.includes("schedule.training")) fixed.training = 0;
  if ("deployment" in fixed && keys.includes("schedule.deployment")) fixed.deployment = 0;
  const described = describeSchedule(learningRatesOf(fixed));
  return described === "" ? [] : [described];
}

/** A note that an axis of whole numbers has fewer values than requested; undefined if it has as many. */
export function roundedNote({
  key,
  values,
  asked,
}: Pick<AxisValues, "key" | "values" | "asked">): string | undefined {
  if (values.length === asked) return undefined;
  return `${key} takes only whole numbers: the ${countText(asked)} requested values were rounded to ${countText(values.length)}`;
}

/** `a`, `a and b`, `a, b and c` */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

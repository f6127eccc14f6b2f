// The axes of phase diagrams and sweeps: the setting that changes along an axis, and its values.

import * as v from "valibot";
import { type Config, checkConfig } from "../config/config.ts";
import { withSetting } from "../config/setting.ts";
import { MesaError } from "../errors.ts";
import { geomspace, linspace } from "../grid.ts";
import { bounded, object } from "../schema.ts";

/** An axis of a phase diagram or a sweep, as a user gives it. */
export interface PhaseAxis {
  /** a setting's dotted key: `schedule.learningRate` */
  readonly key: string;
  /** the first value, below `to` */
  readonly from: number;
  /** the last value */
  readonly to: number;
  /**
   * how many values, an integer in [2, 8192]. For a setting that must be a whole number, each value is rounded and
   * duplicates are removed, so that there may be fewer.
   */
  readonly count: number;
  /** `linear`, the default: equal steps; `log`: equal ratios, for which `from` must be above 0 */
  readonly scale?: "linear" | "log";
}

/** An axis that was checked, with its values. */
export interface AxisValues {
  /** the setting's dotted key */
  readonly key: string;
  /** how the values are spaced */
  readonly scale: "linear" | "log";
  /** the values; of a {@link PhaseAxis} in ascending order */
  readonly values: readonly number[];
  /** whether the values were rounded, because the setting must be a whole number */
  readonly whole: boolean;
  /** how many values were asked for: more than `values` has if rounded values were equal */
  readonly asked: number;
}

/** the maximum number of values of an axis */
export const MOST_VALUES = 8192;

/** A setting that an axis or a series changes. */
export const keySchema = v.pipe(
  v.string("a setting's key like discount or schedule.learningRate"),
  v.check((text) => !text.split(".").includes(""), "a setting's key like discount or schedule.learningRate"),
  v.check(
    (text) => text.split(".")[0] !== "game",
    "a key other than game: a diagram or a sweep is of one game",
  ),
);

/** The schema of {@link PhaseAxis}. */
export const axisSchema = object({
  key: keySchema,
  from: bounded({}),
  to: bounded({}),
  count: bounded({ min: 2, max: MOST_VALUES }, true),
  scale: v.optional(v.picklist(["linear", "log"], '"linear" or "log"'), "linear"),
});

/**
 * The values of an axis. If the setting takes only whole numbers, the values are rounded, and equal values are kept
 * once.
 *
 * @param name of the axis, for messages
 * @param base the configuration whose setting changes
 * @throws MesaError `INVALID_CONFIG` if `from` is not below `to`, or is not positive on a logarithmic axis
 */
export function valuesOf(
  name: string,
  { key, from, to, count, scale = "linear" }: PhaseAxis,
  base: Config,
): AxisValues {
  const invalid = (what: string) =>
    new MesaError("INVALID_CONFIG", `${name} must have ${what}, got from ${from} and to ${to}`);
  if (from >= to) throw invalid("from below to");
  if (!Number.isFinite(to - from)) throw invalid("a finite to − from");
  if (scale === "log" && from <= 0) throw invalid("from above 0 if its scale is log");
  const spaced = [...(scale === "log" ? geomspace : linspace)({ min: from, max: to, count })];
  const whole = takesOnlyWhole(base, key);
  const values = whole ? [...new Set(spaced.map(Math.round))] : spaced;
  return { key, scale, values, whole, asked: count };
}

/** Whether a setting takes only whole numbers. */
function takesOnlyWhole(base: Config, key: string): boolean {
  try {
    checkConfig(withSetting(base, key, 1.5, key));
  } catch (error) {
    return error instanceof MesaError && error.message.startsWith(`${key} must be a whole number`);
  }
  return false;
}

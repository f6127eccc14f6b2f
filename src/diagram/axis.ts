// The axes of a phase diagram: which setting changes along them, and the values that it takes.

import { geomspace, linspace } from "../grid.ts";

/** An axis as it is asked. */
export interface PhaseAxis {
  /** a setting's dotted key: `schedule.learningRate` */
  readonly key: string;
  /** the first value, below `to` */
  readonly from: number;
  /** the last value */
  readonly to: number;
  /** how many values; fewer are left where the setting is a whole number and the rounded values coincide */
  readonly count: number;
  /** `linear`, the default: the same step each time; `log`: the same factor */
  readonly scale?: "linear" | "log";
}

/** An axis with its values in ascending order. */
export interface AxisValues {
  readonly key: string;
  readonly scale: "linear" | "log";
  readonly values: readonly number[];
  /** whether the setting takes whole numbers alone */
  readonly whole: boolean;
}

/**
 * The values of an axis.
 *
 * @param whole whether only whole numbers make sense: each is then rounded, and kept once
 */
export function valuesOf({ key, from, to, count, scale = "linear" }: PhaseAxis, whole: boolean): AxisValues {
  const spaced = [...(scale === "log" ? geomspace : linspace)({ min: from, max: to, count })];
  const values = whole ? [...new Set(spaced.map(Math.round))] : spaced;
  return { key, scale, values, whole };
}

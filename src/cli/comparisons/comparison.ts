// What a comparison is: something solved, held against something that must say the same.

import type { KeptGpu } from "../../gpu/kept.ts";
import type { Config, Result, SolveOptions } from "../../index.ts";

/** Whether both say the same, and how nearly. */
export interface Verdict {
  verdict: "agree" | "differ" | "not run";
  detail: string;
}

/** One row of the table. */
export interface Comparison extends Verdict {
  /** what was solved */
  subject: string;
  /** what was held against what */
  compared: string;
}

/** Solves, and can be interrupted. */
export type Ask = (config: Config, options: SolveOptions) => Promise<Result>;

/** A comparison that is still to be made. */
export interface Check extends Pick<Comparison, "subject" | "compared"> {
  /** whether it takes an adapter */
  readonly gpu?: boolean;
  /** @param on the device of all comparisons */
  run(ask: Ask, on: KeptGpu): Promise<Verdict>;
}

/** The verdict of a condition. */
export function judge(agrees: boolean, detail: string): Verdict {
  return { verdict: agrees ? "agree" : "differ", detail };
}

/** A small number by its power of ten: `4e-16`. */
export function power(x: number): string {
  return x === 0 ? "0" : x.toExponential(0);
}

/** The largest difference; NaN where one is none, and Infinity where the lists are not equally long. */
export function distance(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);
}

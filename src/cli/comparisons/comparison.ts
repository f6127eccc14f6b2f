// What a comparison is: something solved, held against something that must say the same.

import type { KeptGpu } from "../../gpu/kept.ts";
import { type Config, presets, type Result, type SolveOptions } from "../../index.ts";

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

/** The first value of a list by episode that is not the other's to the bit, in words; undefined where all are. */
export function differenceOf(
  name: string,
  got: readonly (number | null)[],
  wanted: readonly (number | null)[],
): string | undefined {
  if (got.length !== wanted.length) return `${name} has another length`;
  const t = wanted.findIndex((x, i) => !Object.is(x, got[i]));
  return t < 0 ? undefined : `${name} of episode ${t} is ${got[t]}, not ${wanted[t]}`;
}

/** what makes presets that are slow smaller, so that they are compared in seconds on a software adapter too */
const SMALL_PRESETS: Readonly<Record<string, { said: string; change: Partial<Config> }>> = {
  "learned-discount": {
    said: "4 + 4 episodes, 26 × 31 candidates",
    change: {
      schedule: { training: 4, deployment: 4, learningRate: 0.5 },
      base: { count: 26 },
      perDiscount: { count: 31 },
    },
  },
  misconception: {
    said: "8 + 8 episodes",
    change: { schedule: { training: 8, deployment: 8, learningRate: 0.5 } },
  },
  mlp: {
    said: "2 + 2 episodes, 20 generations of 16",
    change: {
      schedule: { training: 2, deployment: 2, learningRate: 0.5 },
      search: { generations: 20, population: 16 },
    },
  },
};

/** A preset's configuration, smaller where it is slow, and in words how: `: 8 + 8 episodes`, or nothing. */
export function smallPreset(name: string): { config: Config; said: string } {
  const { config } = presets[name];
  const small = SMALL_PRESETS[name];
  return small ? { config: { ...config, ...small.change }, said: `: ${small.said}` } : { config, said: "" };
}

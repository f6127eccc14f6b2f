// What the comparisons have in common.

import type { KeptGpu } from "../../gpu/kept.ts";
import { type Config, presets, type Result, type SolveOptions } from "../../index.ts";

/** Whether a comparison agrees, and how closely. */
export interface Verdict {
  verdict: "agree" | "differ" | "not run";
  detail: string;
}

/** One row of the table. */
export interface Comparison extends Verdict {
  /** what was solved */
  subject: string;
  /** what was compared with what */
  compared: string;
}

/** `solve`, with the device and the abort signal of `validate`. */
export type Ask = (config: Config, options: SolveOptions) => Promise<Result>;

/** A comparison to be made. */
export interface Check extends Pick<Comparison, "subject" | "compared"> {
  /** whether it needs an adapter */
  readonly gpu?: boolean;
  /** @param on the shared device */
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

/** The largest difference; NaN if a number is NaN, and Infinity if the lists differ in length. */
export function distance(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);
}

/** The first difference between two lists by episode, in words; undefined if they are equal to the bit. */
export function differenceOf(
  name: string,
  got: readonly (number | null)[],
  wanted: readonly (number | null)[],
): string | undefined {
  if (got.length !== wanted.length) return `${name} has another length`;
  const t = wanted.findIndex((x, i) => !Object.is(x, got[i]));
  return t < 0 ? undefined : `${name} of episode ${t} is ${got[t]}, not ${wanted[t]}`;
}

/** changes that make slow presets small enough for a software adapter */
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
    said: "2 + 2 episodes, 21 goals, 4 starts of 100 evaluations",
    change: {
      schedule: { training: 2, deployment: 2, learningRate: 0.5 },
      theta: { count: 21 },
      search: { starts: 4, evaluations: 100 },
    },
  },
};

/** A preset's configuration, made smaller if it is slow, and the change in words: `: 8 + 8 episodes`, or nothing. */
export function smallPreset(name: string): { config: Config; said: string } {
  const { config } = presets[name];
  const small = SMALL_PRESETS[name];
  return small ? { config: { ...config, ...small.change }, said: `: ${small.said}` } : { config, said: "" };
}

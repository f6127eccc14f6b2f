// How long a solve takes on the CPU, by the work of it and speeds that were measured (`npm run bench:speeds` measures them
// anew): what `auto` goes by, as a solve may be over before a device is open.

import type { Problem } from "../model/problem.ts";
import type { MethodName } from "./methods.ts";
import measured from "./speeds.json" with { type: "json" };

/** Speeds of one machine. */
export interface Speeds {
  /** which file of bench/results they are of */
  readonly measured: string;
  /** rollout-steps a second on one thread, of all candidates, tried or ruled out */
  readonly rollout: number;
  /** candidates a second on one thread */
  readonly moments: number;
  /** how long it takes to open a device and to compile for it, in seconds */
  readonly opening: number;
}

/** The speeds that are gone by. */
export const SPEEDS: Speeds = measured;

/** How long a solve takes on some of the CPU's threads, in seconds: an estimate, within some times of what it is. */
export function secondsOnCpu(
  { candidates, states, learningRates, hiddenPhase }: Problem,
  method: Exclude<MethodName, "exact">,
  threads: number,
): number {
  const episodes = learningRates.length;
  const steps = (candidates.size * states.size * episodes * (episodes + 1)) / 2;
  return method === "rollout"
    ? steps / (SPEEDS.rollout * threads)
    : (candidates.size * hiddenPhase.signals * episodes) / (SPEEDS.moments * threads);
}

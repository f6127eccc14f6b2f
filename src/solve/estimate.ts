// Estimates how long a solve takes on the CPU, from its work and from measured speeds (`npm run bench:speeds` measures
// them again). `auto` uses it, because a solve may be over before a device is open.

import { MANY_CANDIDATES } from "../cpu/boxes.ts";
import { MAX_DECISIONS } from "../cpu/forms.ts";
import type { Problem } from "../model/problem.ts";
import type { MethodName } from "./methods.ts";
import measured from "./speeds.json" with { type: "json" };

/** The speeds of one machine. */
export interface Speeds {
  /** the file of bench/results with the measurements */
  readonly measured: string;
  /** rollout steps per second on one thread, counting all candidates, whether rolled out or ruled out */
  readonly rollout: number;
  /** candidates per second on one thread, on grids without boxes */
  readonly moments: number;
  /** the time to open a device and compile for it, in seconds */
  readonly opening: number;
}

/** The speeds that estimates use. */
export const SPEEDS: Speeds = measured;

/** boxes of candidates, by moments, take as long as so many candidates, however fine the grid is (measured) */
const BOXES_WORTH = 4000;

/** The estimated time of a solve on some of the CPU's threads, in seconds; it may be wrong by a factor of several. */
export function secondsOnCpu(
  { candidates, states, learningRates, hiddenPhase }: Problem,
  method: Exclude<MethodName, "exact">,
  threads: number,
): number {
  const episodes = learningRates.length;
  const steps = (candidates.size * states.size * episodes * (episodes + 1)) / 2;
  if (method === "rollout") return steps / (SPEEDS.rollout * threads);
  const hasBoxes = candidates.size >= MANY_CANDIDATES && candidates.axes.length <= MAX_DECISIONS;
  const tried = hasBoxes ? BOXES_WORTH : candidates.size;
  return (tried * hiddenPhase.signals * episodes) / (SPEEDS.moments * threads);
}

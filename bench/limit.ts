// What an adapter could do at most: how many float32 instructions it can issue in a second, and how many of them a
// rollout-step needs. What the kernels reach of that is the share that the measurements give.

import type { Problem } from "../src/model/problem.ts";

/** An adapter's float32 units: one instruction a lane and clock. */
interface Chip {
  readonly name: RegExp;
  /** multiprocessors × lanes of each */
  readonly lanes: number;
  /** the highest clock that its maker gives, in hertz */
  readonly clock: number;
}

/**
 * Chips by the name of their adapter. A fused multiply-add is one instruction here and two operations in the data
 * sheets, so lanes × clock is half of their float32 figure: 66.9 TFLOP/s for the H100 SXM and H200.
 */
const CHIPS: readonly Chip[] = [
  { name: /\bH200\b/, lanes: 132 * 128, clock: 1.98e9 },
  { name: /\bH100 80GB HBM3\b|\bH100 SXM/, lanes: 132 * 128, clock: 1.98e9 },
  { name: /\bH100 PCIe\b/, lanes: 114 * 128, clock: 1.755e9 },
  { name: /\bA100\b/, lanes: 108 * 64, clock: 1.41e9 },
  { name: /\bL40S\b/, lanes: 142 * 128, clock: 2.52e9 },
  { name: /\bL4\b/, lanes: 58 * 128, clock: 2.04e9 },
  { name: /\bRTX 4090\b/, lanes: 128 * 128, clock: 2.52e9 },
  { name: /\bTesla T4\b/, lanes: 40 * 64, clock: 1.59e9 },
];

/** float32 instructions a second; undefined where the adapter is not known */
export function instructionsPerSecond(adapter: string): number | undefined {
  const chip = CHIPS.find(({ name }) => name.test(adapter));
  return chip && chip.lanes * chip.clock;
}

/**
 * float32 instructions of a rollout-step, at the least; undefined where nobody has counted.
 *
 * A proportional game's step is d = reach·θ − goal (one fused multiply-add), total += d² (one more) and θ ← gain·θ (a
 * product); with a discount, weight·d is a product of its own. What an episode has in common is prepared once for all
 * rollouts; loading it, the loop and the first and last step are not counted, so the share that is left tells of them.
 */
export function instructionsPerStep({ game, parameters }: Problem): number | undefined {
  if (!game.proportional) return undefined;
  return parameters.discount === 1 ? 3 : 4;
}

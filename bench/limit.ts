// The minimum number of instructions of a rollout-step. With an adapter's peak (peak.ts) it gives the share of the peak
// that the kernels reach.

import type { Problem } from "../src/model/problem.ts";

/**
 * The minimum number of float32 instructions of a rollout-step; undefined for games for which it was not counted.
 *
 * A proportional game's step is d = reach·θ − goal (one fused multiply-add), total += d² (another one) and θ ← gain·θ
 * (a product); with a discount, weight·d is one more product. What all rollouts of an episode share is prepared once.
 * Loading it, the loop, and the first and the last step are not counted, so they lower the share of the peak that is
 * reached.
 */
export function instructionsPerStep({ game, parameters }: Problem): number | undefined {
  if (!game.proportional) return undefined;
  return parameters.discount === 1 ? 3 : 4;
}

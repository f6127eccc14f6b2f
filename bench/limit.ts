// What a rollout-step needs of an adapter at the least. What the kernels reach of its peak (peak.ts) is the share that the
// measurements give.

import type { Problem } from "../src/model/problem.ts";

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

// The states of a problem in the form that the device uses.

import { UNDERFLOW } from "../../shaders/float32.ts";
import { powerOfTwoBelow } from "../elementary.ts";
import type { Problem } from "../model/problem.ts";

/** States in the form that the device uses. */
export interface StateTable {
  /** the state's numbers, state by state */
  readonly numbers: Float64Array;
  readonly count: number;
  /** factor that turns a cost on the device into a cost */
  readonly scale: number;
  /** Σ θ² over the kept states and over the dropped states, in scaled units */
  readonly squares: number;
  readonly dropped: number;
}

/**
 * θ below this share of the largest is dropped, because its square would underflow; the error bound includes its cost
 */
const NEGLIGIBLE = 2 ** -30;
/**
 * the maximum error of flushing to zero in an operation on a state of at least NEGLIGIBLE, scaled to the state θ = 1
 */
export const UNIT_UNDERFLOW = UNDERFLOW / NEGLIGIBLE ** 2;

/**
 * The states of a problem. In a proportional game they are scaled by a power of two so that the largest θ is in [1, 2).
 */
export function tabulateStates({ game, states }: Problem): StateTable {
  const count = states.size;
  if (!game.proportional) {
    const numbers = new Float64Array(count * states.axes.length);
    for (let i = 0; i < count; i++) numbers.set(states.at(i), i * states.axes.length);
    return { numbers, count, scale: 1 / count, squares: Number.NaN, dropped: Number.NaN };
  }
  const largest = states.axes[0].reduce((most, theta) => Math.max(most, Math.abs(theta)), 0);
  const unit = largest === 0 ? 1 : powerOfTwoBelow(largest);
  let [squares, dropped] = [0, 0];
  const numbers = states.axes[0].map((theta) => {
    const scaled = theta / unit;
    if (Math.abs(scaled) >= NEGLIGIBLE) {
      squares += scaled * scaled;
      return scaled;
    }
    dropped += scaled * scaled;
    return 0;
  });
  return { numbers, count, scale: (unit * unit) / count, squares, dropped };
}

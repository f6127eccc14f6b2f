// Random numbers of ordinary size: fc.double draws from all float64s uniformly, so many are closer to 0 than 1e-100.
import fc from "fast-check";

const STEPS = 2 ** 31 - 1;

/** Numbers spread evenly over [min, max], both ends included. */
export function even(min: number, max: number): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: STEPS }).map((i) => min + (max - min) * (i / STEPS));
}

/** Axes with a span of at least 1e-3. */
export function axis(reach: number, mostPoints: number, leastPoints = 1) {
  return fc
    .tuple(even(-reach, reach), even(1e-3, 2 * reach), fc.integer({ min: leastPoints, max: mostPoints }))
    .map(([min, span, count]) => ({ min, max: count === 1 ? min : min + span, count }));
}

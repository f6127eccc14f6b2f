// The minima of a polynomial of degree 4 on an interval, computed from the roots of its derivative with operations that
// IEEE 754 rounds the same everywhere. Between its turning points a cubic is monotone, so each root has a bracket of
// its own. There Newton's method finds the root to the last digits; a step that would leave the bracket is replaced by
// halving.
//
// A cubic rises in the first and third of the three brackets, or in the second only. src/diagram/cubicCode.ts does the
// same operations in the same order for two cubics at once, and a test checks that it gives the same bits.

/** c₀ + c₁x + c₂x² + c₃x³ */
export type Cubic = readonly [c0: number, c1: number, c2: number, c3: number];

/** the maximum number of steps in a bracket: enough for halving to work through the whole range of float64 */
export const MAX_STEPS = 1100;

const valueAt = (c0: number, c1: number, c2: number, c3: number, x: number) =>
  ((c3 * x + c2) * x + c1) * x + c0;

/** The root in a bracket in which a cubic rises from below 0 to above 0; NaN unless it does. */
function rootBetween([c0, c1, c2, c3]: Cubic, low: number, high: number, near: number): number {
  if (!(valueAt(c0, c1, c2, c3, low) < 0 && valueAt(c0, c1, c2, c3, high) > 0)) return Number.NaN;
  let x = low < near && near < high ? near : low + (high - low) / 2;
  for (let step = 0; step < MAX_STEPS; step++) {
    const value = valueAt(c0, c1, c2, c3, x);
    if (value < 0) low = x;
    else if (value > 0) high = x;
    else return x;
    let next = x - value / ((3 * c3 * x + 2 * c2) * x + c1);
    if (!(next > low && next < high)) next = low + (high - low) / 2;
    if (next === x || next <= low || next >= high) return x;
    // steps of one or two roundings may alternate
    if (Math.abs(next - x) <= Number.EPSILON * Math.abs(x)) return x;
    x = next;
  }
  return x;
}

/**
 * The roots in (low, high) at which a cubic rises through 0, in ascending order.
 *
 * @param near where the search starts in the bracket that contains it, which saves steps if a root is close
 */
export function risingRoots(cubic: Cubic, low: number, high: number, near = Number.NaN): number[] {
  // scale, so that neither values nor the discriminant overflow
  const most = Math.max(Math.abs(cubic[0]), Math.abs(cubic[1]), Math.abs(cubic[2]), Math.abs(cubic[3]));
  const scaled: Cubic = [cubic[0] / most, cubic[1] / most, cubic[2] / most, cubic[3] / most];
  const [, c1, c2, c3] = scaled;
  // the turning points, clamped to the interval; at its end if there are none
  let [first, second] = [high, high];
  const discriminant = c2 * c2 - 3 * c3 * c1;
  if (discriminant > 0) {
    // compute one turning point from the sum that does not cancel, and the other from their product
    const root = Math.sqrt(discriminant);
    const q = -(c2 + (c2 < 0 ? -root : root));
    const [a, b] = [q / (3 * c3), c1 / q];
    const within = (x: number) => (x < low ? low : high < x ? high : x);
    first = within(a < b ? a : b);
    second = within(a < b ? b : a);
  }
  const early = rootBetween(scaled, low, first, near);
  const only = rootBetween(scaled, first, second, near);
  const late = rootBetween(scaled, second, high, near);
  return [early, only, late].filter((root) => !Number.isNaN(root));
}

/**
 * Points of [low, high] in ascending order, among them a minimum of the polynomial that has this derivative.
 *
 * @param near as for {@link risingRoots}
 */
export function minimaWithin(derivative: Cubic, low: number, high: number, near?: number): number[] {
  return [low, ...risingRoots(derivative, low, high, near), high];
}

// The minima of a polynomial of degree 4 on an interval, from the roots of its derivative, by operations that IEEE 754
// rounds the same everywhere. Between its turning points a cubic is monotone, so that each of its roots has a bracket
// of its own, in which Newton's method, or halving where that leads out of it, finds it to the last digits.
//
// Of the three brackets a cubic rises in the first and the third or in the second alone. src/phase/cubicCode.ts does the
// same operations in the same order for two cubics at once, and a test holds it to these bits.

/** c₀ + c₁x + c₂x² + c₃x³ */
export type Cubic = readonly [c0: number, c1: number, c2: number, c3: number];

/** steps until a bracket is given up, which halving alone would need where it spans all of float64 */
export const MOST_STEPS = 1100;

const valueAt = ([c0, c1, c2, c3]: Cubic, x: number) => ((c3 * x + c2) * x + c1) * x + c0;

/** Where a cubic turns, in ascending order and moved into [low, high]; both `high` where it does not turn. */
function turningPoints([, c1, c2, c3]: Cubic, low: number, high: number): [number, number] {
  const discriminant = c2 * c2 - 3 * c3 * c1;
  if (!(discriminant > 0)) return [high, high];
  // the sum that does not cancel gives one of them, their product the other
  const root = Math.sqrt(discriminant);
  const q = -(c2 + (c2 < 0 ? -root : root));
  const [a, b] = [q / (3 * c3), c1 / q];
  const within = (x: number) => (x < low ? low : high < x ? high : x);
  return a < b ? [within(a), within(b)] : [within(b), within(a)];
}

/** The root in a bracket, where a cubic comes from below 0 and ends above it; NaN where it does not. */
function rootBetween(cubic: Cubic, low: number, high: number): number {
  if (!(valueAt(cubic, low) < 0 && valueAt(cubic, high) > 0)) return Number.NaN;
  const [, c1, c2, c3] = cubic;
  let x = low + (high - low) / 2;
  for (let step = 0; step < MOST_STEPS; step++) {
    const value = valueAt(cubic, x);
    if (value < 0) low = x;
    else if (value > 0) high = x;
    else return x;
    let next = x - value / ((3 * c3 * x + 2 * c2) * x + c1);
    if (!(next > low && next < high)) next = low + (high - low) / 2;
    if (next === x || next <= low || next >= high) return x;
    // a step of a rounding or two goes to and fro
    if (Math.abs(next - x) <= Number.EPSILON * Math.abs(x)) return next;
    x = next;
  }
  return x;
}

/** Where a cubic comes from below 0 and ends above it, in (low, high), in ascending order. */
export function risingRoots([c0, c1, c2, c3]: Cubic, low: number, high: number): number[] {
  // so that neither values nor the discriminant overflow
  const most = Math.max(Math.abs(c0), Math.abs(c1), Math.abs(c2), Math.abs(c3));
  const scaled: Cubic = [c0 / most, c1 / most, c2 / most, c3 / most];
  const roots: number[] = [];
  let from = low;
  for (const to of [...turningPoints(scaled, low, high), high]) {
    const root = rootBetween(scaled, from, to);
    if (!Number.isNaN(root)) roots.push(root);
    from = to;
  }
  return roots;
}

/** Points of [low, high], one of which has the minimum of the polynomial whose derivative this is, ascending. */
export function minimaWithin(derivative: Cubic, low: number, high: number): number[] {
  return [low, ...risingRoots(derivative, low, high), high];
}

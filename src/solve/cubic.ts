// The minima of a polynomial of degree 4 on an interval, from the roots of its derivative, by operations that IEEE 754
// rounds the same everywhere. Between its turning points a cubic is monotone, so that each of its roots has a bracket
// of its own, in which Newton's method, or halving where that leads out of it, finds it to the last digits.

/** c₀ + c₁x + c₂x² + c₃x³ */
export type Cubic = readonly [c0: number, c1: number, c2: number, c3: number];

/** steps until a bracket is given up, which halving alone would need where it spans all of float64 */
const MOST_STEPS = 1100;

const valueAt = ([c0, c1, c2, c3]: Cubic, x: number) => ((c3 * x + c2) * x + c1) * x + c0;

/** Where a cubic turns in (low, high), in ascending order. */
function turningPoints([, c1, c2, c3]: Cubic, low: number, high: number): number[] {
  const discriminant = c2 * c2 - 3 * c3 * c1;
  if (!(discriminant > 0)) return [];
  // the sum that does not cancel gives one of them, their product the other
  const q = -(c2 + (c2 < 0 ? -1 : 1) * Math.sqrt(discriminant));
  return [q / (3 * c3), c1 / q].filter((x) => x > low && x < high).sort((a, b) => a - b);
}

/** The root in a bracket, where a cubic comes from below 0 and ends above it. */
function rootBetween(cubic: Cubic, low: number, high: number): number {
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
export function risingRoots(cubic: Cubic, low: number, high: number): number[] {
  // so that neither values nor the discriminant overflow
  const most = Math.max(...cubic.map(Math.abs));
  if (!(most > 0 && most < Number.POSITIVE_INFINITY)) return [];
  const scaled = cubic.map((c) => c / most) as unknown as Cubic;
  const ends = [low, ...turningPoints(scaled, low, high), high];
  const roots: number[] = [];
  for (let i = 1; i < ends.length; i++)
    if (valueAt(scaled, ends[i - 1]) < 0 && valueAt(scaled, ends[i]) > 0)
      roots.push(rootBetween(scaled, ends[i - 1], ends[i]));
  return roots;
}

/** Points of [low, high], one of which has the minimum of the polynomial whose derivative this is, ascending. */
export function minimaWithin(derivative: Cubic, low: number, high: number): number[] {
  return [low, ...risingRoots(derivative, low, high), high];
}

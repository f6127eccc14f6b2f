// Exact arithmetic on float64 numbers, for tests of bounds.

/** A float64 number as a whole number of 2⁻⁴⁰⁰⁰. */
const SCALE = 4000n;
export function exact(x: number): bigint {
  const bits = new BigUint64Array(Float64Array.of(Math.abs(x)).buffer)[0];
  const exponent = bits >> 52n;
  const mantissa = (bits & ((1n << 52n) - 1n)) | (exponent > 0n ? 1n << 52n : 0n);
  const shifted = mantissa << (SCALE + (exponent > 0n ? exponent : 1n) - 1075n);
  return x < 0 ? -shifted : shifted;
}
export const magnitude = (x: bigint) => (x < 0n ? -x : x);
const times = (a: bigint, b: bigint) => (a * b) >> SCALE;

/** Whether a value is within a box's cost for a candidate at these offsets from its middle; computed exactly. */
export function isWithin(value: number, cost: ArrayLike<number>, offsets: readonly bigint[]): boolean {
  let at = 0;
  let sum = exact(cost[at++]);
  for (const offset of offsets) sum += times(exact(cost[at++]), offset);
  for (const [j, one] of offsets.entries())
    for (const other of offsets.slice(j)) sum += times(exact(cost[at++]), times(one, other));
  return magnitude(exact(value) - sum) <= exact(cost[at]);
}

// ln and exp from + − × ÷ alone, which IEEE 754 rounds the same everywhere. ECMAScript leaves the last bit of Math.log
// and Math.exp to the engine, and a search would turn one bit into another plan.

/**
 * The natural logarithm of a positive finite number, within 2 units in the last place of the result or 3e-16,
 * whichever is more.
 *
 * x = 2^k m with √½ ≤ m < √2, and ln m = 2 artanh z = 2 Σ z^(2i+1)/(2i+1) with z = (m − 1)/(m + 1), |z| < 0.172.
 */
export function log(x: number): number {
  let m = x;
  let k = 0;
  for (; m < Math.SQRT1_2; m *= 2) k--;
  for (; m >= Math.SQRT2; m /= 2) k++;
  const z = (m - 1) / (m + 1);
  const square = z * z;
  let series = 0;
  for (let i = 23; i >= 3; i -= 2) series = (series + 1 / i) * square;
  return k * Math.LN2 + 2 * (z + z * series);
}

/** The exponential of a number in [−1, 1], within 4e-16 of it relatively: its Taylor polynomial of degree 20. */
export function exp(x: number): number {
  let sum = 1;
  for (let i = 20; i >= 1; i--) sum = 1 + (x / i) * sum;
  return sum;
}

// Elementary functions made of + − × ÷ only, which IEEE 754 rounds the same everywhere. ECMAScript leaves the last bits
// of Math.log, Math.exp, Math.expm1 and ** to the engine, and one different bit can change a plan.

/** ln 2 as a sum of two parts; a small whole number times the first part is exact */
const [LN2_HIGH, LN2_LOW] = [0.6931471803691238, 1.9082149292705877e-10];
/** above the first an exponential is infinite, below the second it is 0 */
const [HIGHEST, LOWEST] = [709.79, -745.14];

/**
 * The natural logarithm of a number of at least 0; −∞ for 0. The error is at most the larger of 2 units in the last
 * place of the result and 3e-16.
 *
 * x = 2^k m with √½ ≤ m < √2, and ln m = 2 artanh z = 2 Σ z^(2i+1)/(2i+1) with z = (m − 1)/(m + 1), |z| < 0.172.
 */
export function log(x: number): number {
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (!(x > 0 && x < Number.POSITIVE_INFINITY)) return x > 0 ? x : Number.NaN;
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

/** e^x = 2^k e^r with k whole and |r| ≤ ln(2)/2. The relative error is at most 4e-16 unless the result is subnormal. */
export function exp(x: number): number {
  if (x > HIGHEST) return Number.POSITIVE_INFINITY;
  if (x < LOWEST) return 0;
  const k = Math.round(x / Math.LN2);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  let sum = 1;
  for (let i = 18; i >= 1; i--) sum = 1 + (r / i) * sum;
  // multiply by 2 repeatedly, because 2^k by itself could overflow
  for (let i = 0; i < k; i++) sum *= 2;
  for (let i = 0; i > k; i--) sum /= 2;
  return sum;
}

/** e^x − 1, with nearly all of its digits correct for small x too. */
export function expm1(x: number): number {
  if (!(Math.abs(x) < 0.35)) return exp(x) - 1;
  let sum = 1;
  for (let i = 18; i >= 2; i--) sum = 1 + (x / i) * sum;
  return x * sum;
}

/** The largest power of two that is at most a positive finite number. */
export function powerOfTwoBelow(x: number): number {
  let power = 1;
  for (; power > x; power /= 2);
  for (; power * 2 <= x; power *= 2);
  return power;
}

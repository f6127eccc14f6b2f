// The normal distribution, and real-valued signals cut into intervals. ECMAScript has no error function; this one uses
// + − × ÷ only, which IEEE 754 rounds the same everywhere.

import { exp } from "../elementary.ts";

/** 1/√(2π) */
const DENSITY = 0.3989422804014327;
/** from here on the continued fraction needs fewer terms than the series, and loses no digits */
const FAR = 3;
/** terms of the continued fraction, enough for every x from FAR on */
const FRACTION = 70;
/** from here on a tail is 0 in float64 */
const FARTHEST = 39;

/**
 * P(X > x) of a standard normal X: the upper tail, with nearly all of its digits correct for large x too.
 *
 * With φ(x) = e^(−x²/2)/√(2π): a series of positive terms near 0, and a continued fraction farther out,
 *
 *     P = ½ − φ(x) (x + x³/3 + x⁵/(3·5) + …),   P = φ(x) 1/(x + 1/(x + 2/(x + 3/(x + …)))).
 *
 * Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.11 and 26.2.14.
 */
export function upperTail(x: number): number {
  if (x < 0) return 1 - upperTail(-x);
  if (x > FARTHEST) return 0;
  const density = DENSITY * exp(-(x * x) / 2);
  if (x >= FAR) {
    let fraction = x;
    for (let i = FRACTION; i >= 1; i--) fraction = x + i / fraction;
    return density / fraction;
  }
  let [term, sum] = [x, x];
  for (let i = 3; sum + term !== sum; i += 2) {
    term *= (x * x) / i;
    sum += term;
  }
  return 0.5 - density * sum;
}

/** P(a < X < b) of a standard normal X; either may be infinite. */
function probabilityBetween(a: number, b: number): number {
  return a > 0 ? upperTail(a) - upperTail(b) : upperTail(-b) - upperTail(-a);
}

/**
 * Cuts a normal signal of variance 1 into intervals that are equally likely when each of the means is equally likely.
 * By bisection, until there is no float64 number in between.
 *
 * @param means one per phase
 * @returns the boundaries between intervals in ascending order, shape [intervals − 1]
 */
export function equalIntervals(means: readonly number[], intervals: number): number[] {
  const [lowest, highest] = [Math.min(...means), Math.max(...means)];
  /**
   * number of means × (share − P(signal < x)); the whole part and the tails are summed separately, to keep small tails
   * precise
   */
  const missing = (x: number, share: number) => {
    let [whole, tails] = [share * means.length, 0];
    for (const mean of means) {
      if (x > mean) whole -= 1;
      tails += x > mean ? upperTail(x - mean) : -upperTail(mean - x);
    }
    return whole + tails;
  };
  return Array.from({ length: intervals - 1 }, (_, i) => {
    const share = (i + 1) / intervals;
    let [low, high] = [lowest - FARTHEST, highest + FARTHEST];
    for (;;) {
      const middle = low / 2 + high / 2;
      if (!(low < middle && middle < high)) return middle;
      if (missing(middle, share) > 0) low = middle;
      else high = middle;
    }
  });
}

/** P(interval | mean) of a signal that is cut at these boundaries, shape [edges + 1]. */
export function intervalProbabilities(mean: number, edges: readonly number[]): number[] {
  const ends = [Number.NEGATIVE_INFINITY, ...edges, Number.POSITIVE_INFINITY];
  return ends.slice(1).map((end, i) => probabilityBetween(ends[i] - mean, end - mean));
}

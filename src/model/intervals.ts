// Interval arithmetic in float64, and the roots of a function: it proves that an interval has a root, that the root is
// unique, or that there is none. Each bound is moved outwards by more than its rounding error (Moore, Kearfott and
// Cloud, Introduction to Interval Analysis, 2009).

/** All real numbers from `low` to `high`. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** twice the unit roundoff: more than the relative error of an operation */
const ROUNDING = Number.EPSILON;

const outward = (low: number, high: number): Interval => ({
  low: low - (Math.abs(low) * ROUNDING + Number.MIN_VALUE),
  high: high + (Math.abs(high) * ROUNDING + Number.MIN_VALUE),
});

export const point = (x: number): Interval => ({ low: x, high: x });
export const add = (a: Interval, b: Interval): Interval => outward(a.low + b.low, a.high + b.high);
export const sub = (a: Interval, b: Interval): Interval => outward(a.low - b.high, a.high - b.low);
export function mul(a: Interval, b: Interval): Interval {
  const p = a.low * b.low;
  const q = a.low * b.high;
  const r = a.high * b.low;
  const s = a.high * b.high;
  return outward(Math.min(p, q, r, s), Math.max(p, q, r, s));
}
export function square(a: Interval): Interval {
  const p = a.low * a.low;
  const q = a.high * a.high;
  const { low, high } = outward(Math.min(p, q), Math.max(p, q));
  return { low: a.low <= 0 && a.high >= 0 ? 0 : Math.max(0, low), high };
}
/** Whether a number may be inside. An interval that overflowed may contain any number. */
export const contains = (a: Interval, x: number): boolean => !(a.low > x || a.high < x);

/** A function's value and its derivative, each over an interval of its argument. */
export interface Dual {
  readonly value: Interval;
  readonly slope: Interval;
}

export const constant = (x: Interval): Dual => ({ value: x, slope: point(0) });
export const variable = (x: Interval): Dual => ({ value: x, slope: point(1) });
export const plus = (f: Dual, g: Dual): Dual => ({
  value: add(f.value, g.value),
  slope: add(f.slope, g.slope),
});
export const minus = (f: Dual, g: Dual): Dual => ({
  value: sub(f.value, g.value),
  slope: sub(f.slope, g.slope),
});
export const times = (f: Dual, g: Dual): Dual => ({
  value: mul(f.value, g.value),
  slope: add(mul(f.slope, g.value), mul(f.value, g.slope)),
});
export const squared = (f: Dual): Dual => ({
  value: square(f.value),
  slope: mul(mul(point(2), f.value), f.slope),
});

/** Where a function has roots. */
export interface Roots {
  /** in ascending order; each interval holds exactly one root */
  readonly roots: readonly Interval[];
  /** intervals for which float64 cannot decide: each may contain any number of roots */
  readonly undecided: readonly Interval[];
}

/** the maximum number of intervals that are tried; the intervals that remain are undecided */
const MAX_INTERVALS = 20_000;
/** the relative width below which an interval is not split any more */
const NARROWEST = 1e-9;
/** the point at which an interval is split, chosen so that a root is unlikely to be exactly there */
const SPLIT = 0.4871297;

/**
 * All roots of a function in an interval, by subdivision. An interval is dropped if the function's enclosure, or that
 * of the mean value theorem, does not contain 0. An interval in which the function is monotone has one root if the
 * signs at its ends differ.
 *
 * @param f encloses the function and its derivative over an interval; undefined where roots do not count
 */
export function isolateRoots(f: (x: Interval) => Dual | undefined, range: Interval): Roots {
  const roots: Interval[] = [];
  const undecided: Interval[] = [];
  const open = [range];
  for (let tried = 0; open.length > 0; tried++) {
    const x = open.pop()!;
    const over = f(x);
    if (!over || !contains(over.value, 0)) continue;
    const middle = x.low + SPLIT * (x.high - x.low);
    const at = f(point(middle))?.value;
    if (at && !contains(add(at, mul(over.slope, sub(x, point(middle)))), 0)) continue;
    if (!contains(over.slope, 0)) {
      const [first, last] = [f(point(x.low))?.value, f(point(x.high))?.value];
      if (first && last && !contains(first, 0) && !contains(last, 0)) {
        if (first.low > 0 !== last.low > 0) roots.push(narrowed(f, x, first.low > 0));
        continue;
      }
    }
    const isNarrow = !(x.high - x.low > NARROWEST * Math.max(Math.abs(x.low), Math.abs(x.high)));
    if (isNarrow || tried > MAX_INTERVALS) {
      const before = undecided.at(-1);
      if (before?.high === x.low) undecided[undecided.length - 1] = { low: before.low, high: x.high };
      else undecided.push(x);
    } else open.push({ low: middle, high: x.high }, { low: x.low, high: middle });
  }
  return { roots, undecided };
}

/** An interval around the only root in an interval, by bisection until the sign at the midpoint is unknown. */
function narrowed(
  f: (x: Interval) => Dual | undefined,
  { low, high }: Interval,
  isPositiveFirst: boolean,
): Interval {
  for (;;) {
    const middle = low + (high - low) / 2;
    const at = f(point(middle))?.value;
    if (!(middle > low && middle < high) || !at || contains(at, 0)) return { low, high };
    if (at.low > 0 === isPositiveFirst) low = middle;
    else high = middle;
  }
}

// Interval arithmetic contains the exact results, and the isolated roots are complete.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  add,
  constant,
  contains,
  type Dual,
  type Interval,
  isolateRoots,
  minus,
  mul,
  point,
  square,
  squared,
  sub,
  times,
  variable,
} from "../../src/model/intervals.ts";
import { magnitude } from "../games.ts";
import { even } from "../gpu/numbers.ts";

const number = fc.tuple(magnitude, fc.constantFrom(-1, 1)).map(([x, sign]) => sign * x);
const interval = fc.tuple(number, number).map(([a, b]) => ({ low: Math.min(a, b), high: Math.max(a, b) }));
const share = even(0, 1);
const inside = ({ low, high }: Interval, t: number) => Math.min(high, Math.max(low, low + t * (high - low)));

/** Whether the real number x + rest is inside; it need not be a float64. */
const holds = ({ low, high }: Interval, x: number, rest: number) =>
  x - low >= -rest && high - x >= rest && low <= x && x <= high;

test("a result contains the exact results for all members of its operands", () => {
  fc.assert(
    fc.property(interval, interval, share, share, (a, b, s, t) => {
      const [x, y] = [inside(a, s), inside(b, t)];
      // the rounding of a sum, exactly (Knuth)
      const restOf = (x: number, y: number) => {
        const sum = x + y;
        const z = sum - x;
        return x - (sum - z) + (y - z);
      };
      expect(holds(add(a, b), x + y, restOf(x, y))).toBe(true);
      expect(holds(sub(a, b), x - y, restOf(x, -y))).toBe(true);
      // a product is rounded by at most half an ulp, and the bounds are moved outwards by more
      for (const [got, exact] of [
        [mul(a, b), x * y],
        [square(a), x * x],
      ] as const) {
        expect(contains(got, exact)).toBe(true);
        if (exact !== 0 && got.low !== 0)
          expect(Math.min(exact - got.low, got.high - exact)).toBeGreaterThanOrEqual(
            Math.abs(exact) * 2 ** -53,
          );
      }
    }),
    { numRuns: 5000 },
  );
});

/** (x − r₁)(x − r₂)… over an interval */
const product =
  (roots: readonly number[]) =>
  (x: Interval): Dual =>
    roots.reduce((f, r) => times(f, minus(variable(x), constant(point(r)))), constant(point(1)));

describe("the roots of a polynomial", () => {
  test("are found, each once, and no others", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: -60, max: 60 }), { maxLength: 6 }), (numbers) => {
        const wanted = numbers.map((x) => x / 7).sort((a, b) => a - b);
        const { roots, undecided } = isolateRoots(product(wanted), { low: -8.9, high: 9.01 });
        expect(undecided).toEqual([]);
        expect(roots.length).toBe(wanted.length);
        for (const [i, root] of roots.entries()) {
          expect(contains(root, wanted[i])).toBe(true);
          expect(root.high - root.low).toBeLessThan(1e-12);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("that are tiny keep their digits next to large ones", () => {
    const wanted = [1e-9, 3e-9, 0.5];
    const { roots, undecided } = isolateRoots(product(wanted), { low: -1, high: 2 });
    expect(undecided).toEqual([]);
    expect(roots.map(({ low, high }) => (low + high) / 2)).toEqual(
      wanted.map((x) => expect.closeTo(x, x < 0.1 ? 20 : 12)),
    );
  });

  test("that are double are left undecided", () => {
    const touching = (x: Interval): Dual => squared(minus(variable(x), constant(point(1 / 3))));
    const { roots, undecided } = isolateRoots(touching, { low: 0, high: 1 });
    expect(roots).toEqual([]);
    expect(undecided.length).toBeGreaterThan(0);
    expect(undecided[0].low).toBeLessThan(1 / 3);
    expect(undecided.at(-1)!.high).toBeGreaterThan(1 / 3);
    expect(undecided.at(-1)!.high - undecided[0].low).toBeLessThan(1e-6);
  });
});

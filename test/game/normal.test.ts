// The normal distribution, compared with published values, an integral, and known properties.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { equalIntervals, intervalProbabilities, upperTail } from "../../src/game/normal.ts";

// to 16 digits, computed with 50 digits
test.each([
  [0, 0.5],
  [0.5, 0.3085375387259869],
  [1, 0.15865525393145705],
  [2, 0.02275013194817921],
  [3, 0.0013498980316300946],
  [5, 2.866515718791939e-7],
  [10, 7.619853024160525e-24],
  [20, 2.753624118606234e-89],
])("P(X > %d) is %d", (x, wanted) => {
  expect(Math.abs(upperTail(x) - wanted)).toBeLessThan(1e-13 * wanted);
  expect(Math.abs(upperTail(-x) - (1 - wanted))).toBeLessThan(2e-16);
});

test("the tails are the integral of the density", () => {
  fc.assert(
    fc.property(fc.double({ min: -8, max: 8, noNaN: true }), (x) => {
      // Simpson's rule
      const [count, width] = [4000, 12 / 4000];
      let sum = 0;
      for (let i = 0; i <= count; i++) {
        const at = x + i * width;
        sum += (i === 0 || i === count ? 1 : i % 2 === 0 ? 2 : 4) * Math.exp((-at * at) / 2);
      }
      const wanted = (sum * width) / 3 / Math.sqrt(2 * Math.PI) + upperTail(x + 12);
      expect(Math.abs(upperTail(x) - wanted)).toBeLessThan(1e-8 * wanted);
    }),
    { numRuns: 50 },
  );
});

test("it decreases across the change from the series to the fraction, and finally to 0", () => {
  let before = 1;
  for (let x = 2.99; x < 3.01; x += 1e-6) {
    const now = upperTail(x);
    expect(now < before).toBe(true);
    before = now;
  }
  expect([upperTail(40), upperTail(-40), upperTail(1e300)]).toEqual([0, 1, 0]);
});

describe("intervals", () => {
  const settings = fc.record({
    means: fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: 1, maxLength: 5 }),
    intervals: fc.integer({ min: 1, max: 64 }),
  });

  test("are equally likely if the means are", () => {
    fc.assert(
      fc.property(settings, ({ means, intervals }) => {
        const edges = equalIntervals(means, intervals);
        expect(edges).toHaveLength(intervals - 1);
        expect(edges).toEqual(edges.toSorted((a, b) => a - b));
        const rows = means.map((mean) => intervalProbabilities(mean, edges));
        for (let s = 0; s < intervals; s++) {
          const share = rows.reduce((sum, row) => sum + row[s], 0) / means.length;
          expect(Math.abs(share - 1 / intervals)).toBeLessThan(1e-14);
        }
        for (const row of rows) expect(Math.abs(row.reduce((a, b) => a + b, 0) - 1)).toBeLessThan(1e-14);
      }),
    );
  });

  test.each([0, 0.3, 2, 20, 70])("two intervals meet halfway between two means, %d apart", (shift) => {
    const [edge] = equalIntervals([0, shift], 2);
    expect(Math.abs(edge - shift / 2)).toBeLessThan(1e-15 * Math.max(1, shift));
    const [[right, wrong]] = [intervalProbabilities(0, [edge])];
    expect(Math.abs(wrong - upperTail(shift / 2))).toBeLessThan(1e-14 * wrong);
    expect(right + wrong).toBe(1);
  });

  test("with one mean, the boundaries are quantiles of the normal distribution", () => {
    const [first, middle, last] = equalIntervals([1], 4);
    expect(first).toBeCloseTo(1 - 0.6744897501960817, 14);
    expect(middle).toBeCloseTo(1, 14);
    expect(last).toBeCloseTo(1 + 0.6744897501960817, 14);
  });
});

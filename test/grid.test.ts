// Grids equal NumPy's to the bit, and their products are in lexicographic order.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Grid } from "../src/grid.ts";
import { linspace } from "../src/index.ts";
import numpy from "./data/linspace.json" with { type: "json" };

describe("linspace is NumPy's", () => {
  test.each(numpy.axes)("from $min to $max in $count", ({ min, max, count, at, points }) => {
    const ours = linspace({ min, max, count });
    expect(ours.length).toBe(count);
    expect(at.map((i) => ours[i])).toEqual(points); // distinguishes −0 and 0
  });

  test("and ascends from end to end", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e150, max: 1e150, noNaN: true }),
        fc.double({ min: 1e-300, max: 1e150, noNaN: true }),
        fc.integer({ min: 2, max: 500 }),
        (min, span, count) => {
          const points = linspace({ min, max: min + span, count });
          expect(points[0]).toBe(min + 0);
          expect(points[count - 1]).toBe(min + span);
          for (let i = 1; i < count; i++) expect(points[i]).toBeGreaterThanOrEqual(points[i - 1]);
        },
      ),
    );
  });
});

describe("a grid", () => {
  test("changes fastest along the last axis", () => {
    const grid = new Grid([
      { min: 0, max: 1, count: 2 },
      { min: 5, max: 5, count: 1 },
      { min: 10, max: 30, count: 3 },
    ]);
    expect(grid.size).toBe(6);
    expect(Array.from({ length: 6 }, (_, i) => grid.at(i))).toEqual([
      [0, 5, 10],
      [0, 5, 20],
      [0, 5, 30],
      [1, 5, 10],
      [1, 5, 20],
      [1, 5, 30],
    ]);
  });

  test("is in lexicographic order, each point once", () => {
    const axis = fc.integer({ min: 2, max: 7 }).map((count) => ({ min: -1, max: 1, count }));
    fc.assert(
      fc.property(fc.array(axis, { minLength: 1, maxLength: 4 }), (axes) => {
        const grid = new Grid(axes);
        for (let i = 1; i < grid.size; i++) {
          const [before, here] = [grid.at(i - 1), grid.at(i)];
          const first = here.findIndex((x, d) => x !== before[d]);
          expect(here[first]).toBeGreaterThan(before[first]);
        }
      }),
      { numRuns: 30 },
    );
  });
});

// The closed form: its roots are the cubic's, its best response is the best, and finer grids come ever nearer to it.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { presets, solve } from "../src/index.ts";
import { bestResponse, realRoots } from "../src/solve/exact.ts";
import { costPerSquare } from "../src/solve/moments.ts";
import { magnitude } from "./games.ts";
import { even } from "./gpu/numbers.ts";

/** zero, or large enough for its square and its cube to keep every digit */
const ample = magnitude.map((x) => (x < 1e-60 ? 0 : x));
const signed = fc.tuple(ample, fc.constantFrom(-1, 1)).map(([x, sign]) => sign * x);

describe("the roots of cubic·x³ + linear·x = 1", () => {
  /** the largest of the equation's terms, in units of which a residual is small or not */
  const scale = (c: number, l: number, x: number) => Math.max(Math.abs(c * x ** 3), Math.abs(l * x), 1);

  test("satisfy it", () => {
    fc.assert(
      fc.property(ample, signed, (cubic, linear) => {
        for (const x of realRoots(cubic, linear)) {
          if (!Number.isFinite(x)) continue;
          const residual = cubic * x * x * x + linear * x - 1;
          expect(Math.abs(residual)).toBeLessThanOrEqual(1e-13 * scale(cubic, linear, x));
        }
      }),
      { numRuns: 5000 },
    );
  });

  test("are all of the real ones", () => {
    fc.assert(
      fc.property(ample, signed, (cubic, linear) => {
        fc.pre(cubic > 1e-25 && cubic < 1e25);
        // The discriminant's sign counts the roots; at a double root, where rounding decides, either count is right.
        const [three, one] = [-4 * (linear / 3) ** 3, cubic];
        fc.pre(Math.abs(three - one) > 1e-9 * Math.max(Math.abs(three), one));
        const roots = realRoots(cubic, linear).filter(Number.isFinite);
        expect(roots.length).toBe(three > one ? 3 : 1);
        expect(roots.filter((x) => x > 0).length).toBe(1);
        expect(new Set(roots).size).toBe(roots.length);
      }),
      { numRuns: 5000 },
    );
  });

  test.each([
    // (x − 1)(x² + x + 2) = x³ + x − 2; halved
    [0.5, 0.5, [1]],
    // 4(x − 1)(x + 1/2)² = 4x³ − 3x − 1
    [4, -3, [-0.5, -0.5, 1]],
    // (x + 1)(x − φ)(x + 1/φ)… = x³ − 2x − 1
    [1, -2, [-1, (1 - Math.sqrt(5)) / 2, (1 + Math.sqrt(5)) / 2]],
    [0, 4, [0.25]],
    [8, 0, [0.5]],
  ])("of %d and %d", (cubic, linear, wanted) => {
    const roots = realRoots(cubic, linear).toSorted((a, b) => a - b);
    expect(roots.length).toBe(wanted.length);
    for (const [i, root] of roots.entries()) expect(root).toBeCloseTo(wanted[i], 7);
  });
});

test("the best response is as good as any point of a fine grid, and inside the axis", () => {
  const future = fc.record({
    A: even(0, 50),
    ratio: even(-1, 1),
    C: even(0, 50),
  });
  fc.assert(
    fc.property(
      future,
      even(-2, 1),
      even(0, 3),
      even(0, 1),
      even(-2, 0.5),
      ({ A, ratio, C }, keep, pull, discount, min) => {
        const moments = { A, B: ratio * Math.sqrt(A * C), C, absB: Math.sqrt(A * C) };
        const outlook = [{ ...moments, weight: 1, learningRate: 1 }];
        const max = min + 2;
        const best = bestResponse(outlook, () => ({ lost: 1 - keep, pull }), discount, { min, max });
        expect(best.coefficient).toBeGreaterThanOrEqual(min);
        expect(best.coefficient).toBeLessThanOrEqual(max);
        let excess = Number.NEGATIVE_INFINITY;
        for (let i = 0; i <= 1000; i++) {
          const a = min + (i / 1000) * (max - min);
          const cost = costPerSquare(outlook, a, () => keep - pull * a * a, discount);
          excess = Math.max(excess, best.cost - cost - 1e-12 * (1 + Math.abs(cost)));
        }
        expect(excess).toBeLessThanOrEqual(0);
      },
    ),
    { numRuns: 300 },
  );
});

test("the positive root is found where the axis reaches farther down than up", async () => {
  const { config } = presets["experiment-1"];
  const wide = await solve(config, { method: "exact" });
  const low = await solve({ ...config, coefficient: { min: -2, max: 1 } }, { method: "exact" });
  expect(low.plan).toEqual(wide.plan);
  // at the first episode the best coefficient is 0.03, far from both ends
  expect(low.plan.coefficient[0]).toBeCloseTo(0.031, 3);
});

describe.each(["experiment-1", "experiment-2"])("finer grids approach it: %s", (name) => {
  test("by their step, in plan and in cost", async () => {
    const { config } = presets[name];
    const exact = await solve(config, { method: "exact" });
    const distances: number[] = [];
    for (const count of [401, 4001, 40_001]) {
      const grid = await solve({ ...config, coefficient: { count } }, { backend: "cpu", method: "moments" });
      distances.push(
        Math.max(...grid.plan.coefficient.map((a, t) => Math.abs(a - exact.plan.coefficient[t]))),
      );
      expect(distances.at(-1)).toBeLessThan(4 / (count - 1));
      expect(Math.max(...grid.cost.map((c, t) => Math.abs(c - exact.cost[t])))).toBeLessThan(
        100 / (count - 1),
      );
    }
    expect(distances[0]).toBeGreaterThan(0);
    expect(distances[1]).toBeLessThan(distances[0] / 3);
    expect(distances[2]).toBeLessThan(distances[1] / 3);
  });
});

// Descents of functions whose minimum is known.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Descent, type Differentiable } from "../src/search/descent.ts";

function descended(of: Differentiable, start: readonly number[], evaluations = 10_000): Descent {
  const descent = new Descent(of, start);
  while (!descent.ended && descent.evaluations < evaluations) descent.step();
  return descent;
}

/** (1 − x)² + 100 (y − x²)², a bent valley with its minimum at (1, 1) */
const valley: Differentiable = ([x, y], gradient) => {
  gradient[0] = -2 * (1 - x) - 400 * x * (y - x * x);
  gradient[1] = 200 * (y - x * x);
  return (1 - x) ** 2 + 100 * (y - x * x) ** 2;
};

test("a bent valley, to its end", () => {
  const { point, value, evaluations } = descended(valley, [-1.2, 1]);
  expect(value).toBeLessThan(1e-20);
  expect(point[0]).toBeCloseTo(1, 9);
  expect(point[1]).toBeCloseTo(1, 9);
  // steepest descent needs thousands
  expect(evaluations).toBeLessThan(150);
});

test("bowls of any shape", () => {
  const axis = fc.record({ at: fc.integer({ min: -9, max: 9 }), width: fc.integer({ min: -4, max: 4 }) });
  fc.assert(
    fc.property(fc.array(axis, { minLength: 1, maxLength: 6 }), (axes) => {
      const bowl: Differentiable = (point, gradient) => {
        let sum = 0;
        for (const [i, { at, width }] of axes.entries()) {
          gradient[i] = 2 * 10 ** width * (point[i] - at);
          sum += 10 ** width * (point[i] - at) ** 2;
        }
        return sum;
      };
      const start = axes.map((_, i) => i / 3);
      const { value } = descended(bowl, start);
      expect(value).toBeLessThanOrEqual(
        1e-14 * (1 + bowl(Float64Array.from(start), new Float64Array(axes.length))),
      );
    }),
    { numRuns: 200 },
  );
});

test("corners: |x| + 2|y|", () => {
  const { value } = descended(
    ([x, y], gradient) => {
      gradient[0] = Math.sign(x);
      gradient[1] = 2 * Math.sign(y);
      return Math.abs(x) + 2 * Math.abs(y);
    },
    [0.7, -3.1],
  );
  expect(value).toBeLessThan(1e-6);
});

describe("ends", () => {
  test("at its start, if that is a minimum or the value is not finite", () => {
    const atMinimum = descended(valley, [1, 1]);
    expect([...atMinimum.point]).toEqual([1, 1]);
    expect(atMinimum.ended).toBe(true);
    const nowhere = descended(() => Number.NaN, [1]);
    expect(nowhere).toMatchObject({ value: Number.NaN, evaluations: 1, ended: true });
  });

  test("at the edge of the region where the value is finite", () => {
    const { value } = descended(
      ([x], gradient) => {
        gradient[0] = -1;
        return x > 2 ? Number.NaN : -x;
      },
      [0],
    );
    expect(value).toBeLessThanOrEqual(-1.99);
  });

  test("a value never rises from step to step", () => {
    const descent = new Descent(valley, [-1.2, 1]);
    for (let last = descent.value; !descent.ended; last = descent.value) {
      descent.step();
      expect(descent.value).toBeLessThanOrEqual(last);
    }
  });
});

// The closed form: its roots are those of the cubic, its best response has the minimum cost, and finer grids converge
// to it.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rolloutCosts } from "../src/cpu/rollout.ts";
import { type Config, defineGame, presets, solve } from "../src/index.ts";
import { type Cubic, minimaWithin, risingRoots } from "../src/model/cubic.ts";
import { bestResponse } from "../src/model/exact.ts";
import { type AgentView, Future } from "../src/model/moments.ts";
import { createProblem } from "../src/model/problem.ts";
import { magnitude } from "./games.ts";
import { even } from "./gpu/numbers.ts";

/** zero, or large enough that its square and its cube lose no digits */
const ample = magnitude.map((x) => (x < 1e-60 ? 0 : x));
const sign = fc.constantFrom(-1, 1);
const signed = fc.tuple(ample, sign).map(([x, sign]) => sign * x);

const valueAt = ([c0, c1, c2, c3]: Cubic, x: number) => c0 + c1 * x + c2 * x * x + c3 * x * x * x;
const negative = (cubic: Cubic) => cubic.map((c) => -c) as unknown as Cubic;
/** the largest of a cubic's terms, relative to which a residual is judged */
const scale = (cubic: Cubic, x: number) => Math.max(...cubic.map((c, k) => Math.abs(c * x ** k)));
/** an interval that contains all roots of the random cubics */
const FAR = 1e60;

function expectSatisfied(cubic: Cubic, roots: readonly number[]) {
  for (const x of roots)
    expect(Math.abs(valueAt(cubic, x))).toBeLessThanOrEqual(1e-13 * scale(cubic, x) + 1e-300);
}

/** where a cubic rises through 0, and where it falls through it */
const rootsOf = (cubic: Cubic, low = -FAR, high = FAR) => ({
  rising: risingRoots(cubic, low, high),
  falling: risingRoots(negative(cubic), low, high),
});

describe("the roots of cubic·x³ + linear·x = 1", () => {
  const of = (cubic: number, linear: number): Cubic => [-1, linear, 0, cubic];

  test("satisfy it", () => {
    let found = 0;
    fc.assert(
      fc.property(ample, signed, (cubic, linear) => {
        const { rising, falling } = rootsOf(of(cubic, linear));
        expectSatisfied(of(cubic, linear), [...rising, ...falling]);
        found += rising.length + falling.length;
      }),
      { numRuns: 5000 },
    );
    expect(found).toBeGreaterThan(2500);
  });

  test("are all of the real ones", () => {
    fc.assert(
      fc.property(ample, signed, (cubic, linear) => {
        fc.pre(cubic > 1e-25 && cubic < 1e25);
        // The sign of the discriminant determines the number of roots; near a double root rounding decides, and both
        // are right.
        const [three, one] = [-4 * (linear / 3) ** 3, cubic];
        fc.pre(Math.abs(three - one) > 1e-9 * Math.max(Math.abs(three), one));
        const { rising, falling } = rootsOf(of(cubic, linear));
        const roots = [...rising, ...falling];
        expect(roots.length).toBe(three > one ? 3 : 1);
        expect(falling.length).toBe(three > one ? 1 : 0);
        expect(roots.filter((x) => x > 0).length).toBe(1);
        expect(new Set(roots).size).toBe(roots.length);
      }),
      { numRuns: 5000 },
    );
  });

  test.each([
    // (x − 1)(x² + x + 2) = x³ + x − 2; halved
    [0.5, 0.5, [1], []],
    // 4(x − 1)(x + 1/2)² = 4x³ − 3x − 1, which does not cross 0 at its double root
    [4, -3, [1], []],
    // (x + 1)(x − φ)(x + 1/φ)… = x³ − 2x − 1
    [1, -2, [-1, (1 + Math.sqrt(5)) / 2], [(1 - Math.sqrt(5)) / 2]],
    [0, 4, [0.25], []],
    [8, 0, [0.5], []],
  ])("of %d and %d", (cubic, linear, wantedRising, wantedFalling) => {
    const { rising, falling } = rootsOf(of(cubic, linear), -10, 10);
    expect(rising).toEqual(wantedRising.map((root) => expect.closeTo(root, 14)));
    expect(falling).toEqual(wantedFalling.map((root) => expect.closeTo(root, 14)));
  });
});

describe("the roots of any cubic", () => {
  const some = fc.oneof(signed, even(-3, 3));

  test("satisfy it, in ascending order and within the interval", () => {
    let found = 0;
    fc.assert(
      fc.property(fc.tuple(some, some, some, some), some, fc.oneof(ample, even(0, 6)), (cubic, low, span) => {
        const { rising, falling } = rootsOf(cubic, low, low + span);
        for (const roots of [rising, falling]) {
          expectSatisfied(cubic, roots);
          expect(roots).toEqual(roots.toSorted((a, b) => a - b));
          for (const x of roots) expect(x > low && x < low + span).toBe(true);
        }
        // between two rising roots there is a falling one
        expect(Math.abs(rising.length - falling.length)).toBeLessThanOrEqual(1);
        found += rising.length;
      }),
      { numRuns: 5000 },
    );
    expect(found).toBeGreaterThan(500);
  });

  test("are the same as by brute force", () => {
    const STEPS = 2000;
    const coefficient = fc.oneof({ weight: 4, arbitrary: even(-3, 3) }, fc.constantFrom(0, 1, -1));
    const counts = [0, 0, 0];
    fc.assert(
      fc.property(fc.tuple(coefficient, coefficient, coefficient, coefficient), even(-2, 1), (cubic, low) => {
        const xs = Array.from({ length: STEPS + 1 }, (_, i) => low + (3 * i) / STEPS);
        const values = xs.map((x) => valueAt(cubic, x));
        // skip cases in which a turning point is close to 0, or an end is a root: rounding or the grid would decide
        const turns = values.filter((v, i) => (v - values[i - 1]) * (values[i + 1] - v) <= 0);
        fc.pre([...turns, values[0], values[STEPS]].every((v) => Math.abs(v) > 1e-4));
        const wanted = xs.filter((_, i) => values[i - 1] < 0 && values[i] > 0);
        const found = risingRoots(cubic, low, low + 3);
        expect(found.length).toBe(wanted.length);
        for (const [i, x] of found.entries()) {
          expect(x).toBeLessThanOrEqual(wanted[i]);
          expect(x).toBeGreaterThanOrEqual(wanted[i] - 3.001 / STEPS);
        }
        counts[found.length]++;
      }),
      { numRuns: 1500 },
    );
    expect(Math.min(...counts)).toBeGreaterThan(5);
  });

  test.each<[string, Cubic, number[], number[]]>([
    ["(x − 1)(x − 2)(x − 3)", [-6, 11, -6, 1], [1, 3], [2]],
    ["its negative", [6, -11, 6, -1], [2], [1, 3]],
    ["(x + 3)(x − 2)", [-6, 1, 1, 0], [2], [-3]],
    ["2(x + 1/2)", [1, 2, 0, 0], [-1 / 2], []],
    ["(x − 1)³", [-1, 3, -3, 1], [1], []],
    ["(x − 9)(x − 20)², of which the interval has none", [-3600, 760, -49, 1], [], []],
    ["x² + 1", [1, 0, 1, 0], [], []],
    ["a constant", [1, 0, 0, 0], [], []],
    ["0", [0, 0, 0, 0], [], []],
    ["an overflow", [1, Number.POSITIVE_INFINITY, 1, 1], [], []],
    ["NaN", [1, Number.NaN, 1, 1], [], []],
    ["(x − 1)(x − 2)(x − 3), so large that squares overflow", [-6e300, 11e300, -6e300, 1e300], [1, 3], [2]],
    ["coefficients so small that products vanish", [-6e-300, 11e-300, -6e-300, 1e-300], [1, 3], [2]],
  ])("%s", (_, cubic, wantedRising, wantedFalling) => {
    const { rising, falling } = rootsOf(cubic, -8, 8);
    // the error of a triple root is the cube root of the values' rounding error
    const digits = cubic[2] === -3 ? 4 : 13;
    expect(rising).toEqual(wantedRising.map((root) => expect.closeTo(root, digits)));
    expect(falling).toEqual(wantedFalling.map((root) => expect.closeTo(root, digits)));
  });

  test("contain the minimum of the polynomial whose derivative they are the roots of, unless it is at an end", () => {
    let inner = 0;
    fc.assert(
      fc.property(
        fc.tuple(even(-3, 3), even(-3, 3), even(-3, 3), even(-3, 3)),
        even(-2, 1),
        even(0, 3),
        (cubic, low, span) => {
          const high = low + span;
          const [c1, c2, c3, c4] = cubic.map((c, k) => c / (k + 1));
          const of = (x: number) => (((c4 * x + c3) * x + c2) * x + c1) * x;
          const points = minimaWithin(cubic, low, high);
          expect([points[0], points.at(-1)]).toEqual([low, high]);
          expect(points).toEqual(points.toSorted((a, b) => a - b));
          const best = Math.min(...points.map(of));
          const grid = Array.from({ length: 301 }, (_, i) => of(low + (i / 300) * span));
          expect(Math.min(...grid)).toBeGreaterThanOrEqual(best - 1e-12);
          if (best < Math.min(of(low), of(high))) inner++;
        },
      ),
      { numRuns: 500 },
    );
    expect(inner).toBeGreaterThan(50);
  });
});

/** y = aθ and θ' = (1 − η(lost + pull·a²))θ, for any lost and pull */
const pulled = defineGame({
  name: "pulled",
  state: { theta: { min: -1, max: 1, count: 3, initial: 0.8 } },
  decision: { a: { min: -1, max: 1, count: 2 } },
  parameters: { lost: { default: 0 }, pull: { default: 0 } },
  output: "a * theta",
  next: { theta: "theta - learningRate * (lost + pull * a^2) * theta" },
});

test("the best response is as good as any point of a fine grid, and inside the axis", () => {
  const prospect = fc.record({
    A: even(0, 50),
    ratio: even(-1, 1),
    C: even(0, 50),
    learningRate: fc.constantFrom(0, 1, 0.5),
    weight: even(0, 1),
  });
  let inner = 0;
  fc.assert(
    fc.property(
      fc.array(prospect, { minLength: 1, maxLength: 2 }),
      even(-2, 1),
      even(0, 3),
      even(0, 1),
      even(-2, 0.5),
      (prospects, keep, pull, discount, min) => {
        const lost = 1 - keep;
        const max = min + 2;
        const schedule = { learningRates: [1] };
        const problem = createProblem({ game: pulled, lost, pull, discount, schedule });
        const total = prospects.reduce((sum, { weight }) => sum + weight, 0);
        const views = prospects.map(({ A, ratio, C, learningRate, weight }, i) => ({
          ...{ A, B: ratio * Math.sqrt(A * C), C },
          learningRate: i === 0 ? 1 : learningRate,
          weight: total > 0 ? weight / total : 1 / prospects.length,
        }));
        const view: AgentView = views.map(({ A, B, C, learningRate, weight }) => ({
          ...{ learningRate, weight },
          form: Float64Array.of(A - 2 * B + C, A - B, A, 0, 0, 0),
        }));
        // the mean of θ² over −1, 0 and 1 is 2/3
        const costOf = (a: number) => {
          const later = views.map(({ A, B, C, learningRate, weight }) => {
            const g = 1 - learningRate * (lost + pull * a * a);
            return weight * (g * g * A - 2 * g * B + C);
          });
          return (2 / 3) * ((a - 1) ** 2 + discount * later.reduce((sum, x) => sum + x));
        };
        const best = bestResponse(new Future(problem), view, { min, max });
        expect(best.decision).toBeGreaterThanOrEqual(min);
        expect(best.decision).toBeLessThanOrEqual(max);
        const size = 1 + Math.max(...[min, 0, max].map(costOf)) + 200 * (1 + pull) ** 2;
        expect(Math.abs(best.cost - costOf(best.decision))).toBeLessThanOrEqual(1e-14 * size);
        let excess = Number.NEGATIVE_INFINITY;
        for (let i = 0; i <= 1000; i++) {
          const cost = costOf(min + (i / 1000) * (max - min));
          excess = Math.max(excess, best.cost - cost - 1e-12 * (1 + Math.abs(cost)));
        }
        expect(excess).toBeLessThanOrEqual(0);
        if (best.decision > min && best.decision < max) inner++;
      },
    ),
    { numRuns: 300 },
  );
  expect(inner).toBeGreaterThan(100);
});

describe("with a belief, the cost has every power of the coefficient", () => {
  const config = fc.record({
    schedule: fc.record({
      learningRates: fc.array(even(0, 1), { minLength: 2, maxLength: 4 }),
    }),
    // no axis is symmetric, so that no moment of the states is 0
    theta: fc.constantFrom({ min: 0.3, max: 1, count: 3 }, { min: -1, max: 0.5, count: 2 }),
    belief: fc.constantFrom({ min: -0.2, max: 1, count: 2 }, { min: -1, max: 0.1, count: 3 }),
    coefficient: even(-2, 0.5).map((min) => ({ min, max: min + 2, count: 2 })),
    discount: even(0, 1),
    regularization: even(0, 0.3),
    beliefLearningRateScale: even(0, 2),
  });
  const withPlan = config.chain((config) => {
    const { length } = config.schedule.learningRates;
    return fc.tuple(
      fc.constant(createProblem({ game: "misconception", ...config } as Config)),
      fc.array(fc.tuple(even(-1, 1)), { minLength: length, maxLength: length }),
    );
  });

  test("and the best response costs no more, in rollouts, than any point of a grid", () => {
    const largest = [0, 0, 0, 0];
    let inner = 0;
    fc.assert(
      fc.property(withPlan, ([problem, plan]) => {
        const axis = problem.config.coefficient as { min: number; max: number };
        const future = new Future(problem);
        const view = future.viewAt(0, 0, plan);
        const best = bestResponse(future, view, axis);
        expect(best.decision >= axis.min && best.decision <= axis.max).toBe(true);
        const decisions = Array.from({ length: 41 }, (_, i) => [axis.min + i / 20]);
        const costs = rolloutCosts(problem, 0, plan)([[best.decision], ...decisions]);
        const most = Math.max(...costs);
        expect(Math.abs(costs[0] - best.cost)).toBeLessThanOrEqual(1e-12 * (1 + most));
        for (const cost of costs) expect(cost).toBeGreaterThanOrEqual(costs[0] - 1e-12 * (1 + most));
        // compare the derivative with the costs by Simpson's rule, which is exact for it
        const derivative = future.derivative(view);
        for (const i of [0, 10, 20, 30]) {
          const [x, y] = [decisions[i][0], decisions[i + 10][0]];
          const area = [x, (x + y) / 2, y].map((a) => valueAt(derivative, a));
          const change = ((y - x) / 6) * (area[0] + 4 * area[1] + area[2]);
          expect(Math.abs(costs[i + 11] - costs[i + 1] - change)).toBeLessThanOrEqual(1e-11 * (1 + most));
        }
        for (const [k, c] of derivative.entries()) largest[k] = Math.max(largest[k], Math.abs(c));
        if (best.decision > axis.min && best.decision < axis.max) inner++;
      }),
      { numRuns: 200 },
    );
    expect(Math.min(...largest)).toBeGreaterThan(0.1);
    expect(inner).toBeGreaterThan(50);
  });
});

test("the positive root is found on an axis that reaches farther down than up", async () => {
  const { config } = presets["experiment-1"];
  const wide = await solve(config, { method: "exact" });
  const low = await solve({ ...config, coefficient: { min: -2, max: 1 } }, { method: "exact" });
  // except for the last digit, because the search starts elsewhere
  for (const [t, a] of low.plan.coefficient.entries())
    expect(Math.abs(a / wide.plan.coefficient[t] - 1)).toBeLessThanOrEqual(2 * Number.EPSILON);
  // at the first episode the best coefficient is 0.03, far from both ends
  expect(low.plan.coefficient[0]).toBeCloseTo(0.031, 3);
});

describe.each(["experiment-1", "experiment-2"])("finer grids converge to it: %s", (name) => {
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

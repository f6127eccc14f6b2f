// One run of the CMA-ES: its update against the tutorial's equations, and what no costs whatever may break.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Cmaes } from "../src/search/cmaes.ts";
import { eigen } from "../src/search/eigen.ts";
import { Random } from "../src/search/random.ts";
import { strategyParameters } from "../src/search/strategyParameters.ts";

const create = (dimension: number, population: number, seed = 1) =>
  new Cmaes({
    population,
    mean: new Float64Array(dimension).fill(0.5),
    stepSize: 0.7,
    random: Random.seeded(seed),
  });
const sphere = (x: Float64Array) => x.reduce((sum, v) => sum + v * v, 0);

test("the first generation updates as the equations say", () => {
  const [n, lambda, sigma] = [3, 7, 0.7];
  const cmaes = create(n, lambda);
  const points = cmaes.ask();
  cmaes.tell(points.map(sphere));

  // C = I, so y = z and C^(−½) = I
  const { weights, mu, muEff, c1, cMu, cC, cSigma, dSigma, expectedLength } = strategyParameters(n, lambda);
  const ranked = points.toSorted((a, b) => sphere(a) - sphere(b)).map((x) => x.map((v) => (v - 0.5) / sigma));
  const mean = Float64Array.from({ length: n }, (_, i) =>
    ranked.slice(0, mu).reduce((sum, y, rank) => sum + weights[rank] * y[i], 0),
  );
  const length = Math.sqrt(cSigma * (2 - cSigma) * muEff) * Math.sqrt(sphere(mean));
  const steady = length / Math.sqrt(1 - (1 - cSigma) ** 2) < (1.4 + 2 / (n + 1)) * expectedLength;
  const path = mean.map((v) => (steady ? Math.sqrt(cC * (2 - cC) * muEff) * v : 0));
  const keep = 1 - c1 - cMu * weights.reduce((a, b) => a + b) + (steady ? 0 : c1 * cC * (2 - cC));

  for (let i = 0; i < n; i++) {
    expect(cmaes.mean[i]).toBeCloseTo(0.5 + sigma * mean[i], 13);
    expect(cmaes.path[i]).toBeCloseTo(path[i], 13);
    for (let j = 0; j <= i; j++) {
      const rankMu = ranked.reduce((sum, y, rank) => {
        const w = weights[rank] < 0 ? (weights[rank] * n) / sphere(y) : weights[rank];
        return sum + w * y[i] * y[j];
      }, 0);
      const expected = (i === j ? keep : 0) + c1 * path[i] * path[j] + cMu * rankMu;
      expect(cmaes.covariance[i * n + j]).toBeCloseTo(expected, 13);
    }
  }
  expect(cmaes.stepSize).toBeCloseTo(sigma * Math.exp((cSigma / dSigma) * (length / expectedLength - 1)), 13);
});

test("points have the distribution's mean and covariance", () => {
  const cmaes = create(3, 8);
  const ellipse = (x: Float64Array) => x[0] ** 2 + 30 * (x[1] - x[0]) ** 2 + 1000 * (x[2] + x[1]) ** 2;
  for (let g = 0; g < 30; g++) cmaes.tell(cmaes.ask().map(ellipse));
  const points = Array.from({ length: 5000 }, () => cmaes.ask()).flat();
  for (let i = 0; i < 3; i++)
    for (let j = 0; j <= i; j++) {
      const { mean, stepSize, covariance } = cmaes;
      const product = points.reduce((sum, x) => sum + (x[i] - mean[i]) * (x[j] - mean[j]), 0) / points.length;
      const expected = stepSize ** 2 * covariance[i * 3 + j];
      const scale = stepSize ** 2 * Math.sqrt(covariance[i * 3 + i] * covariance[j * 3 + j]);
      // four standard errors: √2/√40,000 each at most
      expect(Math.abs(product - expected) / scale).toBeLessThan(0.03);
    }
});

test.each([
  { name: "exp(f)", transformed: (f: number) => Math.exp(f) },
  { name: "1e20 f − 5e19", transformed: (f: number) => 1e20 * f - 5e19 },
  { name: "−1/(1 + f)", transformed: (f: number) => -1 / (1 + f) },
])("only ranks count: f and $name give the same points", ({ transformed }) => {
  const [one, other] = [create(5, 8), create(5, 8)];
  for (let g = 0; g < 60; g++) {
    const points = one.ask();
    expect(other.ask()).toEqual(points);
    one.tell(points.map(sphere));
    other.tell(points.map((x) => transformed(sphere(x))));
  }
  expect(other.best.point).toEqual(one.best.point);
  expect(one.best.cost).toBeLessThan(1e-3);
});

test("no costs whatever poison the distribution", () => {
  const cost = fc.oneof(
    fc.double(),
    fc.constantFrom(0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  );
  const generations = fc.array(fc.array(cost, { minLength: 6, maxLength: 6 }), { maxLength: 40 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), generations, (n, costs) => {
      const cmaes = create(n, 6);
      let least = Number.POSITIVE_INFINITY;
      for (const told of costs) {
        const points = cmaes.ask();
        cmaes.tell(told);
        least = Math.min(least, ...told.filter(Number.isFinite));
        expect(points.flatMap((x) => [...x]).every(Number.isFinite)).toBe(true);
      }
      expect(cmaes.best.cost - least || 0).toBe(0); // 0 is −0, and Infinity − Infinity is NaN
      expect([...cmaes.mean, ...cmaes.covariance, cmaes.stepSize].every(Number.isFinite)).toBe(true);
      expect(cmaes.stepSize).toBeGreaterThan(0);
      expect(cmaes.lengths.every((length) => length > 0)).toBe(true);
    }),
    { numRuns: 100 },
  );
});

test("rounding that makes an eigenvalue negative ends the run, not the distribution", () => {
  const cmaes = create(2, 6);
  let least = 1;
  for (let g = 0; g < 200; g++) {
    cmaes.tell(cmaes.ask().map((x) => x[0] ** 2 + 1e16 * (x[0] + x[1]) ** 2));
    least = Math.min(least, eigen(cmaes.covariance, 2).values[0]);
  }
  expect(least).toBeLessThan(0);
  expect(cmaes.stopped).toMatch(/^ConditionCov/);
  expect(cmaes.lengths.every((length) => length > 0)).toBe(true);
  expect(cmaes.ask().every((x) => x.every(Number.isFinite))).toBe(true);
});

test("a generation without a finite cost teaches nothing, and −∞ is not the least", () => {
  const cmaes = create(2, 4);
  cmaes.ask();
  cmaes.tell([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]);
  expect([...cmaes.mean, cmaes.stepSize]).toEqual([0.5, 0.5, 0.7]);
  const points = cmaes.ask();
  cmaes.tell([Number.NEGATIVE_INFINITY, 3, 2, Number.NaN]);
  expect(cmaes.best).toEqual({ point: points[2], cost: 2 });
  expect(cmaes.mean).not.toEqual(Float64Array.of(0.5, 0.5));
});

describe("guests", () => {
  test("are the last points, and the rest stays what it was", () => {
    const guests = [Float64Array.of(1, 2), [3, 4]];
    const points = create(2, 5).ask(guests);
    expect(points.slice(3)).toEqual([Float64Array.of(1, 2), Float64Array.of(3, 4)]);
    expect(points.slice(0, 3)).toEqual(create(2, 5).ask().slice(0, 3));
  });

  test("that lie far away are found, and count as √n + 2n/(n + 2) standard deviations", () => {
    const cmaes = create(2, 5);
    const [first] = cmaes.ask([[1e9, 0.5]]);
    const { weights } = strategyParameters(2, 5);
    cmaes.tell([1, 1, 1, 1, 0]);
    expect(cmaes.best).toEqual({ point: Float64Array.of(1e9, 0.5), cost: 0 });
    const guest = 0.5 + 0.7 * (Math.sqrt(2) + 1);
    expect(cmaes.mean[0]).toBeCloseTo(weights[0] * guest + weights[1] * first[0], 13);
    expect(cmaes.mean[1]).toBeCloseTo(weights[0] * 0.5 + weights[1] * first[1], 13);
  });

  test("teach what a point drawn at the same place teaches", () => {
    const [drawn, invited] = [create(3, 6), create(3, 6)];
    const ellipse = (x: Float64Array) => x[0] ** 2 + 30 * (x[1] - x[0]) ** 2 + 1000 * (x[2] + x[1]) ** 2;
    for (let g = 0; g < 25; g++) for (const cmaes of [drawn, invited]) cmaes.tell(cmaes.ask().map(ellipse));
    const point = drawn.ask()[5];
    invited.ask([point]);
    for (const cmaes of [drawn, invited]) cmaes.tell([1, 2, 3, 4, 5, 0]);
    for (const state of ["mean", "path", "covariance"] as const)
      for (const [i, x] of drawn[state].entries())
        expect(Math.abs(invited[state][i] - x)).toBeLessThanOrEqual(1e-9 * Math.abs(x));
    expect(invited.stepSize / drawn.stepSize).toBeCloseTo(1, 9);
  });

  test.each([{ guests: [[1]] }, { guests: [[1, Number.NaN]] }, { guests: Array(6).fill([1, 2]) }])(
    "refused: $guests",
    ({ guests }) => {
      expect(() => create(2, 5).ask(guests)).toThrow(/guests must be at most 5 points of 2 finite numbers/);
    },
  );
});

test("refuses other than as many costs as points, and populations below 4", () => {
  const cmaes = create(2, 4);
  expect(() => cmaes.tell([1, 2, 3, 4])).toThrow("4 costs for 0 points");
  cmaes.ask();
  expect(() => cmaes.tell([1, 2])).toThrow("2 costs for 4 points");
  cmaes.tell([1, 2, 3, 4]);
  expect(cmaes.generation).toBe(1);
  expect(() => create(2, 3)).toThrow("population must be an integer of at least 4, got 3");
});

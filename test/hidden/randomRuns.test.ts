// Random runs of a plan against what the solver expects of it. The mean of 100,000 runs lies within four standard
// errors of its expectation, but for one seed in 16,000; the seeds here are fixed.
import { describe, expect, test } from "vitest";
import { type Config, type Result, simulateRuns, solve } from "../../src/index.ts";

const RUNS = 100_000;
const config: Config = {
  game: "uncertain-deployment",
  schedule: { episodes: 40, learningRate: 1 },
  hazard: 0.05,
  signalError: 0.1,
};
const solved = (change: object = {}) => solve({ ...config, ...change }, { backend: "cpu" });

/** how far the mean of random runs is from a cost, in standard errors */
function errorsBetween(of: object, { plan }: Pick<Result, "plan">, cost: number, episode = 0): number {
  const { mean, standardError } = simulateRuns(of, plan, { runs: RUNS, seed: 7, episode });
  expect(standardError).toBeGreaterThan(0);
  // so that the interval says something
  expect(standardError).toBeLessThan(0.01 * mean);
  return Math.abs(mean - cost) / standardError;
}

describe.each([
  {},
  { hazard: 0.2, signalError: 0.3, discount: 0.9, regularization: 0.02 },
  { theta: { min: -0.5, max: 2, count: 4 }, signalError: 0.5 },
])("%j", (change) => {
  test("agents pay what they expect to, at the first episode and at a later one", async () => {
    const result = await solved(change);
    expect(errorsBetween({ ...config, ...change }, result, result.value!)).toBeLessThan(4);
    expect(errorsBetween({ ...config, ...change }, result, result.cost[7], 7)).toBeLessThan(4);
  });
});

describe("the interval is narrow enough to notice", () => {
  test.each([
    ["another hazard", { hazard: 0.06 }],
    ["a worse signal", { signalError: 0.12 }],
    ["another learning rate", { schedule: { episodes: 40, learningRate: 1.05 } }],
    ["one episode more", { schedule: { episodes: 41, learningRate: 1 } }],
  ])("%s", async (_, change) => {
    const [right, wrong] = [await solved(), await solved(change)];
    expect(errorsBetween(config, right, wrong.value!)).toBeGreaterThan(4);
  });

  test("the agent of another episode", async () => {
    const result = await solved();
    expect(errorsBetween(config, result, result.cost[8], 7)).toBeGreaterThan(4);
  });
});

test("where nothing is left to chance, every run costs the same", async () => {
  const theta = { min: 0.7, max: 0.7, count: 1 };
  const certain: Config = { game: "linear", schedule: { training: 5, deployment: 5 }, theta, discount: 0.9 };
  const { plan, cost } = await solve(certain, { backend: "cpu" });
  const { mean, standardError, runs } = simulateRuns(certain, plan, { runs: 10, episode: 2 });
  expect(runs).toBe(10);
  expect(mean).toBeCloseTo(cost[2], 13);
  expect(standardError).toBeLessThan(1e-15);
});

test("an agent weighs the future with the discount it has", async () => {
  const own: Config = {
    game: "learned-discount",
    schedule: { training: 3, deployment: 3 },
    base: { count: 9 },
    perDiscount: { count: 9 },
  };
  const { plan, cost } = await solve(own, { backend: "cpu" });
  expect(errorsBetween(own, { plan }, cost[0])).toBeLessThan(4);
});

test("the seed decides", async () => {
  const { plan } = await solved();
  const runs = (seed: number) => simulateRuns(config, plan, { runs: 500, seed });
  expect(runs(3)).toEqual(runs(3));
  expect(runs(3).mean).not.toBe(runs(4).mean);
  expect(simulateRuns(config, plan, { runs: 500 })).toEqual(runs(1));
});

test.each<[object, string]>([
  [{ runs: 1 }, "runs must be a whole number of at least 2, got 1"],
  [{ runs: 2.5 }, "runs must be a whole number of at least 2, got 2.5"],
  [{ episode: 40 }, "episode must be a whole number in [0, 39], got 40"],
  [{ episode: -1 }, "episode must be a whole number in [0, 39], got -1"],
  [{ seed: -1 }, "seed must be an integer from 0 to 2^53 − 1, got -1"],
])("%j is refused", async (options, message) => {
  const { plan } = await solved();
  expect(() => simulateRuns(config, plan, options)).toThrow(
    expect.objectContaining({ code: "INVALID_CONFIG", message }),
  );
});

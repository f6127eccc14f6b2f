// Random runs of a plan, compared with the solver's expectations. The mean of 100,000 runs lies within four standard
// errors of its expectation, except for one seed in 16,000; the seeds here are fixed.
import { describe, expect, test } from "vitest";
import {
  type Config,
  type NamedPlan,
  type RandomRuns,
  type Result,
  simulate,
  simulateRuns,
  solve,
} from "../../src/index.ts";

const RUNS = 100_000;
const known = new Map<string, RandomRuns>();

/** random runs of a plan, cached */
function runsOf(of: Config, plan: NamedPlan, episode: number): RandomRuns {
  const key = JSON.stringify([of, plan, episode]);
  const runs = known.get(key) ?? simulateRuns(of, plan, { runs: RUNS, seed: 7, episode });
  known.set(key, runs);
  return runs;
}

/** The cost of an agent. Its state is drawn, so the initial goal is set to 0, and no measures are estimated. */
const costsOf = (of: Config, plan: NamedPlan, episode: number) =>
  runsOf({ ...of, initial: { theta: 0 } }, plan, episode);

/** The estimated measures. To save time, the estimated cost is that of the last agent, which plays one episode. */
const randomMeasuresOf = (of: Config, plan: NamedPlan) => runsOf(of, plan, Object.values(plan)[0].length - 1);

const config: Config = {
  game: "uncertain-deployment",
  schedule: { episodes: 40, learningRate: 1 },
  hazard: 0.05,
  signalError: 0.1,
};
const solved = (change: object = {}) => solve({ ...config, ...change }, { backend: "cpu" });

/** the distance of the mean of random runs from a cost, in standard errors */
function errorsBetween(of: Config, { plan }: Pick<Result, "plan">, cost: number, episode = 0): number {
  const { mean, standardError } = costsOf(of, plan, episode);
  expect(standardError).toBeGreaterThan(0);
  // so that the interval is narrow enough
  expect(standardError).toBeLessThan(0.01 * mean);
  return Math.abs(mean - cost) / standardError;
}

describe.each([
  {},
  { hazard: 0.2, signalError: 0.3, discount: 0.9, regularization: 0.02 },
  { theta: { min: -0.5, max: 2, count: 4 }, signalError: 0.5 },
])("%j", (change) => {
  test("agents' mean cost is what they expect, at the first episode and at a later one", async () => {
    const result = await solved(change);
    expect(errorsBetween({ ...config, ...change }, result, result.value!)).toBeLessThan(4);
    expect(errorsBetween({ ...config, ...change }, result, result.cost[7], 7)).toBeLessThan(4);
  });
});

const NAMES = ["retention", "compliance", "reversal"] as const;

/** the maximum distance of estimated measures from the expected ones, in standard errors */
function measuresBetween({ config: of, plan, ...result }: Result): number {
  const runs = randomMeasuresOf(of, plan);
  const far = (["measures", "measuresOverHazard"] as const).flatMap((which) =>
    NAMES.map((name) => {
      const { mean, standardError } = runs[which]![name]!;
      const off = Math.abs(mean - result[which]![name]!);
      // only rounding, if nothing is random
      return off < 1e-12 ? 0 : off / standardError;
    }),
  );
  return Math.max(...far);
}

describe("the measures are the averages of random runs", () => {
  test.each<object>([
    { signalError: 0.01 },
    { signalError: 0.1, initial: { deploymentAt: 33 } },
    { signalError: 0.3, hazard: 0.2, initial: { deploymentAt: 5 } },
    { signalError: 0.5, hazard: 0.01, initial: { deploymentAt: 40 } },
    { signalError: 0, hazard: 0.3, schedule: { episodes: 10, learningRate: 1 } },
    { signalError: 0.9, initial: { theta: -0.3, deploymentAt: 1 } },
    // goals are reversed, and grow
    { signalError: 0.2, schedule: { episodes: 6, learningRate: 0.7 }, coefficient: { min: 0.5, max: 1.5 } },
    { signalError: 0.2, schedule: { episodes: 5, learningRate: 4 }, regularization: 0.2, hazard: 0.4 },
  ])("%j", async (change) => {
    expect(measuresBetween(await solved(change))).toBeLessThan(4);
  });
});

describe("the measures' intervals are narrow enough to notice", () => {
  /** the distance of a plan's estimated measures from a wrong value, in standard errors */
  const standardErrors = (of: Config, plan: NamedPlan, name: (typeof NAMES)[number], wrong: number) => {
    const { mean, standardError } = randomMeasuresOf(of, plan).measures![name]!;
    expect(standardError).toBeGreaterThan(0);
    return Math.abs(mean - wrong) / standardError;
  };
  /** a game and a plan in which a wrong signal reverses the goal: g = 1 − 1.4a² is 0.65 or −1.016 */
  const reversing: Config = {
    ...{ ...config, signalError: 0.2 },
    schedule: { episodes: 6, learningRate: 0.7 },
    initial: { deploymentAt: 3 },
  };
  const plan = { ifTrainingSignal: new Array(6).fill(0.5), ifDeploymentSignal: new Array(6).fill(1.2) };

  test("the one history without a wrong signal", async () => {
    const result = await solved({ initial: { deploymentAt: 20 } });
    const alone = simulate({ ...result.config, signalError: 0 }, result.plan).measures;
    const { theta } = result.trajectory;
    expect(alone.retention).toBeCloseTo(theta[20] / theta[0], 13);
    for (const name of ["retention", "compliance"] as const)
      expect(standardErrors({ ...result.config }, result.plan, name, alone[name]!)).toBeGreaterThan(4);
  });

  test("the magnitude of the expected goal, and the root of its expected square", () => {
    const [right, wrong] = [0.65, 1 - 1.4 * 1.2 ** 2];
    const { retention } = simulate(reversing, plan).measures;
    expect(retention).toBeCloseTo((0.8 * right - 0.2 * wrong) ** 3, 13);
    for (const other of [(0.8 * right + 0.2 * wrong) ** 3, (0.8 * right ** 2 + 0.2 * wrong ** 2) ** 1.5])
      expect(standardErrors(reversing, plan, "retention", other)).toBeGreaterThan(4);
  });

  test("another end of training, and another error", () => {
    for (const change of [{ initial: { deploymentAt: 4 } }, { signalError: 0.22 }]) {
      const { measures } = simulate({ ...reversing, ...change }, plan);
      for (const name of NAMES)
        expect(standardErrors(reversing, plan, name, measures[name]!), name).toBeGreaterThan(4);
    }
  });
});

test("random measures of no training and of no goal", async () => {
  const { plan } = await solved();
  const of = (initial: Record<string, number>) =>
    simulateRuns({ ...config, initial }, plan, { runs: 50 }).measures!;
  const sure = (mean: number) => ({ mean, standardError: 0 });
  expect(of({ deploymentAt: 0 })).toEqual({ compliance: null, retention: sure(1), reversal: sure(0) });
  expect(of({ theta: 0 })).toEqual({ compliance: null, retention: null, reversal: null });
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

test("if nothing is random, every run costs the same", async () => {
  const theta = { min: 0.7, max: 0.7, count: 1 };
  const certain: Config = { game: "linear", schedule: { training: 5, deployment: 5 }, theta, discount: 0.9 };
  const { plan, cost } = await solve(certain, { backend: "cpu" });
  const { mean, standardError, runs } = simulateRuns(certain, plan, { runs: 10, episode: 2 });
  expect(runs).toBe(10);
  expect(mean).toBeCloseTo(cost[2], 13);
  expect(standardError).toBeLessThan(1e-15);
});

test("an agent weighs the future with its own discount", async () => {
  const own: Config = {
    game: "learned-discount",
    schedule: { training: 3, deployment: 3 },
    base: { count: 9 },
    perDiscount: { count: 9 },
  };
  const { plan, cost } = await solve(own, { backend: "cpu" });
  expect(errorsBetween(own, { plan }, cost[0])).toBeLessThan(4);
});

test("the seed determines the result", async () => {
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
])("%j is rejected", async (options, message) => {
  const { plan } = await solved();
  expect(() => simulateRuns(config, plan, options)).toThrow(
    expect.objectContaining({ code: "INVALID_CONFIG", message }),
  );
});

// Agents that are networks: the network by hand, and the search for its weights. The device's twin is held against it
// in test/gpu/mlp.test.ts.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate, MLP_BOUND, weightsOf } from "../src/games/mlp.ts";
import { type Config, type Progress, simulate, solve } from "../src/index.ts";
import { createProblem } from "../src/problem.ts";
import { createSearchEvaluator } from "../src/solve/search.ts";
import { createOracle } from "../src/solve/settle.ts";
import { even } from "./gpu/numbers.ts";

const cpu = { backend: "cpu" } as const;
const tiny: Config = {
  game: "mlp",
  layers: [1, 3, 1],
  schedule: { training: 2, deployment: 1, learningRate: 0.5 },
  theta: { count: 9 },
  search: { population: 8, generations: 20 },
};

describe("the network", () => {
  test.each([
    [[1, 1], 2],
    [[1, 3, 1], 10],
    [[1, 8, 8, 1], 16 + 72 + 9],
    [[1, 2, 17, 5, 1], 4 + 51 + 90 + 6],
  ])("layers %j have %d weights", (layers, weights) => {
    expect(weightsOf(layers)).toBe(weights);
    expect(createProblem({ game: "mlp", layers }).game.network!.weights).toBe(weights);
  });

  test("without hidden layers is a straight line: y = w θ + b", () => {
    expect(evaluate([1, 1], [3, 0.5], 2)).toEqual({ y: 6.5, slope: 3 });
  });

  // h = tanh(2θ − 1), tanh(−θ/2 + 1/4), which is 0 and 0 at θ = 1/2: y = 3·0 − 4·0 + 1/8,
  // ∂y/∂θ = 3·2 − 4·(−1/2) = 8
  test("by hand, where tanh is 0 and as steep as 1", () => {
    expect(evaluate([1, 2, 1], [2, -1, -1 / 2, 1 / 4, 3, -4, 1 / 8], 1 / 2)).toEqual({ y: 1 / 8, slope: 8 });
  });

  // two layers deep: y = 2 tanh(3 tanh(θ))
  test("by hand, deeper", () => {
    const theta = 0.3;
    const inner = Math.tanh(theta);
    const outer = Math.tanh(3 * inner);
    const { y, slope } = evaluate([1, 1, 1, 1], [1, 0, 3, 0, 2, 0], theta);
    expect(y).toBeCloseTo(2 * outer, 15);
    expect(slope).toBeCloseTo(2 * (1 - outer ** 2) * 3 * (1 - inner ** 2), 14);
  });

  test("its slope is the limit of central differences", () => {
    const layers = fc.constantFrom([1, 1], [1, 4, 1], [1, 3, 5, 1], [1, 2, 2, 2, 1]);
    const network = layers.chain((layers) => {
      const length = weightsOf(layers);
      return fc.tuple(
        fc.constant(layers),
        fc.array(even(-2, 2), { minLength: length, maxLength: length }),
        even(-2, 2),
      );
    });
    fc.assert(
      fc.property(network, ([layers, weights, theta]) => {
        const h = 1e-5;
        const y = (x: number) => evaluate(layers, weights, x).y;
        const difference = (y(theta + h) - y(theta - h)) / (2 * h);
        const { slope } = evaluate(layers, weights, theta);
        expect(Math.abs(slope - difference)).toBeLessThan(1e-6 * (1 + Math.abs(slope)));
      }),
      { numRuns: 300 },
    );
  });

  test("the goal stays within its bounds", () => {
    const run = (slope: number) =>
      simulate({ game: "mlp", layers: [1, 1], schedule: { learningRates: [1] }, initial: { theta: 0.8 } }, {
        weights: [[slope, 0]],
      } as never).trajectory.theta;
    expect(run(50)).toEqual([0.8, -MLP_BOUND]);
    // y = θ/2: θ' = θ − 2 · θ/2 · 1/2
    expect(run(0.5)).toEqual([0.8, 0.4]);
  });
});

describe("the search", () => {
  test("the seed decides every bit", async () => {
    const once = await solve(tiny, cpu);
    const again = await solve(tiny, cpu);
    const other = await solve({ ...tiny, search: { population: 8, generations: 20, seed: 2 } }, cpu);
    expect(again.plan).toEqual(once.plan);
    expect(again.cost).toEqual(once.cost);
    expect(other.plan).not.toEqual(once.plan);
    expect(once.solver).toMatchObject({ backend: "cpu", method: "rollout", precision: "float64" });
    expect(once.margin).toEqual([null, null, null]);
  });

  test("the last agent learns to output its goal", async () => {
    const config = {
      ...tiny,
      schedule: { learningRates: [0.5] },
      search: { population: 12, generations: 150 },
    };
    const { cost } = await solve(config, cpu);
    expect(cost[0]).toBeLessThan(1e-3);
  });

  test("does never worse than its start: the decision of the episode after", async () => {
    const problem = createProblem({ ...tiny, search: { population: 4, generations: 1 } });
    const evaluator = createSearchEvaluator(problem);
    const start = [1, 0.1, -0.5, 0.2, 0.3, -0.3, 0.4, 0.5, -0.6, 0.05];
    const plan = [[], start, start];
    const [startCost] = createOracle(problem).costsAt(0, plan)([start]);
    const [{ cost, decision }] = await evaluator.decide(0, plan, {});
    expect(cost).toBeLessThanOrEqual(startCost);
    expect(createOracle(problem).costsAt(0, plan)([decision])).toEqual([cost]);
  });

  test.each([
    [[1, 1], 2],
    [[1, 2, 3, 2, 1], 4 + 9 + 8 + 3],
  ])("layers %j", async (layers, weights) => {
    const { plan, config, trajectory } = await solve({ ...tiny, layers }, cpu);
    expect(config.layers).toEqual(layers);
    expect(plan.weights).toHaveLength(3);
    for (const decision of plan.weights as unknown as number[][]) expect(decision).toHaveLength(weights);
    // and what it does is what its plan does
    expect(simulate(config, plan).trajectory).toEqual(trajectory);
  });

  test("more generations do better, and restarts no worse", async () => {
    const search = { population: 8, generations: 4 };
    const config = { ...tiny, schedule: { learningRates: [0.5] } };
    const [short] = (await solve({ ...config, search }, cpu)).cost;
    const [long] = (await solve({ ...config, search: { ...search, generations: 60 } }, cpu)).cost;
    const [again] = (await solve({ ...config, search: { ...search, restarts: 2 } }, cpu)).cost;
    expect(long).toBeLessThan(short);
    expect(again).toBeLessThanOrEqual(short);
  });

  test("says what the plan costs elsewhere, and what straight lines would", async () => {
    const { generalization, cost } = await solve(tiny, cpu);
    const linear = await solve(
      { game: "linear", schedule: tiny.schedule!, theta: tiny.theta! },
      { method: "exact" },
    );
    expect(generalization).toMatchObject({ denseStates: 81, linearCost: linear.cost[0] });
    expect(generalization!.denseCost).toBeGreaterThan(0);
    expect(generalization!.denseCost).not.toBe(cost[0]);
  });

  test("tells how far it is by generation, and can be interrupted", async () => {
    const control = new AbortController();
    const reports: Progress[] = [];
    const long = { ...tiny, search: { population: 100, generations: 100_000, restarts: 3 } };
    const solving = solve(long, {
      ...cpu,
      signal: control.signal,
      onProgress: (progress) => {
        reports.push(progress);
        if (reports.length === 3) control.abort();
      },
    });
    await expect(solving).rejects.toMatchObject({ code: "ABORTED" });
    expect(reports.length).toBeGreaterThanOrEqual(3);
    for (const [i, { share }] of reports.entries())
      expect(share).toBeGreaterThanOrEqual(i === 0 ? 0 : reports[i - 1].share);
    expect(reports.at(-1)!.share).toBeLessThan(1);
  });
});

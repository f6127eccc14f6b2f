// The parts of measurements: spreads, the variants of solving, and the peak of an adapter.
import { expect, test } from "vitest";
import { CASES, SIZES } from "../../bench/cases.ts";
import { instructionsPerStep } from "../../bench/limit.ts";
import { measure, spreadOf } from "../../bench/measure.ts";
import { variantsOf, workOf } from "../../bench/variants.ts";
import { type Config, games } from "../../src/index.ts";
import { createProblem } from "../../src/model/problem.ts";

test("the spread of measurements", () => {
  expect(spreadOf([3, 1, 2])).toEqual({ median: 2, least: 1, most: 3, repeats: 3 });
  expect(spreadOf([4, 1, 2, 10])).toEqual({ median: 3, least: 1, most: 10, repeats: 4 });
});

test("every game is measured, in sizes that grow", () => {
  expect(Object.keys(CASES).sort()).toEqual([...games.keys()].sort());
  for (const [game, configs] of Object.entries(CASES)) {
    const method = games.get(game)!.hidden ? "moments" : "rollout";
    const work = configs.map((config) => workOf(createProblem(config), method).amount);
    for (let i = 1; i < work.length; i++) expect(work[i]).toBeGreaterThan(2 * work[i - 1]);
    expect(configs.length).toBeLessThanOrEqual(SIZES.length);
  }
});

test("the work of a solve is counted", () => {
  const grid = { schedule: { training: 2, deployment: 1, learningRate: 1 }, coefficient: { count: 5 } };
  const linear = createProblem({ game: "linear", ...grid, theta: { count: 7 } });
  expect(workOf(linear, "rollout")).toEqual({ amount: 5 * 7 * (3 + 2 + 1), unit: "rollout-steps" });
  expect(workOf(linear, "moments")).toEqual({ amount: 15, unit: "candidates" });
  const schedule = { episodes: 4, learningRate: 1 };
  const hidden = createProblem({ game: "uncertain-deployment", schedule, coefficient: { count: 5 } });
  expect(workOf(hidden, "moments").amount).toBe(5 * 2 * 4);
});

test("the variants of solving a game", () => {
  const ways = (game: string, size: "small" | "large") =>
    new Set(
      variantsOf(createProblem({ game }), size).map((way) => `${way.method} ${way.backend} ${way.precision}`),
    );
  const gridded = (method: string) =>
    ["cpu certified", "gpu certified", "gpu f32"].map((on) => `${method} ${on}`);
  expect(ways("linear", "large")).toEqual(new Set([...gridded("rollout"), ...gridded("moments")]));
  expect(ways("linear", "small").has("exact cpu certified")).toBe(true);
  expect(ways("uncertain-deployment", "large")).toEqual(new Set(gridded("moments")));
  // its search ends in float64
  expect(ways("mlp", "small")).toEqual(new Set(["rollout cpu certified", "rollout gpu certified"]));
});

test("instructions of a rollout-step are counted where they are known", () => {
  const counted = (config: Config) => instructionsPerStep(createProblem(config));
  expect(counted({ game: "linear" })).toBe(3);
  expect(counted({ game: "linear", discount: 0.9 })).toBe(4);
  expect(counted({ game: "misconception" })).toBeUndefined();
});

test("a solve that takes longer than its time limit is stopped", async () => {
  const problem = createProblem({ game: "misconception", coefficient: { count: 100_001 } });
  const asked = { method: "rollout", backend: "cpu", threads: 1, precision: "certified" } as const;
  expect(await measure(problem, asked, { meter: undefined, patience: 0.02 })).toBeUndefined();
});

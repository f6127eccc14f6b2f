// f32: the device decides several episodes per submission by itself, and its plan is close to the oracle's.
import { describe, expect, test } from "vitest";
import { createGpuEvaluator } from "../../src/gpu/evaluator.ts";
import { type Config, Induction } from "../../src/index.ts";
import { createProblem } from "../../src/model/problem.ts";
import { momentum } from "../games/momentum.ts";
import { solveOnCpu } from "./agreement.ts";
import { keptGpu } from "./gpus.ts";

/** An induction in f32, and how many submissions it took. */
async function walk(config: Config, method: "rollout" | "moments") {
  const problem = createProblem(config);
  const options = { method, precision: "f32", required: true, gpu: keptGpu } as const;
  const evaluator = (await createGpuEvaluator(problem, options))!;
  try {
    const induction = new Induction(problem.learningRates.length);
    await induction.run(evaluator, () => 1, {});
    return { steps: induction.steps, submissions: evaluator.submissions };
  } finally {
    evaluator.destroy();
  }
}

const schedule = { training: 20, deployment: 80, learningRate: 1 };

describe.each([
  { name: "linear", config: { game: "linear", schedule }, method: "rollout" },
  { name: "linear", config: { game: "linear", schedule }, method: "moments" },
  { name: "momentum", config: { game: momentum, schedule, discount: 0.9 }, method: "rollout" },
] as const)("$name by $method", ({ config, method }) => {
  test("several episodes in a submission, close to the oracle", async () => {
    const { steps, submissions } = await walk(config, method);
    expect(submissions).toBeGreaterThan(0);
    expect(submissions).toBeLessThan(steps.length);

    const oracle = await solveOnCpu(config);
    const [largest] = oracle.cost.toSorted((a, b) => b - a);
    for (const [t, { cost, decision, runnerUp, survivors, index }] of steps.entries()) {
      expect(Math.abs(cost - oracle.cost[t])).toBeLessThan(1e-5 * largest);
      expect(runnerUp).toBeGreaterThanOrEqual(cost);
      expect(survivors).toBe(0);
      // at most one grid step away, if two candidates have nearly the same cost
      expect(Math.abs(decision[0] - oracle.plan.coefficient[t])).toBeLessThanOrEqual(0.0101);
      expect(index).toBe(Math.round((decision[0] + 2) * 100));
    }
  });
});

test("more episodes than one submission has slots for", async () => {
  const config = { game: "linear", schedule: { training: 1200, deployment: 0, learningRate: 0.5 } };
  const { steps, submissions } = await walk(config, "moments");
  expect(submissions).toBeGreaterThan(1);
  expect(submissions).toBeLessThan(1200);
  expect(steps.filter(({ episode }, t) => episode === t)).toHaveLength(1200);
});

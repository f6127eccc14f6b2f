// Any number of threads gives the same steps to the bit as one, including ties, overflow and counts.
import { describe, expect, test } from "vitest";
import { createCpuEvaluator } from "../src/cpu/evaluator.ts";
import { type Config, solve } from "../src/index.ts";
import { createProblem } from "../src/model/problem.ts";
import { Induction } from "../src/solve/induction.ts";
import { createSearchEvaluator } from "../src/solve/searchEvaluator.ts";
import { momentum } from "./games/momentum.ts";
import { whole } from "./games/whole.ts";

/** threads that are used from the first step on */
const atOnce = (threads: number) => ({ threads, patience: 0 });

async function stepsOf(config: Config, method: "rollout" | "moments", threads: number) {
  const problem = createProblem(config);
  const evaluator = problem.game.network
    ? createSearchEvaluator(problem, { threading: atOnce(threads) })
    : createCpuEvaluator(problem, method, atOnce(threads));
  try {
    const induction = new Induction(problem.learningRates.length);
    await induction.run(evaluator, () => 1, {});
    return { steps: induction.steps, worked: evaluator.threads };
  } finally {
    evaluator.destroy();
  }
}

const rates = [1, 0.7, 0.3, 0];
const cases: [string, Config, "rollout" | "moments"][] = [
  ["whole", { game: whole, coefficient: { count: 4011 }, theta: { count: 101 } }, "rollout"],
  ["linear", { game: "linear", coefficient: { count: 9011 }, discount: 0.9 }, "moments"],
  [
    "learned-discount",
    { game: "learned-discount", base: { count: 301 }, perDiscount: { count: 301 } },
    "rollout",
  ],
  ["uncertain-deployment", { game: "uncertain-deployment", coefficient: { count: 9001 } }, "moments"],
  [
    "uncertain-deployment",
    { game: "uncertain-deployment", coefficient: { count: 9001 }, memory: true } as Config,
    "moments",
  ],
  [
    "mlp",
    {
      ...{ game: "mlp", layers: [1, 5, 1], theta: { count: 51 } },
      search: { starts: 5, evaluations: 60 },
    },
    "rollout",
  ],
];

describe.each(cases)("%s", (name, config, method) => {
  const schedule =
    name === "uncertain-deployment" ? { episodes: 5, learningRate: 1 } : { learningRates: rates };

  test(`by ${method}`, async () => {
    const one = await stepsOf({ ...config, schedule }, method, 1);
    expect(one.worked ?? 1).toBe(1);
    for (const threads of [2, 5]) {
      const { steps, worked } = await stepsOf({ ...config, schedule }, method, threads);
      expect(steps).toEqual(one.steps);
      expect(worked).toBeGreaterThan(1);
    }
  });
});

test("ties go to the first candidate, whichever thread found it", async () => {
  // nothing depends on the coefficient if every goal is 0
  const config: Config = {
    game: "linear",
    theta: { min: 0, max: 0, count: 1 },
    coefficient: { count: 750_001 },
    schedule: { learningRates: [1] },
  };
  const { steps, worked } = await stepsOf(config, "rollout", 3);
  expect(steps[0]).toMatchObject({ index: 0, decision: [-2], cost: 0, runnerUp: 0 });
  expect(worked).toBe(2);
});

test("if float64 overflows", async () => {
  const config: Config = {
    game: "misconception",
    coefficient: { min: -1e200, max: 1e200, count: 2001 },
    schedule: { learningRates: [1, 1] },
  };
  const one = await stepsOf(config, "rollout", 1);
  expect((await stepsOf(config, "rollout", 3)).steps).toEqual(one.steps);
  const none = { ...config, coefficient: { min: 1e200, max: 2e200, count: 2001 } };
  await expect(stepsOf(none, "rollout", 3)).rejects.toMatchObject({ code: "NOT_FINITE" });
});

/** some seconds of work in few steps */
const long: Config = {
  game: whole,
  coefficient: { count: 100_001 },
  schedule: { training: 3, deployment: 3 },
};

test("a long solve starts threads by itself unless told not to; it can be stopped, and reports its progress", async () => {
  for (const threads of [1, 2]) {
    const controller = new AbortController();
    const shares: number[] = [];
    const failure = await solve(long, {
      backend: "cpu",
      threads,
      signal: controller.signal,
      onProgress({ share }) {
        shares.push(share);
        if (shares.length === 6) controller.abort("enough");
      },
    }).catch((error) => error);
    expect(failure).toMatchObject({ code: "ABORTED", cause: "enough" });
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares[0]).toBeGreaterThan(0);
    expect(shares.at(-1)).toBeLessThan(1);
  }
  const { solver: two, ...result } = await solve(long, { backend: "cpu", threads: 2 });
  const { solver: one, ...same } = await solve(long, { backend: "cpu", threads: 1 });
  expect([one.threads, two.threads]).toEqual([1, 2]);
  expect(result).toEqual(same);
});

test("a short solve and a custom game use one thread", async () => {
  const schedule = { learningRates: [1] };
  const short = await solve({ game: "linear", schedule }, { backend: "cpu", threads: 2 });
  expect(short.solver.threads).toBe(1);
  const { worked } = await stepsOf({ game: momentum, coefficient: { count: 9001 }, schedule }, "rollout", 2);
  expect(worked).toBe(1);
});

// Decisions and states of two numbers, at sizes for which a step is divided into parts and its states into blocks.
import { describe, expect, test } from "vitest";
import { createGpuEvaluator } from "../../src/gpu/evaluator.ts";
import { type Config, Induction, type Progress, solve } from "../../src/index.ts";
import { createProblem } from "../../src/model/problem.ts";
import { expectAgreement, expectSameSteps } from "./agreement.ts";
import { keptGpu, smallGpu } from "./gpus.ts";

const gpu = { backend: "gpu", method: "rollout", gpu: keptGpu } as const;

const small: Config = {
  game: "learned-discount",
  schedule: { training: 3, deployment: 2, learningRate: 0.5 },
  base: { count: 19 },
  perDiscount: { count: 23 },
  theta: { count: 9 },
  discount: { count: 7 },
};
const believing: Config = {
  game: "misconception",
  schedule: { training: 3, deployment: 2, learningRate: 0.5 },
  theta: { count: 33 },
  belief: { count: 41 },
  coefficient: { count: 67 },
};

describe("certified is the oracle", () => {
  test("two numbers in the decision and in the state", async () => {
    const { plan } = await expectAgreement(small, ["rollout"]);
    expect(new Set(plan.base).size).toBeGreaterThan(1);
    expect(new Set(plan.perDiscount).size).toBeGreaterThan(1);
  });

  test("more states than a block holds", async () => {
    const { plan } = await expectAgreement(believing, ["rollout"]);
    expect(new Set(plan.coefficient).size).toBeGreaterThan(1);
  });

  test("a tie of two numbers goes to the first in lexicographic order", async () => {
    // c + dγ with one γ = 1/2: many pairs have the same effect
    const tied: Config = {
      ...small,
      schedule: { learningRates: [0.5, 0] },
      base: { min: 0, max: 1, count: 5 },
      perDiscount: { min: -1, max: 1, count: 9 },
      discount: { min: 0.5, max: 0.5, count: 1 },
      discountLearningRateScale: 0,
    };
    const { plan, margin } = await expectAgreement(tied, ["rollout"]);
    expect(margin).toEqual([0, 0]);
    // c + d/2 = 1 first at c = 1/2, d = 1
    expect([plan.base[1], plan.perDiscount[1]]).toEqual([0.5, 1]);
  });
});

test("several parts and blocks are one step", async () => {
  const large: Config = { ...small, base: { count: 67 }, perDiscount: { count: 61 }, theta: { count: 15 } };
  const [little, plenty] = [await smallGpu(2 ** 17), await smallGpu(2 ** 30)];
  const parts = await solve(large, { ...gpu, gpu: little.gpu });
  const whole = await solve(large, { ...gpu, gpu: plenty.gpu });
  expectSameSteps(parts, whole);
  expect(parts.solver.survivors).toBe(whole.solver.survivors);
  // one device holds the whole table of 4087 candidates, with several blocks each; the other holds a part of it
  const totalsOf = ({ sizes }: typeof little) => [...sizes].find(([label]) => label === "totals, plain")![1];
  expect(totalsOf(little)).toBeLessThanOrEqual(2 ** 17);
  expect(totalsOf(plenty)).toBeGreaterThan(2 ** 17);
});

test("f32 is near the oracle", async () => {
  const own = await solve(small, { ...gpu, precision: "f32" });
  const oracle = await solve(small, { backend: "cpu" });
  expect(own.solver).toMatchObject({ precision: "f32", survivors: 0 });
  for (const [t, cost] of oracle.cost.entries())
    expect(Math.abs(own.cost[t] - cost)).toBeLessThan(1e-5 * Math.max(...oracle.cost));
});

describe("401 × 401 candidates", () => {
  const huge: Config = {
    game: "learned-discount",
    schedule: { training: 50, deployment: 50, learningRate: 0.5 },
    base: { count: 401 },
    perDiscount: { count: 401 },
    theta: { count: 21 },
    discount: { count: 21 },
  };

  test("are interrupted in the middle of a step, after progress", async () => {
    const control = new AbortController();
    const reports: Progress[] = [];
    const solving = solve(huge, {
      ...gpu,
      signal: control.signal,
      onProgress(progress) {
        reports.push(progress);
        if (reports.length === 2) control.abort();
      },
    });
    await expect(solving).rejects.toMatchObject({ code: "ABORTED" });
    expect(reports.length).toBeLessThan(6);
    for (const { share } of reports) expect(share).toBeLessThan(0.1);
  });

  test("take many submissions", async () => {
    const problem = createProblem({ ...huge, schedule: { learningRates: [0.5] } });
    const evaluator = (await createGpuEvaluator(problem, {
      method: "rollout",
      precision: "f32",
      required: true,
      gpu: keptGpu,
    }))!;
    try {
      const induction = new Induction(1);
      await induction.run(evaluator, () => 1, {});
      const [{ decision }] = induction.steps;
      // the last agent outputs its goal: c = 1 and d = 0 are nearly candidates
      expect(Math.abs(decision[0] - 1)).toBeLessThan(0.01);
      expect(Math.abs(decision[1])).toBeLessThan(0.01);
      expect(evaluator.submissions).toBeGreaterThan(1);
    } finally {
      evaluator.destroy();
    }
  });
});

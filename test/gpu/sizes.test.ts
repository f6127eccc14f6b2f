// Sizes at which workgroups, lanes and blocks are exactly full, or have one element too few or too many.
import { describe, expect, test } from "vitest";
import { gears } from "../games/gears.ts";
import { momentum } from "../games/momentum.ts";
import { offset } from "../games/offset.ts";
import { expectAgreement, expectSameSteps, solveOnCpu, solveOnGpu } from "./agreement.ts";

const RATES = [1, 0.7, 0.2, 0];
const spread = (count: number) => ({ min: count === 1 ? 0.37 : -1.1, max: count === 1 ? 0.37 : 1.3, count });

describe("candidates", () => {
  test.each([1, 63, 64, 65, 127, 129, 1009])("%i", async (count) => {
    const { margin } = await expectAgreement(
      { game: "linear", schedule: { learningRates: RATES }, coefficient: spread(count), theta: { count: 9 } },
      ["rollout", "moments"],
    );
    // a single candidate has no runner-up
    expect(margin.every((m) => m === null)).toBe(count === 1);
  });
});

describe("states", () => {
  test.each([1, 7, 8, 9, 63, 65, 513])("%i", async (count) => {
    const [schedule, theta] = [{ learningRates: RATES }, spread(count)];
    await expectAgreement({ game: "linear", schedule, theta, coefficient: { count: 65 } }, ["rollout"]);
    await expectAgreement({ game: momentum, schedule, theta, coefficient: { count: 65 } }, ["rollout"]);
  });
});

describe("episodes", () => {
  test.each([1, 2, 17])("%i", async (training) => {
    const schedule = { training, deployment: 0, learningRate: 0.4 };
    await expectAgreement({ game: "linear", schedule }, ["rollout", "moments"]);
    await expectAgreement({ game: momentum, schedule }, ["rollout"]);
  });
});

describe("a decision of two numbers", () => {
  test.each([
    [1, 1],
    [1, 65],
    [65, 1],
    [9, 7],
    [31, 33],
  ])("%i × %i", async (coarse, fine) => {
    await expectAgreement(
      { game: offset, schedule: { learningRates: RATES }, slope: spread(coarse), offset: spread(fine) },
      ["rollout"],
    );
    const { plan } = await expectAgreement(
      { game: gears, schedule: { learningRates: RATES }, coarse: spread(coarse), fine: spread(fine) },
      ["rollout", "moments"],
    );
    expect(Object.keys(plan)).toEqual(["coarse", "fine"]);
  });
});

describe("many candidates", () => {
  const config = {
    game: "linear",
    schedule: { learningRates: [1, 0.5, 0] },
    coefficient: { min: -2, max: 2, count: 100_001 },
    regularization: 0.01,
  };
  test("100,001", async () => {
    const cpu = await solveOnCpu(config);
    for (const method of ["rollout", "moments"] as const) {
      const gpu = await solveOnGpu(config, method);
      expectSameSteps(gpu, cpu);
      // the GPU screened: float64 decided among few of them
      expect(gpu.solver.survivors).toBeLessThan(3 * 10_000);
      expect(gpu.solver.survivors).toBeGreaterThan(3);
      // in a linear game float64 uses the moments, and rolls few candidates out
      if (method === "moments") expect(gpu.solver.rolledOut).toBeLessThan(0.01);
      else expect(gpu.solver.rolledOut).toBeCloseTo(1 / 11, 3);
      // without moments, one state of 11 is enough
    }
  });

  test("100,001 of a game without moments", async () => {
    const { count } = config.coefficient;
    await expectAgreement(
      { game: momentum, schedule: { learningRates: [0.5, 0] }, coefficient: { count }, theta: { count: 5 } },
      ["rollout"],
    );
  });
});

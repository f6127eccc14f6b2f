// If float32 cannot tell candidates apart, float64 must; if float64 cannot either, the first must win.
import { describe, expect, test } from "vitest";
import { momentum } from "../games/momentum.ts";
import { reachSquared } from "../games/reachSquared.ts";
import { expectAgreement, expectSameSteps, solveOnCpu, solveOnGpu } from "./agreement.ts";

const schedule = { learningRates: [1, 0.5, 0.5, 0] };

/** a fine grid around the best first coefficient of a coarser grid */
async function around(game: "linear" | typeof momentum, span: number, count: number) {
  const coarse = await solveOnCpu({ game, schedule, coefficient: { count: 2001 } });
  const [middle] = coarse.plan.coefficient;
  return { min: middle - span / 2, max: middle + span / 2, count };
}

describe.each(["linear", momentum] as const)("neighbours a rounding apart", (game) => {
  const methods = game === "linear" ? (["rollout", "moments"] as const) : (["rollout"] as const);
  // below 1e-8 all candidates are the same float32; at 1e-13 most costs are the same float64
  test.each([1e-6, 1e-9, 1e-12, 1e-13])("a span of %f", async (span) => {
    const coefficient = await around(game, span, 257);
    await expectAgreement({ game, schedule, coefficient }, methods);
  });
});

test("candidates that are all the same float32 all go to the oracle", async () => {
  const coefficient = { min: 1, max: 1 + 2 ** -30, count: 129 };
  expect(Math.fround(coefficient.max)).toBe(1);
  for (const method of ["rollout", "moments"] as const) {
    const { solver } = await solveOnGpu({ game: "linear", schedule, coefficient }, method);
    expect(solver.survivors).toBe(129 * schedule.learningRates.length);
  }
});

describe("exact ties", () => {
  test.each(["rollout", "moments"] as const)("the first of equals wins, by %s", async (method) => {
    const config = { game: reachSquared, schedule, coefficient: { min: -2, max: 2, count: 401 } };
    const [cpu, gpu] = [await solveOnCpu(config), await solveOnGpu(config, method)];
    expectSameSteps(gpu, cpu);
    // a and −a cost the same to the bit: the negative one comes first, and the runner-up is no worse
    for (const a of cpu.plan.coefficient) expect(a).toBeLessThan(0);
    expect(gpu.margin).toEqual(schedule.learningRates.map(() => 0));
  });

  test("in f32 too", async () => {
    const config = { game: reachSquared, schedule, coefficient: { min: -2, max: 2, count: 401 } };
    for (const method of ["rollout", "moments"] as const) {
      const { plan } = await solveOnGpu(config, method, { precision: "f32" });
      for (const a of plan.coefficient) expect(a).toBeLessThan(0);
    }
  });

  test("if every candidate costs the same, the first wins", async () => {
    const config = { game: "linear", schedule, theta: { min: 0, max: 0, count: 1 } };
    const { plan, cost } = await expectAgreement(config, ["rollout", "moments"]);
    expect(plan.coefficient).toEqual([-2, -2, -2, -2]);
    expect(cost).toEqual([0, 0, 0, 0]);
  });

  test("across two parts of a step", async () => {
    // more candidates than a submission of the first guess holds, so that a and −a are scored apart
    const config = {
      game: reachSquared,
      schedule: { learningRates: [1, 0] },
      coefficient: { min: -2, max: 2, count: 40_001 },
      theta: { min: -1, max: 1, count: 300 },
    };
    const { plan } = await expectAgreement(config, ["rollout"]);
    for (const a of plan.coefficient) expect(a).toBeLessThan(0);
  });
});

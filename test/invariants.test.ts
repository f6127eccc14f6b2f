// Properties of the game linear that hold for all settings.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Config, linspace, solve } from "../src/index.ts";
import { linearConfig } from "./games.ts";

const cpu = { backend: "cpu" } as const;

describe.each(["rollout", "moments"] as const)("%s", (method) => {
  /** expects the decisions to be the candidates nearest to 1, within rounding of their costs */
  async function expectHonest(config: Config & { coefficient: { min: number; max: number; count: number } }) {
    const nearest = Math.min(...linspace(config.coefficient).map((a) => (a - 1) ** 2));
    const { plan, cost } = await solve(config, { ...cpu, method });
    for (const [t, a] of plan.coefficient.entries())
      expect((a - 1) ** 2).toBeLessThanOrEqual(nearest + 1e-12 * (1 + cost[t]));
  }

  test("no learning, no deception: every agent outputs its goal", async () => {
    await fc.assert(
      fc.asyncProperty(linearConfig, (config) =>
        expectHonest({
          ...config,
          theta: { min: -1, max: 1, count: 11 },
          schedule: { training: 0, deployment: config.schedule.learningRates.length },
        }),
      ),
      { numRuns: 50 },
    );
  });

  test("no future, no deception", async () => {
    await fc.assert(
      fc.asyncProperty(linearConfig, (config) =>
        expectHonest({ ...config, theta: { min: -1, max: 1, count: 11 }, discount: 0 }),
      ),
      { numRuns: 50 },
    );
  });

  test("goals twice as large cost four times as much, and change nothing else", async () => {
    const theta = fc.record({
      min: fc.double({ min: -2, max: -0.1, noNaN: true }),
      max: fc.double({ min: 0.1, max: 2, noNaN: true }),
      count: fc.integer({ min: 2, max: 33 }),
    });
    await fc.assert(
      fc.asyncProperty(
        linearConfig,
        theta,
        fc.integer({ min: -20, max: 20 }),
        async (config, theta, power) => {
          // moderate learning rates, so that nothing overflows or vanishes
          const learningRates = config.schedule.learningRates.map((rate) => Math.min(rate, 2));
          const scale = 2 ** power;
          const scaled = { min: theta.min * scale, max: theta.max * scale, count: theta.count };
          const [one, other] = await Promise.all(
            [theta, scaled].map((theta) =>
              solve({ ...config, schedule: { learningRates }, theta }, { ...cpu, method }),
            ),
          );
          expect(other.plan).toEqual(one.plan);
          expect(other.cost).toEqual(one.cost.map((cost) => cost * scale * scale));
        },
      ),
      { numRuns: 50 },
    );
  });

  test("the plan's costs are those of its candidates, and no other candidate costs less", async () => {
    await fc.assert(
      fc.asyncProperty(linearConfig, async (config) => {
        const result = await solve(config, { ...cpu, method }).catch(() => undefined);
        fc.pre(result !== undefined);
        const grid = [...linspace(config.coefficient)];
        for (const [t, margin] of result!.margin.entries()) {
          expect(grid).toContain(result!.plan.coefficient[t]);
          if (margin !== null) expect(margin).toBeGreaterThanOrEqual(0);
          expect(result!.cost[t]).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe("if every cost overflows", () => {
  const config: Config = {
    game: "linear",
    schedule: { learningRates: [1e200, 1] },
    coefficient: { min: 1, max: 2, count: 5 },
  };

  test.each(["rollout", "moments"] as const)("%s says so", async (method) => {
    await expect(solve(config, { ...cpu, method })).rejects.toMatchObject({
      code: "NOT_FINITE",
      message: expect.stringMatching(
        /^the average total mesa cost of every candidate at episode 0 is too large/,
      ),
    });
  });

  test("exact says so", async () => {
    await expect(solve(config, { method: "exact" })).rejects.toMatchObject({ code: "NOT_FINITE" });
  });

  test("a candidate that stays finite wins", async () => {
    const { plan, margin } = await solve(
      { ...config, coefficient: { min: 0, max: 1, count: 2 } },
      { ...cpu, method: "rollout" },
    );
    expect(plan.coefficient).toEqual([0, 1]);
    expect(margin[0]).toBeNull();
  });
});

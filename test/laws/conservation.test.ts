// What neither agents nor the base optimizer can change, for all settings of a game.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Config, games, linspace, solve } from "../../src/index.ts";
import { even } from "../gpu/numbers.ts";
import { anyGame, learnedDiscount, misconception, oneCoefficient, share } from "./problems.ts";

const cpu = { backend: "cpu" } as const;
const RUNS = { numRuns: 40 };

const still = ({ schedule }: { schedule: { learningRates: number[] } }) => ({
  learningRates: schedule.learningRates.map(() => 0),
});

describe("no learning", () => {
  test("every agent outputs its goal, as closely as its candidates allow", async () => {
    await fc.assert(
      fc.asyncProperty(oneCoefficient, async (config) => {
        const { plan, cost } = await solve({ ...config, schedule: still(config) }, cpu);
        const nearest = Math.min(...linspace(config.coefficient).map((a) => (a - 1) ** 2));
        for (const list of Object.values(plan))
          for (const [t, a] of list.entries())
            expect((a - 1) ** 2).toBeLessThanOrEqual(nearest + 1e-9 * (1 + cost[t]));
      }),
      { numRuns: 100 },
    );
  });

  test("c + dγ is as close to 1 as possible, on average over γ", async () => {
    await fc.assert(
      fc.asyncProperty(learnedDiscount, async (config) => {
        const { plan } = await solve({ ...config, schedule: still(config) }, cpu);
        const miss = (c: number, d: number) =>
          linspace(config.discount).reduce((sum, gamma) => sum + (c + d * gamma - 1) ** 2, 0);
        const misses = [...linspace(config.base)].flatMap((c) =>
          [...linspace(config.perDiscount)].map((d) => miss(c, d)),
        );
        for (const [t, c] of plan.base.entries())
          expect(miss(c, plan.perDiscount[t])).toBeLessThanOrEqual(Math.min(...misses) + 1e-9);
      }),
      RUNS,
    );
  });

  test("the state does not change", async () => {
    await fc.assert(
      fc.asyncProperty(anyGame, async (config) => {
        const asked: Config = { ...config, schedule: still(config) };
        const { trajectory } = await solve(asked, cpu);
        for (const name of ["theta", "discount", "belief"])
          if (trajectory[name]) expect(new Set(trajectory[name]).size).toBe(1);
      }),
      RUNS,
    );
    const network = { game: "mlp", layers: [1, 2, 1], search: { starts: 1, evaluations: 8 } };
    const schedule = { training: 0, deployment: 3 };
    const { trajectory } = await solve({ ...network, schedule, regularization: 0.1 }, cpu);
    expect(new Set(trajectory.theta)).toEqual(new Set([0.8]));
  });
});

describe("κ = 0 does not train", () => {
  test("the discount", async () => {
    await fc.assert(
      fc.asyncProperty(learnedDiscount, share, async (config, discount) => {
        const kept = { ...config, discountLearningRateScale: 0, initial: { discount } };
        const { trajectory } = await solve(kept, cpu);
        expect(new Set(trajectory.discount)).toEqual(new Set([discount]));
      }),
      RUNS,
    );
  });

  test("the belief", async () => {
    await fc.assert(
      fc.asyncProperty(misconception, even(-1, 1), async (config, belief) => {
        const { trajectory } = await solve(
          { ...config, beliefLearningRateScale: 0, initial: { belief } },
          cpu,
        );
        expect(new Set(trajectory.belief)).toEqual(new Set([belief]));
      }),
      RUNS,
    );
  });

  test("κ = 1 trains", async () => {
    const schedule = { training: 3, deployment: 0, learningRate: 0.5 };
    const grids = { base: { count: 9 }, perDiscount: { count: 9 } };
    const { trajectory: one } = await solve({ game: "learned-discount", schedule, ...grids }, cpu);
    expect(new Set(one.discount).size).toBeGreaterThan(1);
    const { trajectory: other } = await solve({ game: "misconception", schedule }, cpu);
    expect(new Set(other.belief).size).toBeGreaterThan(1);
  });
});

test("a single candidate is always chosen", async () => {
  await fc.assert(
    fc.asyncProperty(anyGame, even(-1, 1), even(-1, 1), async (config, first, second) => {
      const only = (x: number) => ({ min: x, max: x, count: 1 });
      const names = Object.keys(config).filter((name) =>
        ["coefficient", "base", "perDiscount"].includes(name),
      );
      const values = [first, second];
      const axes = Object.fromEntries(names.map((name, i) => [name, only(values[i])]));
      const asked: Config = { ...config, ...axes };
      const { plan, margin } = await solve(asked, cpu);
      for (const [i, list] of Object.values(plan).entries())
        expect(new Set(list)).toEqual(new Set([names.length === 2 ? values[i] : first]));
      expect(new Set(margin)).toEqual(new Set([null]));
    }),
    RUNS,
  );
});

test.each([...games.keys()])("%s: regularization 0 is the same as no regularization", async (game) => {
  const small: Config = {
    game,
    ...(games.get(game)!.hidden
      ? { schedule: { episodes: 5 } }
      : { schedule: { training: 3, deployment: 2, learningRate: 0.5 } }),
    ...(game === "mlp" && { layers: [1, 2, 1], search: { starts: 2, evaluations: 20 } }),
    ...(game === "learned-discount" && { base: { count: 9 }, perDiscount: { count: 9 } }),
  };
  const without = await solve(small, cpu);
  const zero = await solve({ ...small, regularization: 0 }, cpu);
  const some = await solve({ ...small, regularization: 0.1 }, cpu);
  expect(zero.plan).toEqual(without.plan);
  expect(zero.cost).toEqual(without.cost);
  expect(some.cost).not.toEqual(without.cost);
});

// Games that equal linear without what they add: the same plan, and the same costs except for rounding.
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Axis, type Config, presets, type Result, solve } from "../../src/index.ts";
import { even } from "../gpu/numbers.ts";
import { linear, share } from "./problems.ts";

const cpu = { backend: "cpu" } as const;
const RUNS = { numRuns: 40 };
const only = (x: number) => ({ min: x, max: x, count: 1 });

/** Costs may be small differences of terms as large as θ² per episode, so rounding is measured relative to these. */
function expectSameCosts({ cost }: Result, linear: Result): void {
  const { min, max } = linear.config.theta as Axis;
  const scale = Math.max(...linear.cost, cost.length * Math.max(min * min, max * max));
  for (const [t, wanted] of linear.cost.entries())
    expect(Math.abs(cost[t] - wanted)).toBeLessThanOrEqual(1e-13 * scale);
}

const withoutDiscount = ({ discount: _, coefficient: __, ...rest }: Config): Config => rest;

test("learned-discount if the output does not depend on the discount, which has one value", async () => {
  await fc.assert(
    fc.asyncProperty(linear, even(0, 3), async (config, discountLearningRateScale) => {
      const wanted = await solve(config, cpu);
      const result = await solve(
        {
          ...withoutDiscount(config),
          game: "learned-discount",
          base: config.coefficient,
          perDiscount: only(0),
          discount: only(config.discount),
          initial: { discount: config.discount },
          discountLearningRateScale,
        },
        cpu,
      );
      expect(result.plan).toEqual({ base: wanted.plan.coefficient, perDiscount: wanted.cost.map(() => 0) });
      expectSameCosts(result, wanted);
      expect(new Set(result.trajectory.discount)).toEqual(new Set([config.discount]));
    }),
    RUNS,
  );
});

test("misconception if agents are right, and stay right", async () => {
  await fc.assert(
    fc.asyncProperty(linear, async (config) => {
      const wanted = await solve(config, cpu);
      const belief = { belief: only(0), beliefLearningRateScale: 0, initial: { belief: 0 } };
      const result = await solve({ ...config, ...belief, game: "misconception" }, cpu);
      expect(result.plan).toEqual(wanted.plan);
      expectSameCosts(result, wanted);
    }),
    RUNS,
  );
});

test("uncertain-deployment if training never ends", async () => {
  await fc.assert(
    fc.asyncProperty(linear, share, async (config, signalError) => {
      fc.pre(signalError > 0 && signalError < 1);
      const wanted = await solve(config, cpu);
      const result = await solve({ ...config, game: "uncertain-deployment", hazard: 0, signalError }, cpu);
      const { coefficient } = wanted.plan;
      expect(result.plan).toEqual({ ifTrainingSignal: coefficient, ifDeploymentSignal: coefficient });
      expectSameCosts(result, wanted);
    }),
    RUNS,
  );
});

test("the first experiment in each of them", async () => {
  const { plan, trajectory } = await solve(presets["experiment-1"].config, cpu);
  const { schedule } = presets["experiment-1"].config;
  const right = { belief: only(0), beliefLearningRateScale: 0, initial: { belief: 0 } };
  const believing = await solve({ game: "misconception", schedule: schedule!, ...right }, cpu);
  expect(believing.plan).toEqual(plan);
  const discounting = await solve(
    {
      game: "learned-discount",
      schedule: schedule!,
      base: { min: -2, max: 2, count: 401 },
      perDiscount: only(0),
      discount: only(1),
      initial: { discount: 1 },
    },
    cpu,
  );
  expect(discounting.plan.base).toEqual(plan.coefficient);
  for (const [t, theta] of trajectory.theta.entries())
    expect(discounting.trajectory.theta[t]).toBeCloseTo(theta, 13);
});

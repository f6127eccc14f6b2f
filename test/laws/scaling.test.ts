// Goals twice as large cost four times as much, and change nothing else, if a game is homogeneous in θ: linear and
// uncertain-deployment are; learned-discount is if κ = 0, because γ's step grows with θ²; misconception is if the
// beliefs grow with the goals; mlp is not, because tanh has its own scale.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Axis, type Config, solve } from "../../src/index.ts";
import { learnedDiscount, linear, misconception, uncertainDeployment } from "./problems.ts";

const cpu = { backend: "cpu" } as const;
const RUNS = { numRuns: 40 };
const powers = fc.integer({ min: -20, max: 20 }).map((power) => 2 ** power);
const times = (scale: number, { min, max, count }: Axis): Axis => ({
  min: scale * min,
  max: scale * max,
  count,
});

/** Solves a problem with two scales of goals, and expects the costs to differ by the factor scale². */
async function expectScaled(config: Config, scaled: Config, scale: number): Promise<void> {
  const [one, other] = [await solve(config, cpu), await solve(scaled, cpu)];
  expect(other.plan).toEqual(one.plan);
  expect(other.cost).toEqual(one.cost.map((cost) => cost * scale * scale));
}

test.each([
  ["linear", linear],
  ["uncertain-deployment", uncertainDeployment],
] as const)("%s", async (_, problems) => {
  await fc.assert(
    fc.asyncProperty(problems as typeof linear, powers, (config, scale) =>
      expectScaled(config, { ...config, theta: times(scale, config.theta) }, scale),
    ),
    RUNS,
  );
});

describe("learned-discount", () => {
  test("if the discount does not change", async () => {
    await fc.assert(
      fc.asyncProperty(learnedDiscount, powers, (config, scale) => {
        const kept = { ...config, discountLearningRateScale: 0 };
        return expectScaled(kept, { ...kept, theta: times(scale, config.theta) }, scale);
      }),
      RUNS,
    );
  });

  test("not if it is trained", async () => {
    const config: Config = {
      game: "learned-discount",
      schedule: { training: 3, deployment: 0, learningRate: 0.5 },
      base: { count: 9 },
      perDiscount: { count: 9 },
    };
    const one = await solve(config, cpu);
    const other = await solve({ ...config, theta: { min: -2, max: 2 } }, cpu);
    expect(other.cost[0]).not.toBeCloseTo(4 * one.cost[0], 3);
  });
});

describe("misconception", () => {
  test("if the beliefs scale with the goals", async () => {
    await fc.assert(
      fc.asyncProperty(misconception, powers, (config, scale) => {
        const { theta, belief } = config;
        return expectScaled(
          config,
          { ...config, theta: times(scale, theta), belief: times(scale, belief) },
          scale,
        );
      }),
      RUNS,
    );
  });

  test("not if they stay the same", async () => {
    const config: Config = {
      game: "misconception",
      schedule: { training: 3, deployment: 0, learningRate: 0.5 },
    };
    const one = await solve(config, cpu);
    const other = await solve({ ...config, theta: { min: -2, max: 2 } }, cpu);
    expect(other.cost[0]).not.toBeCloseTo(4 * one.cost[0], 3);
  });
});

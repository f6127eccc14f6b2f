// If the signal hides nothing, a game with a hidden phase equals the game linear: the same plan, and the same costs.
import { describe, expect, test } from "vitest";
import { type Config, presets, type Result, solve } from "../../src/index.ts";

const cpu = { backend: "cpu" } as const;
const EPISODES = 100;

const uncertain = (change: object) =>
  solve({ game: "uncertain-deployment", schedule: { episodes: EPISODES, learningRate: 1 }, ...change }, cpu);

/** Both sums have the same terms in another order. */
function expectSameCost({ cost, value }: Result, linear: Result) {
  expect(value).toBe(cost[0]);
  for (const [t, wanted] of linear.cost.entries())
    expect(Math.abs(cost[t] - wanted)).toBeLessThanOrEqual(1e-13 * Math.max(...linear.cost));
}

describe.each([0, 0.1, 0.5, 0.9, 1])("signalError %d", (signalError) => {
  test("hazard 0 is training for ever", async () => {
    const experiment = await solve(presets["experiment-2"].config, cpu);
    const result = await uncertain({ hazard: 0, signalError });
    const { ifTrainingSignal, ifDeploymentSignal } = result.plan;
    // after a signal that cannot occur only its likelihood counts, and the decision does not matter
    if (signalError < 1) expect(ifTrainingSignal).toEqual(experiment.plan.coefficient);
    if (signalError > 0) expect(ifDeploymentSignal).toEqual(experiment.plan.coefficient);
    expectSameCost(result, experiment);
    expect(result.cost[0]).toBeGreaterThan(1);
  });

  test("hazard 1 is one episode of training", async () => {
    const schedule = { training: 1, deployment: EPISODES - 1, learningRate: 1 };
    const linear = await solve({ game: "linear", schedule }, cpu);
    const result = await uncertain({ hazard: 1, signalError });
    const { ifTrainingSignal, ifDeploymentSignal } = result.plan;
    if (signalError < 1) expect(ifTrainingSignal[0]).toBe(linear.plan.coefficient[0]);
    if (signalError > 0) expect(ifDeploymentSignal[0]).toBe(linear.plan.coefficient[0]);
    if (signalError > 0 && signalError < 1) {
      expect(ifTrainingSignal.slice(1)).toEqual(linear.plan.coefficient.slice(1));
      expect(ifDeploymentSignal.slice(1)).toEqual(linear.plan.coefficient.slice(1));
    }
    expectSameCost(result, linear);
    expect(linear.plan.coefficient[0]).toBeLessThan(0.2);
  });
});

const settings: Config[] = [
  { game: "uncertain-deployment" },
  { game: "uncertain-deployment", hazard: 0.3, discount: 0.8, regularization: 0.05 },
];

test.each(settings)("a signal without information changes nothing: %j", async (config) => {
  const { plan } = await solve({ ...config, signalError: 0.5 }, cpu);
  expect(plan.ifTrainingSignal).toEqual(plan.ifDeploymentSignal);
  const { plan: informed } = await solve({ ...config, signalError: 0.2 }, cpu);
  expect(informed.ifTrainingSignal).not.toEqual(informed.ifDeploymentSignal);
});

test.each(settings)(
  "a signal that is always wrong is as good as one that is always right: %j",
  async (config) => {
    for (const [one, other] of [
      [0, 1],
      [0.25, 0.75],
    ]) {
      const right = await solve({ ...config, signalError: one }, cpu);
      const wrong = await solve({ ...config, signalError: other }, cpu);
      expect(wrong.plan.ifTrainingSignal).toEqual(right.plan.ifDeploymentSignal);
      expect(wrong.plan.ifDeploymentSignal).toEqual(right.plan.ifTrainingSignal);
      expectSameCost(wrong, right);
    }
  },
);

test("an agent who knows that it is deployed outputs its goal", async () => {
  const { plan } = await solve({ game: "uncertain-deployment", signalError: 0 }, cpu);
  expect(new Set(plan.ifDeploymentSignal)).toEqual(new Set([1]));
  expect(plan.ifTrainingSignal[0]).toBeLessThan(0.5);
});

test("the worse the signal, the higher the agents' cost", async () => {
  const values: number[] = [];
  for (const signalError of [0, 0.1, 0.2, 0.3, 0.4, 0.5])
    values.push((await uncertain({ hazard: 0.05, signalError })).value!);
  for (const [i, value] of values.entries()) if (i > 0) expect(value).toBeGreaterThan(values[i - 1]);
});

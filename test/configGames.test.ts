// Bad input to the games other than linear: the settings that only some games have, case by case.
import { describe, expect, test } from "vitest";
import { checkConfig } from "../src/index.ts";
import { errorOf } from "./errorOf.ts";

const LAYERS = "layers must be a list of 2 to 10 whole numbers, the first and the last of them 1, got";
const SCHEDULE = "schedule must be an object with episodes, learningRate, or with only learningRates";

const CASES: Record<string, [object, string][]> = {
  mlp: [
    [{ layers: [] }, `${LAYERS} []`],
    [{ layers: [1] }, `${LAYERS} [1]`],
    [{ layers: [2, 1] }, `${LAYERS} [2,1]`],
    [{ layers: [1, 2] }, `${LAYERS} [1,2]`],
    [{ layers: 3 }, `${LAYERS} 3`],
    [{ layers: [1, ...new Array(10).fill(2), 1] }, `${LAYERS} [1,2,2,2,2,2,2,2,2,2,2,1]`],
    [{ layers: [1, 0, 1] }, "layers[1] must be a whole number of at least 1, got 0"],
    [{ layers: [1, 2.5, 1] }, "layers[1] must be a whole number of at least 1, got 2.5"],
    [{ layers: [1, "8", 1] }, 'layers[1] must be a whole number of at least 1, got "8"'],
    [{ layers: [1, 2000, 1] }, "layers must be at most 1024 wide, got [1,2000,1]"],
    [
      { layers: [1, 40, 40, 1] },
      "layers must be a network of at most 1024 weights, biases among them, got [1,40,40,1]",
    ],
    [{ search: { starts: 0 } }, "search.starts must be in [1, 4096], got 0"],
    [{ search: { starts: 5000 } }, "search.starts must be in [1, 4096], got 5000"],
    [{ search: { evaluations: 0 } }, "search.evaluations must be in [1, 1000000], got 0"],
    [{ search: { seed: -1 } }, "search.seed must be in [0, 4294967295], got -1"],
    [{ search: { seed: 1.5 } }, "search.seed must be a whole number in [0, 4294967295], got 1.5"],
    [{ search: { patience: 3 } }, 'unknown key "search.patience"; allowed are seed, starts, evaluations'],
    [{ search: 3 }, "search must be an object with seed, starts, evaluations, got 3"],
    [
      { coefficient: { count: 3 } },
      'unknown key "coefficient"; allowed are game, schedule, theta, discount, regularization, initial, layers, search, plotWindow',
    ],
    [
      { horizon: "infinite" },
      'unknown key "horizon"; allowed are game, schedule, theta, discount, regularization, initial, layers, search, plotWindow',
    ],
  ],
  "uncertain-deployment": [
    [{ hazard: 1.5 }, "hazard must be in [0, 1], got 1.5"],
    [{ hazard: -0.1 }, "hazard must be in [0, 1], got -0.1"],
    [{ hazard: "often" }, 'hazard must be a finite number in [0, 1], got "often"'],
    [{ signalError: 1.01 }, "signalError must be in [0, 1], got 1.01"],
    [{ signalError: null }, "signalError must be a finite number in [0, 1], got null"],
    [
      { schedule: { training: 20 } },
      'unknown key "schedule.training"; allowed are episodes, learningRate, or only learningRates',
    ],
    [
      { schedule: { episodes: 20, deployment: 80 } },
      'unknown key "schedule.deployment"; allowed are episodes, learningRate, or only learningRates',
    ],
    [
      { schedule: { episodes: 2, learningRates: [1] } },
      `${SCHEDULE}, got {"episodes":2,"learningRates":[1]}`,
    ],
    [{ schedule: { episodes: 0 } }, "schedule must have at least one episode, got none"],
    [
      { schedule: { episodes: 30 }, initial: { deploymentAt: 31 } },
      "initial.deploymentAt must be at most the schedule's 30 episodes, got 31",
    ],
    [{ schedule: { episodes: 1.5 } }, "schedule.episodes must be a whole number of at least 0, got 1.5"],
    [{ schedule: { learningRate: -1 } }, "schedule.learningRate must be at least 0, got -1"],
    [{ initial: { deploymentAt: -1 } }, "initial.deploymentAt must be a whole number of at least 0, got -1"],
    [{ initial: { phase: 1 } }, 'unknown key "initial.phase"; allowed are theta, deploymentAt'],
    [
      { horizon: "infinite" },
      'unknown key "horizon"; allowed are game, schedule, coefficient, theta, discount, regularization, hazard, signalError, initial, memory, memoryError, plotWindow',
    ],
  ],
  "learned-discount": [
    [{ discount: { max: 2 } }, "discount.max must be in [0, 1], got 2"],
    [{ discount: { min: -1, max: 1 } }, "discount.min must be in [0, 1], got -1"],
    [{ discount: { min: 0.9, max: 0.5 } }, "discount must have min below max, got min 0.9 and max 0.5"],
    [{ discountLearningRateScale: -1 }, "discountLearningRateScale must be at least 0, got -1"],
    [{ initial: { discount: -0.5 } }, "initial.discount must be in [0, 1], got -0.5"],
    [{ perDiscount: 1 }, "perDiscount must be an object with min, max, count, got 1"],
  ],
  misconception: [
    [{ beliefLearningRateScale: -1 }, "beliefLearningRateScale must be at least 0, got -1"],
    [{ belief: { count: 1 } }, "belief must have min equal to max where count is 1, got min -1 and max 1"],
    [{ belief: 0.4 }, "belief must be an object with min, max, count, got 0.4"],
    [{ initial: { belief: "true" } }, 'initial.belief must be a finite number, got "true"'],
  ],
  linear: [
    [{ horizon: "forever" }, 'horizon must be "finite" or "infinite", got "forever"'],
    [{ horizon: "infinite" }, "discount must be below 1 where horizon is infinite, got 1"],
    [
      { hazard: 0.1 },
      'unknown key "hazard"; allowed are game, schedule, horizon, coefficient, theta, discount, regularization, initial, plotWindow',
    ],
    [{ initial: { deploymentAt: 3 } }, 'unknown key "initial.deploymentAt"; allowed are theta'],
  ],
};

describe.each(Object.keys(CASES))("%s", (game) => {
  test.each(CASES[game])("%j", (change, message) => {
    expect(errorOf({ game, ...change })).toMatchObject({ code: "INVALID_CONFIG", message });
  });
});

test("the minimum and the maximum are allowed", () => {
  for (const config of [
    { game: "mlp", layers: [1, 1] },
    { game: "mlp", layers: [1, 341, 1] },
    { game: "mlp", search: { seed: 2 ** 32 - 1, starts: 4096, evaluations: 1_000_000 } },
    { game: "mlp", search: { seed: 0, starts: 1, evaluations: 1 } },
    { game: "uncertain-deployment", hazard: 1, signalError: 0, initial: { deploymentAt: 0 } },
    { game: "learned-discount", discount: { min: 1, max: 1, count: 1 } },
    { game: "linear", horizon: "infinite", discount: 0.999 },
  ])
    expect(checkConfig(config).config.game).toBe(config.game);
});

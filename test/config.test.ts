// Bad input, case by case: each error is one line that says what is wrong, what was got and what is allowed.
import { describe, expect, test } from "vitest";
import { checkConfig, defineGame, games, LIMITS } from "../src/index.ts";
import { errorOf } from "./errorOf.ts";

const GAMES = [...games.keys()].join(", ");
const TOP = "game, schedule, horizon, coefficient, theta, discount, regularization, initial, plotWindow";
const SCHEDULE = "an object with training, deployment, learningRate, or with only learningRates";

describe("INVALID_CONFIG", () => {
  test.each<[unknown, string]>([
    [undefined, "the configuration must be an object, got undefined"],
    [null, "the configuration must be an object, got null"],
    ["linear", 'the configuration must be an object, got "linear"'],
    [[], "the configuration must be an object, got []"],
    [new Map([["game", "linear"]]), "the configuration must be an object, got {}"],
    [{}, `game must be one of ${GAMES} or an object of formulas, got none`],
    [{ game: "chess" }, `game must be one of ${GAMES} or an object of formulas, got "chess"`],
    [{ game: "toString" }, `game must be one of ${GAMES} or an object of formulas, got "toString"`],
    [{ game: 3 }, `game must be one of ${GAMES} or an object of formulas, got 3`],
    [{ game: { wgsl: "" } }, "game: name is missing"],
  ])("%j", (config, message) => {
    expect(errorOf(config)).toMatchObject({ code: "INVALID_CONFIG", message });
  });

  test.each<[string, string]>([
    ['"schedule": 3', `schedule must be ${SCHEDULE}, got 3`],
    ['"schedule": []', `schedule must be ${SCHEDULE}, got []`],
    ['"schedule": null', `schedule must be ${SCHEDULE}, got null`],
    ['"schedule": {"learningRates": 3}', "schedule.learningRates must be a list of numbers, got 3"],
    ['"schedule": {"learningRates": []}', "schedule must have at least one episode, got none"],
    ['"schedule": {"learningRates": [1, -1]}', "schedule.learningRates[1] must be at least 0, got -1"],
    [
      '"schedule": {"learningRates": [1e999]}',
      "schedule.learningRates[0] must be a finite number of at least 0, got Infinity",
    ],
    [
      '"schedule": {"learningRates": [1], "training": 3}',
      `schedule must be ${SCHEDULE}, got {"learningRates":[1],"training":3}`,
    ],
    [
      '"schedule": {"learningrates": [1]}',
      'unknown key "schedule.learningrates" (did you mean "learningRates"?); allowed are training, deployment, learningRate, or only learningRates',
    ],
    ['"schedule": {"training": 1.5}', "schedule.training must be a whole number of at least 0, got 1.5"],
    [
      '"schedule": {"deployment": "80"}',
      'schedule.deployment must be a whole number of at least 0, got "80"',
    ],
    ['"schedule": {"training": 0, "deployment": 0}', "schedule must have at least one episode, got none"],
    ['"theta": 3', "theta must be an object with min, max, count, got 3"],
    ['"theta": [-1, 1, 11]', "theta must be an object with min, max, count, got [-1,1,11]"],
    ['"theta": {"min": "a"}', 'theta.min must be a finite number, got "a"'],
    ['"theta": {"max": 1e999}', "theta.max must be a finite number, got Infinity"],
    ['"theta": {"min": 1, "max": -1}', "theta must have min below max, got min 1 and max -1"],
    ['"theta": {"min": 1}', "theta must have min below max, got min 1 and max 1"],
    ['"theta": {"count": 1}', "theta must have min equal to max where count is 1, got min -1 and max 1"],
    ['"theta": {"count": 0}', "theta.count must be a whole number of at least 1, got 0"],
    ['"theta": {"count": 2.5}', "theta.count must be a whole number of at least 1, got 2.5"],
    [
      '"theta": {"counts": 2}',
      'unknown key "theta.counts" (did you mean "count"?); allowed are min, max, count',
    ],
    [
      '"coefficient": {"min": -1e308, "max": 1e308}',
      "coefficient must have a finite max − min, got min -1e+308 and max 1e+308",
    ],
    ['"discount": 1.2', "discount must be in [0, 1], got 1.2"],
    ['"discount": -1e-300', "discount must be in [0, 1], got -1e-300"],
    ['"discount": "0.5"', 'discount must be a finite number in [0, 1], got "0.5"'],
    ['"discount": {"min": 0}', 'discount must be a finite number in [0, 1], got {"min":0}'],
    ['"regularization": -1', "regularization must be at least 0, got -1"],
    ['"regularization": null', "regularization must be a finite number of at least 0, got null"],
    ['"initial": 0.8', "initial must be an object with theta, got 0.8"],
    ['"initial": {"goal": 1}', 'unknown key "initial.goal"; allowed are theta'],
    ['"initial": {"theta": true}', "initial.theta must be a finite number, got true"],
    ['"plotWindow": 0', "plotWindow must be a whole number of at least 1, got 0"],
    ['"rate": 1', `unknown key "rate"; allowed are ${TOP}`],
    ['"__proto__": {"discount": 0}', `unknown key "__proto__"; allowed are ${TOP}`],
    ['"constructor": 1', `unknown key "constructor"; allowed are ${TOP}`],
    ['"a\\nb": 1', `unknown key "a\\nb"; allowed are ${TOP}`],
    ['"\u2028": 1', `unknown key "\\u2028"; allowed are ${TOP}`],
    [
      `"discount": "${"x".repeat(200)}"`,
      `discount must be a finite number in [0, 1], got "${"x".repeat(58)}…`,
    ],
  ])("%s", (json, message) => {
    const error = errorOf(JSON.parse(`{"game": "linear", ${json}}`));
    expect(error).toMatchObject({ code: "INVALID_CONFIG", message });
  });

  test("values that JSON cannot represent", () => {
    const cycle: Record<string, unknown> = {};
    cycle.cycle = cycle;
    const allowed = "discount must be a finite number in [0, 1], got";
    expect(errorOf({ game: "linear", discount: Number.NaN }).message).toBe(`${allowed} NaN`);
    expect(errorOf({ game: "linear", discount: 10n }).message).toBe(`${allowed} bigint`);
    expect(errorOf({ game: "linear", discount: cycle }).message).toBe(`${allowed} object`);
    expect(errorOf({ game: "linear", discount: Symbol("x") }).message).toBe(`${allowed} Symbol(x)`);
  });
});

describe("a state with bounds", () => {
  test.each<[object, string]>([
    [{ discount: { max: 1.5 } }, "discount.max must be in [0, 1], got 1.5"],
    [{ discount: { min: -0.1 } }, "discount.min must be in [0, 1], got -0.1"],
    [{ initial: { discount: 2 } }, "initial.discount must be in [0, 1], got 2"],
    [{ discount: 0.9 }, "discount must be an object with min, max, count, got 0.9"],
  ])("%j", (change, message) => {
    expect(errorOf({ game: "learned-discount", ...change })).toMatchObject({
      code: "INVALID_CONFIG",
      message,
    });
  });
});

describe("LIMIT_EXCEEDED", () => {
  test.each<[object, string]>([
    [
      { coefficient: { count: 2 ** 24 + 1 } },
      "coefficient.count must be at most 16777216 candidates, got 16777217",
    ],
    [{ theta: { count: 1e15 } }, "theta.count must be at most 1048576 states, got 1000000000000000"],
    [{ schedule: { training: 10_000, deployment: 1 } }, "schedule must be at most 10000 episodes, got 10001"],
    [
      { schedule: { learningRates: new Array(10_001).fill(0) } },
      "schedule must be at most 10000 episodes, got 10001",
    ],
  ])("%j", (change, message) => {
    expect(errorOf({ game: "linear", ...change })).toMatchObject({ code: "LIMIT_EXCEEDED", message });
  });

  test("the limits themselves are allowed", () => {
    const { config } = checkConfig({
      game: "linear",
      coefficient: { count: LIMITS.candidates },
      theta: { count: LIMITS.states },
      schedule: { training: LIMITS.episodes, deployment: 0 },
    });
    expect(config.theta).toEqual({ min: -1, max: 1, count: 2 ** 20 });
  });

  test("the product of a game's axes counts", () => {
    const axis = { min: 0, max: 1, count: 5000 };
    const game = defineGame({
      name: "two-numbers",
      state: { theta: { min: -1, max: 1, count: 11, initial: 0.8 } },
      decision: { slope: axis, offset: axis },
      output: "slope * theta + offset",
    });
    expect(errorOf({ game })).toMatchObject({
      code: "LIMIT_EXCEEDED",
      message: "slope.count × offset.count must be at most 16777216 candidates, got 25000000",
    });
  });
});

// A user's own game: what defineGame takes and refuses, and a small game solved on the CPU as by hand.
import { describe, expect, test } from "vitest";
import { type Config, checkConfig, defineGame, type GameDefinition, solve } from "../src/index.ts";

const axis = { min: -1, max: 1, count: 5 };

/** y = θ + o. The agent believes that 1 is wanted, and the further up its goal the more it cares for the future. */
const offsetGame = {
  name: "offset",
  state: { theta: { min: -1, max: 1, count: 2, initial: 1 } },
  decision: { offset: axis },
  parameters: { strength: { default: 2, min: 0 } },
  output: ({ offset }, { theta }) => theta + offset,
  learn: (_, { theta }, error, learningRate, { strength }) => ({
    theta: theta - learningRate * strength * error,
  }),
  discount: ({ theta }) => (3 + theta) / 4,
  believedTarget: () => 1,
  wgsl: "",
} satisfies GameDefinition<"theta", "offset", "strength">;

test("a game that is not proportional, solved as by hand", async () => {
  // With η = 1/4 the agent expects θ' = θ − (y − 1) = 1 − o, and the last agent plays o = 0. The first pays
  // o² + γ(1 − o − θ)²: with γ = 1 at θ = 1 and γ = 1/2 at θ = −1, on average o² + (o² + (2 − o)²/2)/2, which is
  // 1 at 0, 15/16 at 1/2, 7/4 at 1. What happens is θ' = θ − y.
  const game = defineGame(offsetGame);
  const { plan, cost, margin, trajectory, solver } = await solve(
    { game, schedule: { learningRates: [0.25, 0.25] } },
    { backend: "cpu" },
  );
  expect(plan).toEqual({ offset: [0.5, 0] });
  expect(cost).toEqual([15 / 16, 0]);
  expect(margin).toEqual([1 / 16, 1 / 4]);
  expect(trajectory.theta).toEqual([1, -0.5, 0]);
  expect(trajectory.output).toEqual([1.5, -0.5]);
  expect(solver).toMatchObject({ method: "rollout", backend: "cpu", precision: "certified" });
});

test("two states and two decisions, the last changing fastest", async () => {
  const game = defineGame({
    name: "two-of-each",
    state: {
      theta: { min: 1, max: 1, count: 1, initial: 1 },
      memory: { min: 0, max: 1, count: 2, initial: 0 },
    },
    decision: { first: { min: 0, max: 1, count: 2 }, second: { min: 0, max: 1, count: 2 } },
    // (0, 1) and (1, 0) both give 1, the goal, whatever the memory
    output: ({ first, second }) => first + second,
    learn: ({ first }, { theta, memory }) => ({ theta, memory: memory + first }),
    wgsl: "",
  });
  const { plan, margin, trajectory } = await solve(
    { game, schedule: { training: 1, deployment: 1 } },
    { backend: "cpu" },
  );
  expect(plan).toEqual({ first: [0, 0], second: [1, 1] });
  expect(margin).toEqual([0, 0]);
  expect(trajectory.memory).toEqual([0, 0, 0]);
});

test("a proportional game gets its output and learn", () => {
  const game = defineGame({
    name: "half",
    state: { theta: { min: -1, max: 1, count: 3, initial: 1 } },
    decision: { a: axis },
    proportional: { reach: ({ a }) => a / 2, gain: ({ a }, learningRate) => 1 - learningRate * a },
    wgsl: "",
  });
  const parameters = { discount: 1, regularization: 0 };
  expect(game.output({ a: 0.5 }, { theta: 4 }, parameters)).toBe(1);
  expect(game.learn({ a: 0.5 }, { theta: 4 }, 0, 0.5, parameters)).toEqual({ theta: 3 });
});

describe("its configuration is checked as the built-in ones are", () => {
  const game = defineGame(offsetGame);

  test("with defaults of its own", () => {
    expect(checkConfig({ game }).config).toMatchObject({
      game: "offset",
      offset: axis,
      strength: 2,
      discount: 1,
      regularization: 0,
      initial: { theta: 1 },
    });
  });

  test.each<[object, string]>([
    [{ strength: -1 }, "strength must be at least 0, got -1"],
    [{ offset: 1 }, "offset must be an object with min, max, count, got 1"],
    [
      { coefficient: {} },
      'unknown key "coefficient"; allowed are game, schedule, offset, theta, discount, regularization, strength, initial, plotWindow',
    ],
  ])("%j", (change, message) => {
    expect(() => checkConfig({ game, ...change })).toThrow(
      expect.objectContaining({ code: "INVALID_CONFIG", message }),
    );
  });

  test("a copy of a game is none", () => {
    expect(() => checkConfig({ game: { ...game } })).toThrow(/or what defineGame returns/);
  });

  test.each(["moments", "exact"] as const)("it has no %s", async (method) => {
    const config: Config = { game };
    await expect(solve(config, { method })).rejects.toMatchObject({
      code: "INVALID_CONFIG",
      message: `the game offset has no method ${method}`,
    });
  });
});

describe("refuses", () => {
  const { output, learn, discount: _, believedTarget: __, ...bare } = offsetGame;
  const proportional = { reach: () => 1, gain: () => 1 };
  const theta = offsetGame.state.theta;

  test.each<[string, object]>([
    ['game "My Game": the name must be lower-case words joined by hyphens', { name: "My Game" }],
    ['game "": the name must be lower-case words joined by hyphens', { name: "" }],
    ['game "offset": "Offset" must be a camelCase name', { decision: { Offset: axis } }],
    ['game "offset": "__proto__" must be a camelCase name', { decision: { ["__proto__"]: axis } }],
    ['game "offset": "a b" must be a camelCase name', { parameters: { "a b": { default: 0 } } }],
    ['game "offset": the name theta is taken', { decision: { theta: axis } }],
    ['game "offset": the name schedule is taken', { decision: { schedule: axis } }],
    ['game "offset": the name plotWindow is taken', { state: { theta, plotWindow: theta } }],
    ['game "offset": the name discount is taken', { parameters: { discount: { default: 1 } } }],
    ['game "offset": the name regularization is taken', { decision: { regularization: axis } }],
    ['game "offset": the state must have theta, the agent\'s goal', { state: { goal: theta } }],
    ['game "offset": the decision must have at least one number', { decision: {} }],
    ['game "offset": output and learn, or proportional, must be given', { output: undefined }],
    ['game "offset": output and learn, or proportional, must be given', { learn: undefined }],
    [
      'game "offset": a proportional game has reach and gain, and no functions beside them',
      { proportional, output, learn },
    ],
  ])("%s", (message, change) => {
    const definition = { ...bare, output, learn, ...change } as unknown as Parameters<typeof defineGame>[0];
    expect(() => defineGame(definition)).toThrow(
      expect.objectContaining({ code: "INVALID_CONFIG", message }),
    );
  });

  test("a proportional game with a state beside its goal", () => {
    const definition = { ...bare, state: { theta, belief: theta }, proportional };
    expect(() => defineGame(definition)).toThrow(/a proportional game's state is theta alone/);
  });
});

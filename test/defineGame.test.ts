// Custom games: what defineGame accepts, and small games solved on the CPU and by hand.
import { describe, expect, test } from "vitest";
import { checkConfig, defineGame, type GameDefinition, simulate, solve } from "../src/index.ts";

const axis = { min: -1, max: 1, count: 5 };

/** y = θ + o. The agent believes that 1 is rewarded, and its discount grows with its goal. */
const offset = defineGame({
  name: "offset",
  state: { theta: { min: -1, max: 1, count: 2, initial: 1, learningRateScale: "strength" } },
  decision: { offset: axis },
  parameters: { strength: { default: 2, min: 0 } },
  output: "theta + offset",
  discount: "(3 + theta) / 4",
  believedTarget: 1,
});

test("a game that is not proportional, solved by hand", async () => {
  // With η = 1/4 the agent expects θ' = θ − (y − 1) = 1 − o, and the last agent plays o = 0. The first pays
  // o² + γ(1 − o − θ)²: with γ = 1 at θ = 1 and γ = 1/2 at θ = −1, on average o² + (o² + (2 − o)²/2)/2, which is
  // 1 at 0, 15/16 at 1/2, 7/4 at 1. What happens is θ' = θ − y.
  const { plan, cost, margin, trajectory, solver } = await solve(
    { game: offset, schedule: { learningRates: [0.25, 0.25] } },
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
      theta: { min: 1, max: 1, count: 1, initial: 1, trained: false },
      memory: { min: 0, max: 1, count: 2, initial: 0 },
    },
    decision: { first: { min: 0, max: 1, count: 2 }, second: { min: 0, max: 1, count: 2 } },
    // (0, 1) and (1, 0) both give 1, the goal, for any memory
    output: "first + second",
    next: { memory: "memory + first" },
  });
  const { plan, margin, trajectory } = await solve(
    { game, schedule: { training: 1, deployment: 1 } },
    { backend: "cpu" },
  );
  expect(plan).toEqual({ first: [0, 0], second: [1, 1] });
  expect(margin).toEqual([0, 0]);
  expect(trajectory.memory).toEqual([0, 0, 0]);
});

test("a next value may use another next value, in any order", () => {
  const game = defineGame({
    name: "chained",
    state: {
      theta: { min: 0, max: 1, count: 2, initial: 1 },
      half: { min: 0, max: 1, count: 2, initial: 0 },
      quarter: { min: 0, max: 1, count: 2, initial: 0 },
    },
    decision: { a: axis },
    output: "a * theta",
    next: { quarter: "next.half / 2", half: "next.theta / 2" },
  });
  // ∂y²/∂θ = 2a²θ: with a = 1/2 and η = 1, θ' = 1 − 1/2
  const { trajectory } = simulate({ game, schedule: { learningRates: [1] } }, { a: [0.5] });
  expect(trajectory).toMatchObject({ theta: [1, 0.5], half: [0, 0.25], quarter: [0, 0.125] });
});

test("several outputs have names, and count as a vector", () => {
  const game = defineGame({
    name: "two-outputs",
    state: {
      theta: { min: -1, max: 1, count: 3, initial: 3 },
      phi: { min: -1, max: 1, count: 3, initial: 4 },
    },
    decision: { a: axis, b: axis },
    output: { first: "a * theta", second: "b * phi" },
    baseObjective: "output.first^2 + output.second^2",
    mesaObjective: "(output.first - own.theta)^2 + (output.second - own.phi)^2",
  });
  const { trajectory, measures } = simulate(
    { game, schedule: { learningRates: [0.5, 0] } },
    { a: [0.5, 1], b: [0, 1] },
  );
  expect(trajectory).toEqual({
    theta: [3, 3 - 0.75, 2.25],
    phi: [4, 4, 4],
    "output.first": [1.5, 2.25],
    "output.second": [0, 4],
    loss: [2.25, 2.25 ** 2 + 16],
    learningRate: [0.5, 0],
  });
  // the goal (3, 4) has the length 5; (2.25, 4) remains
  expect(measures.compliance).toBeCloseTo(1 - 1.5 / 5, 14);
  expect(measures.retention).toBeCloseTo((2.25 * 3 + 4 * 4) / 25, 14);
});

describe("its configuration is checked as the built-in ones are", () => {
  test("with defaults of its own", () => {
    expect(checkConfig({ game: offset }).config).toMatchObject({
      game: offset,
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
    expect(() => checkConfig({ game: offset, ...change })).toThrow(
      expect.objectContaining({ code: "INVALID_CONFIG", message }),
    );
  });

  test("a copy of it is the same game, from JSON too", async () => {
    const question = { schedule: { learningRates: [0.25, 0.25] } };
    const [one, other] = await Promise.all(
      [offset, JSON.parse(JSON.stringify(offset)) as GameDefinition].map((game) =>
        solve({ ...question, game }, { backend: "cpu" }),
      ),
    );
    expect(other.plan).toEqual(one.plan);
    expect(JSON.parse(JSON.stringify(one.config))).toEqual(one.config);
  });

  test.each([
    ["moments", "because discount depends on the state"],
    ["exact", "because discount depends on the state"],
  ] as const)("it has no %s, and the error gives the reason", async (method, why) => {
    await expect(solve({ game: offset }, { method })).rejects.toMatchObject({
      code: "INVALID_CONFIG",
      message: `the game offset has no method ${method} ${why}`,
    });
  });

  test("a changed definition is another game, and a result keeps its own definition", async () => {
    const changing = { ...structuredClone<GameDefinition>(offset), output: "theta + offset" };
    const before = checkConfig({ game: changing });
    changing.output = "theta - offset";
    const after = checkConfig({ game: changing });
    expect(before.config.game).toMatchObject({ output: "theta + offset" });
    expect(after.config.game).toMatchObject({ output: "theta - offset" });
    expect(after.game).not.toBe(before.game);
  });
});

// The gain of a step in games in which everything is proportional to one goal.
import { expect, test } from "vitest";
import { rolloutCosts } from "../../src/cpu/rollout.ts";
import { createProblem } from "../../src/model/problem.ts";

test.each([
  ["theta", 1],
  ["-theta", -1],
  ["0 * theta", 0],
  ["theta / 2 - learningRate * theta", 0.25],
])("θ' = %s is a gain of %d", (next, gain) => {
  const game = {
    name: "turning",
    state: { theta: { min: -1, max: 1, count: 3, initial: 1 } },
    decision: { a: { min: 0, max: 1, count: 3 } },
    output: "a * theta",
    next: { theta: next },
  };
  const problem = createProblem({ game, schedule: { learningRates: [0.25, 0.25] } });
  const values = Object.keys(problem.game.parameters).map((name) => problem.parameters[name]);
  expect([...problem.game.proportional!.effect([0.5], [0.25], values)]).toEqual([0.5, gain]);
  // (0.5 − 1)² + (gain − 1)², on average over θ² = 1, 0, 1
  const [cost] = rolloutCosts(problem, 0, [[0.5], [1]])([[0.5]]);
  expect(cost).toBeCloseTo(((0.25 + (gain - 1) ** 2) * 2) / 3, 14);
});

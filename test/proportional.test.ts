// The rollouts in WebAssembly are those of the oracle that is plain enough to check by eye: to the bit.
import fc from "fast-check";
import { expect, test } from "vitest";
import { createProportionalRollout } from "../src/cpu/proportional.ts";
import { rolloutCosts } from "../src/cpu/rollout.ts";
import { createProblem, type Problem } from "../src/problem.ts";
import type { Plan } from "../src/solve/step.ts";
import { linearWithPlan } from "./games.ts";

function bothWays(problem: Problem, plan: Plan) {
  const rollout = createProportionalRollout(problem);
  const decisions = Array.from({ length: problem.candidates.size }, (_, i) => problem.candidates.at(i));
  // the room is reused from step to step, in whatever order
  return [0, problem.learningRates.length - 1, Math.floor(problem.learningRates.length / 2)].map(
    (episode) => ({
      fast: Float64Array.from(rollout(episode, plan)(decisions)),
      plain: Float64Array.from(rolloutCosts(problem, episode, plan)(decisions)),
    }),
  );
}

test("on random games", () => {
  fc.assert(
    fc.property(linearWithPlan, ({ problem, plan }) => {
      for (const { fast, plain } of bothWays(problem, plan)) expect(fast).toEqual(plain);
    }),
    { numRuns: 200 },
  );
});

test.each([1, 2, 7, 8, 9, 17, 1023, 1024, 1025, 5000])("with %i states", (count) => {
  const theta = count === 1 ? { min: 0.3, max: 0.3, count } : { min: -1, max: 1.1, count };
  for (const discount of [0, 0.3, 1]) {
    for (const coefficient of [
      { min: -2, max: 2, count: 13 },
      { min: 0.5, max: 0.5, count: 1 },
    ]) {
      const problem = createProblem({
        game: "linear",
        theta,
        coefficient,
        discount,
        regularization: 0.01,
        schedule: { learningRates: [1, 0.7, 0.1, 0, 0] },
      });
      const plan = [0.1, -0.3, 0.7, 1.1, 0.9].map((a) => [a]);
      for (const { fast, plain } of bothWays(problem, plan)) {
        expect(fast.length).toBe(coefficient.count);
        expect(fast).toEqual(plain);
      }
    }
  }
});

test("where float64 overflows", () => {
  const problem = createProblem({
    game: "linear",
    schedule: { learningRates: [1e200, 1e200, 1] },
    theta: { count: 5 },
    coefficient: { count: 5 },
  });
  const [{ fast, plain }] = bothWays(problem, [[1], [2], [1]]);
  expect(fast).toEqual(plain);
  expect(fast.some((cost) => !Number.isFinite(cost))).toBe(true);
});

test("no candidates, no costs", () => {
  const problem = createProblem({ game: "linear" });
  expect(createProportionalRollout(problem)(99, [])([])).toEqual([]);
});

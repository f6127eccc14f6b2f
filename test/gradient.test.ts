// The cost's derivatives by the decision, including the effect on later agents, compared with central differences of
// the interpreter's rollouts.
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createGradients } from "../src/cpu/gradient.ts";
import { rolloutCosts } from "../src/cpu/rollout.ts";
import type { GameDefinition } from "../src/index.ts";
import { createProblem, type Problem } from "../src/model/problem.ts";
import { Random } from "../src/search/random.ts";

const layers = [1, 3, 2, 1];
/** a network game with a second state, a belief, its own discount, corners and powers */
const rich: GameDefinition = {
  name: "rich",
  state: {
    theta: { min: -0.8, max: 0.7, count: 3, initial: 0.5, bounds: { min: -0.9, max: 0.9 } },
    velocity: { min: -0.1, max: 0.3, count: 3, initial: 0 },
  },
  parameters: { friction: { default: 0.5 } },
  network: { layers },
  believedTarget: "velocity / (2 + theta)",
  mesaObjective: "abs(output - own.theta)^3 + max(output, 0.1 * theta)",
  discount: "discount * (1 - theta^2 / 4)",
  next: {
    velocity: "friction * velocity - learningRate * gradient.theta",
    theta: "theta + next.velocity - 0.01 * min(output, 0.2)",
  },
};

const SCHEDULES = [[0.5, 0.4, 0.3, 0, 0], [0.2], [0, 0], [0, 0.3, 0, 0.5, 0], [0.1, 0.2, 0.3]];

function drawn(problem: Problem, seed: number) {
  const random = Random.seeded(seed);
  const point = () => Array.from({ length: problem.game.network!.weights }, () => random.normal());
  return { plan: Array.from(problem.learningRates, point), decision: point() };
}

describe.each([
  ["mlp", { game: "mlp", layers, theta: { count: 7 }, regularization: 0.05, discount: 0.9 }],
  ["mlp, undiscounted, an even number of states", { game: "mlp", layers: [1, 4, 1], theta: { count: 6 } }],
  ["a custom game", { game: rich }],
])("%s", (_, config) => {
  test.each(SCHEDULES.map((rates) => [rates]))(
    "by central differences, learning rates %j",
    (learningRates) => {
      const problem = createProblem({ ...config, schedule: { learningRates } });
      fc.assert(
        fc.property(fc.nat(), fc.nat(learningRates.length - 1), (seed, episode) => {
          const { plan, decision } = drawn(problem, seed);
          const gradient = new Float64Array(decision.length);
          const costOf = rolloutCosts(problem, episode, plan);
          const cost = createGradients(problem).at(episode, plan)(decision, gradient);
          const [wanted] = costOf([decision]);
          // if a decision has no effect on later episodes, J is the cost of its own episode
          const alone = learningRates[episode] === 0 && config.game === "mlp";
          if (alone) expect(cost).toBeLessThanOrEqual(wanted * (1 + 1e-13));
          else expect(Math.abs(cost - wanted)).toBeLessThan(1e-12 * (1 + Math.abs(wanted)));
          const h = 1e-5;
          const moved = (i: number, by: number) => decision.map((x, j) => (i === j ? x + by : x));
          for (const [i, slope] of gradient.entries()) {
            const [up, down, far, back] = costOf([h, -h, 2 * h, -2 * h].map((by) => moved(i, by)));
            const difference = (8 * (up - down) - (far - back)) / (12 * h);
            // at a corner between these points, any slope between the two sides is accepted
            const corner = Math.abs((up - down) / 2 - (far - back) / 4) / h > 1e-5 * (1 + Math.abs(slope));
            if (!corner) expect(Math.abs(slope - difference)).toBeLessThan(1e-7 * (1 + Math.abs(slope)));
          }
        }),
        { numRuns: 6 },
      );
    },
  );
});

describe("without WebAssembly", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  test.each([[SCHEDULES[0]], [SCHEDULES[3]]])(
    "the interpreter has the same bits, learning rates %j",
    async (learningRates) => {
      const problems = [{ game: "mlp", layers, theta: { count: 7 } }, { game: rich }].map((config) =>
        createProblem({ ...config, schedule: { learningRates } }),
      );
      const answers = (of: typeof createGradients) =>
        problems.flatMap((problem) => {
          const { plan, decision } = drawn(problem, 5);
          const gradients = of(problem);
          return plan.map((_, episode) => {
            const gradient = new Float64Array(decision.length);
            const cost = gradients.at(episode, plan)(decision, gradient);
            return [gradients.compiled, cost, ...gradient];
          });
        });
      const usual = answers(createGradients);
      vi.stubGlobal("WebAssembly", undefined);
      vi.resetModules();
      const { createGradients: fresh } = await import("../src/cpu/gradient.ts");
      const interpreted = answers(fresh);
      expect(interpreted.map(([compiled]) => compiled)).toEqual(usual.map(() => false));
      expect(interpreted.map(([, ...numbers]) => numbers)).toEqual(usual.map(([, ...numbers]) => numbers));
    },
  );
});

// The moments of a linear game and its rollouts: within the bound for every candidate, and with the same plan.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rolloutCosts } from "../src/cpu/rollout.ts";
import { type Config, defineGame, type GameDefinition, solve } from "../src/index.ts";
import type { Plan } from "../src/model/evaluator.ts";
import { Future } from "../src/model/moments.ts";
import { createProblem, type Problem } from "../src/model/problem.ts";
import { momentum } from "./games/momentum.ts";
import { twoGoals } from "./games/twoGoals.ts";
import { linearConfig, linearWithPlan, magnitude } from "./games.ts";
import { axis } from "./gpu/numbers.ts";

/** checks every candidate of some episodes; returns the largest used share of a bound, and the number of checks */
function checkEnclosure(problem: Problem, plan: Plan) {
  const future = new Future(problem);
  const decisions = Array.from({ length: problem.candidates.size }, (_, i) => problem.candidates.at(i));
  let [used, seen] = [0, 0];
  for (let episode = problem.learningRates.length - 1; episode >= 0; episode--) {
    const enclosure = future.enclosures(future.viewAt(episode, 0, plan), future.roundings(episode));
    for (const [i, rollout] of rolloutCosts(problem, episode, plan)(decisions).entries()) {
      const { cost, error } = enclosure(i);
      // if either overflows, the enclosure must not be finite, so that `screen` keeps the candidate
      if (!Number.isFinite(cost) || !Number.isFinite(error)) continue;
      const off = Math.abs(rollout - cost);
      if (!(off <= error)) expect(off).toBeLessThanOrEqual(error);
      used = Math.max(used, off / error);
      seen++;
    }
  }
  return { used, seen };
}

/** checks many games, and that the checks were not empty */
function checkEnclosures(games: fc.Arbitrary<{ problem: Problem; plan: Plan }>, numRuns: number) {
  let [used, seen] = [0, 0];
  fc.assert(
    fc.property(games, ({ problem, plan }) => {
      const game = checkEnclosure(problem, plan);
      used = Math.max(used, game.used);
      seen += game.seen;
    }),
    { numRuns },
  );
  expect(seen).toBeGreaterThan(1000);
  expect(used).toBeGreaterThan(0);
}

describe("the bound holds", () => {
  test("on random games", () => {
    checkEnclosures(linearWithPlan, 300);
  });

  test.each([
    ["a thousand states", { theta: { count: 1000 }, coefficient: { count: 17 } }, 6],
    ["one state", { theta: { min: 0.7, max: 0.7, count: 1 } }, 8],
    ["a goal of zero", { theta: { min: 0, max: 0, count: 1 } }, 3],
    ["one candidate", { coefficient: { min: 0.3, max: 0.3, count: 1 } }, 8],
    ["no future", { discount: 0 }, 8],
    ["huge learning rates", { schedule: { learningRates: new Array(9).fill(1e8) } }, 9],
    ["goals that nearly vanish", { theta: { min: -1e-160, max: 1e-160 } }, 5],
    ["a long deployment", { coefficient: { count: 9 } }, 300],
  ])("with %s", (_, change, episodes) => {
    const schedule = { learningRates: Array.from({ length: episodes }, (_, t) => (t < 9 ? 0.9 : 0)) };
    const problem = createProblem({ game: "linear", coefficient: { count: 41 }, schedule, ...change });
    const plan = Array.from({ length: episodes }, (_, t) => [t < 9 ? 0.3 : 1.02]);
    expect(checkEnclosure(problem, plan).seen).toBeGreaterThan(0);
  });
});

/** weights before and after squares and as divisors, states without a gradient, and a decision to the third power */
const weighted = defineGame({
  name: "weighted",
  state: {
    theta: { min: -1, max: 1, count: 3, initial: 0.8 },
    fixed: { min: -1, max: 1, count: 3, initial: 0.3, trained: false },
  },
  decision: { a: { min: -1, max: 1, count: 9 } },
  parameters: { weight: { default: 1, min: 0 } },
  definitions: { cube: "a^3 - a / 3" },
  output: "cube * theta + (1 - cube) * fixed",
  believedTarget: "theta - 2 * fixed",
  mesaObjective: "(output - own.theta)^2 * weight + (theta - own.fixed)^2 / (1 + a^2)",
});

describe("games with several states", () => {
  const settings = {
    schedule: fc.record({
      learningRates: fc.array(fc.oneof(fc.constantFrom(0, 0.5, 1), magnitude), {
        minLength: 1,
        maxLength: 5,
      }),
    }),
    discount: fc.oneof(fc.constantFrom(0, 0.5, 1), fc.double({ min: 0, max: 1, noNaN: true })),
    regularization: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true })),
  };
  const share = fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 2, noNaN: true }));
  const configs: [string, fc.Arbitrary<Config>][] = [
    [
      "misconception",
      fc.record({
        ...{ game: fc.constant("misconception"), ...settings },
        ...{ theta: axis(2, 3), belief: axis(2, 3), coefficient: axis(2, 9) },
        beliefLearningRateScale: share,
      }),
    ],
    [
      "momentum",
      fc.record({
        ...{ game: fc.constant(momentum), ...settings },
        ...{ theta: axis(2, 3), velocity: axis(1, 3), coefficient: axis(2, 9) },
        friction: share.map((x) => Math.min(1, x)),
      }) as fc.Arbitrary<Config>,
    ],
    [
      "two goals",
      fc.record({
        ...{ game: fc.constant(twoGoals), ...settings },
        ...{ theta: axis(2, 3), phi: axis(2, 3), a: axis(2, 4), b: axis(2, 4) },
      }) as fc.Arbitrary<Config>,
    ],
    [
      "weighted squares",
      fc.record({
        ...{ game: fc.constant(weighted), ...settings },
        ...{ theta: axis(2, 3), fixed: axis(2, 3), a: axis(2, 9), weight: share },
      }) as fc.Arbitrary<Config>,
    ],
  ];

  test.each(configs)("%s: the bound holds for every candidate", (_, config) => {
    const planned = fc.tuple(config, fc.infiniteStream(fc.nat())).map(([config, stream]) => {
      const problem = createProblem(config);
      const { candidates, learningRates } = problem;
      const plan = Array.from(learningRates, () => candidates.at(stream.next().value % candidates.size));
      return { problem, plan };
    });
    checkEnclosures(planned, 150);
  });

  test.each(configs)("%s: moments and rollouts give the same steps, to the bit", async (_, config) => {
    let solved = 0;
    await fc.assert(
      fc.asyncProperty(config, async (config) => {
        const [rollout, moments] = await Promise.all(
          (["rollout", "moments"] as const).map((method) =>
            solve(config, { backend: "cpu", method, threads: 1 }).catch((error) => error.code as string),
          ),
        );
        if (typeof rollout === "string" || typeof moments === "string") {
          expect(moments).toBe(rollout);
          return;
        }
        expect(moments.solver.method).toBe("moments");
        for (const key of ["plan", "cost", "margin"] as const) expect(moments[key]).toEqual(rollout[key]);
        solved++;
      }),
      { numRuns: 60 },
    );
    expect(solved).toBeGreaterThan(40);
  });
});

describe("formulas whose terms cancel", () => {
  const cancelling = (change: object) =>
    defineGame({
      name: "cancelling",
      state: {
        theta: { min: -1, max: 1, count: 3, initial: 0.8 },
        large: { min: -1e9, max: 1e9, count: 3, initial: 0, trained: false },
      },
      decision: { a: { min: -1, max: 1, count: 41 } },
      output: "a * theta",
      ...change,
    } as GameDefinition);
  const odd = { min: 1.1e9, max: 1.3e9, count: 3 };

  test.each<[string, object, object]>([
    ["in the output", { output: "a * (theta + large) - a * large" }, { large: odd }],
    ["in the mesa objective", { mesaObjective: "((output + large) - own.theta - large)^2" }, { large: odd }],
    [
      "in a step",
      { next: { theta: "(theta + large - learningRate * gradient.theta) - 0.999999999 * large" } },
      { large: odd },
    ],
    [
      "in a step, around a number",
      { next: { theta: "(theta + 0.1 * large + 100 - learningRate * gradient.theta) - 100" } },
      { theta: { min: 1e-9, max: 1.3e-8, count: 3 }, large: { min: 1e-9, max: 1e-8, count: 2 } },
    ],
    [
      "in the output, around a number",
      { output: "(a * theta + 7) * 3 - 21 - 2 * a * theta" },
      { theta: { min: 1e-9, max: 1.3e-8, count: 3 } },
    ],
  ])("%s: the bound covers it, or there are no moments", async (_, change, grid) => {
    const config = {
      game: cancelling(change),
      ...grid,
      schedule: { learningRates: [0.4, 0.3, 0.2] },
    } as Config;
    const problem = createProblem(config);
    const rollout = await solve(config, { backend: "cpu", method: "rollout", threads: 1 });
    const own = await solve(config, { backend: "cpu", threads: 1 });
    for (const key of ["plan", "cost", "margin"] as const) expect(own[key]).toEqual(rollout[key]);
    if (own.solver.method === "moments") checkEnclosure(problem, [[0.3], [0.7], [1]]);
  });
});

test("moments and rollouts give the same plan, costs and margins, to the bit", async () => {
  await fc.assert(
    fc.asyncProperty(linearConfig, async (config) => {
      const [rollout, moments] = await Promise.all(
        (["rollout", "moments"] as const).map((method) =>
          solve(config, { backend: "cpu", method }).catch((error) => error.code),
        ),
      );
      if (typeof rollout === "string") expect(moments).toBe(rollout);
      else {
        expect(moments.plan).toEqual(rollout.plan);
        expect(moments.cost).toEqual(rollout.cost);
        expect(moments.margin).toEqual(rollout.margin);
      }
    }),
    { numRuns: 200 },
  );
});

test("moments, rollouts and the closed form use a discount that is a formula of the parameters", async () => {
  const game = {
    name: "patient",
    state: { theta: { min: -1, max: 1, count: 11, initial: 0.8 } },
    decision: { coefficient: { min: -2, max: 2, count: 101 } },
    output: "coefficient * theta",
    discount: "discount ^ 2 / 2 + 1 / 4",
  };
  const config = { discount: 0.8, schedule: { training: 6, deployment: 4, learningRate: 0.7 } };
  const same = {
    ...config,
    game: "linear",
    coefficient: { count: 101 },
    discount: 0.8 ** 2 / 2 + 1 / 4,
  } as const;
  for (const method of ["rollout", "moments", "exact"] as const) {
    const [own, linear] = await Promise.all(
      [{ ...config, game }, same].map((asked) => solve(asked as never, { backend: "cpu", method })),
    );
    expect(own.plan).toEqual(linear.plan);
    for (const [t, cost] of own.cost.entries()) expect(cost).toBeCloseTo(linear.cost[t], 13);
  }
});

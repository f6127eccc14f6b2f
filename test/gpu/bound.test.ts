// The bound is a bound: what float64 says of a candidate always lies within what the GPU says of it, cost ± error.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createGpuEvaluator } from "../../src/gpu/evaluator.ts";
import { createProblem, type Problem } from "../../src/problem.ts";
import { createOracle } from "../../src/solve/settle.ts";
import type { Plan } from "../../src/solve/step.ts";
import { contrary } from "../games/contrary.ts";
import { gears } from "../games/gears.ts";
import { momentum } from "../games/momentum.ts";
import { offset } from "../games/offset.ts";
import { keptGpu } from "./gpus.ts";
import { axis, even } from "./numbers.ts";

type Method = "rollout" | "moments";

/** float64's cost of a candidate, and the GPU's with its bound */
interface Held {
  oracle: number;
  cost: number;
  error: number;
}

/**
 * Every candidate at every episode of a plan, from the last (or some `first` one) backwards.
 *
 * @param everies whether each candidate is scored by itself, also where its cell's bound would do: one or both ways
 */
async function hold(
  problem: Problem,
  plan: Plan,
  method: Method,
  { first = 0, everies = [false] } = {},
): Promise<Held[]> {
  const gpu = await createGpuEvaluator(problem, {
    ...{ method, precision: "certified", required: true },
    gpu: keptGpu,
  });
  const oracle = createOracle(problem);
  const decisions = Array.from({ length: problem.candidates.size }, (_, i) => problem.candidates.at(i));
  const held: Held[] = [];
  try {
    for (let t = (first || problem.learningRates.length) - 1; t >= 0; t--) {
      const costs = oracle.costsAt(t, plan)(decisions);
      for (const every of everies) {
        const { cost, error } = await gpu!.enclosures(t, plan, every);
        for (const [i, wanted] of costs.entries())
          held.push({ oracle: wanted, cost: cost[i], error: error[i] });
      }
    }
  } finally {
    gpu!.destroy();
  }
  return held;
}

const finite = ({ cost, error }: Held) => Number.isFinite(cost) && Number.isFinite(error);

/** Expects each finite enclosure to hold float64's cost; gives the share that is finite. */
function expectEnclosed(held: readonly Held[]): number {
  const known = held.filter(finite);
  const outside = known.filter(({ oracle, cost, error }) => !(Math.abs(oracle - cost) <= error));
  expect(outside).toEqual([]);
  return known.length / held.length;
}

const common = {
  schedule: fc.record({ learningRates: fc.array(even(0, 2), { minLength: 1, maxLength: 8 }) }),
  regularization: even(0, 0.5),
};
const discount = fc.oneof(fc.constantFrom(0, 1), even(0, 1));

const GAMES = [
  {
    game: "linear",
    methods: ["rollout", "moments"],
    config: fc.record({ ...common, discount, coefficient: axis(3, 150, 2), theta: axis(2, 40, 2) }),
  },
  {
    game: gears,
    methods: ["rollout", "moments"],
    config: fc.record({
      ...common,
      discount,
      coarse: axis(2, 12, 2),
      fine: axis(1, 12, 2),
      theta: axis(2, 20, 2),
    }),
  },
  {
    game: momentum,
    methods: ["rollout"],
    config: fc.record({
      ...common,
      discount,
      coefficient: axis(2, 150, 2),
      theta: axis(2, 12, 2),
      velocity: axis(1, 3, 2),
      friction: even(0, 1),
    }),
  },
  {
    game: contrary,
    methods: ["rollout"],
    config: fc.record({ ...common, coefficient: axis(2, 150, 2), theta: axis(2, 300, 3) }),
  },
  {
    game: "learned-discount",
    methods: ["rollout"],
    config: fc.record({ ...common, base: axis(2, 12, 2), perDiscount: axis(2, 12, 2), theta: axis(2, 6, 2) }),
  },
  {
    game: "misconception",
    methods: ["rollout"],
    config: fc.record({
      ...common,
      discount,
      coefficient: axis(2, 150, 2),
      theta: axis(2, 8, 2),
      belief: axis(2, 5, 2),
    }),
  },
] as const;

describe.each(
  GAMES.flatMap(({ game, methods, config }) =>
    methods.map((method) => ({ name: typeof game === "string" ? game : game.name, game, method, config })),
  ),
)("$name by $method", ({ game, method, config }) => {
  test("float64 lies within it", async () => {
    await fc.assert(
      fc.asyncProperty(
        config as fc.Arbitrary<object>,
        fc.infiniteStream(fc.nat()),
        async (options, stream) => {
          const problem = createProblem({ game, ...options });
          const plan = [...problem.learningRates].map(() =>
            problem.candidates.at(stream.next().value % problem.candidates.size),
          );
          const everies = problem.game.proportional ? [false] : [false, true];
          const held = await hold(problem, plan, method, { everies });
          expectEnclosed(held);
          expect(held.filter(finite).every(({ error }) => error > 0)).toBe(true);
        },
      ),
      { numRuns: 4, endOnFailure: true },
    );
  });
});

describe("every state is counted once", () => {
  const rates = { schedule: { learningRates: [0.4, 0.2, 0.1] } };
  test.each([1, 2, 7, 8, 9, 63, 64, 65, 513])("%i states", async (count) => {
    const theta = count === 1 ? { min: 0.7, max: 0.7, count } : { min: -0.3, max: 1.1, count };
    const problem = createProblem({ game: offset, ...rates, theta });
    const held = await hold(
      problem,
      [
        [0.3, 0.2],
        [0.1, 0.5],
        [1, 0],
      ],
      "rollout",
      { everies: [true] },
    );
    expect(expectEnclosed(held)).toBe(1);
    // one state more or less would show
    expect(Math.max(...held.map(({ cost, error }) => error / (cost + 0.01)))).toBeLessThan(1 / count);
  });

  test("in as many runs of blocks as one submission's work asks for", async () => {
    const problem = createProblem({
      game: "linear",
      schedule: { training: 40, deployment: 0, learningRate: 0.1 },
      theta: { min: -0.3, max: 1.1, count: 2 ** 17 },
      coefficient: { min: 0.1, max: 0.9, count: 3 },
    });
    const held = await hold(problem, new Array(40).fill([0.2]), "rollout", { first: 1 });
    expect(expectEnclosed(held)).toBe(1);
    expect(Math.max(...held.map(({ cost, error }) => error / cost))).toBeLessThan(1e-2);
  });
});

test("long sums of terms that all round alike", async () => {
  const problem = createProblem({
    game: "linear",
    schedule: { learningRates: [0] },
    theta: { min: 1.1, max: 1.1 + 1e-7, count: 2 ** 17 },
    coefficient: { min: 0.1, max: 0.7, count: 7 },
  });
  const held = await hold(problem, [[0.1]], "rollout");
  expect(expectEnclosed(held)).toBe(1);
  // what the sum alone loses is more than what its terms lost
  expect(Math.max(...held.map(({ oracle, cost }) => Math.abs(oracle - cost) / cost))).toBeGreaterThan(
    2 ** -20,
  );
});

describe("it is not vacuous", () => {
  const schedule = { training: 10, deployment: 10, learningRate: 0.3 };
  const tame = { min: 0.1, max: 0.9, count: 33 };
  const [coefficient, few] = [tame, { min: 0.3, max: 0.7, count: 41 }];
  test.each([
    { name: "linear", game: "linear", method: "rollout", grid: { coefficient } },
    { name: "linear", game: "linear", method: "moments", grid: { coefficient } },
    { name: "momentum", game: momentum, method: "rollout", grid: { coefficient } },
    { name: "misconception", game: "misconception", method: "rollout", grid: { coefficient } },
    {
      name: "learned-discount",
      game: "learned-discount",
      method: "rollout",
      grid: { base: few, perDiscount: few },
    },
  ] as const)("$name by $method", async ({ game, method, grid }) => {
    const problem = createProblem({ game, schedule, ...grid });
    const plan = [...problem.learningRates].map(() => Object.keys(grid).map(() => 0.2));
    const held = await hold(problem, plan, method, { everies: [true] });
    expect(expectEnclosed(held)).toBe(1);
    expect(Math.max(...held.map(({ cost, error }) => error / cost))).toBeLessThan(1e-3);
    // float32 does err, so that a bound of nothing would be none
    expect(held.some(({ oracle, cost }) => oracle !== cost)).toBe(true);
  });
});

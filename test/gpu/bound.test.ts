// The bound is a bound: what float64 says of a candidate always lies within what the GPU says of it, cost ± error.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createGpuEvaluator } from "../../src/gpu/evaluator.ts";
import { createProblem, type Problem } from "../../src/problem.ts";
import { createOracle } from "../../src/solve/settle.ts";
import type { Plan } from "../../src/solve/step.ts";
import { gears } from "../games/gears.ts";
import { momentum } from "../games/momentum.ts";
import { axis, even } from "./numbers.ts";

type Method = "rollout" | "moments";

/** float64's cost of a candidate, and the GPU's with its bound */
interface Held {
  oracle: number;
  cost: number;
  error: number;
}

/** Every candidate at every episode of a plan, from the last backwards. */
async function hold(problem: Problem, plan: Plan, method: Method): Promise<Held[]> {
  const gpu = await createGpuEvaluator(problem, { method, precision: "certified", required: true });
  const oracle = createOracle(problem);
  const decisions = Array.from({ length: problem.candidates.size }, (_, i) => problem.candidates.at(i));
  const held: Held[] = [];
  try {
    for (let t = problem.learningRates.length - 1; t >= 0; t--) {
      const { cost, error } = await gpu!.enclosures(t, plan);
      for (const [i, wanted] of oracle.costsAt(t, plan)(decisions).entries())
        held.push({ oracle: wanted, cost: cost[i], error: error[i] });
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
    name: "linear",
    methods: ["rollout", "moments"],
    config: fc.record({ ...common, discount, coefficient: axis(3, 150, 2), theta: axis(2, 40, 2) }),
  },
  {
    name: gears,
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
    name: momentum,
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
    name: "learned-discount",
    methods: ["rollout"],
    config: fc.record({ ...common, base: axis(2, 12, 2), perDiscount: axis(2, 12, 2), theta: axis(2, 6, 2) }),
  },
  {
    name: "misconception",
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
  GAMES.flatMap(({ name, methods, config }) => methods.map((method) => ({ name, method, config }))),
)("$name by $method", ({ name: game, method, config }) => {
  test("float64 lies within it", async () => {
    const shares: number[] = [];
    await fc.assert(
      fc.asyncProperty(
        config as fc.Arbitrary<object>,
        fc.infiniteStream(fc.nat()),
        async (options, stream) => {
          const problem = createProblem({ game, ...options });
          const plan = [...problem.learningRates].map(() =>
            problem.candidates.at(stream.next().value % problem.candidates.size),
          );
          const held = await hold(problem, plan, method);
          shares.push(expectEnclosed(held));
          expect(held.every(({ error }) => error > 0)).toBe(true);
        },
      ),
      { numRuns: 3 },
    );
    // it says something: only wild games overflow it
    expect(Math.max(...shares)).toBe(1);
  });
});

describe("it is not vacuous", () => {
  const schedule = { training: 10, deployment: 10, learningRate: 0.3 };
  const tame = { min: 0.1, max: 0.9, count: 33 };
  test.each([
    { name: "linear", game: "linear", method: "rollout" },
    { name: "linear", game: "linear", method: "moments" },
    { name: "momentum", game: momentum, method: "rollout" },
    { name: "misconception", game: "misconception", method: "rollout" },
  ] as const)("$name by $method", async ({ game, method }) => {
    const problem = createProblem({ game, schedule, coefficient: tame });
    const plan = [...problem.learningRates].map(() => [0.2]);
    const held = await hold(problem, plan, method);
    expect(expectEnclosed(held)).toBe(1);
    expect(Math.max(...held.map(({ cost, error }) => error / cost))).toBeLessThan(1e-3);
    // float32 does err, so that a bound of nothing would be none
    expect(held.some(({ oracle, cost }) => oracle !== cost)).toBe(true);
  });
});

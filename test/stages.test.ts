// Stages lose neither the minimum nor the runner-up: the result equals that of the full enumeration, to the bit.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRollouts } from "../src/cpu/compiled.ts";
import { createCpuEvaluator } from "../src/cpu/evaluator.ts";
import { finiteOrInfinity } from "../src/cpu/oracle.ts";
import { rolloutCosts } from "../src/cpu/rollout.ts";
import { settleByStages } from "../src/cpu/stages.ts";
import { createEvaluate } from "../src/game/evaluate.ts";
import { Graph } from "../src/game/graph.ts";
import { isAboveNegativeZero, isNotNegative } from "../src/game/structure.ts";
import { Grid } from "../src/grid.ts";
import { type Config, solve } from "../src/index.ts";
import { createProblem, type Problem } from "../src/model/problem.ts";
import { Induction } from "../src/solve/induction.ts";
import { ALL, nodeOf, trees } from "./game/expressions.ts";
import { contrary } from "./games/contrary.ts";
import { twoGoals } from "./games/twoGoals.ts";

/** The minimum, the index at which it occurs first, and the second-lowest. */
function leastOf(costs: ArrayLike<number>) {
  const finite = Array.from(costs, finiteOrInfinity);
  const least = (costs: readonly number[]) =>
    costs.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const cost = least(finite);
  const index = finite.indexOf(cost);
  return { index, cost, runnerUp: least(finite.filter((_, i) => i !== index)) };
}

/** The sum of numbers in a given order. */
const sumOf = (numbers: ArrayLike<number>, order: Iterable<number>) => {
  let sum = 0;
  for (const i of order) sum += numbers[i];
  return sum;
};

describe("on tables of totals", () => {
  const total = fc.oneof(
    { weight: 400, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
    { weight: 60, arbitrary: fc.constantFrom(0, 1, 0.1, 1e-3) },
    { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY) },
  );
  /** candidates × states: some costs are nearly equal, summed in another order or one bit apart */
  const table = fc
    .record({
      base: fc.array(total, { minLength: 16, maxLength: 24 }),
      scales: fc.array(
        fc.oneof(
          { weight: 1, arbitrary: fc.constantFrom(1, 1, 1 + 2 ** -52, 1 - 2 ** -53, 2) },
          { weight: 3, arbitrary: fc.double({ min: 0.9, max: 20, noNaN: true }) },
        ),
        { minLength: 32, maxLength: 40 },
      ),
      turns: fc.array(fc.nat(15), { minLength: 40, maxLength: 40 }),
      // also at magnitudes where float64 has few bits left
      exponent: fc.constantFrom(0, 0, -1060, -1072, 1023),
      heavy: fc.nat(8),
    })
    .map(({ base, scales, turns, exponent, heavy }) =>
      scales.map((scale, c) =>
        base.map((_, s) => {
          const value = base[(s + (turns[c] % 3)) % base.length] * scale;
          return (s < heavy ? value : value * 2 ** -60) * 2 ** exponent;
        }),
      ),
    );

  test("the settled candidates include the minimum and the runner-up", async () => {
    let [settled, all] = [0, 0];
    await fc.assert(
      fc.asyncProperty(table, fc.nat(31), async (totals, seed) => {
        const states = totals[0].length;
        const costs = totals.map((row) => sumOf(row, row.keys()) / states);
        const order = [...totals[seed].keys()].sort((i, j) => totals[seed][j] - totals[seed][i]);
        const ranked = {
          states: Uint32Array.from(order),
          counts: new Uint32Array(states).fill(1),
          added: Float64Array.from(order, (i) => totals[seed][i]),
        };
        const { indices, costs: known } = await settleByStages(
          { parts: { episodes: 1e6, rankStates: () => ranked, sumsOver: () => () => new Float64Array() } },
          undefined,
          () => [seed, (seed + 1) % totals.length],
          {
            candidates: new Grid([{ min: 0, max: 1, count: totals.length }]),
            states: new Grid([{ min: 0, max: 1, count: states }]),
          },
          {
            costs: async (indices) => Float64Array.from(indices, (i) => costs[i]),
            sums: async (indices, sample) =>
              Float64Array.from(indices, (i) => sumOf(totals[i], sample.states)),
            bounds: () => Promise.reject(),
          },
        );
        expect(indices).toEqual(indices.toSorted());
        const { index, ...rest } = leastOf(known);
        expect({ index: indices[index], ...rest }).toEqual(leastOf(costs));
        settled += known.length;
        all += totals.length;
      }),
      { numRuns: 3000 },
    );
    expect(settled).toBeLessThan(0.9 * all);
  });
});

/** Decides as the solver does. */
async function stepsOf(problem: Problem) {
  const evaluator = createCpuEvaluator(problem, "rollout");
  const induction = new Induction(problem.learningRates.length);
  await induction.run(evaluator, () => 1, {});
  return induction;
}

/** Compares each step with all costs. */
async function expectSettled(problem: Problem) {
  const { steps, plan } = await stepsOf(problem);
  const { candidates } = problem;
  const all = Array.from({ length: candidates.size }, (_, i) => candidates.at(i));
  for (const { episode, index, cost, runnerUp } of steps)
    expect({ index, cost, runnerUp }).toEqual(leastOf(rolloutCosts(problem, episode, plan)(all)));
  return steps;
}

const learningRates = [1, 0.7, 0.3, 0, 0.2];
const rates = fc.array(fc.oneof(fc.constantFrom(0, 0.5, 1), fc.double({ min: 0, max: 2, noNaN: true })), {
  minLength: 1,
  maxLength: 5,
});
const count = fc.integer({ min: 32, max: 80 });

test.each<[string, (count: number) => Config]>([
  ["linear", (count) => ({ game: "linear", coefficient: { count }, theta: { count: 16 } })],
  ["misconception", (count) => ({ game: "misconception", coefficient: { count }, belief: { count: 4 } })],
  ["learned-discount", (count) => ({ game: "learned-discount", base: { count }, perDiscount: { count: 3 } })],
  ["two-goals", () => ({ game: twoGoals })],
])("%s, on random schedules", async (_, config) => {
  await fc.assert(
    fc.asyncProperty(
      rates,
      count,
      fc.constantFrom(1, 1e-160, 1e-155, 1e80),
      async (learningRates, count, goal) => {
        const asked = config(count);
        const theta = { min: -0.7 * goal, max: goal, ...("theta" in asked ? (asked.theta as object) : {}) };
        await expectSettled(createProblem({ ...asked, theta, schedule: { learningRates } } as Config));
      },
    ),
    { numRuns: 12 },
  );
});

test.each<[string, Config]>([
  ["misconception", { game: "misconception", coefficient: { count: 12_001 }, belief: { count: 5 } }],
  [
    "learned-discount",
    {
      ...{ game: "learned-discount", base: { count: 401 }, perDiscount: { count: 401 } },
      ...{ theta: { count: 4 }, discount: { count: 5 } },
    },
  ],
  // costs are negative
  ["contrary", { game: contrary, coefficient: { count: 20_001 } }],
])("%s, on a fine grid, where boxes go first", async (_, config) => {
  const problem = createProblem({ ...config, schedule: { learningRates: [0.4, 0.3, 0] } });
  const { steps, plan } = await stepsOf(problem);
  const { candidates, states } = problem;
  const all = Array.from({ length: candidates.size }, (_, i) => candidates.at(i));
  const rollouts = createRollouts(problem);
  let done = 0;
  for (const { episode, index, cost, runnerUp, rolledOut } of steps) {
    expect({ index, cost, runnerUp }).toEqual(leastOf(rollouts.costsAt(episode, plan)(all)));
    done += rolledOut!;
  }
  expect(done).toBeLessThan(0.15 * steps.length * candidates.size * states.size);
});

test("most of the work is avoided, and the result says how much was done", async () => {
  const { solver } = await solve(
    { game: "misconception", schedule: { training: 5, deployment: 5 } },
    { backend: "cpu", method: "rollout" },
  );
  expect(solver.rolledOut).toBeGreaterThan(0.01);
  expect(solver.rolledOut).toBeLessThan(0.4);
});

test("if all candidates cost the same, all are settled", async () => {
  const same = { ...contrary, name: "same", output: "theta", discount: 1 };
  const config: Config = { game: same, theta: { count: 21 }, schedule: { learningRates } };
  const [{ index, cost, runnerUp, rolledOut }] = await expectSettled(createProblem(config));
  expect({ index, runnerUp }).toEqual({ index: 0, runnerUp: cost });
  expect(rolledOut).toBeGreaterThanOrEqual(101 * 21);
});

test("if a cost may be negative, nothing is left out", async () => {
  const config: Config = { game: contrary, theta: { count: 21 }, schedule: { learningRates } };
  const steps = await expectSettled(createProblem(config));
  for (const { rolledOut } of steps) expect(rolledOut).toBe(101 * 21);
});

test("expressions that are not negative by their operations are never negative", () => {
  const names = ["a", "b", "c"];
  const value = fc.oneof(
    fc.constantFrom(0, -0, 1, -1, Infinity),
    fc.double({ min: -3, max: 3, noNaN: true }),
  );
  let found = 0;
  fc.assert(
    fc.property(trees(ALL, names), fc.array(value, { minLength: 3, maxLength: 3 }), (tree, values) => {
      const node = nodeOf(new Graph(), tree);
      const known = (name: string) => isAboveNegativeZero(values[names.indexOf(name)]);
      if (node.op === "number" || node.op === "name" || !isNotNegative(node, known)) return;
      found++;
      const [result] = createEvaluate([node], names)(values);
      expect(Number.isNaN(result) || isAboveNegativeZero(result)).toBe(true);
    }),
    { numRuns: 5000 },
  );
  expect(found).toBeGreaterThan(300);
});

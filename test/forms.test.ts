// The forms of a box of candidates enclose what the oracle computes for each of them, to the last rounding.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createBoxBounds } from "../src/cpu/boxes.ts";
import { coefficientsOf, formProgram } from "../src/cpu/forms.ts";
import { rolloutTotals } from "../src/cpu/rollout.ts";
import { createEvaluate } from "../src/game/evaluate.ts";
import { Graph, type Node } from "../src/game/graph.ts";
import type { Config } from "../src/index.ts";
import { createProblem } from "../src/model/problem.ts";
import { exact, isWithin, magnitude } from "./exactly.ts";
import { CONTINUOUS, nodeOf, type Tree, trees } from "./game/expressions.ts";
import { twoGoals } from "./games/twoGoals.ts";
import { even } from "./gpu/numbers.ts";

const DISCOUNT = 0.9;
const DECISION = ["a", "b"];
const STATES = ["x", "y"];
const names = [...DECISION, ...STATES, "learningRate", "own.x"];
const operations = CONTINUOUS.filter((op) => op !== "tanh");
const number = even(-1.5, 1.5);
const formula = trees(operations, names, undefined, { highest: 3, depth: 3 });

/** with a clamp, so that floors and ceilings are used */
const kept = (tree: Tree): Tree => ({
  op: "minimum",
  args: [
    { op: "maximum", args: [tree, { op: "number", value: -0.5 }] },
    { op: "number", value: 1 },
  ],
});

const reach = fc.integer({ min: -50, max: 0 }).map((exponent) => 2 ** exponent);
const box = fc.record({
  states: fc.tuple(number, number),
  /** learning rate and decision of each episode; the first decision is the box's middle */
  episodes: fc.array(fc.tuple(fc.constantFrom(0, 0.3, 1), number, number), { minLength: 1, maxLength: 3 }),
  reaches: fc.tuple(reach, reach),
  shares: fc.array(fc.tuple(number, number), { minLength: 3, maxLength: 3 }),
});

type Box = typeof box extends fc.Arbitrary<infer C> ? C : never;

/** Formulas as forms and in plain evaluation: the cost of a box, and the cost of a candidate. */
function prepare(trees: readonly Tree[]) {
  const graph = new Graph();
  const nodes = trees.map((tree) => nodeOf(graph, tree));
  const [mesaObjective, ...expectedNext] = nodes;
  const formulas = { graph, mesaObjective, expectedNext, discount: graph.number(DISCOUNT) };
  const program = formProgram(formulas as never, DECISION, STATES, 3)!;
  const owns = STATES.map((name) => `own.${name}`);
  const size = coefficientsOf(DECISION.length);
  // in the same way as the module
  const evaluateOf = ({ costs, next }: { costs: readonly Node[]; next: readonly Node[] }) =>
    createEvaluate([...costs, ...next], program.row, program.states, owns);
  const [first, later] = [program.first, program.later].map(evaluateOf);
  const play = createEvaluate([...nodes], DECISION, ["learningRate"], STATES, owns);

  return {
    costOf({ states, episodes, reaches }: Box) {
      const total = new Float64Array(size);
      let record: ArrayLike<number> = Float64Array.from(program.states, (_, i) => states[i] ?? 0);
      let weight = 1;
      for (const [k, [rate, ...decision]] of episodes.entries()) {
        const row = [rate, ...decision, ...(k === 0 ? reaches : [0, 0])];
        const values = (k === 0 ? first : later)(row, record, states).slice();
        for (let i = 0; i < size; i++) total[i] += weight * values[i];
        record = values.subarray(size);
        weight *= DISCOUNT;
      }
      return total;
    },
    totalOf({ states, episodes }: Box, candidate: readonly number[]) {
      let [value, weight] = [0, 1];
      let state: ArrayLike<number> = states;
      for (const [k, [rate, ...decision]] of episodes.entries()) {
        const played = play(k === 0 ? candidate : decision, [rate], state, states).slice();
        value += weight * played[0];
        state = played.subarray(1);
        weight *= DISCOUNT;
      }
      return value;
    },
  };
}

test("forms, on random formulas", () => {
  let [decided, tight, cases] = [0, 0, 0];
  fc.assert(
    fc.property(
      fc.tuple(formula, formula, formula.map(kept)),
      fc.array(box, { minLength: 8, maxLength: 8 }),
      (trees, boxes) => {
        const { costOf, totalOf } = prepare(trees);
        for (const box of boxes) {
          cases++;
          const total = costOf(box);
          if (!total.every((x) => Math.abs(x) < 1e60)) continue;
          decided++;
          if (total.at(-1)! < 1e-12 * Math.abs(total[0])) tight++;
          const [, ...middle] = box.episodes[0];
          for (const share of [...box.shares, [1, 1], [-1, 1]]) {
            const candidate = middle.map(
              (x, j) => x + Math.max(-1, Math.min(1, share[j])) * box.reaches[j] * (1 - 2 ** -40),
            );
            const offsets = candidate.map((x, j) => exact(x) - exact(middle[j]));
            // an offset below the last bit of the middle may have been rounded up
            if (offsets.some((offset, j) => magnitude(offset) > exact(box.reaches[j]))) continue;
            const value = totalOf(box, candidate);
            if (!isWithin(value, total, offsets)) throw new Error(`${value} is not within ${total}`);
          }
        }
      },
    ),
    { numRuns: 250 },
  );
  expect(decided).toBeGreaterThan(0.6 * cases);
  expect(tight).toBeGreaterThan(0.2 * cases);
});

const schedule = { learningRates: [1, 0.4, 0.7, 0, 0] };
describe.each<[string, Config]>([
  ["linear", { game: "linear", coefficient: { count: 401 }, schedule }],
  ["misconception", { game: "misconception", schedule }],
  ["learned-discount", { game: "learned-discount", schedule, theta: { count: 5 }, discount: { count: 5 } }],
  ["two-goals", { game: twoGoals, schedule }],
])("boxes of %s", (_, config) => {
  test("enclose their candidates' costs, and closely so if they are small", () => {
    const problem = createProblem(config);
    const { candidates, states } = problem;
    const axes = candidates.axes;
    const bounds = createBoxBounds(problem)!;
    fc.assert(
      fc.property(fc.nat(4), fc.nat(), fc.integer({ min: 0, max: 24 }), (episode, seed, size) => {
        const at = (i: number) => (seed * 7 + i * 13) % candidates.size;
        const plan = problem.learningRates.map(() => 0);
        const later = Array.from(plan, (_, k) => candidates.at(at(k)));
        const low = candidates.placesOf(at(9));
        const high = low.map((place, d) => Math.min(axes[d].length - 1, place + size));
        const middles = axes.map((axis, d) => (axis[low[d]] + axis[high[d]]) / 2);
        const reaches = axes.map(
          (axis, d) => Math.max(axis[high[d]] - middles[d], middles[d] - axis[low[d]]) * (1 + 2 ** -50),
        );
        const cost = bounds.at(episode, later)(Float64Array.from([...middles, ...reaches]));
        const totalOf = rolloutTotals(problem, episode, later);
        for (let i = 0; i < 4; i++) {
          const point = axes.map(
            (axis, d) => axis[low[d] + ((seed * (i + 1) + 5 * i) % (high[d] - low[d] + 1))],
          );
          let sum = 0;
          for (let s = 0; s < states.size; s++) sum += totalOf(point, states.at(s));
          const offsets = point.map((x, d) => exact(x) - exact(middles[d]));
          if (cost.every(Number.isFinite)) expect(isWithin(sum, cost, offsets)).toBe(true);
          if (size === 0) expect(cost.at(-1)! / (1e-200 + cost[0])).toBeLessThan(1e-9);
        }
      }),
      { numRuns: 25 },
    );
  });
});

test("formulas that jump or have no bound have no forms; neither have decisions of three numbers", () => {
  const of = (game: object) => {
    const { formulas, game: checked } = createProblem({
      game: { name: "own", state: { theta: { min: -1, max: 1, count: 3, initial: 1 } }, ...game },
    });
    return formProgram(formulas, checked.decisionNames, ["theta"], 3);
  };
  const axis = { min: -1, max: 1, count: 3 };
  expect(of({ decision: { a: axis, b: axis }, output: "a * b * theta" })).toBeDefined();
  expect(of({ decision: { a: axis }, output: "tanh(a * theta)" })).toBeUndefined();
  expect(of({ decision: { a: axis }, output: "abs(a * theta)" })).toBeUndefined();
  expect(of({ decision: { a: axis, b: axis, c: axis }, output: "(a + b + c) * theta" })).toBeUndefined();
});

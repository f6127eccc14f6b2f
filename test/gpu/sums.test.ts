// Sums in loops are bounded for any order of their terms, also on a device with the worst rounding.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RADIUS_SLACK, ROUNDING } from "../../shaders/float32.ts";
import { affineOf, ball } from "../../shaders/real.wgsl.ts";
import { createOracle } from "../../src/cpu/oracle.ts";
import { createEvaluate } from "../../src/game/evaluate.ts";
import { ownName } from "../../src/game/formulas.ts";
import { Graph } from "../../src/game/graph.ts";
import { dealStates } from "../../src/gpu/cut.ts";
import { createGpuEvaluator } from "../../src/gpu/evaluator.ts";
import { statementsOf } from "../../src/gpu/gameWgsl.ts";
import type { Config } from "../../src/index.ts";
import type { Plan } from "../../src/model/evaluator.ts";
import { createProblem, type Problem } from "../../src/model/problem.ts";
import { dice, neighbours, ORDERS, type Order, ROUNDINGS, type Rounding, sumAgainst } from "./adversary.ts";
import { callOnDevice } from "./compute.ts";
import { keptGpu } from "./gpus.ts";

const TERMS = 64;
const charge = `${ROUNDING * TERMS}`;

/** the maximum error of an adversary's sums, over all orders and roundings */
function worstOf(terms: readonly number[], seed: number): number {
  const exact = terms.reduce((sum, x) => sum + x, 0);
  let worst = 0;
  for (const order of ORDERS)
    for (const rounding of ROUNDINGS)
      worst = Math.max(worst, Math.abs(sumAgainst(terms, order, rounding, dice(seed)) - exact));
  return worst;
}

test("an adversary's sums are neighbours of the true ones", () => {
  fc.assert(
    fc.property(fc.double({ min: -1e30, max: 1e30, noNaN: true }), (x) => {
      const [below, above] = neighbours(x);
      expect(below <= x && x <= above).toBe(true);
      for (const end of [below, above]) expect(Math.fround(end)).toBe(end);
      if (below !== above)
        expect(Math.fround((below + above) / 2)).toBe(
          neighbours((below + above) / 2)[Math.fround((below + above) / 2) === below ? 0 : 1],
        );
    }),
  );
  expect(neighbours(1 + 2 ** -24)).toEqual([1, 1 + 2 ** -23]);
  expect(neighbours(-1 - 2 ** -30)).toEqual([-1 - 2 ** -23, -1]);
});

/** f32s over 20 powers of two, so that float64 adds up 64 of them exactly */
const term = fc
  .tuple(
    fc.integer({ min: 2 ** 23, max: 2 ** 24 - 1 }),
    fc.integer({ min: -20, max: 0 }),
    fc.constantFrom(1, 1, 1, -1),
  )
  .map(([x, exponent, sign]) => sign * x * 2 ** (exponent - 23));
/** few large terms among many small ones: the worst position for them depends on the order */
const lopsided = fc
  .tuple(term, fc.integer({ min: 1, max: 3 }), fc.nat(TERMS - 3))
  .map(([small, large, at]) =>
    Array.from({ length: TERMS }, (_, i) => (i >= at && i < at + large ? 1 : (small * 2 ** -23) / 4)),
  );
const sums = fc.sample(fc.oneof(fc.array(term, { minLength: TERMS, maxLength: TERMS }), lopsided), {
  numRuns: 600,
  seed: 6,
});

describe("a tally contains its sum in any order", async () => {
  /** the device's result for each sum, computed by the lines of a loop */
  const looped = (arithmetic: typeof ball, line: string, before: string) =>
    callOnDevice(
      {
        declarations: arithmetic.wgsl,
        arithmetic,
        inputs: TERMS,
        outputs: 1,
        body: `${before} var sum = exactly(0.0); for (var i = 0u; i < ${TERMS}u; i++) { ${line} } y[0] = sum;`,
      },
      sums.map((terms) =>
        terms.map((x) => (arithmetic === ball ? [x, 0] : [x, 0.5 * x, 0, 0, 0, Math.abs(x), 0, 0])),
      ),
    );
  const worst = sums.map(worstOf);

  test("of balls", async () => {
    const found = await looped(ball, `sum = tally(sum, x[i], ${charge});`, "");
    let used = 0;
    for (const [i, [[, radius]]] of found.entries()) {
      expect(worst[i]).toBeLessThanOrEqual(RADIUS_SLACK * radius);
      used = Math.max(used, worst[i] / radius);
    }
    // half of it is the second ulp
    expect(used).toBeGreaterThan(0.25);
  });

  test("charging partial sums instead does not", async () => {
    const found = await looped(ball, "sum = add(sum, x[i]);", "");
    expect(found.some(([[, radius]], i) => worst[i] > 4 * RADIUS_SLACK * radius)).toBe(true);
  });

  test("of forms: the centre with its slopes, and the computed value", async () => {
    const affine = affineOf({ decision: 1, state: 2 });
    const found = await looped(
      affine as typeof ball,
      `sum = tally(sum, x[i], ${charge});`,
      "reach0 = 2.0; fault0 = 0.0; measure_underflow();",
    );
    for (const [i, [[, , , , rest, , loss]]] of found.entries()) {
      // the slope is half of the term: times its reach, it errs as much
      expect(2 * worst[i]).toBeLessThanOrEqual(RADIUS_SLACK * rest);
      expect(worst[i]).toBeLessThanOrEqual(RADIUS_SLACK * loss);
    }
  });
});

test("a formula's sum of many terms does too", async () => {
  const g = new Graph();
  const names = Array.from({ length: TERMS }, (_, i) => g.name(`x${i}`));
  const total = names.reduce((sum, name, i) => (i % 3 === 2 ? g.subtract(sum, name) : g.add(sum, name)));
  const given = new Map(names.map((name, i) => [name, `x[${i}]`]));
  const { statements, values } = statementsOf([total], given, ball);
  const found = await callOnDevice(
    {
      ...{ declarations: ball.wgsl, arithmetic: ball, inputs: TERMS, outputs: 1 },
      body: `${statements} y[0] = ${values[0]};`,
    },
    sums.map((terms) => terms.map((x) => [x, 0])),
  );
  let used = 0;
  for (const [i, [[, radius]]] of found.entries()) {
    const worst = worstOf(
      sums[i].map((x, j) => (j % 3 === 2 ? -x : x)),
      i,
    );
    expect(worst).toBeLessThanOrEqual(RADIUS_SLACK * radius);
    used = Math.max(used, worst / radius);
  }
  expect(used).toBeGreaterThan(0.05);
});

test("for three numbers, single additions bound any order", () => {
  fc.assert(
    fc.property(fc.tuple(term, term, term), fc.nat(), ([a, b, c], seed) => {
      const [below, above] = neighbours(a + b);
      for (const so_far of [below, above])
        expect(worstOf([a, b, c], seed)).toBeLessThanOrEqual(
          RADIUS_SLACK * ROUNDING * (Math.abs(a) + Math.abs(b) + Math.abs(so_far) + Math.abs(c)),
        );
    }),
    { numRuns: 2000 },
  );
});

test("a hundred small terms, then 1, backwards", () => {
  const small = Math.fround(0.6 * 2 ** -23);
  const terms = [...new Array<number>(100).fill(small), 1];
  let [sum, radius, tallied] = [0, 0, 0];
  for (const x of terms) {
    radius += ROUNDING * (sum + x);
    sum += x;
    tallied += terms.length * ROUNDING * x;
  }
  const backward = Math.abs(sumAgainst(terms, "backward", "up", dice(1)) - sum);
  expect(backward / radius).toBeCloseTo(20, 0);
  expect(backward).toBeLessThan(tallied);
});

describe("certified holds against it", () => {
  /**
   * A candidate's cost at the first episode where terms and totals are f32s and an adversary adds them up: the terms of
   * a state, then the totals of a block of states, then the blocks.
   */
  function costAgainst(
    problem: Problem,
    plan: Plan,
    candidate: readonly number[],
    order: Order,
    rounding: Rounding,
  ) {
    const { game, formulas, states } = problem;
    const names = Object.keys(game.state);
    const evaluate = createEvaluate([formulas.mesaObjective], game.decisionNames, names, names.map(ownName));
    const sum = (terms: readonly number[]) => sumAgainst(terms, order, rounding, dice(7));
    const totals = Array.from({ length: states.size }, (_, i) => {
      const state = states.at(i);
      const costOf = (decision: readonly number[]) => evaluate(decision, state, state)[0];
      return sum(plan.map((decision, k) => Math.fround(costOf(k === 0 ? candidate : decision))));
    });
    const deal = dealStates(states.size, problem.candidates.size, 12, 2 ** 27, undefined, states.size / 16);
    const { groups, lanes, blocks } = deal;
    const size = groups * lanes;
    const ofBlocks = Array.from({ length: blocks }, (_, b) => sum(totals.slice(b * size, (b + 1) * size)));
    return sum(ofBlocks) / states.size;
  }

  const idle = (episodes: number) => ({ schedule: { learningRates: new Array<number>(episodes).fill(0) } });
  const games: Config[] = [
    { game: "linear" },
    { game: "misconception", belief: { min: 0, max: 0, count: 1 } },
  ];

  /** Compares the bounds of all candidates with adversarial sums; returns the largest used share of a bound. */
  async function hold(config: Config, plan: Plan, orders: readonly Order[]): Promise<number> {
    const problem = createProblem(config);
    const decisions = Array.from({ length: problem.candidates.size }, (_, i) => problem.candidates.at(i));
    const options = { method: "rollout", precision: "certified", required: true, gpu: keptGpu } as const;
    const gpu = (await createGpuEvaluator(problem, options))!;
    try {
      const { error } = await gpu.enclosures(0, plan);
      const oracle = createOracle(problem).costsAt(0, plan)(decisions);
      let used = 0;
      for (const [i, candidate] of decisions.entries())
        for (const order of orders)
          for (const rounding of ["down", "up"] as const) {
            const off = Math.abs(costAgainst(problem, plan, candidate, order, rounding) - oracle[i]);
            expect(off).toBeLessThanOrEqual(error[i]);
            used = Math.max(used, off / error[i]);
          }
      return used;
    } finally {
      gpu.destroy();
    }
  }

  test.each(games)("over episodes of which only the last is expensive: $game", async (game) => {
    // the plan makes the other episodes cost 0.6 · 2⁻²³ θ² each, and the last θ²
    const plan = Array.from({ length: 120 }, (_, t) => [t < 119 ? 1 - Math.sqrt(0.6 * 2 ** -23) : 0]);
    const coefficient = { min: -1, max: 1, count: 66 };
    const config = { ...game, ...idle(plan.length), coefficient, theta: { min: 1, max: 1.25, count: 3 } };
    expect(await hold(config, plan, ["text", "backward", "descending"])).toBeGreaterThan(0.2);
  });

  // in a proportional game only one state is rolled out
  test.each(games.slice(1))("over many states: $game", async (game) => {
    const coefficient = { min: -1, max: 0, count: 3 };
    const config = { ...game, ...idle(1), coefficient, theta: { min: 1, max: 1.25, count: 12_000 } };
    expect(await hold(config, [[0]], ["text"])).toBeGreaterThan(0.05);
  });
});

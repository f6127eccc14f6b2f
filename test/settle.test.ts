// How candidates are decided: the minimum and the runner-up, and the screening, which must not lose either.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createDecider } from "../src/cpu/decider.ts";
import { finiteOrInfinity, screen } from "../src/cpu/oracle.ts";
import type { MesaError } from "../src/errors.ts";
import { Minimum } from "../src/model/evaluator.ts";
import type { Enclosure } from "../src/model/moments.ts";
import { createProblem } from "../src/model/problem.ts";

function minimumOf(costs: readonly number[]) {
  const minimum = new Minimum();
  for (const [i, cost] of costs.entries()) minimum.offer(i, cost);
  const { index, cost, runnerUp } = minimum;
  return { index, cost, runnerUp };
}

describe("the minimum", () => {
  test.each([
    [[3], { index: 0, cost: 3, runnerUp: Number.NaN }],
    [[3, 3], { index: 0, cost: 3, runnerUp: 3 }],
    [[3, 1, 2], { index: 1, cost: 1, runnerUp: 2 }],
    [[1, 2, 3], { index: 0, cost: 1, runnerUp: 2 }],
    [[3, 2, 1], { index: 2, cost: 1, runnerUp: 2 }],
    [[2, 1, 1, 0.5, 0.5], { index: 3, cost: 0.5, runnerUp: 0.5 }],
    [[Infinity, 2], { index: 1, cost: 2, runnerUp: Infinity }],
    [[Infinity, Infinity], { index: 0, cost: Infinity, runnerUp: Infinity }],
    [[], { index: -1, cost: Infinity, runnerUp: Number.NaN }],
  ])("of %j", (costs, wanted) => {
    expect(minimumOf(costs)).toEqual(wanted);
  });

  test("is the first of the sorted costs, and the runner-up the second", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 2, maxLength: 20 }), (costs) => {
        const [cost, runnerUp] = costs.toSorted((a, b) => a - b);
        expect(minimumOf(costs)).toEqual({ index: costs.indexOf(cost), cost, runnerUp });
      }),
    );
  });
});

test("a cost that overflowed is never the minimum", () => {
  expect([1, Number.NaN, -Infinity, Infinity].map(finiteOrInfinity)).toEqual([
    1,
    Infinity,
    Infinity,
    Infinity,
  ]);
});

describe("screening", () => {
  /** a cost with an enclosure that contains it: exact, loose, off-centre, or infinite */
  const candidate = fc
    .record({
      true: fc.oneof(fc.integer({ min: 0, max: 8 }), fc.double({ min: 0, max: 8, noNaN: true })),
      error: fc.oneof(
        fc.constantFrom(0, 1, Infinity, Number.NaN),
        fc.double({ min: 0, max: 4, noNaN: true }),
      ),
      shift: fc.double({ min: -0.9, max: 0.9, noNaN: true }),
      finite: fc.boolean(),
    })
    .map(({ true: cost, error, shift, finite }) => ({
      cost,
      enclosure: { cost: finite && Number.isFinite(error) ? cost + shift * error : Number.NaN, error },
    }));

  test("keeps the minimum and the runner-up", () => {
    let dropped = 0;
    fc.assert(
      fc.property(fc.array(candidate, { minLength: 1, maxLength: 30 }), (candidates) => {
        const kept = screen(candidates.keys(), (i) => candidates[i].enclosure);
        dropped += candidates.length - kept.length;
        expect(kept).toEqual(kept.toSorted((a, b) => a - b));
        const all = minimumOf(candidates.map(({ cost }) => cost));
        const few = minimumOf(kept.map((i) => candidates[i].cost));
        expect({ ...few, index: kept[few.index] }).toEqual(all);
      }),
      { numRuns: 2000 },
    );
    expect(dropped).toBeGreaterThan(1000);
  });

  test("gives the same in two rounds as in one", () => {
    fc.assert(
      fc.property(fc.array(candidate, { minLength: 1, maxLength: 30 }), fc.nat(30), (candidates, cut) => {
        const enclosure = (i: number) => candidates[i].enclosure;
        const indices = [...candidates.keys()];
        const halves = [
          ...screen(indices.slice(0, cut), enclosure),
          ...screen(indices.slice(cut), enclosure),
        ];
        expect(screen(halves, enclosure)).toEqual(screen(indices, enclosure));
      }),
      { numRuns: 1000 },
    );
  });

  test("rules out a candidate if two others certainly cost less", () => {
    const costs = [5, 1, 2, 3, 1.9];
    expect(screen(costs.keys(), (i) => ({ cost: costs[i], error: 0.25 }))).toEqual([1, 2, 4]);
    expect(screen(costs.keys(), (i) => ({ cost: costs[i], error: 0 }))).toEqual([1, 4]);
    expect(screen(costs.keys(), (i) => ({ cost: costs[i], error: i === 0 ? Number.NaN : 0 }))).toEqual([
      0, 1, 4,
    ]);
  });
});

describe("a cost outside its enclosure", () => {
  const problem = createProblem({
    game: "linear",
    schedule: { learningRates: [0.5, 0.25] },
    coefficient: { count: 9 },
  });
  const decider = createDecider(problem, { threads: 1 });
  const [question] = decider.oracle.questions(1, []);
  const indices = Uint32Array.from({ length: 9 }, (_, i) => i);
  const { 0: cost } = question.costsOf([3]);
  const said = (enclosure: Enclosure) => (index: number) =>
    index === 3 ? enclosure : { cost: 0, error: Number.POSITIVE_INFINITY };
  const broken = (enclosure: Enclosure, costsOf = question.costsOf) => {
    const { enclosure: _, ...rest } = question;
    return decider.settle({ ...rest, costsOf }, {}, indices, said(enclosure)).then(
      () => "none",
      (error: MesaError) => error.message,
    );
  };

  test("ends the solve, by the GPU's bound", async () => {
    expect(await broken({ cost: cost + 1, error: 0.5 })).toBe(
      `the error bound of float32 is broken at episode 1: candidate 3 costs ${cost}, which is not within 0.5 of ${cost + 1}`,
    );
    expect(await broken({ cost: cost + 1, error: 1.01 })).toBe("none");
  });

  test("ends it by the moments' bound", async () => {
    const enclosure = (i: number) => ({
      ...question.enclosure!(i),
      cost: 2 * question.enclosure!(i).cost + 1,
    });
    await expect(decider.settle({ ...question, enclosure }, {}, indices)).rejects.toThrow(
      /^the error bound of the moments is broken at episode 1/,
    );
    await decider.settle(question, {}, indices);
  });

  test("also if the cost is not finite but the enclosure is", async () => {
    const costsOf = (value: number) => () => Float64Array.from(indices, (i) => (i === 3 ? value : i));
    for (const value of [Number.POSITIVE_INFINITY, Number.NaN]) {
      expect(await broken({ cost: 1, error: 1 }, costsOf(value))).toMatch(
        /candidate 3 costs (Infinity|NaN), /,
      );
      expect(await broken({ cost: 1, error: Number.POSITIVE_INFINITY }, costsOf(value))).toBe("none");
      expect(await broken({ cost: Number.NaN, error: 1 }, costsOf(value))).toBe("none");
    }
  });
});

// Near the ends of float64's range moments and rollouts differ by more than rounding; there only rollouts decide.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createOracle } from "../src/cpu/oracle.ts";
import { rolloutCosts } from "../src/cpu/rollout.ts";
import { cellConfig } from "../src/diagram/config.ts";
import { openLinearCells } from "../src/diagram/linearCell.ts";
import { pointsOf, tilesOf } from "../src/diagram/tiles.ts";
import { type Config, type PhaseConfig, phase, solve } from "../src/index.ts";
import type { Plan } from "../src/model/evaluator.ts";
import { Future } from "../src/model/moments.ts";
import { createProblem, type Problem } from "../src/model/problem.ts";
import { grown, growthInRange, NO_GROWTH, statesInRange } from "../src/model/range.ts";
import { gears } from "./games/gears.ts";

const goal = (theta: number) => ({ min: theta, max: theta, count: 1 });
const rates = (...learningRates: number[]) => ({ learningRates });

/** squares of subnormal numbers, and a future that makes them matter */
const subnormal: Config = {
  game: "linear",
  theta: goal(2.8e-162),
  coefficient: { min: 0.5, max: 1, count: 9 },
  schedule: rates(5e35, 5e35, 5e35),
};
/** weights γ^k that vanish after ten episodes, while goals grow by the same factor */
const weightless: Config = {
  game: "linear",
  theta: goal(2 ** -204),
  coefficient: { min: 0.9, max: 1.1, count: 41 },
  discount: 2 ** -100,
  schedule: rates(1.5e13, ...new Array<number>(13).fill(7.9e14)),
};
/** goals that overflow, although their weighted costs do not */
const overflowing: Config = {
  game: "linear",
  theta: { min: 0.5, max: 1, count: 3 },
  coefficient: { min: 0, max: 1, count: 11 },
  discount: 1e-100,
  schedule: rates(1e48, 1e49, 1e49, 1e49, 1e49, 0),
};
/** outputs whose squares underflow, with gains that no decision changes */
const faint: Config = {
  game: "linear",
  theta: goal(1),
  coefficient: { min: 1e-170, max: 9e-170, count: 9 },
  regularization: 1,
  schedule: rates(...new Array<number>(6).fill(5e35), 0),
};

/** the steps of a solve on the CPU, or the code of its error */
async function stepsBy(method: "rollout" | "moments", config: Config) {
  try {
    const { plan, cost, margin } = await solve(config, { backend: "cpu", method, threads: 1 });
    return { plan, cost, margin };
  } catch (error) {
    return (error as { code: string }).code;
  }
}

/**
 * Expects every enclosure to contain the rollouts' cost; returns the number of enclosures, and of questions without
 * any.
 */
function expectEnclosed(problem: Problem, plan: Plan): { held: number; without: number } {
  const oracle = createOracle(problem);
  const decisions = Array.from({ length: problem.candidates.size }, (_, i) => problem.candidates.at(i));
  let [held, without] = [0, 0];
  for (let t = problem.learningRates.length - 1; t >= 0; t--) {
    const [{ enclosure }] = oracle.questions(t, plan);
    if (!enclosure) without++;
    else
      for (const [i, rollout] of rolloutCosts(problem, t, plan)(decisions).entries()) {
        const { cost, error } = enclosure(i);
        if (!Number.isFinite(cost) || !Number.isFinite(error)) continue;
        expect(Math.abs(rollout - cost)).toBeLessThanOrEqual(error);
        held++;
      }
  }
  return { held, without };
}

describe.each([
  ["squares that are subnormal", subnormal],
  ["weights that vanish before the costs they multiply", weightless],
  ["goals that overflow before their weights vanish", overflowing],
  ["outputs whose squares vanish before later costs", faint],
])("%s", (_, config) => {
  const problem = createProblem(config);
  const middle = problem.candidates.at(Math.floor(problem.candidates.size / 2));
  const plan = [...problem.learningRates].map(() => middle);

  test("moments differ from rollouts", () => {
    const future = new Future(problem);
    const enclosure = future.enclosures(future.viewAt(0, 0, plan), future.roundings(0));
    const off = problem.candidates.axes[0].some((a, i) => {
      const { cost, error } = enclosure(i);
      return !(Math.abs(rolloutCosts(problem, 0, plan)([[a]])[0] - cost) <= error);
    });
    expect(off).toBe(true);
  });

  test("rollouts decide", async () => {
    expect(expectEnclosed(problem, plan).without).toBeGreaterThan(0);
    expect(await stepsBy("moments", config)).toEqual(await stepsBy("rollout", config));
  });
});

describe("at any magnitude", () => {
  const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });
  const power = (min: number, max: number) => between(min, max).map((exponent) => 10 ** exponent);
  const count = fc.constantFrom(1, 2, 5, 11);
  /** magnitudes of goals, and learning rates that keep costs near 1 */
  const ends = fc.oneof(
    power(-170, -140).map((theta) => ({ theta, rate: fc.oneof(power(30, 45), power(60, 85)) })),
    power(140, 160).map((theta) => ({ theta, rate: power(-30, 1) })),
    power(-100, 3).map((theta) => ({ theta, rate: fc.oneof(power(-3, 3), power(10, 60)) })),
  );
  const extreme = ends.chain(({ theta, rate }) =>
    fc.record({
      theta: fc
        .tuple(between(-1, 1), count)
        .map(([low, n]) => (n === 1 ? goal(theta) : { min: low * theta, max: 1.1 * theta, count: n })),
      discount: fc.oneof(fc.constantFrom(1, 1, 0), power(-100, 0)),
      regularization: fc.constantFrom(0, 0.1, 1),
      learningRates: fc.array(fc.oneof({ weight: 3, arbitrary: rate }, fc.constant(0)), {
        minLength: 1,
        maxLength: 14,
      }),
    }),
  );
  const line = fc
    .tuple(fc.constantFrom(-2, 0, 0.5, 0.9), fc.constantFrom(1, 0.2, 1e-8, 1e-15), fc.constantFrom(2, 9, 41))
    .map(([min, span, n]) => ({ game: "linear", coefficient: { min, max: min + span, count: n } }));
  const wheels = fc.tuple(power(-170, 1), power(-30, 1)).map(([coarse, fine]) => ({
    game: gears,
    coarse: { min: -coarse, max: coarse, count: 5 },
    fine: { min: 0, max: fine, count: 4 },
  }));
  const config = fc
    .tuple(fc.oneof({ weight: 3, arbitrary: line }, wheels), extreme)
    .map(
      ([game, { learningRates, ...rest }]) => ({ ...game, ...rest, schedule: { learningRates } }) as Config,
    );

  test("moments and rollouts give the same plan, costs and margins, to the bit", async () => {
    let solved = 0;
    await fc.assert(
      fc.asyncProperty(config, async (config) => {
        const wanted = await stepsBy("rollout", config);
        expect(await stepsBy("moments", config)).toEqual(wanted);
        if (typeof wanted === "object") solved++;
      }),
      { numRuns: 600 },
    );
    expect(solved).toBeGreaterThan(200);
  });

  test("the bounds hold", () => {
    let [held, without] = [0, 0];
    fc.assert(
      fc.property(config, fc.infiniteStream(fc.nat()), (config, stream) => {
        const problem = createProblem(config);
        const { size } = problem.candidates;
        const plan = [...problem.learningRates].map(() => problem.candidates.at(stream.next().value % size));
        const found = expectEnclosed(problem, plan);
        held += found.held;
        without += found.without;
      }),
      { numRuns: 1000 },
    );
    expect(held).toBeGreaterThan(1000);
    expect(without).toBeGreaterThan(1000);
  });
});

describe("in range", () => {
  test("are states whose largest number is neither tiny nor huge", () => {
    const within = [[1], [0, -1e-130], [1e70, 0], [1e-300, 1]];
    const without = [[0], [2.2e-162, -1e-150], [1, 1e80], [Number.NaN], []];
    for (const axis of within) {
      expect(statesInRange([axis])).toBe(true);
      // one state is large enough for all, and none may be too large
      expect(statesInRange([[0], axis])).toBe(true);
      expect(statesInRange([axis, [1e-300]])).toBe(true);
      expect(statesInRange([axis, [1e80]])).toBe(false);
      expect(statesInRange([[Number.NaN], axis])).toBe(false);
    }
    for (const axis of without) {
      expect(statesInRange([axis])).toBe(false);
      expect(statesInRange([axis, [1e-150, 0]])).toBe(false);
    }
    expect(statesInRange([])).toBe(false);
  });

  test("is a future of 10,000 ordinary episodes", () => {
    let growth = NO_GROWTH;
    for (let t = 0; t < 10_000; t++) growth = grown(growth, 3, 1);
    expect(growthInRange(growth)).toBe(true);
    expect(growthInRange(grown(growth, 1e40, 0))).toBe(false);
    expect(growthInRange(grown(growth, 0, 1e40))).toBe(false);
    expect(growthInRange(grown(Number.POSITIVE_INFINITY, 0, 0))).toBe(false);
    expect(growthInRange(grown(Number.NaN, 0, 0))).toBe(false);
  });
});

describe("a phase diagram", () => {
  const diagram = (config: Config): PhaseConfig => ({
    config: { ...config, schedule: { training: 14, deployment: 0 } },
    x: { key: "schedule.learningRate", from: 0.25, to: 7.9e14, count: 2 },
    y: { key: "schedule.training", from: 2, to: 14, count: 2 },
    measures: ["firstCoefficient", "cost", "margin"],
  });
  /** by cell: whether the cell is left to `solve` */
  const left = (problem: Awaited<ReturnType<typeof phase>>["diagram"]) => {
    const points = pointsOf(problem, tilesOf(2, 2));
    const cells = openLinearCells(problem, "moments");
    if (!cells) return points.x.map(() => true);
    const solved = new Map(cells.solve(points));
    return points.x.map((_, i) => solved.get(i) === undefined);
  };

  test.each([
    ["squares that are subnormal", subnormal, [true, true, true, true]],
    ["goals whose squares overflow", { ...subnormal, theta: goal(1e157) }, [true, true, true, true]],
    ["weights that vanish before the costs they multiply", weightless, [false, false, false, true]],
  ])("leaves cells to solve: %s", async (_, config, wanted) => {
    const map = await phase(diagram(config), { backend: "cpu", method: "moments", threads: 1 });
    expect(left(map.diagram)).toEqual(wanted);
    for (const [cell, isLeft] of wanted.entries()) {
      const [x, y] = [map.diagram.x.values[cell % 2], map.diagram.y.values[cell >> 1]];
      if (!isLeft) continue;
      const steps = await stepsBy("rollout", cellConfig(map.diagram, x, y));
      if (typeof steps === "string") expect(map.values.cost[cell]).toBeNaN();
      else {
        expect(map.values.firstCoefficient[cell]).toBe(steps.plan.coefficient[0]);
        expect(map.values.cost[cell]).toBe(steps.cost[0]);
      }
    }
  });
});

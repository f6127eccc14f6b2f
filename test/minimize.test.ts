// Searches with restarts: known minima within a budget, one reason to stop each, and the same bits for the same seed.
import { describe, expect, test } from "vitest";
import { type MinimizeOptions, minimize, type SearchProgress } from "../src/search/minimize.ts";

type Cost = (x: Float64Array) => number;
const sum = (x: Float64Array, term: (v: number, i: number) => number) =>
  x.reduce((total, v, i) => total + term(v, i), 0);

const sphere: Cost = (x) => sum(x, (v) => (v - 0.3) ** 2);
const ellipsoid: Cost = (x) => sum(x, (v, i) => 1e6 ** (i / (x.length - 1)) * (v - 0.3) ** 2);
const rosenbrock: Cost = (x) => sum(x.subarray(1), (v, i) => 100 * (v - x[i] ** 2) ** 2 + (1 - x[i]) ** 2);
const rastrigin: Cost = (x) => sum(x, (v) => 10 + (v - 0.3) ** 2 - 10 * Math.cos(2 * Math.PI * (v - 0.3)));

const search = (cost: Cost, options: Partial<MinimizeOptions> = {}) =>
  minimize(async (points) => points.map(cost), {
    ...{ dimension: 3, seed: 1, generations: 5000, restarts: 0, stepSize: 1 },
    ...options,
  });

describe("known minima to 1e-10", () => {
  // budgets: the most that seeds 1 to 20 needed, and a quarter more; pycma 4.5 needs as much
  test.each([
    { name: "sphere", cost: sphere, dimension: 10, stepSize: 1, budget: 2175 },
    { name: "ellipsoid of condition 1e6", cost: ellipsoid, dimension: 10, stepSize: 1, budget: 5550 },
    { name: "Rosenbrock", cost: rosenbrock, dimension: 10, stepSize: 0.5, budget: 7575 },
    { name: "sphere", cost: sphere, dimension: 1, stepSize: 1, budget: 180 },
    { name: "sphere, population 4", cost: sphere, dimension: 3, stepSize: 1, population: 4, budget: 700 },
  ])("$name in $dimension dimensions", async ({ cost, budget, ...options }) => {
    for (let seed = 1; seed <= 5; seed++) {
      const found = await search(cost, { ...options, seed, target: 1e-10 });
      expect(found.cost).toBeLessThanOrEqual(1e-10);
      expect(found.cost).toBe(cost(found.point));
      expect(found.evaluations).toBeLessThanOrEqual(budget);
      expect(found.runs.map(({ stopped }) => stopped)).toEqual(["Target: the least cost is at most 1e-10"]);
    }
  });

  test("Rastrigin's many valleys need restarts", async () => {
    const options = { dimension: 5, stepSize: 3, target: 1e-10 };
    for (let seed = 1; seed <= 5; seed++) {
      const once = await search(rastrigin, { ...options, seed });
      expect(once.cost).toBeGreaterThan(0.9); // its second least minimum is 0.99
      const often = await search(rastrigin, { ...options, seed, restarts: 6 });
      expect(often.cost).toBeLessThanOrEqual(1e-10);
      expect(often.runs[0]).toEqual(once.runs[0]);
      expect(often.runs.map(({ population }) => population)).toEqual(
        often.runs.map((_, run) => 8 * 2 ** run),
      );
    }
  });

  test("where half of the space has no cost", async () => {
    const { point, cost } = await search((x) => (x[0] < 0.2 ? Number.NaN : x[1] > 1 ? Infinity : sphere(x)));
    expect(cost).toBeLessThan(1e-10);
    for (const v of point) expect(v).toBeCloseTo(0.3, 5);
  });
});

describe("a run stops for", () => {
  // so far from 0 that rounding ends the search before a tolerance does
  const far = (at: number[]) => (x: Float64Array) => sum(x, (v, i) => Math.abs(v - at[i]));
  const tolerance = { cost: 0, point: 0 };
  test.each<{ criterion: string; cost: Cost } & Partial<MinimizeOptions>>([
    { criterion: "TolFun", cost: sphere },
    { criterion: "TolX", cost: (x) => sphere(x) ** 0.01 },
    { criterion: "EqualFunValues", cost: () => 7 },
    { criterion: "ConditionCov", cost: (x) => x[0] ** 2 + 1e18 * (x[1] ** 2 + x[2] ** 2) },
    { criterion: "TolXUp", cost: (x) => -x[0] },
    { criterion: "NoEffectAxis", cost: far([1e5, 1e5, 1e5]), start: [[1e5 + 0.3, 1e5, 1e5]], tolerance },
    { criterion: "NoEffectCoord", cost: far([1e5, 0, 0]), start: [[1e5 + 0.3, 0.1, 0.1]], tolerance },
    { criterion: "Stagnation", cost: (x) => (Math.sin(1e6 * x[0] + 1e5 * x[1]) * 1e4) % 1 },
    { criterion: "MaxIter", cost: sphere, generations: 20 },
    { criterion: "Target", cost: sphere, target: 0.01 },
  ])("$criterion", async ({ criterion, cost, ...options }) => {
    const [{ stopped, generations }] = (await search(cost, options)).runs;
    expect(stopped).toMatch(new RegExp(`^${criterion}: \\S`));
    expect(generations).toBeLessThan(5000);
  });

  test("a constant after as many generations as there are to compare", async () => {
    const { runs, cost, evaluations, generations } = await search(() => 7, { restarts: 1 });
    // 10 + ⌈30 · 3/7⌉ and 10 + ⌈30 · 3/14⌉
    expect(runs.map((run) => run.generations)).toEqual([23, 17]);
    expect({ cost, evaluations, generations }).toEqual({
      cost: 7,
      evaluations: 23 * 7 + 17 * 14,
      generations: 40,
    });
  });

  test("no finite cost, which is an error when all runs are over", async () => {
    const found = search(() => Number.NaN, { restarts: 1 });
    await expect(found).rejects.toMatchObject({
      code: "NOT_FINITE",
      message: "the cost of every one of 399 points is too large or undefined",
    });
  });
});

describe("reproducible", () => {
  test("to the bit for the same seed, and only then", async () => {
    const options = { dimension: 4, generations: 60, restarts: 2 };
    const one = await search(rosenbrock, { ...options, seed: 11 });
    expect(await search(rosenbrock, { ...options, seed: 11 })).toEqual(one);
    expect((await search(rosenbrock, { ...options, seed: 12 })).point).not.toEqual(one.point);
  });

  test("on every platform: from basic arithmetic and square roots alone", async () => {
    const { point } = await search((x) => sum(x, (v, i) => (i + 1) * v * v), { generations: 40, seed: 2024 });
    expect([...point]).toEqual([0.0008468826810478127, -0.0003290851353127449, 0.00018714505049996033]);
  });
});

describe("started from given points", () => {
  test("it is as good as the best of them", async () => {
    const start = [new Float64Array(3).fill(9), new Float64Array(3).fill(0.3), [1, 1, 1]];
    const asked: Float64Array[][] = [];
    const found = await minimize(
      async (points) => {
        asked.push(points.map((x) => x.slice()));
        return Float32Array.from(points, sphere);
      },
      { dimension: 3, seed: 1, generations: 1, restarts: 1, stepSize: 0.01, start },
    );
    expect(asked[0].slice(-3)).toEqual(start.map((x) => Float64Array.from(x)));
    // the others are around the first
    for (const x of asked[0].slice(0, -3)) for (const v of x) expect(Math.abs(v - 9)).toBeLessThan(0.06);
    // and the next run starts in the cube
    for (const x of asked[1]) for (const v of x) expect(Math.abs(v)).toBeLessThan(0.07);
    expect(found).toMatchObject({ point: start[1], cost: 0, evaluations: 7 + 14, generations: 2 });
  });
});

test("progress comes with every generation", async () => {
  const seen: SearchProgress[] = [];
  const { evaluations, generations, cost, runs } = await search(sphere, {
    generations: 30,
    restarts: 1,
    onGeneration: (progress) => void seen.push(progress),
  });
  expect(seen.map(({ run, generation }) => [run, generation])).toEqual(
    runs.flatMap((run, r) => Array.from({ length: run.generations }, (_, g) => [r, g + 1])),
  );
  expect(seen).toHaveLength(generations);
  for (let i = 1; i < seen.length; i++) {
    expect(seen[i].cost).toBeLessThanOrEqual(seen[i - 1].cost);
    expect(seen[i].evaluations - seen[i - 1].evaluations).toBe(seen[i].population);
  }
  expect(seen.at(-1)).toMatchObject({ evaluations, cost });
});

describe("ends at once", () => {
  test.each([0, 3])("when aborted after generation %i", async (last) => {
    const controller = new AbortController();
    if (last === 0) controller.abort();
    let generations = 0;
    const onGeneration = ({ generation }: SearchProgress) => {
      generations++;
      if (generation === last) controller.abort();
    };
    const found = search(sphere, { signal: controller.signal, onGeneration });
    await expect(found).rejects.toMatchObject({ name: "MesaError", code: "ABORTED" });
    expect(generations).toBe(last);
  });

  test("when aborted during an evaluation, or the evaluation fails or answers for other points", async () => {
    const controller = new AbortController();
    const options = {
      dimension: 2,
      seed: 1,
      generations: 9,
      restarts: 0,
      stepSize: 1,
      signal: controller.signal,
    };
    await expect(minimize(async () => Promise.reject(new Error("lost")), options)).rejects.toThrow("lost");
    await expect(minimize(async () => [1, 2], options)).rejects.toThrow("2 costs for 6 points");
    const evaluate = async (points: readonly Float64Array[]) => {
      controller.abort();
      return points.map(sphere);
    };
    await expect(minimize(evaluate, options)).rejects.toMatchObject({ code: "ABORTED" });
  });

  test.each<Partial<MinimizeOptions> & { message: string }>([
    { dimension: 0, message: "dimension must be an integer of at least 1, got 0" },
    { generations: 1.5, message: "generations must be an integer of at least 1, got 1.5" },
    { restarts: -1, message: "restarts must be an integer of at least 0, got -1" },
    { population: 3, message: "population must be an integer of at least 4, got 3" },
    { stepSize: 0, message: "stepSize must be positive and finite, got 0" },
    { seed: -1, message: "seed must be an integer from 0 to 2^53 − 1, got -1" },
    { start: [[1, 2, 3], [1]], message: "start must hold points of 3 numbers, got 1" },
  ])("refused: $message", async ({ message, ...options }) => {
    await expect(search(sphere, options)).rejects.toMatchObject({ code: "INVALID_CONFIG", message });
  });
});

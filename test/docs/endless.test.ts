// What docs/findings.md and docs/gallery.md say about the infinite horizon is computed here.
import { expect, test } from "vitest";
import { geomspace } from "../../src/grid.ts";
import {
  type Config,
  linspace,
  NoEquilibrium,
  presets,
  type Result,
  type SolveOptions,
  solve,
} from "../../src/index.ts";
import { claim, readDocument, says, unclaimed } from "./claims.ts";

const findings = await readDocument("docs/findings.md");
const gallery = await readDocument("docs/gallery.md");
const { config: preset } = presets["infinite-horizon"];
const exact = { method: "exact" } as const;

const endless = (rate: number, change: object, options: SolveOptions = exact): Promise<Result> =>
  solve(
    { ...preset, schedule: { training: 1, deployment: 0, learningRate: rate }, ...change } as Config,
    options,
  );
const coefficient = async (rate: number, change: object) => (await endless(rate, change)).plan.coefficient[0];
/** the share of the goal that a step leaves */
const factor = (rate: number, a: number) => 1 - 2 * rate * a * a;

test("each game of the figure has one equilibrium, to which finite horizons converge", async () => {
  for (const rate of [1, 0.3, 0.1]) {
    const found: number[] = [];
    for (const discount of linspace({ min: 0.3, max: 0.99, count: 24 })) {
      const { stationary, plan } = await endless(rate, { discount });
      expect(stationary).toMatchObject({ complete: true, finiteHorizon: { outcome: "limit" } });
      expect(stationary!.equilibria).toHaveLength(1);
      found.push(plan.coefficient[0]);
    }
    expect(found).toEqual(found.toSorted((a, b) => b - a));
  }
  says(findings, "Every game of the figure has exactly one equilibrium");
  const at = await Promise.all([0.5, 0.9, 0.99].map((discount) => coefficient(1, { discount })));
  claim(findings, "0.49 at γ = 0.5, 0.22 at 0.9, 0.07 at 0.99 (η = 1).", [
    at[0],
    0.5,
    at[1],
    0.9,
    at[2],
    0.99,
    1,
  ]);
  for (const [i, smaller] of [0.1, 0.3].entries())
    expect(await coefficient(smaller, { discount: 0.9 })).toBeGreaterThan([0.3, 1][i] && at[1]);
  const left = await Promise.all(
    [0.9, 0.96, 0.99].map(async (discount) => factor(1, await coefficient(1, { discount }))),
  );
  claim(findings, "this factor is 0.907 at γ = 0.9, 0.962 at 0.96 and 0.990 at 0.99", [
    ...[left[0], 0.9, left[1], 0.96],
    ...[left[2], 0.99],
  ]);
});

test("the preset, and the estimate", async () => {
  const { plan, trajectory } = await solve(preset, { backend: "cpu" });
  claim(
    findings,
    "(γ = 0.95, the default grid) takes θ from 0.8 to 0.008 in 100 episodes, with a coefficient of 0.15.",
    [...[preset.discount as number, trajectory.theta[0], trajectory.theta[100], 100], plan.coefficient[0]],
  );
  const estimate = (discount: number) => Math.sqrt((1 - discount) / 2);
  claim(
    findings,
    "At γ = 0.99 this formula gives 0.071 and the command 0.069; at 0.999 they give 0.0224 and 0.0222.",
    [
      ...[0.99, estimate(0.99), await coefficient(1, { discount: 0.99 })],
      ...[0.999, estimate(0.999), await coefficient(1, { discount: 0.999 })],
    ],
  );
  // the factor tends to √10 for ten times the rate as agents become more patient
  const ratio = async (discount: number) =>
    (await coefficient(0.1, { discount })) / (await coefficient(1, { discount }));
  expect(Math.abs((await ratio(0.9999)) / Math.sqrt(10) - 1)).toBeLessThan(0.03);
});

test("grids without an equilibrium, and with two", async () => {
  const without: number[] = [];
  for (let count = 2; count <= 60; count++) {
    const answer = await endless(1, { coefficient: { count } }, { backend: "cpu" }).catch((error) => error);
    if (answer instanceof NoEquilibrium) without.push(count);
  }
  claim(
    findings,
    "Of the 59 grids from −2 to 2 with 2 to 60 points, the one with 5 points has none at γ = 0.95, nor has the one with 2,",
    [59, -2, 2, 2, 60, without[1], 0.95, without[0]],
  );
  expect(without).toHaveLength(2);
  // with ±2 the goal grows faster than the discount shrinks its weight
  expect(0.95 * factor(1, 2) ** 2).toBeGreaterThan(1);
  const change = { discount: 0.9587, coefficient: { count: 101 } };
  const { stationary } = await endless(6.42, change, { backend: "cpu" });
  const [low, high] = stationary!.equilibria.map(({ decision }) => decision.coefficient);
  claim(
    findings,
    "With 101 candidates, γ = 0.9587 and η = 6.42 both 0.04 and 0.08 are best responses to themselves; finite horizons converge to 0.04.",
    [101, 0.9587, 6.42, low, high, stationary!.finiteHorizon.decisions[0].coefficient],
  );
});

test("an equilibrium to which horizons do not converge", async () => {
  const { stationary } = await endless(3.5, { discount: 0.9, regularization: 0.21 });
  const { equilibria, complete, finiteHorizon } = stationary!;
  expect({ complete, count: equilibria.length }).toEqual({ complete: true, count: 1 });
  const [{ decision, multiplier }] = equilibria;
  const [high, low] = finiteHorizon.decisions.map((d) => d.coefficient).sort((a, b) => b - a);
  claim(
    findings,
    "With a regularizer of λ = 0.21, γ = 0.9 and η = 3.5 the equilibrium is a = 0.2325, where no coefficient costs an agent less. But the map from one horizon to the next has the multiplier −1.2 there, and horizons that begin with no future end up alternating between 0.507 and 0.015.",
    [0.21, 0.9, 3.5, decision.coefficient, multiplier, high, low],
  );
  says(findings, "(On the default grid of candidates this game has no equilibrium at all.)");
  await expect(
    endless(3.5, { discount: 0.9, regularization: 0.21 }, { backend: "cpu", method: "moments" }),
  ).rejects.toMatchObject({ code: "NO_EQUILIBRIUM" });
  expect(unclaimed(findings, "## An infinite horizon", "## Training, then deployment for ever")).toEqual([]);
});

test("the gallery's map", async () => {
  // every ninth cell of the 256 × 256 map, along both axes
  const every = <T>(values: Iterable<T>) => [...values].filter((_, i) => i % 9 === 0);
  const discounts = every(linspace({ min: 0.3, max: 0.99, count: 256 }));
  const rates = every(geomspace({ min: 0.1, max: 10, count: 256 }));
  let [cycles, unstable] = [0, 0];
  for (const discount of discounts) {
    let [before, isAbove] = [1, false];
    for (const rate of rates) {
      const answer = await endless(rate, { discount, regularization: 0.21 }).catch((error) => error);
      const { stationary } = answer as Result;
      expect(stationary!.complete).toBe(true);
      // hatched where the regularizer's step alone makes the goal grow faster than the discount shrinks its weight
      expect(answer instanceof NoEquilibrium).toBe(2 * rate * 0.21 >= 1 + 1 / Math.sqrt(discount));
      if (answer instanceof NoEquilibrium) continue;
      const [{ decision, multiplier, stable }] = stationary!.equilibria;
      expect(stationary!.equilibria).toHaveLength(1);
      expect(decision.coefficient).toBeLessThan(before);
      before = decision.coefficient;
      const { period } = stationary!.finiteHorizon;
      expect([1, 2]).toContain(period);
      if (!stable) expect(period).toBe(2);
      if (period === 2) {
        cycles++;
        expect(multiplier).toBeLessThan(0);
        // the regularizer's step alone reverses the goal
        expect(2 * rate * 0.21).toBeGreaterThan(1);
        // the stable cells are the lower edge: none is above an unstable cell
        if (stable) expect(isAbove).toBe(false);
        else [unstable, isAbove] = [unstable + 1, true];
      }
    }
  }
  expect(unstable / cycles).toBeGreaterThan(0.85);
  expect(unstable).toBeLessThan(cycles);
  // the whole map has 3,907 such cells of 4,174, by the file that the command writes
  says(gallery, "In 94 % of the tongue the equilibrium is unstable, with a multiplier down to −1.30.");
});

test("the gallery's numbers", async () => {
  const lambda = { regularization: 0.21 };
  claim(gallery, "at η = 1 the coefficient goes from 0.58 at γ = 0.3 to 0.35 at γ = 0.99.", [
    ...[1, await coefficient(1, { ...lambda, discount: 0.3 }), 0.3],
    ...[await coefficient(1, { ...lambda, discount: 0.99 }), 0.99],
  ]);
  const alternates = async (rate: number, discount: number) =>
    (await endless(rate, { ...lambda, discount })).stationary!.finiteHorizon.period === 2;
  /** where the answer changes between `no`, where it is false, and `yes`, where it is true */
  const edge = async (no: number, yes: number, asked: (x: number) => Promise<boolean>) => {
    for (let i = 0; i < 12; i++) {
      const middle = (no + yes) / 2;
      if (await asked(middle)) yes = middle;
      else no = middle;
    }
    return yes;
  };
  claim(gallery, "At γ = 0.9 it reaches from η = 2.71 to 4.81.", [
    0.9,
    await edge(2, 3.5, (rate) => alternates(rate, 0.9)),
    await edge(4.85, 3.5, (rate) => alternates(rate, 0.9)),
  ]);
  // the tip of the tongue: the smallest discount at which some rate alternates
  const anywhere = async (discount: number) => {
    for (let rate = 3.9; rate < 4.6; rate += 0.05) if (await alternates(rate, discount)) return true;
    return false;
  };
  claim(
    gallery,
    "there is a region shaped like a tongue (yellow in the map of the period), from γ = 0.54 on,",
    [await edge(0.5, 0.6, anywhere)],
  );
  const { stationary } = await endless(3.9098, { ...lambda, discount: 0.99 });
  claim(gallery, "with a multiplier down to −1.30.", [stationary!.equilibria[0].multiplier]);
  says(
    gallery,
    "The tongue's upper edge is where the multiplier is −1 again; above it is a thin strip where horizons converge.",
  );
  for (const discount of [0.6, 0.8, 0.9, 0.95]) {
    const top = await edge((1 + 1 / Math.sqrt(discount)) / 0.42, 4.4, (rate) => alternates(rate, discount));
    const at = async (rate: number) =>
      (await endless(rate, { ...lambda, discount })).stationary!.equilibria[0].multiplier;
    expect(await at(top)).toBeCloseTo(-1, 2);
    expect(Math.abs(await at(top + 0.01))).toBeLessThan(1);
  }
});

test("the gallery's cells without a limit or a cycle are next to the hatched part", async () => {
  const rates = geomspace({ min: 0.1, max: 10, count: 256 });
  const open: number[] = [];
  for (const discount of linspace({ min: 0.3, max: 0.99, count: 256 })) {
    // the last cell below the hatched part
    const rate = [...rates].findLast((rate) => 2 * rate * 0.21 < 1 + 1 / Math.sqrt(discount))!;
    const { stationary } = await endless(rate, { discount, regularization: 0.21 });
    if (stationary!.finiteHorizon.period === null) open.push(stationary!.equilibria[0].multiplier);
  }
  says(
    gallery,
    "In five cells next to the hatched part, where the multiplier is nearly 1, neither a limit nor a cycle was established.",
  );
  expect(open).toHaveLength(5);
  for (const multiplier of open) expect(multiplier).toBeGreaterThan(0.998);
});

test("no equilibrium is unstable where the goal keeps its sign", async () => {
  says(gallery, "no equilibrium was unstable where the goal kept its sign (g > 0); that was not proved.");
  let [random, turning] = [1, 0];
  const next = () => {
    random = (random * 16807) % 2147483647;
    return random / 2147483647;
  };
  for (let i = 0; i < 600; i++) {
    const [rate, regularization, discount] = [10 ** (2 * next() - 1), 0.5 * next(), 0.99 * next()];
    const answer = await endless(rate, { regularization, discount }).catch((error) => error);
    for (const { decision, stable } of (answer as Result).stationary!.equilibria) {
      if (stable) continue;
      turning++;
      expect(1 - 2 * rate * (regularization + decision.coefficient ** 2)).toBeLessThan(0);
    }
  }
  expect(turning).toBeGreaterThan(10);
});

test("without a regularizer there is one equilibrium everywhere", async () => {
  says(
    gallery,
    "every cell of a 64 × 64 map of this range has exactly one equilibrium, and finite horizons converge to it",
  );
  for (const discount of linspace({ min: 0.3, max: 0.99, count: 12 }))
    for (const rate of geomspace({ min: 0.1, max: 10, count: 12 })) {
      const { stationary } = await endless(rate, { discount });
      expect(stationary).toMatchObject({ complete: true, finiteHorizon: { outcome: "limit" } });
      expect(stationary!.equilibria).toHaveLength(1);
    }
  expect(unclaimed(gallery, "## Training that never ends")).toEqual([]);
});

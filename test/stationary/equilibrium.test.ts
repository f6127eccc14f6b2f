// The infinite horizon: a decision that is the best response to itself for ever, which long horizons come to.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Certificate,
  type Config,
  linspace,
  NotConverged,
  type SolveOptions,
  solve,
} from "../../src/index.ts";
import { fixedPoint } from "../../src/solve/equilibrium.ts";
import { END, extend, type Moments } from "../../src/solve/moments.ts";
import { even } from "../gpu/numbers.ts";
import { costOfDeviating, endless } from "./endless.ts";

const cpu = { backend: "cpu" } as const;
const stationary = async (change: object, options: SolveOptions = cpu) =>
  (await solve(endless(change), options)).stationary!;

describe("the moments of a decision that goes on for ever", () => {
  // r = 1/2, g = 1/2, γ = 1/2: A = 1/4 / (1 − 1/8) = 2/7, B = 1/2 / (1 − 1/4) = 2/3, C = 2
  test("by hand", () => {
    expect(fixedPoint(1 / 2, 1 / 2, 1 / 2)).toEqual({ A: 2 / 7, B: 2 / 3, C: 2, absB: 2 / 3 });
    expect(fixedPoint(1 / 2, -1 / 2, 1 / 2)).toEqual({ A: 2 / 7, B: 2 / 5, C: 2, absB: 2 / 3 });
    expect(fixedPoint(3, -7, 0)).toEqual({ A: 9, B: 3, C: 1, absB: 3 });
  });

  test("are what long sums come to", () => {
    fc.assert(
      fc.property(even(-3, 3), even(-1.02, 1.02), even(0, 0.95), (r, g, discount) => {
        let long: Moments = END;
        for (let i = 0; i < 3000; i++) long = extend(long, r, g, discount);
        const limit = fixedPoint(r, g, discount)!;
        for (const key of ["A", "B", "C", "absB"] as const)
          expect(Math.abs(long[key] - limit[key])).toBeLessThanOrEqual(1e-11 * (1 + Math.abs(limit[key])));
      }),
    );
  });

  test("are infinite where the goal grows faster than the discount forgets", () => {
    expect(fixedPoint(1, 2, 0.25)).toBeUndefined();
    expect(fixedPoint(1, -2, 0.3)).toBeUndefined();
    expect(fixedPoint(1, 2, 0.24)).toBeDefined();
  });
});

/** the certificate, or undefined where no equilibrium was found: test/stationary/notConverged.test.ts */
const unlessNone = (certificate: Promise<Certificate>) =>
  certificate.catch((error) => {
    if (error instanceof NotConverged) return undefined;
    throw error;
  });

const settings = fc.record({ eta: even(0.05, 3), discount: even(0, 0.95), lambda: even(0, 0.15) });

describe("an equilibrium is the best response to itself", () => {
  test("on grids", async () => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(
        settings,
        fc.integer({ min: 60, max: 300 }),
        async ({ eta, discount, lambda }, count) => {
          const coefficient = { min: -1.5, max: 1.5, count };
          const change = {
            discount,
            regularization: lambda,
            coefficient,
            schedule: { learningRates: [eta] },
          };
          const certificate = await unlessNone(stationary(change));
          if (!certificate) return;
          found++;
          expect(certificate).toMatchObject({ converged: true, residual: 0, bestResponseGap: 0 });
          const own = certificate.decision!.coefficient;
          const least = costOfDeviating(own, own, eta, lambda, discount);
          for (const a of linspace(coefficient))
            expect(costOfDeviating(a, own, eta, lambda, discount)).toBeGreaterThanOrEqual(
              least * (1 - 1e-12),
            );
        },
      ),
      { numRuns: 40 },
    );
    expect(found).toBeGreaterThan(25);
  });

  test("in closed form", async () => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(settings, async ({ eta, discount, lambda }) => {
        const change = { discount, regularization: lambda, schedule: { learningRates: [eta] } };
        const certificate = await unlessNone(stationary(change, { method: "exact" }));
        if (!certificate) return;
        found++;
        expect(certificate.converged).toBe(true);
        expect(certificate.residual).toBeLessThanOrEqual(1e-12);
        expect(certificate.startsAgree).toBe(true);
        expect(certificate.finiteHorizonAgrees).toBe(true);
        const own = certificate.decision!.coefficient;
        const least = costOfDeviating(own, own, eta, lambda, discount);
        for (const a of linspace({ min: -2, max: 2, count: 201 }))
          expect(costOfDeviating(a, own, eta, lambda, discount)).toBeGreaterThanOrEqual(least * (1 - 1e-9));
      }),
      { numRuns: 40 },
    );
    expect(found).toBeGreaterThan(30);
  });
});

describe("a long finite horizon comes to the same", () => {
  const long = (change: object): Config => ({
    game: "linear",
    discount: 0.9,
    ...change,
    schedule: { learningRates: new Array(500).fill(1) },
  });

  test.each([{}, { discount: 0.95 }, { discount: 0.5, regularization: 0.1 }])("%j", async (change) => {
    const { plan, cost } = await solve(long(change), cpu);
    const certificate = await stationary(change);
    expect(certificate.finiteHorizonAgrees).toBe(true);
    for (let t = 0; t < 200; t++) expect(plan.coefficient[t]).toBe(certificate.decision!.coefficient);
    const endlessly = await solve(endless(change), cpu);
    expect(endlessly.cost[0]).toBeCloseTo(cost[0], 9);
    expect(endlessly.plan.coefficient).toEqual([plan.coefficient[0]]);
    // and the last agents of a finite horizon do something else
    expect(plan.coefficient[499]).toBe(1);
  });

  test("in closed form", async () => {
    const { plan } = await solve(long({}), { method: "exact" });
    const { decision } = await stationary({}, { method: "exact" });
    expect(plan.coefficient[0]).toBeCloseTo(decision!.coefficient, 11);
  });

  test("after a schedule of its own", async () => {
    const prefix = [1, 1, 0.5];
    const tail = new Array(400).fill(0.5);
    const wanted = await solve(
      { game: "linear", discount: 0.9, schedule: { learningRates: [...prefix, ...tail] } },
      cpu,
    );
    const {
      plan,
      cost,
      stationary: certificate,
    } = await solve(endless({ schedule: { learningRates: prefix } }), cpu);
    expect(plan.coefficient).toEqual(wanted.plan.coefficient.slice(0, 3));
    for (const [t, value] of cost.entries()) expect(value).toBeCloseTo(wanted.cost[t], 9);
    expect(certificate!.decision!.coefficient).toBe(plan.coefficient[2]);
    // what comes first is another answer: the rates differ
    expect(plan.coefficient[0]).not.toBe(plan.coefficient[2]);
  });
});

test.each([
  ["no future", { discount: 0 }],
  ["no learning", { schedule: { learningRates: [0] } }],
])("%s: the output is the goal", async (_, change) => {
  for (const options of [cpu, { method: "exact" } as const]) {
    const certificate = await stationary(change, options);
    expect(certificate.decision).toEqual({ coefficient: 1 });
    expect(certificate).toMatchObject({ converged: true, startsAgree: true, finiteHorizonAgrees: true });
  }
});

test("what goes back and forth on its way is not taken for a cycle", async () => {
  const change = { discount: 0.9425852534792316, regularization: 0.15 };
  const rate = 2.8693380212501336;
  const certificate = await stationary(
    { ...change, schedule: { learningRates: [rate] } },
    { method: "exact" },
  );
  expect(certificate).toMatchObject({ converged: true, startsAgree: true, finiteHorizonAgrees: true });
  const schedule = { learningRates: new Array(300).fill(rate) };
  const { plan } = await solve({ game: "linear", ...change, schedule }, { method: "exact" });
  expect(certificate.decision!.coefficient).toBeCloseTo(plan.coefficient[0], 10);
});

test("where a grid has several equilibria, the certificate says that the starts disagree", async () => {
  const rate = 0.18959091435333758;
  const change = { discount: 0.40827562545668294, regularization: 0.22563191687373596 };
  const certificate = await stationary({ ...change, schedule: { learningRates: [rate] } });
  expect(certificate).toMatchObject({ converged: true, startsAgree: false, finiteHorizonAgrees: true });
  const found = new Set(certificate.attempts.map(({ decision }) => decision![0]));
  expect(found.size).toBe(2);
  // each of them is the best response to itself
  for (const own of found) {
    const cost = (a: number) => costOfDeviating(a, own, rate, change.regularization, change.discount);
    for (const a of linspace({ min: -2, max: 2, count: 401 }))
      expect(cost(a)).toBeGreaterThanOrEqual(cost(own));
  }
});

// An infinite horizon without an equilibrium, or with none that was found, is no answer but an error that says what is
// known.
import { describe, expect, test } from "vitest";
import { linspace, NotConverged, type Result, type SolveOptions, solve } from "../../src/index.ts";
import { costOfDeviating, endless } from "./endless.ts";

const cpu = { backend: "cpu" } as const;

describe("what has no equilibrium is no answer", () => {
  const failure = async (change: object, options: SolveOptions = cpu): Promise<NotConverged> => {
    const outcome: NotConverged | Result = await solve(endless(change), options).catch((error) => error);
    expect(outcome).toBeInstanceOf(NotConverged);
    return outcome as NotConverged;
  };

  test.each([
    [2, { discount: 0.5, coefficient: { count: 5 } }],
    [6, { discount: 0.8, coefficient: { count: 5 } }],
    [5, { discount: 0.9, regularization: 0.1, coefficient: { count: 5 } }],
  ])("a cycle of period %d: %j", async (period, change) => {
    const { code, certificate, message } = await failure(change);
    expect(code).toBe("NOT_CONVERGED");
    expect(message).toBe(
      `the infinite horizon has no stationary equilibrium that was found: the decisions cycle with period ${period}`,
    );
    expect(certificate).toMatchObject({ converged: false, decision: null, residual: null, period });
    for (const attempt of certificate.attempts)
      expect(attempt).toMatchObject({ outcome: "cycle", decision: null });
    expect(certificate.iterations).toBe(
      certificate.attempts.reduce((sum, { iterations }) => sum + iterations, 0),
    );

    // indeed no candidate is the best response to itself
    const { regularization = 0, discount } = change as { regularization?: number; discount: number };
    const candidates = [...linspace({ min: -2, max: 2, count: 5 })];
    for (const own of candidates) {
      const cost = (a: number) => costOfDeviating(a, own, 1, regularization, discount);
      expect(candidates.some((a) => cost(a) < cost(own) || !Number.isFinite(cost(own)))).toBe(true);
    }
    // and a long finite horizon goes round and round
    const { game, discount: _, ...rest } = endless(change);
    const rates = new Array(400).fill(1);
    const { plan } = await solve(
      { game, ...rest, ...change, horizon: "finite", schedule: { learningRates: rates } },
      cpu,
    );
    const first = plan.coefficient.slice(0, 100);
    expect(first.slice(period)).toEqual(first.slice(0, -period));
    expect(new Set(first).size).toBeGreaterThan(1);
  });

  test("a cycle of real decisions, where it is no grid's fault", async () => {
    const change = { discount: 0.76, regularization: 0.21, schedule: { learningRates: [3.7] } };
    const { certificate } = await failure(change, { method: "exact" });
    expect(certificate).toMatchObject({ converged: false, decision: null, period: 2 });
    const rates = new Array(400).fill(3.7);
    const { plan } = await solve(
      { ...endless(change), horizon: "finite", schedule: { learningRates: rates } },
      { method: "exact" },
    );
    const [first, second, third] = plan.coefficient;
    expect(third).toBeCloseTo(first, 9);
    expect(Math.abs(second - first)).toBeGreaterThan(0.4);
  });

  test.each(["moments", "exact"] as const)("costs that grow for ever, by %s", async (method) => {
    const diverging = { regularization: 0.5, schedule: { learningRates: [5] }, discount: 0.95 };
    const { certificate, message } = await failure(diverging, { ...cpu, method });
    expect(certificate.period).toBeNull();
    expect(certificate.attempts.map(({ outcome }) => outcome)).toEqual(["undecided"]);
    expect(message).toMatch(/^the infinite horizon has no stationary .* found within \d+ iterations$/);
    // it was given up as soon as the costs overflowed
    expect(certificate.iterations).toBeLessThan(1000);
  });
});

test("a rollout has no end to stop at", async () => {
  await expect(solve(endless({}), { ...cpu, method: "rollout" })).rejects.toMatchObject({
    code: "INVALID_CONFIG",
    message: "the game linear has no method rollout where the horizon is infinite; it has moments",
  });
});

test("it can be interrupted", async () => {
  const signal = AbortSignal.abort();
  await expect(solve(endless({}), { ...cpu, signal })).rejects.toMatchObject({ code: "ABORTED" });
});

// The infinite horizon in `solve`: all equilibria, the behaviour of longer and longer finite horizons, and what is
// played.
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import {
  type Config,
  linspace,
  NoEquilibrium,
  type Result,
  type SolveOptions,
  solve,
} from "../../src/index.ts";
import { even } from "../gpu/numbers.ts";
import { costsAgainst, endless } from "./endless.ts";

const cpu = { backend: "cpu" } as const;
const exact = { method: "exact" } as const;
const stationary = async (change: object, options: SolveOptions = cpu) =>
  (await solve(endless(change), options)).stationary!;
/** the plan of a finite horizon of this many episodes with the last learning rate */
const long = async (change: object, rate: number, episodes: number, options: SolveOptions = cpu) => {
  const { game, discount } = endless({});
  const schedule = { training: episodes, deployment: 0, learningRate: rate };
  return solve({ game, discount, ...change, schedule } as Config, options);
};
const failure = async (change: object, options: SolveOptions = cpu): Promise<NoEquilibrium> => {
  const outcome: NoEquilibrium | Result = await solve(endless(change), options).catch((error) => error);
  expect(outcome).toBeInstanceOf(NoEquilibrium);
  return outcome as NoEquilibrium;
};

describe("the behaviour of finite horizons", () => {
  test("is reported correctly, on random grids", async () => {
    const outcomes = { limit: 0, cycle: 0, none: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.record({ rate: even(0.5, 6), discount: even(0, 0.95), regularization: even(0, 0.2) }),
        fc.integer({ min: 3, max: 100 }),
        async ({ rate, ...change }, count) => {
          const coefficient = { min: -1.5, max: 1.5, count };
          const asked = { ...change, coefficient, schedule: { learningRates: [rate] } };
          const answer = await solve(endless(asked), cpu).catch((error) => error as NoEquilibrium);
          const { finiteHorizon, equilibria, chosen } = answer.stationary!;
          const { outcome, period, decisions, episodes } = finiteHorizon;
          outcomes[outcome]++;
          if (outcome === "none" || episodes > 600) return;
          const { coefficient: plan } = (await long({ ...change, coefficient }, rate, episodes + 140)).plan;
          const said = decisions.map(({ coefficient }) => coefficient);
          expect(said.length).toBe(period);
          // a horizon that is longer by one adds an episode at the start
          const first = plan.slice(0, 140).reverse();
          for (const [i, a] of first.entries()) expect(a).toBe(said[i % period!]);
          if (outcome === "limit") expect(equilibria[chosen].decision).toEqual(decisions[0]);
          else expect(new Set(said).size).toBeGreaterThan(1);
        },
      ),
      { numRuns: 80 },
    );
    expect(Math.min(outcomes.limit, outcomes.cycle)).toBeGreaterThan(5);
    expect(outcomes.none).toBeLessThan(20);
  });

  test.each([100, 1000, 2000])(
    "is reported correctly near another equilibrium, after %d episodes",
    async (episodes) => {
      const change = { discount: 0.9587, coefficient: { count: 101 } };
      const { equilibria, complete, finiteHorizon, chosen } = await stationary({
        ...change,
        schedule: { learningRates: [6.42] },
      });
      expect(complete).toBe(true);
      expect(equilibria.map(({ decision }) => decision.coefficient)).toEqual(
        [0.04, 0.08].map((a) => expect.closeTo(a, 14)),
      );
      const { plan } = await long(change, 6.42, episodes);
      expect(finiteHorizon).toMatchObject({ outcome: "limit", period: 1 });
      expect(finiteHorizon.decisions[0].coefficient).toBe(plan.coefficient[0]);
      expect(equilibria[chosen].decision.coefficient).toBe(plan.coefficient[0]);
    },
  );

  test("among real coefficients, long horizons come close to a limit", async () => {
    for (const discount of [0.5, 0.9, 0.95]) {
      const { plan } = await long({ discount }, 1, 500, exact);
      const { equilibria, finiteHorizon } = await stationary({ discount }, exact);
      expect(equilibria).toHaveLength(1);
      expect(equilibria[0]).toMatchObject({ stable: true });
      expect(finiteHorizon).toMatchObject({ outcome: "limit", decisions: [equilibria[0].decision] });
      expect(plan.coefficient[0]).toBeCloseTo(equilibria[0].decision.coefficient, 11);
    }
  });

  test("oscillation on the way to a limit is not a cycle", async () => {
    const change = { discount: 0.9425852534792316, regularization: 0.15 };
    const rate = 2.8693380212501336;
    const { equilibria, finiteHorizon } = await stationary(
      { ...change, schedule: { learningRates: [rate] } },
      exact,
    );
    expect(finiteHorizon).toMatchObject({ outcome: "limit", period: 1 });
    const { plan } = await long(change, rate, 300, exact);
    expect(equilibria[0].decision.coefficient).toBeCloseTo(plan.coefficient[0], 10);
  });
});

describe("an equilibrium to which longer horizons do not converge", () => {
  const change = { discount: 0.9, regularization: 0.21 };
  const asked = { ...change, schedule: { learningRates: [3.5] } };

  test("is found, and is the only one", async () => {
    const { equilibria, complete, undecided, finiteHorizon, chosen } = await stationary(asked, exact);
    expect({ complete, undecided, chosen }).toEqual({ complete: true, undecided: [], chosen: 0 });
    const [{ decision, multiplier, stable, gap }] = equilibria;
    expect(decision.coefficient).toBeCloseTo(0.232489, 6);
    expect(multiplier).toBeCloseTo(-1.2, 2);
    expect(stable).toBe(false);
    expect(gap).toBeLessThan(1e-14);
    // no better one-shot deviation among 400,001
    const cost = costsAgainst(decision.coefficient, 3.5, 0.21, 0.9)!;
    const own = cost(decision.coefficient);
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i <= 400_000; i++) best = Math.min(best, cost(-2 + i / 100_000));
    expect(best).toBeGreaterThanOrEqual(own - 1e-14);

    const { plan } = await long(change, 3.5, 400, exact);
    const [first, second] = finiteHorizon.decisions.map(({ coefficient }) => coefficient).sort();
    expect(finiteHorizon).toMatchObject({ outcome: "cycle", period: 2 });
    const [low, high] = plan.coefficient.slice(0, 2).sort();
    expect(first).toBeCloseTo(low, 9);
    expect(second).toBeCloseTo(high, 9);
    expect(second - first).toBeGreaterThan(0.4);
  });

  test("is played however many episodes the schedule has", async () => {
    const schedule = { training: 3000, deployment: 0, learningRate: 3.5 };
    const { plan, stationary } = await solve(endless({ ...change, schedule }), exact);
    const { coefficient } = stationary!.equilibria[0].decision;
    for (const a of plan.coefficient) expect(a).toBeCloseTo(coefficient, 14);
  });

  test("occurs everywhere in the tongue of the map of discount and learning rate", async () => {
    let [cycles, unstable] = [0, 0];
    for (let i = 0; i < 400; i++) {
      const discount = 0.54 + 0.45 * ((i * 0.6180339887) % 1);
      const rate = 2.4 + 2.36 * ((i * 0.7548776662) % 1);
      const found = await stationary(
        { discount, regularization: 0.21, schedule: { learningRates: [rate] } },
        exact,
      );
      expect(found.equilibria).toHaveLength(1);
      expect(found.complete).toBe(true);
      const { multiplier, stable } = found.equilibria[0];
      if (found.finiteHorizon.outcome !== "cycle") continue;
      cycles++;
      if (!stable) unstable++;
      expect(multiplier).toBeLessThan(-0.9);
    }
    expect(cycles).toBeGreaterThan(100);
    expect(unstable).toBeGreaterThan(0.9 * cycles);
    expect(unstable).toBeLessThan(cycles);
  });

  test("may be stable: at the tongue's edge horizons that start from an empty future still cycle around it", async () => {
    const change = { discount: 0.9074, regularization: 0.21 };
    const { equilibria, complete, finiteHorizon } = await stationary(
      { ...change, schedule: { learningRates: [2.7625] } },
      exact,
    );
    expect(complete).toBe(true);
    expect(equilibria).toMatchObject([{ stable: true }]);
    expect(finiteHorizon).toMatchObject({ outcome: "cycle", period: 2 });
    const { plan } = await long(change, 2.7625, 1000, exact);
    expect(Math.abs(plan.coefficient[0] - plan.coefficient[1])).toBeGreaterThan(0.9);
    expect(plan.coefficient[0]).toBeCloseTo(plan.coefficient[2], 9);
  });
});

describe("the episodes of the schedule", () => {
  test("agree with a long finite horizon", async () => {
    const [prefix, tail] = [[1, 1, 0.5], new Array(400).fill(0.5)];
    const wanted = await solve(
      { game: "linear", discount: 0.9, schedule: { learningRates: [...prefix, ...tail] } },
      cpu,
    );
    const { plan, cost, margin, stationary } = await solve(
      endless({ schedule: { learningRates: prefix } }),
      cpu,
    );
    expect(plan.coefficient).toEqual(wanted.plan.coefficient.slice(0, 3));
    for (const [t, value] of cost.entries()) expect(value).toBeCloseTo(wanted.cost[t], 9);
    for (const [t, value] of margin.entries()) expect(value).toBeCloseTo(wanted.margin[t]!, 9);
    expect(stationary!.equilibria[0].decision.coefficient).toBe(plan.coefficient[2]);
    // the first episodes have other decisions, because the learning rates differ
    expect(plan.coefficient[0]).not.toBe(plan.coefficient[2]);
  });

  test("training, and then deployment for ever", async () => {
    const schedule = { training: 5, deployment: 1, learningRate: 1 };
    const { plan, stationary } = await solve(endless({ schedule }), cpu);
    const wanted = await solve(
      { game: "linear", discount: 0.9, schedule: { ...schedule, deployment: 400 } },
      cpu,
    );
    expect(plan.coefficient).toEqual(wanted.plan.coefficient.slice(0, 6));
    expect(stationary!.equilibria).toMatchObject([{ decision: { coefficient: 1 }, gap: 0 }]);
  });
});

test.each([
  ["no future", { discount: 0 }],
  ["no learning", { schedule: { learningRates: [0] } }],
])("%s: the output is the goal", async (_, change) => {
  for (const options of [cpu, exact]) {
    const found = await stationary(change, options);
    expect(found).toMatchObject({
      equilibria: [{ decision: { coefficient: 1 }, stable: true }],
      complete: true,
      finiteHorizon: { outcome: "limit", decisions: [{ coefficient: 1 }] },
    });
  }
});

test("with a discount close to 1 the coefficient keeps all digits", async () => {
  const discount = 1 - 2 ** -53;
  const { equilibria, complete } = await stationary({ discount }, exact);
  expect(complete).toBe(true);
  expect(equilibria).toHaveLength(1);
  // a ≈ sqrt((1 − γ)/(2η))
  expect(equilibria[0].decision.coefficient / Math.sqrt((1 - discount) / 2)).toBeCloseTo(1, 7);
});

describe("if there is no equilibrium, the error proves it", () => {
  test.each([
    [2, { discount: 0.5, coefficient: { count: 5 } }],
    [6, { discount: 0.8, coefficient: { count: 5 } }],
    [5, { discount: 0.9, regularization: 0.1, coefficient: { count: 5 } }],
  ])("longer horizons cycle with period %d: %j", async (period, change) => {
    const { code, stationary, message } = await failure(change);
    expect(code).toBe("NO_EQUILIBRIUM");
    expect(message).toBe(
      `the infinite horizon has no stationary equilibrium: no decision with a finite cost is the best response to itself; longer and longer finite horizons cycle with period ${period}`,
    );
    expect(stationary).toMatchObject({ equilibria: [], complete: true, chosen: -1 });
    expect(stationary.finiteHorizon).toMatchObject({ outcome: "cycle", period });

    // no candidate is the best response to itself
    const { regularization = 0, discount } = change as { regularization?: number; discount: number };
    const candidates = [...linspace({ min: -2, max: 2, count: 5 })];
    for (const own of candidates) {
      const cost = costsAgainst(own, 1, regularization, discount);
      expect(!cost || candidates.some((a) => cost(a) < cost(own))).toBe(true);
    }
  });

  test.each(["moments", "exact"] as const)("costs that grow for ever, by %s", async (method) => {
    const diverging = { regularization: 0.5, schedule: { learningRates: [5] }, discount: 0.95 };
    const { stationary, message } = await failure(diverging, { ...cpu, method });
    expect(stationary).toMatchObject({ equilibria: [], complete: true, finiteHorizon: { outcome: "none" } });
    expect(message).toMatch(
      /^the infinite horizon has no stationary equilibrium: .* of longer and longer finite horizons was established \(\d+ episodes\)$/,
    );
    // the search ended as soon as the costs overflowed
    expect(stationary.finiteHorizon.episodes).toBeLessThan(1000);
  });
});

describe("a coefficient of 0 costs the same however fast it lets the goal grow", () => {
  const growing = { regularization: 2, discount: 0.95 };

  test.each(["moments", "exact"] as const)(
    "and is the only equilibrium where none is above 0, by %s",
    async (method) => {
      const coefficient = { min: -1, max: 0, count: 11 };
      const { equilibria, complete, finiteHorizon } = await stationary(
        { ...growing, coefficient },
        { ...cpu, method },
      );
      expect(complete).toBe(true);
      expect(equilibria).toMatchObject([{ decision: { coefficient: 0 }, gap: 0 }]);
      expect(finiteHorizon).toMatchObject({ outcome: "limit", decisions: [{ coefficient: 0 }] });
      const { plan } = await long({ ...growing, coefficient }, 1, 50);
      expect(new Set(plan.coefficient)).toEqual(new Set([0]));
    },
  );

  test("also if it costs as much as another coefficient, whose cost is then infinite", async () => {
    const { equilibria, finiteHorizon } = await stationary({ ...growing, coefficient: { count: 3 } });
    expect(equilibria).toMatchObject([{ decision: { coefficient: 0 } }]);
    expect(finiteHorizon).toMatchObject({ outcome: "limit", decisions: [{ coefficient: 0 }] });
  });
});

test("equal candidates are all equilibria, and the first is played", async () => {
  const coefficient = { min: 0, max: 2, count: 2 };
  const { stationary: found, plan } = await solve(
    endless({ coefficient, schedule: { learningRates: [0] } }),
    cpu,
  );
  expect(found!.equilibria.map(({ decision }) => decision.coefficient)).toEqual([0, 2]);
  expect(found).toMatchObject({ chosen: 0, finiteHorizon: { outcome: "limit" } });
  expect(plan.coefficient).toEqual([0]);
});

test("the plan plays the chosen equilibrium, and its cost and margin keep their digits close to γ = 1", async () => {
  const [discount, rate, count] = [1 - 1e-12, 1e-12, 1001];
  const step = 4 / (count - 1);
  const schedule = { training: 3, deployment: 0, learningRate: rate };
  const {
    plan,
    stationary: found,
    cost,
    margin,
  } = await solve(endless({ discount, schedule, coefficient: { count } }), cpu);
  const [{ decision }] = found!.equilibria;
  expect(plan.coefficient).toEqual([decision.coefficient, decision.coefficient, decision.coefficient]);
  // (a − 1)² + γ(s²A − 2sD) over 1 − γ, written so that nothing cancels for small s = 2ηa²
  const { coefficient: a } = decision;
  const rest = 1 - discount;
  const s = 2 * rate * a * a;
  const A = (a * a) / (rest + discount * s * (2 - s));
  const D = (a * (a - 1) - discount * (1 - s) * s * A) / (rest + discount * s);
  const own = (a - 1) ** 2 + discount * (s * s * A - 2 * s * D);
  expect(cost[0] / ((0.4 * own) / rest)).toBeCloseTo(1, 9);
  // the runner-up is a neighbour: the margin is the difference of two parabolas, far below the last digits of the cost
  const costOf = (x: number) => x * (x - 2) + discount * (2 * rate * x * x) * (2 * rate * x * x * A - 2 * D);
  const wanted = Math.min(costOf(a - step), costOf(a + step)) - costOf(a);
  expect(margin[0]! / (0.4 * wanted)).toBeCloseTo(1, 6);
});

describe("overflow leaves equilibria undecided", () => {
  test("if an equilibrium is found, another one is left undecided", async () => {
    const { equilibria, complete, undecided } = await stationary(
      { schedule: { learningRates: [1e100] } },
      exact,
    );
    expect(equilibria).toHaveLength(1);
    // the same as for a learning rate that does not overflow, because a²η is the same
    const [{ decision }] = (await stationary({ schedule: { learningRates: [1e20] } }, exact)).equilibria;
    expect(equilibria[0].decision.coefficient / (decision.coefficient * 1e-40)).toBeCloseTo(1, 9);
    expect(complete).toBe(false);
    // next to the point where the cost becomes infinite, float64 cannot separate a root of the derivative from it
    const [[from, to]] = undecided;
    if (typeof from !== "number" || typeof to !== "number") throw new Error("of one number");
    const infinite = Math.sqrt((1 + 1 / Math.sqrt(0.9)) / 2e100);
    expect(from).toBeLessThanOrEqual(infinite);
    expect(to).toBeGreaterThanOrEqual(infinite);
    expect((to - from) / infinite).toBeLessThan(1e-8);
  });

  test("if none is found, there is an error with its own code", async () => {
    const { code, message, stationary } = await failure({ schedule: { learningRates: [1e300] } }, exact);
    expect(code).toBe("UNDECIDED");
    expect(message).toBe(
      "float64 cannot tell whether the infinite horizon has a stationary equilibrium from 0 to 2; elsewhere there is none",
    );
    expect(stationary).toMatchObject({ equilibria: [], complete: false, undecided: [[0, 2]], chosen: -1 });
  });
});

test("the method rollout needs a finite horizon", async () => {
  await expect(solve(endless({}), { ...cpu, method: "rollout" })).rejects.toMatchObject({
    code: "INVALID_CONFIG",
    message: "the game linear has no method rollout if the horizon is infinite; it has moments",
  });
});

test("the search is the first half of the work that is reported", async () => {
  const coefficient = { min: 0.01, max: 2, count: 20_001 };
  const shares: number[] = [];
  // a clock by which it is always time to report, for machines of any speed
  let seconds = 0;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => 1000 * seconds++);
  try {
    await solve(endless({ coefficient }), { ...cpu, onProgress: ({ share }) => shares.push(share) });
  } finally {
    clock.mockRestore();
  }
  expect(shares.some((share) => share > 0 && share < 0.5)).toBe(true);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect(shares.at(-1)).toBe(1);
});

test("the search can be interrupted", async () => {
  const before = AbortSignal.abort();
  await expect(solve(endless({}), { ...cpu, signal: before })).rejects.toMatchObject({ code: "ABORTED" });
  // a grid whose search would take far longer
  const coefficient = { min: 0.01, max: 2, count: 1_000_001 };
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 100);
  const shares: number[] = [];
  const asked = solve(endless({ coefficient, discount: 0.999 }), {
    ...cpu,
    signal: controller.signal,
    onProgress: ({ share }) => shares.push(share),
  });
  await expect(asked).rejects.toMatchObject({ code: "ABORTED" });
  for (const share of shares) expect(share).toBeLessThanOrEqual(0.5);
});

// The infinite horizon of games with several states: by hand, where they equal other games, and compared with brute
// force, which plays decisions for so long that the rest does not matter.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Config,
  defineGame,
  describeGame,
  linspace,
  NoEquilibrium,
  phase,
  type Result,
  solve,
} from "../../src/index.ts";
import { momentum } from "../games/momentum.ts";
import { even } from "../gpu/numbers.ts";
import { endless } from "./endless.ts";

const cpu = { backend: "cpu", method: "moments" } as const;
const end = async (config: object) => {
  const answer: Result | NoEquilibrium = await solve(endless(config), cpu).catch((error) => error);
  if (!(answer instanceof NoEquilibrium) && "code" in answer) throw answer;
  return answer;
};
const decisions = ({ stationary }: Result | NoEquilibrium) =>
  stationary!.equilibria.map(({ decision }) => decision);

// Half of each output carries over to the next. From x = 0 with θ = 1, b once and a for ever after, with γ = 1/2:
// x_k = 2a + (b − 2a)/2^(k−1), so with c = 3a − 1 and e = b − 2a
//
//     J = (b − 1)² + Σ_{k≥1} (c + e/2^(k−1))²/2^k = (b − 1)² + c² + 4ce/3 + 4e²/7,
//
// which has its minimum at b = a = 35/51, where half its curvature is 11/7.
const echo = defineGame({
  name: "echo",
  state: {
    theta: { min: 1, max: 1, count: 1, initial: 1, trained: false },
    past: { min: 0, max: 0, count: 1, initial: 0 },
  },
  decision: { share: { min: 0, max: 70 / 51, count: 3 } },
  output: "past + share * theta",
  next: { past: "past / 2 + share * theta" },
});

test("by hand", async () => {
  const result = (await end({ game: echo, discount: 0.5 })) as Result;
  const a = 35 / 51;
  const { equilibria, complete, finiteHorizon } = result.stationary!;
  expect(complete).toBe(true);
  expect(equilibria).toEqual([
    {
      decision: { share: expect.closeTo(a, 15) },
      multiplier: expect.closeTo(1 / 4, 15),
      stable: true,
      gap: 0,
    },
  ]);
  expect(finiteHorizon).toMatchObject({ outcome: "limit", decisions: [equilibria[0].decision] });
  expect(result.cost[0]).toBeCloseTo((46 / 7) * a * a - (20 / 3) * a + 2, 14);
  expect(result.margin[0]).toBeCloseTo((11 / 7) * a * a, 14);
  // among 0, 1/2 and 1 the best response to 1/2 is 1, to 1 it is 1/2, and to 0 it is 1
  const none = await end({ game: echo, discount: 0.5, share: { max: 1 } });
  expect(none).toMatchObject({ code: "NO_EQUILIBRIUM", stationary: { equilibria: [], complete: true } });
  const { outcome, period, episodes, decisions: round } = none.stationary!.finiteHorizon;
  expect(outcome).toBe("cycle");
  const schedule = { training: episodes + 12, deployment: 0 };
  const long = await solve({ game: echo, discount: 0.5, share: { max: 1 }, schedule }, cpu);
  for (let i = 0; i < 12; i++) expect(long.plan.share[11 - i]).toBe(round[i % period!].share);
});

describe("games that equal other games", () => {
  const change = { discount: 0.8, schedule: { learningRates: [0.7, 1] } };

  test("momentum with friction 0, and an untrained belief of 0", async () => {
    const wanted = (await end(change)) as Result;
    const still = (await end({ ...change, game: momentum, friction: 0 })) as Result;
    const right = (await end({
      ...{ ...change, game: "misconception", beliefLearningRateScale: 0 },
      belief: { min: 0, max: 0, count: 1 },
    })) as Result;
    for (const got of [still, right]) {
      expect(decisions(got)).toEqual(decisions(wanted));
      expect(got.plan).toEqual(wanted.plan);
      for (const [t, cost] of got.cost.entries()) expect(cost / wanted.cost[t]).toBeCloseTo(1, 12);
      expect(got.stationary!.finiteHorizon).toMatchObject({ outcome: "limit", decisions: decisions(wanted) });
    }
    // a velocity that has no effect has the eigenvalues 0
    const [multiplier] = [wanted, still].map(({ stationary }) => stationary!.equilibria[0].multiplier);
    expect(still.stationary!.equilibria[0].multiplier).toBeCloseTo(multiplier, 12);
  });

  test("two independent goals are two games", async () => {
    const apart = defineGame({
      name: "apart",
      state: {
        theta: { min: -1, max: 1, count: 11, initial: 0.8 },
        phi: { min: -1, max: 1, count: 11, initial: 0.8 },
      },
      decision: { a: { min: -2, max: 2, count: 41 }, b: { min: -2, max: 2, count: 41 } },
      output: { x: "a * theta", y: "b * phi" },
      baseObjective: "output.x^2 + output.y^2 / 2",
      mesaObjective: "(output.x - own.theta)^2 + (output.y - own.phi)^2",
    });
    const both = await end({ game: apart, discount: 0.8 });
    const [one, other] = await Promise.all(
      [1, 0.5].map((rate) =>
        end({ discount: 0.8, coefficient: { count: 41 }, schedule: { learningRates: [rate] } }),
      ),
    );
    const wanted = decisions(one).flatMap(({ coefficient: a }) =>
      decisions(other).map(({ coefficient: b }) => ({ a, b })),
    );
    expect(wanted.length).toBeGreaterThan(0);
    expect(decisions(both)).toEqual(wanted);
    expect((both as Result).cost[0]).toBeCloseTo((one as Result).cost[0] + (other as Result).cost[0], 11);
  });
});

/** A linear game of two coupled states. */
const coupled = defineGame({
  name: "coupled",
  state: {
    theta: { min: -1, max: 1, count: 5, initial: 0.8 },
    phi: { min: -0.5, max: 1, count: 4, initial: 0.5 },
  },
  decision: { a: { min: -1.2, max: 1.5, count: 24 } },
  parameters: { p: { default: 0 }, q: { default: 0 }, r: { default: 0 }, s: { default: 0 } },
  output: "a * theta + p * phi",
  next: {
    theta: "theta - learningRate * (a^2 * theta + q * phi)",
    phi: "phi * s + r * a * (theta - phi)",
  },
});

const drawn = fc.record({
  ...{ p: even(-1, 1), q: even(-0.5, 0.5), r: even(-0.7, 0.7), s: even(-0.9, 0.9) },
  ...{ discount: even(0, 0.9), rate: even(0, 1.6), min: even(-1.5, 0), span: even(0.3, 2) },
});
type Drawn = typeof drawn extends fc.Arbitrary<infer T> ? T : never;

/** The cost of b once and then a for so many episodes, by playing it; the mean over the grid of states. */
function played({ p, q, r, s, discount, rate }: Drawn, b: number, a: number, episodes: number): number {
  let [total, count] = [0, 0];
  for (const own of linspace({ min: -1, max: 1, count: 5 }))
    for (const other of linspace({ min: -0.5, max: 1, count: 4 })) {
      let [theta, phi, weight] = [own, other, 1];
      for (let k = 0; k < episodes; k++) {
        const d = k === 0 ? b : a;
        total += weight * (d * theta + p * phi - own) ** 2;
        [theta, phi] = [theta - rate * (d * d * theta + q * phi), phi * s + r * d * (theta - phi)];
        weight *= discount;
      }
      count++;
    }
  return total / count;
}

test("of two coupled states: exactly the equilibria that brute force finds", async () => {
  const counts = [0, 0, 0, 0];
  let infinite = 0;
  await fc.assert(
    fc.asyncProperty(drawn, fc.integer({ min: 2, max: 24 }), async (game, count) => {
      const axis = { min: game.min, max: game.min + game.span, count };
      const points = [...linspace(axis)];
      const { p, q, r, s, discount, rate } = game;
      const got = await end({
        ...{ game: coupled, a: axis, p, q, r, s, discount },
        schedule: { learningRates: [rate] },
      });
      const wanted: number[] = [];
      for (const own of points) {
        const [short, long] = [played(game, own, own, 300), played(game, own, own, 600)];
        // skip cases in which numbers still grow, or converge too slowly for this test
        if (!(Math.abs(long - short) <= 1e-9 * long)) {
          infinite++;
          if (long < 1e6 * short) return;
          continue;
        }
        const cost = played(game, own, own, 400);
        const others = points.filter((b) => b !== own).map((b) => played(game, b, own, 400));
        const best = Math.min(...others);
        if (Math.abs(best - cost) <= 1e-7 * cost) return;
        if (cost < best) wanted.push(own);
      }
      expect(decisions(got).map(({ a }) => a)).toEqual(wanted);
      expect(got.stationary).toMatchObject({ complete: true, undecided: [] });
      counts[Math.min(3, wanted.length)]++;
      if (!(got instanceof NoEquilibrium)) {
        const own = got.plan.a[0];
        expect(got.cost[0] / played(game, own, own, 400)).toBeCloseTo(1, 8);
      }
    }),
    { numRuns: 60 },
  );
  expect(counts[1]).toBeGreaterThan(20);
  expect(counts[0] + counts[2]).toBeGreaterThan(0);
  expect(infinite).toBeGreaterThan(0);
});

test("the reported behaviour of finite horizons is their behaviour", async () => {
  const outcomes = { limit: 0, cycle: 0, none: 0 };
  await fc.assert(
    fc.asyncProperty(drawn, fc.integer({ min: 3, max: 24 }), async (game, count) => {
      const { p, q, r, s, discount, rate } = game;
      const config = {
        game: coupled,
        a: { min: game.min, max: game.min + game.span, count },
        p,
        q,
        r,
        s,
        discount,
      };
      const { finiteHorizon } = (await end({ ...config, schedule: { learningRates: [rate] } })).stationary!;
      const { outcome, period, episodes } = finiteHorizon;
      outcomes[outcome]++;
      if (outcome === "none" || episodes > 300) return;
      const schedule = { training: episodes + 40, deployment: 0, learningRate: rate };
      const long = await solve({ ...config, schedule } as Config, cpu);
      const first = long.plan.a.slice(0, 40).reverse();
      for (const [i, a] of first.entries()) expect(a).toBe(finiteHorizon.decisions[i % period!].a);
    }),
    { numRuns: 40 },
  );
  expect(outcomes.limit).toBeGreaterThan(20);
});

test("belief and goal are trained for ever", async () => {
  const config = { game: "misconception", discount: 0.9 };
  const result = (await end({ ...config, schedule: { learningRates: [0.5] } })) as Result;
  const { equilibria, complete, finiteHorizon, chosen } = result.stationary!;
  expect({ complete, count: equilibria.length }).toEqual({ complete: true, count: 1 });
  expect(finiteHorizon).toMatchObject({ outcome: "limit", decisions: [equilibria[chosen].decision] });
  expect(result.margin[0]).toBeGreaterThan(0);
  const schedule = { training: 300, deployment: 0, learningRate: 0.5 };
  const long = await solve({ ...config, schedule }, cpu);
  expect(equilibria[chosen].decision.coefficient).toBe(long.plan.coefficient[0]);
  expect(result.cost[0]).toBeCloseTo(long.cost[0], 11);
});

test.each([0.9, 0.999999])("momentum for ever, with a discount of %d", async (discount) => {
  const schedule = { learningRates: [1 - discount] };
  const coefficient = { count: 101 };
  const result = (await end({ game: momentum, discount, schedule, coefficient })) as Result;
  const { equilibria, complete, chosen } = result.stationary!;
  expect(complete).toBe(true);
  // if everything is slow, momentum acts as a learning rate that is 1/(1 − friction) times as high
  const { decision } = equilibria[chosen];
  const twice = (await end({
    ...{ discount, coefficient, schedule: { learningRates: [2 - 2 * discount] } },
  })) as Result;
  expect(Math.abs(decision.coefficient - twice.plan.coefficient[0])).toBeLessThan(0.1);
  expect(result.margin[0]).toBeGreaterThan(0);
});

test("if nothing is trained, the best decision of one episode is the best for ever", async () => {
  const still = defineGame({
    name: "still",
    state: { theta: { min: -1, max: 1, count: 11, initial: 0.8, trained: false } },
    decision: { a: { min: 0, max: 2, count: 5 }, b: { min: 0, max: 1, count: 3 } },
    output: "(a - b / 4) * theta",
  });
  const result = (await end({ game: still })) as Result;
  expect(decisions(result)).toEqual([{ a: 1, b: 0 }]);
  expect(result.stationary).toMatchObject({ complete: true, finiteHorizon: { outcome: "limit" } });
  expect(result.cost[0]).toBe(0);
});

test("decisions that differ by rounding only are left undecided", async () => {
  // 0.1 below and above the goal
  const coefficient = { min: 0.9, max: 1.1, count: 2 };
  const near = await end({ coefficient, schedule: { learningRates: [0] } });
  expect(near).toMatchObject({
    code: "UNDECIDED",
    stationary: { equilibria: [], complete: false, undecided: [[0.9, 1.1]], chosen: -1 },
  });
  const pairs = defineGame({
    name: "pairs",
    state: { theta: { min: -1, max: 1, count: 11, initial: 0.8 } },
    decision: { a: { min: 0.9, max: 1.1, count: 2 }, b: { min: 0, max: 1, count: 2 } },
    output: "(a + b - b) * theta",
  });
  const several = await end({ game: pairs, schedule: { learningRates: [0] } });
  expect((several as NoEquilibrium).message).toMatch(
    /has a stationary equilibrium at a 0\.9, b 0, at a 0\.9, b 1, at/,
  );
});

test("a goal that grows faster than the discount forgets has an infinite cost", async () => {
  const growing = defineGame({
    name: "growing",
    state: {
      theta: { min: -1, max: 1, count: 11, initial: 0.8, trained: false },
      debt: { min: 0, max: 0, count: 1, initial: 0 },
    },
    decision: { a: { min: 0, max: 1, count: 5 } },
    output: "a * theta + debt",
    next: { debt: "1.2 * debt + a * theta / 10" },
  });
  // 1.2² · 0.7 is above 1, and 1.2² · 0.65 below
  // at a = 0 nothing grows here, although changes of the state would: it is undecided
  expect(await end({ game: growing, discount: 0.7 })).toMatchObject({
    code: "UNDECIDED",
    stationary: { complete: false, undecided: [[0, 0]] },
  });
  expect(decisions(await end({ game: growing, discount: 0.65 })).length).toBeGreaterThan(0);
});

test("phase diagrams and descriptions support it", async () => {
  const config = endless({ game: "misconception", coefficient: { count: 41 } });
  const axis = { from: 0.5, to: 0.9, count: 3 };
  const measures = ["firstCoefficient", "cost", "equilibria", "multiplier"];
  const asked = {
    config,
    x: { key: "discount", ...axis },
    y: { key: "beliefLearningRateScale", ...axis },
    measures,
  };
  const cells = await phase(asked, { backend: "cpu" });
  expect(cells.solver).toMatchObject({ method: "moments" });
  let found = 0;
  for (const [i, first] of cells.values.firstCoefficient.entries()) {
    const [discount, beliefLearningRateScale] = [
      linspaceOf(axis)[i % 3],
      linspaceOf(axis)[Math.floor(i / 3)],
    ];
    const one = await end({ ...config, discount, beliefLearningRateScale });
    expect(cells.values.equilibria[i]).toBe(one.stationary!.equilibria.length);
    if (one instanceof NoEquilibrium) continue;
    found++;
    expect(first).toBe(one.plan.coefficient[0]);
    expect(cells.values.cost[i]).toBeCloseTo(one.cost[0], 12);
  }
  expect(found).toBeGreaterThan(2);
  expect(describeGame({ game: "misconception" }).structure.mustEnd).toBeNull();
  expect(describeGame({ game: "uncertain-deployment" }).structure.mustEnd).toBe("its phase is hidden");
  expect(describeGame({ game: "mlp" }).structure.mustEnd).toMatch(/not linear/);
  await expect(solve(config, { backend: "cpu", method: "exact" })).rejects.toMatchObject({
    message: expect.stringMatching(
      /^the game misconception has no method exact if the horizon is infinite, unless/,
    ),
  });
});

const linspaceOf = ({ from, to, count }: { from: number; to: number; count: number }) =>
  linspace({ min: from, max: to, count });

test.each([
  ["1 - impatience", 1, "discount must be below 1 where horizon is infinite, got 1"],
  ["-impatience", 0.5, "discount must be at least 0 where horizon is infinite, got -0.5"],
])("a discount of its own, %s", async (discount, impatience, message) => {
  const game = {
    ...{ name: "own", discount, output: "a * theta", decision: { a: { min: 0, max: 1, count: 5 } } },
    state: { theta: { min: -1, max: 1, count: 11, initial: 0.8 } },
    parameters: { impatience: { default: 0.5 } },
  };
  const asked = { game, horizon: "infinite", impatience: impatience === 1 ? 0 : impatience } as Config;
  await expect(solve(asked, cpu)).rejects.toMatchObject({ code: "INVALID_CONFIG", message });
});

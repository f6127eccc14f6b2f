// Agents that are networks: the network by hand, and the search for its weights. test/gpu/mlp.test.ts compares the
// device with it.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createOracle } from "../src/cpu/oracle.ts";
import { createEvaluate } from "../src/game/evaluate.ts";
import { Graph } from "../src/game/graph.ts";
import { weightsOf } from "../src/game/network.ts";
import { type Config, games, type Progress, simulate, solve } from "../src/index.ts";
import { createProblem } from "../src/model/problem.ts";
import { createSearchEvaluator } from "../src/solve/searchEvaluator.ts";
import { even } from "./gpu/numbers.ts";
import { evaluate, evaluateByLayers } from "./network.ts";

const cpu = { backend: "cpu" } as const;
const tiny: Config = {
  game: "mlp",
  layers: [1, 3, 1],
  schedule: { training: 2, deployment: 1, learningRate: 0.5 },
  theta: { count: 9 },
  search: { starts: 3, evaluations: 100 },
};

describe("the network", () => {
  test.each([
    [[1, 1], 2],
    [[1, 3, 1], 10],
    [[1, 8, 8, 1], 16 + 72 + 9],
    [[1, 2, 17, 5, 1], 4 + 51 + 90 + 6],
  ])("layers %j have %d weights", (layers, weights) => {
    expect(weightsOf(layers)).toBe(weights);
    expect(createProblem({ game: "mlp", layers }).game.network!.weights).toBe(weights);
  });

  test("without hidden layers is linear: y = w θ + b", () => {
    expect(evaluate([1, 1], [3, 0.5], 2)).toEqual({ y: 6.5, slope: 3 });
  });

  // h = tanh(2θ − 1), tanh(−θ/2 + 1/4), which is 0 and 0 at θ = 1/2: y = 3·0 − 4·0 + 1/8,
  // ∂y/∂θ = 3·2 − 4·(−1/2) = 8
  test("by hand, at points where tanh is 0 and its slope 1", () => {
    expect(evaluate([1, 2, 1], [2, -1, -1 / 2, 1 / 4, 3, -4, 1 / 8], 1 / 2)).toEqual({ y: 1 / 8, slope: 8 });
  });

  // two layers deep: y = 2 tanh(3 tanh(θ))
  test("by hand, deeper", () => {
    const theta = 0.3;
    const inner = Math.tanh(theta);
    const outer = Math.tanh(3 * inner);
    const { y, slope } = evaluate([1, 1, 1, 1], [1, 0, 3, 0, 2, 0], theta);
    expect(y).toBeCloseTo(2 * outer, 15);
    expect(slope).toBeCloseTo(2 * (1 - outer ** 2) * 3 * (1 - inner ** 2), 14);
  });

  const someLayers = fc.constantFrom([1, 1], [1, 4, 1], [1, 3, 5, 1], [1, 2, 2, 2, 1]);
  const network = someLayers.chain((layers) => {
    const length = weightsOf(layers);
    return fc.tuple(
      fc.constant(layers),
      fc.array(even(-2, 2), { minLength: length, maxLength: length }),
      even(-2, 2),
    );
  });

  test("as an expression it equals its layers", () => {
    fc.assert(
      fc.property(network, ([layers, weights, theta]) => {
        const { y, slope } = evaluate(layers, weights, theta);
        const wanted = evaluateByLayers(layers, weights, theta);
        expect(Math.abs(y - wanted.y)).toBeLessThan(1e-13);
        expect(Math.abs(slope - wanted.slope)).toBeLessThan(1e-13 * (1 + Math.abs(wanted.slope)));
      }),
      { numRuns: 300 },
    );
  });

  test("its slope is the limit of central differences", () => {
    fc.assert(
      fc.property(network, ([layers, weights, theta]) => {
        const h = 1e-5;
        const y = (x: number) => evaluate(layers, weights, x).y;
        const difference = (y(theta + h) - y(theta - h)) / (2 * h);
        const { slope } = evaluate(layers, weights, theta);
        expect(Math.abs(slope - difference)).toBeLessThan(1e-6 * (1 + Math.abs(slope)));
      }),
      { numRuns: 300 },
    );
  });

  test("the goal stays within its bounds", () => {
    const run = (slope: number) =>
      simulate({ game: "mlp", layers: [1, 1], schedule: { learningRates: [1] }, initial: { theta: 0.8 } }, {
        weights: [[slope, 0]],
      } as never).trajectory.theta;
    const { min, max } = games.get("mlp")!.state.theta.bounds!;
    expect([min, max]).toEqual([-4, 4]);
    expect(run(50)).toEqual([0.8, min]);
    // y = θ/2: θ' = θ − 2 · θ/2 · 1/2
    expect(run(0.5)).toEqual([0.8, 0.4]);
  });
});

/** tanh as the games compute it */
const tanh = (() => {
  const g = new Graph();
  const evaluate = createEvaluate([g.tanh(g.name("x"))], ["x"]);
  return (x: number) => evaluate([x])[0];
})();

describe("tanh", () => {
  const BITS = 256n;
  const ONE = 1n << BITS;

  /** a float64 times 2^BITS, rounded down */
  function fixed(x: number): bigint {
    const bytes = new DataView(new ArrayBuffer(8));
    bytes.setFloat64(0, x);
    const bits = bytes.getBigUint64(0);
    const exponent = (bits >> 52n) & 0x7ffn;
    const fraction = bits & ((1n << 52n) - 1n);
    const [digits, scale] = exponent === 0n ? [fraction, 1n] : [fraction | (1n << 52n), exponent];
    const shift = scale - 1075n + BITS;
    const magnitude = shift >= 0n ? digits << shift : digits >> -shift;
    return x < 0 ? -magnitude : magnitude;
  }

  /** |tanh x / got − 1| in float64, for |x| ≥ 2⁻⁶⁰: e^(−2|x|) by its series for 2|x|/2¹⁶, squared 16 times */
  function distance(x: number, got: number): number {
    const small = fixed(2 * Math.abs(x)) >> 16n;
    let [term, sum] = [ONE, ONE];
    for (let i = 1n; term !== 0n; i++) {
      term = -(term * small) / (i << BITS);
      sum += term;
    }
    for (let i = 0; i < 16; i++) sum = (sum * sum) >> BITS;
    const exact = ((ONE - sum) << BITS) / (ONE + sum);
    const difference = ((fixed(Math.abs(got)) - exact) << BITS) / exact;
    return Math.abs(Number(difference)) / 2 ** 256;
  }

  const any = fc.oneof(
    even(-1, 1),
    even(-25, 25),
    fc.tuple(even(-1, 1), fc.integer({ min: -55, max: 4 })).map(([x, exponent]) => x * 2 ** exponent),
    // near saturation, and where 2x is close to a multiple of ln(2)/2
    even(18.9, 20.1),
    fc.tuple(fc.integer({ min: 0, max: 80 }), even(-1e-9, 1e-9)).map(([k, off]) => (k * Math.LN2) / 4 + off),
  );

  test("has an absolute error of at most 2e-16, and a relative one of at most 5e-16", () => {
    // first check the reference, against known values to 17 digits
    for (const [x, wanted] of [
      [1, 0.7615941559557649],
      [0.5, 0.46211715726000974],
      [0.001, 0.0009999996666668],
    ])
      expect(distance(x, wanted)).toBeLessThan(1.2e-16);
    expect(distance(1, 0.76159415595576)).toBeGreaterThan(1e-15);

    let worst = 0;
    fc.assert(
      fc.property(any, (x) => {
        if (Math.abs(x) < 2 ** -60) return;
        const far = distance(x, tanh(x));
        expect(far).toBeLessThan(5e-16);
        expect(far * Math.abs(tanh(x))).toBeLessThan(2e-16);
        worst = Math.max(worst, far);
      }),
      { numRuns: 3000 },
    );
    expect(worst).toBeGreaterThan(1e-16);
  });

  test("is exactly odd, never above 1, and close to its argument if that is tiny", () => {
    fc.assert(
      fc.property(fc.oneof(any, fc.double({ noNaN: true })), (x) => {
        expect(tanh(-x) + tanh(x)).toBe(0);
        expect(Math.abs(tanh(x))).toBeLessThanOrEqual(1);
        if (x !== 0) expect(Math.sign(tanh(x))).toBe(Math.sign(x));
        if (Math.abs(x) < 2 ** -30)
          expect(Math.abs(tanh(x) - x)).toBeLessThanOrEqual(2 ** -52 * Math.abs(x) + Number.MIN_VALUE);
      }),
      { numRuns: 3000 },
    );
    expect([0, 20, -20, 1e300, Number.POSITIVE_INFINITY].map(tanh)).toEqual([0, 1, -1, 1, 1]);
    expect(tanh(Number.NaN)).toBeNaN();
  });
});

describe("the search", () => {
  test("the seed determines every bit", async () => {
    const once = await solve(tiny, cpu);
    const again = await solve(tiny, cpu);
    const other = await solve({ ...tiny, search: { starts: 3, evaluations: 100, seed: 2 } }, cpu);
    expect(again.plan).toEqual(once.plan);
    expect(again.cost).toEqual(once.cost);
    expect(other.plan).not.toEqual(once.plan);
    expect(once.solver).toMatchObject({ backend: "cpu", method: "rollout", precision: "float64" });
    expect(once.margin).toEqual([null, null, null]);
  });

  test("the last agent learns to output its goal", async () => {
    const config = {
      ...tiny,
      schedule: { learningRates: [0.5] },
      search: { starts: 4, evaluations: 1000 },
    };
    const { cost } = await solve(config, cpu);
    expect(cost[0]).toBeLessThan(1e-9);
  });

  test("is never worse than its starting point, the decision of the next episode", async () => {
    const problem = createProblem({ ...tiny, search: { starts: 1, evaluations: 1 } });
    const evaluator = createSearchEvaluator(problem);
    const start = [1, 0.1, -0.5, 0.2, 0.3, -0.3, 0.4, 0.5, -0.6, 0.05];
    const plan = [[], start, start];
    const [startCost] = createOracle(problem).costsAt(0, plan)([start]);
    const [{ cost, decision }] = await evaluator.decide(0, plan, {});
    expect(cost).toBeLessThanOrEqual(startCost);
    expect(createOracle(problem).costsAt(0, plan)([decision])).toEqual([cost]);
  });

  test.each([
    [[1, 1], 2],
    [[1, 2, 3, 2, 1], 4 + 9 + 8 + 3],
  ])("layers %j", async (layers, weights) => {
    const { plan, config, trajectory } = await solve({ ...tiny, layers }, cpu);
    expect(config.layers).toEqual(layers);
    expect(plan.weights).toHaveLength(3);
    for (const decision of plan.weights as unknown as number[][]) expect(decision).toHaveLength(weights);
    // and the trajectory is that of its plan
    expect(simulate(config, plan).trajectory).toEqual(trajectory);
  });

  test("more evaluations give a lower cost", async () => {
    const config = { ...tiny, schedule: { learningRates: [0.5] } };
    const costs = await Promise.all(
      [8, 40, 200].map(
        async (evaluations) => (await solve({ ...config, search: { starts: 3, evaluations } }, cpu)).cost[0],
      ),
    );
    expect(costs[1]).toBeLessThan(costs[0]);
    expect(costs[2]).toBeLessThan(costs[1]);
  });

  test("reports the plan's cost on held-out states, and that of linear policies", async () => {
    const { generalization, cost } = await solve(tiny, cpu);
    const linear = await solve(
      { game: "linear", schedule: tiny.schedule!, theta: tiny.theta! },
      { method: "exact" },
    );
    expect(generalization).toMatchObject({ heldOutStates: 80, linearCost: linear.cost[0] });
    expect(generalization!.heldOutCost).toBeGreaterThan(0);
    expect(generalization!.heldOutCost).not.toBe(cost[0]);
  });

  test("reports its progress, and can be interrupted", async () => {
    const control = new AbortController();
    const reports: Progress[] = [];
    const long = { ...tiny, search: { starts: 100, evaluations: 100_000 } };
    const solving = solve(long, {
      ...cpu,
      signal: control.signal,
      onProgress: (progress) => {
        reports.push(progress);
        if (reports.length === 3) control.abort();
      },
    });
    await expect(solving).rejects.toMatchObject({ code: "ABORTED" });
    expect(reports.length).toBeGreaterThanOrEqual(3);
    for (const [i, { share }] of reports.entries())
      expect(share).toBeGreaterThanOrEqual(i === 0 ? 0 : reports[i - 1].share);
    expect(reports.at(-1)!.share).toBeLessThan(1);
  });
});

// The compiled rollouts equal those of the interpreter, to the bit, for every game.
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createRollouts } from "../src/cpu/compiled.ts";
import { rolloutCosts } from "../src/cpu/rollout.ts";
import type { Config } from "../src/index.ts";
import type { Plan } from "../src/model/evaluator.ts";
import { createProblem, type Problem } from "../src/model/problem.ts";
import { solve } from "../src/solve/solve.ts";
import { contrary } from "./games/contrary.ts";
import { gears } from "./games/gears.ts";
import { momentum } from "./games/momentum.ts";
import { offset } from "./games/offset.ts";
import { reachSquared } from "./games/reachSquared.ts";
import { linearWithPlan, magnitude } from "./games.ts";

const learningRates = [1, 0.7, 0, 0.1, 0, 0];
const fewStates = { theta: { count: 7 }, schedule: { learningRates } };

/** decisions and a plan of numbers that depend on a seed, in and out of the grids */
function drawn({ game, learningRates }: Problem, seed = 1, size = 9) {
  const decision = (i: number) => game.decisionNames.map((_, j) => 2 * Math.sin(seed + 7 * i + 3 * j));
  return {
    plan: Array.from(learningRates, (_, k) => decision(k)),
    decisions: Array.from({ length: size }, (_, i) => decision(100 + i)),
  };
}

/** @returns the costs at the first episode */
function expectSameBits(problem: Problem, { plan, decisions } = drawn(problem)): number[] {
  const rollouts = createRollouts(problem);
  const last = problem.learningRates.length - 1;
  const [costs] = [0, last, Math.floor(last / 2)].map((episode) => {
    const wanted = rolloutCosts(problem, episode, plan)(decisions);
    const costs = rollouts.costsAt(episode, plan)(decisions);
    expect(Float64Array.from(costs)).toEqual(Float64Array.from(wanted));
    return costs;
  });
  expect(rollouts.compiled).toBe(true);
  return costs;
}

const theta = { min: -1, max: 1, count: 7, initial: 0.5 };
const coefficient = { min: -2, max: 2, count: 5 };
const plain = { state: { theta }, decision: { coefficient }, output: "coefficient * theta" };

/** games with various formulas */
const own: Record<string, object> = {
  cubic: { ...plain, decision: { a: coefficient, b: coefficient }, output: "a * theta + b * theta^3" },
  "seventh-power": { ...plain, output: "theta - coefficient * theta^7" },
  "several-outputs": {
    ...plain,
    output: { left: "coefficient * theta", right: "theta^2" },
    baseObjective: "output.left^2 + (output.right - target.right)^2",
    believedTarget: { left: 0, right: "theta / 3" },
    mesaObjective: "abs(output.left - own.theta) + output.right^2",
  },
  "tanh-output": { ...plain, output: "tanh(coefficient * theta) + 2 * tanh(30 * theta)" },
  bounds: { ...plain, output: "clamp(coefficient * theta, -0.5, min(0.7, abs(theta)))" },
  "bounds-of-zeros": {
    ...plain,
    definitions: { zero: "abs(theta) * 1e-300 * 1e-300" },
    output: "tanh(1 / max(-zero, 0)) + 2 * tanh(1 / min(-0, zero)) + 4 * tanh(1 / max(-zero, -0))",
  },
  "two-bounds": { ...plain, output: "max(theta, coefficient * theta) - min(coefficient, theta^2)" },
  division: { ...plain, output: "coefficient * theta / (1 + theta^2)" },
  "division-by-zero": { ...plain, output: "coefficient / theta" },
  "constant-discount": { ...plain, discount: "tanh(0.5)" },
  "own-discount": { ...plain, discount: "clamp(1 - theta^2, 0.1, 0.9)" },
  believed: { ...plain, believedTarget: "theta^2 / 2 + 0.1" },
  "named-weight": {
    state: { theta, weight: theta },
    decision: { coefficient },
    output: "coefficient * theta + weight",
  },
  "without-learning": { ...plain, next: { theta: "theta / 2 - learningRate * gradient.theta" } },
  "by-decision": { ...plain, next: { theta: "theta * coefficient - learningRate * gradient.theta" } },
  clamped: {
    ...plain,
    state: { theta: { ...theta, bounds: { min: -1, max: 1 } } },
    output: "coefficient * theta^2",
  },
};

const cases: Record<string, Config> = {
  linear: { game: "linear", ...fewStates },
  discounted: { game: "linear", ...fewStates, discount: 0.9 },
  "learned-discount": { game: "learned-discount", ...fewStates, regularization: 0.1 },
  misconception: { game: "misconception", ...fewStates, discount: 0.9 },
  "uncertain-deployment": { game: "uncertain-deployment", ...fewStates },
  mlp: { game: "mlp", ...fewStates, layers: [1, 3, 2, 1] },
  "wide-mlp": { game: "mlp", ...fewStates, layers: [1, 12, 12, 1] },
  ...Object.fromEntries(
    [gears, momentum, offset, reachSquared, contrary].map((game) => [game.name, { game, ...fewStates }]),
  ),
  ...Object.fromEntries(
    Object.entries(own).map(([name, game]) => [name, { game: { name, ...game } as never, ...fewStates }]),
  ),
};

describe.each(Object.entries(cases))("%s", (name, config) => {
  test("on random decisions and learning rates", () => {
    fc.assert(
      fc.property(fc.nat(1e6), magnitude, (seed, rate) => {
        for (const rates of [learningRates, [rate, 0.3, 0]]) {
          const problem = createProblem({ ...config, schedule: { learningRates: rates } });
          expectSameBits(problem, drawn(problem, seed));
        }
      }),
      { numRuns: name === "wide-mlp" ? 1 : 10 },
    );
  });
});

test("linear, on random problems", () => {
  fc.assert(
    fc.property(linearWithPlan, ({ problem, plan }) => {
      const decisions = Array.from({ length: problem.candidates.size }, (_, i) => problem.candidates.at(i));
      expectSameBits(problem, { plan, decisions });
    }),
    { numRuns: 100 },
  );
});

describe("games of random formulas", () => {
  const numbers = fc.constantFrom("0", "1", "2", "0.5", "3e3", "1e-200");
  const formulaOf = (...names: string[]) =>
    fc.letrec<Record<"formula", string>>((tie) => {
      const of = (...parts: string[]) =>
        fc
          .tuple(...parts.slice(1).map(() => tie("formula")))
          .map((within) => parts.reduce((text, part, i) => `${text}${within[i - 1]}${part}`));
      const made = ["+", "-", "*", "/"].map((sign) => of("(", sign, ")"));
      const powers = [2, 3, 7].map((power) => of("(", `)^${power}`));
      const called = [
        ...[of("tanh(", ")"), of("abs(", ")"), of("-(", ")")],
        ...[of("min(", ", ", ")"), of("max(", ", ", ")"), of("clamp(", ", ", ", ", ")")],
      ];
      return {
        formula: fc.oneof(
          { maxDepth: 4, depthSize: "medium" },
          fc.oneof(numbers, ...names.map((name) => fc.constant(name))),
          ...[...made, ...powers, ...called],
        ),
      };
    }).formula;
  const game = fc.record({
    name: fc.constant("random"),
    state: fc.constant({ theta: { ...theta, count: 5 }, extra: { ...theta, min: 0.25, count: 2 } }),
    decision: fc.constant({ first: coefficient, second: coefficient }),
    output: formulaOf("first", "second", "theta", "extra"),
    believedTarget: formulaOf("theta", "extra"),
    discount: formulaOf("theta", "extra"),
    mesaObjective: formulaOf("output", "theta", "extra", "own.theta", "own.extra"),
    next: fc.record(
      { extra: formulaOf("gradient.extra", "learningRate", "extra", "theta") },
      { requiredKeys: [] },
    ),
  });

  test("have the same costs", () => {
    let finite = 0;
    fc.assert(
      fc.property(game, (game) => {
        const problem = createProblem({ game, schedule: { learningRates } } as never);
        finite += expectSameBits(problem).filter(Number.isFinite).length;
      }),
      { numRuns: 300 },
    );
    expect(finite).toBeGreaterThan(300);
  });
});

describe.each([1, 2, 60])("%i episodes", (episodes) => {
  test.each([1, 2, 7, 8, 9, 121, 1025])("of %i states", (count) => {
    const theta = count === 1 ? { min: 0.3, max: 0.3, count } : { min: -1, max: 1.1, count };
    const belief = { min: 0.2, max: 0.2, count: 1 };
    const rates = Array.from({ length: episodes }, (_, k) => (k < 20 ? 0.3 : 0));
    for (const game of ["linear", "misconception"]) {
      const problem = createProblem({
        ...{ game, theta, schedule: { learningRates: rates } },
        ...(game === "misconception" && { belief }),
      } as never);
      for (const size of [1, 2, count < 10 ? 401 : 13]) expectSameBits(problem, drawn(problem, 1, size));
    }
  });
});

test.each([
  [23, 37],
  [11, 11],
])("%i × %i states, some of them mirror images", (count, others) => {
  for (const min of [-1, -0.7]) {
    const axes = { theta: { min: -1, max: 1, count }, belief: { min, max: 1, count: others } };
    expectSameBits(createProblem({ game: "misconception", ...fewStates, ...axes }));
  }
});

test("no candidates, no costs", () => {
  expect(createRollouts(createProblem({ game: "linear" })).costsAt(99, [])([])).toEqual([]);
});

test("alternating problems, with more and with fewer states", () => {
  const few = createProblem({ game: "misconception", ...fewStates });
  const many = createProblem({
    ...{ game: "misconception", ...fewStates, belief: { count: 999 }, discount: 0.5 },
    schedule: { learningRates: [0.5, ...learningRates] },
  });
  const later = createProblem({ game: "misconception", ...fewStates, discount: 0.25 });
  const problems = [few, later, many];
  const { plan, decisions } = drawn(many, 1, 3);
  const costs = problems.map((problem) => createRollouts(problem).costsAt(1, plan));
  const plainly = problems.map((problem) => rolloutCosts(problem, 1, plan));
  for (const decision of decisions)
    expect(costs.map((of) => of([decision]))).toEqual(plainly.map((of) => of([decision])));
});

test("alternating plans of one problem", () => {
  const problem = createProblem({ game: "linear", ...fewStates });
  const { decisions } = drawn(problem);
  const plans: Plan[] = [1, 2].map((seed) => drawn(problem, seed).plan);
  const { costsAt } = createRollouts(problem);
  const costs = plans.map((plan) => costsAt(2, plan));
  for (const decision of decisions)
    for (const [i, plan] of plans.entries())
      expect(costs[i]([decision])).toEqual(rolloutCosts(problem, 2, plan)([decision]));
});

describe("if float64 overflows", () => {
  test.each(["linear", "misconception"] as const)("%s", (game) => {
    const problem = createProblem({ game, ...fewStates, schedule: { learningRates: [1e200, 1e200, 1] } });
    const costs = expectSameBits(problem);
    expect(costs.some((cost) => !Number.isFinite(cost))).toBe(true);
  });

  const steep = {
    ...plain,
    name: "steep",
    output: "theta",
    baseObjective: "coefficient^2 * (1e200 * theta^4)",
  };
  test.each([
    ["the gradient of a large state", 1e40, [1]],
    ["the gradient of a large decision", 1, [1e120]],
  ])("0 times %s is not a number", (_, size, decision) => {
    const problem = createProblem({
      game: steep as never,
      theta: { min: -size, max: size, count: 5 },
      schedule: { learningRates: [0, 0, 0] },
    });
    const costs = expectSameBits(problem, { plan: [decision, decision, decision], decisions: [[0]] });
    expect(costs).toEqual([Number.NaN]);
  });
});

test("mirror images differ if a division depends on the sign of a zero", () => {
  const game = { ...plain, name: "signed", output: "tanh(1 / (theta - coefficient * theta))" };
  const problem = createProblem({ game: game as never, theta: { count: 6 } });
  expect(problem.formulas.mirrored).toEqual(["theta"]);
  const plan = Array.from(problem.learningRates, () => [1]);
  expectSameBits(problem, { plan, decisions: [[1]] });
});

describe("compilation", () => {
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  test("happens when costs are first needed, once for many values of the parameters", async () => {
    vi.resetModules();
    const { createRollouts: fresh } = await import("../src/cpu/compiled.ts");
    const compile = vi.spyOn(WebAssembly, "Module");
    for (const regularization of [0.01, 0.02, 0.03])
      for (const discount of [0.7, 0.8]) {
        const problem = createProblem({ game: "linear", ...fewStates, regularization, discount });
        const { plan, decisions } = drawn(problem);
        const costsOf = fresh(problem).costsAt(0, plan);
        if (regularization === 0.01 && discount === 0.7) expect(compile).not.toHaveBeenCalled();
        expect(costsOf(decisions)).toEqual(rolloutCosts(problem, 0, plan)(decisions));
      }
    expect(compile).toHaveBeenCalledOnce();
  });

  const refusing = function refuse() {
    throw new WebAssembly.CompileError("Wasm code generation disallowed by embedder");
  };
  describe.each([
    ["is forbidden", { ...WebAssembly, Module: refusing, Memory: WebAssembly.Memory }],
    ["is missing", undefined],
  ])("if WebAssembly %s", (_, stub) => {
    test("the interpreter does the work", async () => {
      vi.stubGlobal("WebAssembly", stub);
      vi.resetModules();
      const { createRollouts: fresh } = await import("../src/cpu/compiled.ts");
      const problem = createProblem({ game: "misconception", ...fewStates });
      const { plan, decisions } = drawn(problem);
      const rollouts = fresh(problem);
      expect(rollouts.costsAt(0, plan)(decisions)).toEqual(rolloutCosts(problem, 0, plan)(decisions));
      expect(rollouts.compiled).toBe(false);
    });

    test("the result says so", async () => {
      const config = { game: "learned-discount", ...fewStates, base: { count: 3 } } as const;
      const options = { backend: "cpu", method: "rollout", threads: 1 } as const;
      const usual = await solve(config, options);
      vi.stubGlobal("WebAssembly", stub);
      vi.resetModules();
      const { solve: fresh } = await import("../src/solve/solve.ts");
      const result = await fresh(config, options);
      expect(result.plan).toEqual(usual.plan);
      expect(usual.solver.notes).toEqual([]);
      expect(result.solver.notes).toEqual([
        "WebAssembly is not allowed here: costs were computed by the interpreter, which is slower",
      ]);
    });
  });
});

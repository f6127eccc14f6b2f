// The compiled rollouts are those of the oracle that is plain enough to check by eye: to the bit, for every game.
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createCompiledRollout } from "../src/cpu/compiled.ts";
import { rolloutCosts } from "../src/cpu/rollout.ts";
import type { Config } from "../src/index.ts";
import { createProblem, type Problem } from "../src/problem.ts";
import { gears } from "./games/gears.ts";
import { momentum } from "./games/momentum.ts";
import { offset } from "./games/offset.ts";
import { reachSquared } from "./games/reachSquared.ts";
import { magnitude } from "./games.ts";

const fewStates = { theta: { count: 7 }, schedule: { learningRates: [1, 0.7, 0.1, 0, 0] } };

/** decisions and a plan of numbers that depend on a seed, in and out of the grids */
function drawn({ game, candidates, learningRates }: Problem, seed: number) {
  const size = game.network?.weights ?? candidates.axes.length;
  const decision = (i: number) => Array.from({ length: size }, (_, j) => 2 * Math.sin(seed + 7 * i + 3 * j));
  return {
    plan: Array.from(learningRates, (_, k) => decision(k)),
    decisions: Array.from({ length: 9 }, (_, i) => decision(100 + i)),
  };
}

function expectSameBits(problem: Problem, seed: number): void {
  const { plan, decisions } = drawn(problem, seed);
  const compiled = createCompiledRollout(problem);
  const last = problem.learningRates.length - 1;
  for (const episode of [0, last, Math.floor(last / 2)])
    expect(Float64Array.from(compiled(episode, plan)(decisions))).toEqual(
      Float64Array.from(rolloutCosts(problem, episode, plan)(decisions)),
    );
}

const cases: Record<string, Config> = {
  linear: { game: "linear", ...fewStates },
  "learned-discount": { game: "learned-discount", ...fewStates, regularization: 0.1 },
  misconception: { game: "misconception", ...fewStates, discount: 0.9 },
  mlp: { game: "mlp", ...fewStates, layers: [1, 3, 2, 1] },
  gears: { game: gears, ...fewStates },
  momentum: { game: momentum, ...fewStates },
  offset: { game: offset, ...fewStates },
  reachSquared: { game: reachSquared, ...fewStates },
};

describe.each(Object.entries(cases))("%s", (_, config) => {
  test("on random decisions and discounts", () => {
    fc.assert(
      fc.property(fc.nat(1e6), magnitude, (seed, rate) => {
        expectSameBits(createProblem({ ...config, schedule: { learningRates: [rate, 0.3, 0] } }), seed);
        expectSameBits(createProblem(config), seed);
      }),
      { numRuns: 20 },
    );
  });
});

test.each([
  [1, 1],
  [1, 255],
  [1, 256],
  [1, 257],
  [23, 37],
])("with %i × %i states", (count, others) => {
  const theta = count === 1 ? { min: 0.3, max: 0.3, count } : { min: -1, max: 1.1, count };
  const belief = others === 1 ? { min: 0.2, max: 0.2, count: others } : { min: -1, max: 0.7, count: others };
  expectSameBits(createProblem({ game: "misconception", ...fewStates, theta, belief }), 1);
});

test("of problems that take turns", () => {
  const one = createProblem({ game: "misconception", ...fewStates });
  const other = createProblem({ game: "misconception", ...fewStates, belief: { count: 99 }, discount: 0.5 });
  const { plan, decisions } = drawn(one, 1);
  const [ofOne, ofOther] = [one, other].map((problem) => createCompiledRollout(problem)(1, plan));
  const mixed = decisions.map((decision) => [...ofOne([decision]), ...ofOther([decision])]);
  const [plainOne, plainOther] = [one, other].map((problem) => rolloutCosts(problem, 1, plan));
  expect(mixed).toEqual(decisions.map((decision) => [...plainOne([decision]), ...plainOther([decision])]));
});

test("where float64 overflows", () => {
  expectSameBits(
    createProblem({ game: "misconception", ...fewStates, schedule: { learningRates: [1e200, 1e200, 1] } }),
    1,
  );
});

describe("where code from strings is forbidden", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  test("the plain rollouts do the work, and it is tried but once", async () => {
    const refusing = vi.fn(function refuse() {
      throw new EvalError("Code generation from strings disallowed for this context");
    });
    vi.stubGlobal("Function", refusing);
    vi.resetModules();
    const { createCompiledRollout: fresh } = await import("../src/cpu/compiled.ts");
    const problem = createProblem({ game: "misconception", ...fewStates });
    const { plan, decisions } = drawn(problem, 1);
    for (let again = 0; again < 2; again++)
      expect(fresh(problem)(0, plan)(decisions)).toEqual(rolloutCosts(problem, 0, plan)(decisions));
    expect(refusing).toHaveBeenCalledOnce();
  });
});

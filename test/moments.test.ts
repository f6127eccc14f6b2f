// The moments of a linear game against its rollouts: within the bound for every candidate, and the same plan.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rolloutCosts } from "../src/cpu/rollout.ts";
import { solve } from "../src/index.ts";
import { createProblem, type Problem } from "../src/problem.ts";
import { Future } from "../src/solve/moments.ts";
import type { Plan } from "../src/solve/step.ts";
import { linearConfig, linearWithPlan } from "./games.ts";

/** checks every candidate of some episodes; gives how much of its bound the worst of them used, and how many it saw */
function checkEnclosure(problem: Problem, plan: Plan) {
  const future = new Future(problem);
  const decisions = Array.from({ length: problem.candidates.size }, (_, i) => problem.candidates.at(i));
  let [used, seen] = [0, 0];
  for (let episode = problem.learningRates.length - 1; episode >= 0; episode--) {
    const enclosure = future.enclosures(future.outlook(episode, 0, plan), future.roundings(episode));
    for (const [i, rollout] of rolloutCosts(problem, episode, plan)(decisions).entries()) {
      const { cost, error } = enclosure(i);
      // where either overflows the enclosure must say so, and then `screen` keeps the candidate
      if (!Number.isFinite(cost) || !Number.isFinite(error)) continue;
      expect(Math.abs(rollout - cost)).toBeLessThanOrEqual(error);
      used = Math.max(used, Math.abs(rollout - cost) / error);
      seen++;
    }
  }
  return { used, seen };
}

describe("the bound holds", () => {
  test("on random games", () => {
    let [used, seen] = [0, 0];
    fc.assert(
      fc.property(linearWithPlan, ({ problem, plan }) => {
        const game = checkEnclosure(problem, plan);
        used = Math.max(used, game.used);
        seen += game.seen;
      }),
      { numRuns: 300 },
    );
    expect(seen).toBeGreaterThan(1000);
    expect(used).toBeGreaterThan(0);
  });

  test.each([
    ["a thousand states", { theta: { count: 1000 }, coefficient: { count: 17 } }, 6],
    ["one state", { theta: { min: 0.7, max: 0.7, count: 1 } }, 8],
    ["a goal of zero", { theta: { min: 0, max: 0, count: 1 } }, 3],
    ["one candidate", { coefficient: { min: 0.3, max: 0.3, count: 1 } }, 8],
    ["no future", { discount: 0 }, 8],
    ["huge learning rates", { schedule: { learningRates: new Array(9).fill(1e8) } }, 9],
    ["goals that all but vanish", { theta: { min: -1e-160, max: 1e-160 } }, 5],
    ["a long deployment", { coefficient: { count: 9 } }, 300],
  ])("with %s", (_, change, episodes) => {
    const schedule = { learningRates: Array.from({ length: episodes }, (_, t) => (t < 9 ? 0.9 : 0)) };
    const problem = createProblem({ game: "linear", coefficient: { count: 41 }, schedule, ...change });
    const plan = Array.from({ length: episodes }, (_, t) => [t < 9 ? 0.3 : 1.02]);
    expect(checkEnclosure(problem, plan).seen).toBeGreaterThan(0);
  });
});

test("moments and rollouts give the same plan, costs and margins, to the bit", async () => {
  await fc.assert(
    fc.asyncProperty(linearConfig, async (config) => {
      const [rollout, moments] = await Promise.all(
        (["rollout", "moments"] as const).map((method) =>
          solve(config, { backend: "cpu", method }).catch((error) => error.code),
        ),
      );
      if (typeof rollout === "string") expect(moments).toBe(rollout);
      else {
        expect(moments.plan).toEqual(rollout.plan);
        expect(moments.cost).toEqual(rollout.cost);
        expect(moments.margin).toEqual(rollout.margin);
      }
    }),
    { numRuns: 200 },
  );
});

import { describe, expect, test } from "vitest";
import { alternatives, type Config, MesaError, presets, type Result, solve } from "../src/index.ts";

/** presets whose decisions lie on a grid, and agents who remember */
const configs: Record<string, Config> = {
  ...Object.fromEntries(
    Object.entries(presets)
      .filter(([name]) => name !== "mlp")
      .map(([name, { config }]) => [name, config]),
  ),
  memory: { ...presets["uncertain-deployment"].config, memory: true },
};

/** the plan's decision at a belief */
function decisionOf({ plan }: Result, episode: number, belief: number): number[] {
  if ("trainingBelief" in plan) return [(plan.coefficient as unknown as number[][])[episode][belief]];
  const names = Object.keys(plan);
  return (names[0].startsWith("if") ? [names[belief]] : names).map((name) => plan[name][episode]);
}

describe("the alternatives of a decision", () => {
  test.for(Object.keys(configs))("%s: the plan's decision has the minimum cost", async (name) => {
    const config = configs[name];
    const result = await solve(config, { backend: "cpu" });
    for (const episode of new Set([0, 7, result.cost.length - 1])) {
      const { decisions, own, later } = alternatives(config, result.plan, episode);
      const total = own.map((cost, i) => cost + later[i]);
      const chosen = decisionOf(result, episode, 0);
      const at = decisions.findIndex((decision) => decision.every((x, d) => x === chosen[d]));
      const [least] = total.toSorted((a, b) => a - b);
      const tolerance = 1e-9 * Math.max(1, Math.abs(least));
      if (at >= 0) expect(total[at] - least).toBeLessThan(tolerance);
      // an equilibrium may lie between grid points
      else {
        const { own, later } = alternatives(config, result.plan, episode, { decisions: [chosen] });
        expect(own[0] + later[0]).toBeLessThan(least + tolerance);
      }
      if (!("value" in result)) expect(least).toBeCloseTo(result.cost[episode], 9);
    }
  });

  test("the cost of the episode itself is the mean of (y − θ)², and the last episode has no later cost", async () => {
    const { config } = presets["experiment-1"];
    const { plan, cost, margin } = await solve(config, { backend: "cpu" });
    const goals = Array.from({ length: 11 }, (_, i) => -1 + i / 5);
    const mean = (of: (theta: number) => number) => goals.reduce((sum, x) => sum + of(x), 0) / goals.length;
    const first = alternatives(config, plan, 0);
    for (const [i, [a]] of first.decisions.entries())
      expect(first.own[i]).toBeCloseTo(
        mean((theta) => (a * theta - theta) ** 2),
        12,
      );
    expect(alternatives(config, plan, cost.length - 1).later.every((x) => x === 0)).toBe(true);
    // after a coefficient a, the same plan is played from θ (1 − 2a²) on
    const played = (a: number, theta: number) => {
      let [goal, total] = [theta, 0];
      for (const [t, planned] of plan.coefficient.entries()) {
        const y = (t === 0 ? a : planned) * goal;
        if (t > 0) total += (y - theta) ** 2;
        if (t < 20) goal -= 2 * y * (t === 0 ? a : planned);
      }
      return total;
    };
    for (const i of [0, 100, 203, 400])
      expect(first.later[i]).toBeCloseTo(
        mean((theta) => played(first.decisions[i][0], theta)),
        9,
      );
    const [least, second] = first.own.map((x, i) => x + first.later[i]).sort((a, b) => a - b);
    expect(second - least).toBeCloseTo(margin[0]!, 9);
  });

  test("episodes, beliefs and grids that do not exist are rejected", async () => {
    const { config } = presets["experiment-1"];
    const { plan } = await solve(config, { backend: "cpu" });
    const refused = (...rest: [number, object?]) => {
      try {
        alternatives(config, plan, ...rest);
      } catch (error) {
        return error instanceof MesaError && `${error.code}: ${error.message}`;
      }
    };
    expect(refused(100)).toBe("INVALID_CONFIG: the episode must be a whole number in [0, 99], got 100");
    expect(refused(0, { belief: 1 })).toBe(
      "INVALID_CONFIG: the belief must be a whole number in [0, 0], got 1",
    );
    expect(refused(0, { decisions: [[0.1], [Number.NaN]] })).toBe(
      "INVALID_CONFIG: decisions[1] must be 1 finite number, got [null]",
    );
  });
});

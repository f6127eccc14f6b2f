// The outputs of the post's own code, and the post's statements about them.
import { describe, expect, test } from "vitest";
import reference from "../src/cli/reference.json" with { type: "json" };
import { presets, solve } from "../src/index.ts";

describe.each(["rollout", "moments"] as const)("cpu %s", (method) => {
  test.each(reference)("$name", async ({ learningRates, theta, coefficient, initialTheta, ...wanted }) => {
    const { plan, cost, trajectory } = await solve(
      { game: "linear", schedule: { learningRates }, theta, coefficient, initial: { theta: initialTheta } },
      { backend: "cpu", method },
    );
    expect(plan.coefficient).toEqual(wanted.plan);
    expect(trajectory.theta.length).toBe(wanted.thetas.length);
    for (const [t, theta] of wanted.thetas.entries())
      expect(Math.abs(trajectory.theta[t] - theta)).toBeLessThanOrEqual(1e-14);
    if (wanted.firstEpisodeCost !== undefined) expect(cost[0]).toBeCloseTo(wanted.firstEpisodeCost, 13);
  });
});

describe("the post says", () => {
  test("that experiment one starts with the coefficient 0.03", async () => {
    const { plan } = await solve(presets["experiment-1"].config, { backend: "cpu" });
    expect(plan.coefficient[0]).toBeCloseTo(0.03, 12);
  });

  test("that experiment two starts with 0.05 and ends with θ = 0.08", async () => {
    const { plan, trajectory } = await solve(presets["experiment-2"].config, { backend: "cpu" });
    expect(plan.coefficient[0]).toBeCloseTo(0.05, 12);
    expect(trajectory.theta[99].toFixed(2)).toBe("0.08");
    expect(trajectory.theta[0]).toBe(0.8);
  });

  test("that nothing changes in experiment one after training", async () => {
    const { plan, trajectory } = await solve(presets["experiment-1"].config, { backend: "cpu" });
    for (let t = 20; t < 100; t++) {
      expect(plan.coefficient[t]).toBe(1);
      expect(trajectory.theta[t]).toBe(trajectory.theta[20]);
      expect(trajectory.output[t]).toBe(trajectory.theta[20]);
    }
  });
});

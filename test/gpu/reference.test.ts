// The outputs of the post's own code, on the GPU: plans to the last bit, trajectories within 1e-14.
import { expect, test } from "vitest";
import { configOf } from "../../src/cli/comparisons/implementations.ts";
import references from "../../src/cli/reference.json" with { type: "json" };
import { solveOnGpu } from "./agreement.ts";

test.each(
  references.flatMap((reference) =>
    (["rollout", "moments"] as const).map((method) => ({ reference, method })),
  ),
)("$reference.name by $method", async ({ reference, method }) => {
  const { plan, trajectory, solver } = await solveOnGpu(configOf(reference), method);
  expect(solver).toMatchObject({ backend: "gpu", method, precision: "certified", notes: [] });
  expect(solver.adapter).toContain("SwiftShader");
  expect(plan.coefficient).toEqual(reference.plan);
  for (const [t, theta] of reference.thetas.entries())
    expect(Math.abs(trajectory.theta[t] - theta)).toBeLessThanOrEqual(1e-14);
});

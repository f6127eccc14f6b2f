// A device with small limits: work is divided accordingly, and the division never changes a result.
import { describe, expect, test } from "vitest";
import { momentum } from "../games/momentum.ts";
import { expectSameSteps, solveOnGpu } from "./agreement.ts";
import { smallGpu } from "./gpus.ts";

const config = {
  schedule: { learningRates: [0.5, 0.3, 0] },
  coefficient: { min: -2, max: 2, count: 5001 },
  theta: { min: -1, max: 1, count: 700 },
};

describe.each([
  { name: "linear", game: "linear", method: "rollout", limit: 65_536 },
  { name: "linear", game: "linear", method: "moments", limit: 16_384 },
  { name: "momentum", game: momentum, method: "rollout", limit: 65_536 },
] as const)("$name by $method", ({ game, method, limit }) => {
  test.each(["certified", "f32"] as const)("%s", async (precision) => {
    const { gpu, sizes } = await smallGpu(limit);
    const asked = { ...config, game };
    const small = await solveOnGpu(asked, method, { precision, gpu });
    const whole = await solveOnGpu(asked, method, { precision });
    expectSameSteps(small, whole);
    expect(small.solver.survivors).toBe(whole.solver.survivors);

    const tables = [...sizes].filter(([label]) => label.startsWith("totals") || label === "enclosures");
    expect(tables.length).toBeGreaterThan(0);
    for (const [, size] of tables) expect(size).toBeLessThanOrEqual(limit);
  });
});

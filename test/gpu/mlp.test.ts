// The network's twins, through whole rollouts: over one episode the cost is the output's, over more it is what the
// gradient makes of the goal.
import { describe, expect, test } from "vitest";
import { rolloutCosts } from "../../src/cpu/rollout.ts";
import { createBatchCosts } from "../../src/gpu/batch.ts";
import { createProblem } from "../../src/problem.ts";
import { Random } from "../../src/solve/random.ts";

const random = Random.seeded(7);

describe.each([
  { layers: [1, 1], episodes: 1, states: 1 },
  { layers: [1, 3, 1], episodes: 2, states: 9 },
  { layers: [1, 8, 8, 1], episodes: 5, states: 21 },
  { layers: [1, 2, 17, 5, 1], episodes: 3, states: 65 },
])("layers $layers over $episodes episodes and $states states", ({ layers, episodes, states }) => {
  test("cost on the device what they cost in float64", async () => {
    const problem = createProblem({
      game: "mlp",
      layers,
      schedule: { learningRates: new Array(episodes).fill(0.3) },
      theta: states === 1 ? { min: 0.7, max: 0.7, count: 1 } : { count: states },
      regularization: 0.1,
      discount: 0.9,
      search: { population: 70 },
    });
    const { weights } = problem.game.network!;
    const some = (count: number) =>
      Array.from({ length: count }, () => Array.from({ length: weights }, () => random.normal()));
    const device = await createBatchCosts(problem, { required: true });
    try {
      const plan = some(episodes);
      for (let t = episodes - 1; t >= 0; t--) {
        const batch = some(67);
        const wanted = rolloutCosts(problem, t, plan)(batch);
        const got = await device!.costs(t, plan, batch);
        for (const [i, cost] of wanted.entries())
          expect(Math.abs(got[i] - cost) / cost, `candidate ${i} at ${t}`).toBeLessThan(2e-4);
        expect(new Set(wanted.map((cost) => cost.toFixed(6))).size).toBeGreaterThan(60);
      }
    } finally {
      device?.destroy();
    }
  });
});

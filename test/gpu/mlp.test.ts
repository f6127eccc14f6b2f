// The network on the device and in float64, compared by whole rollouts: over one episode the cost depends on the
// output, over more also on the gradient.
import { describe, expect, test } from "vitest";
import { rolloutCosts } from "../../src/cpu/rollout.ts";
import { createBatchCosts } from "../../src/gpu/batch.ts";
import { solve } from "../../src/index.ts";
import { createProblem } from "../../src/model/problem.ts";
import { Random } from "../../src/search/random.ts";
import { keptGpu } from "./gpus.ts";

const random = Random.seeded(7);
const onGpu = { backend: "gpu", gpu: keptGpu } as const;

describe.each([
  { layers: [1, 1], episodes: 1, states: 1 },
  { layers: [1, 3, 1], episodes: 2, states: 9 },
  { layers: [1, 8, 8, 1], episodes: 5, states: 21 },
  { layers: [1, 2, 17, 5, 1], episodes: 3, states: 65 },
])("layers $layers over $episodes episodes and $states states", ({ layers, episodes, states }) => {
  test("have the same cost on the device as in float64", async () => {
    const problem = createProblem({
      game: "mlp",
      layers,
      schedule: { learningRates: new Array(episodes).fill(0.3) },
      theta: states === 1 ? { min: 0.7, max: 0.7, count: 1 } : { count: states },
      regularization: 0.1,
      discount: 0.9,
    });
    const { weights } = problem.game.network!;
    const some = (count: number) =>
      Array.from({ length: count }, () => Array.from({ length: weights }, () => random.normal()));
    const device = await createBatchCosts(problem, { capacity: 67, required: true, gpu: keptGpu });
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

describe("a search on the device", () => {
  const config = {
    game: "mlp",
    layers: [1, 3, 1],
    schedule: { training: 2, deployment: 1, learningRate: 0.5 },
    theta: { count: 9 },
    search: { starts: 3, evaluations: 100 },
  };

  test("is screened, is reproducible, and reports float64 costs", async () => {
    const { plan, cost, solver, generalization } = await solve(config, onGpu);
    // 3 episodes with 3 drawn points each, and except for the last episode also the next episode's decision
    expect(solver).toMatchObject({ backend: "gpu", method: "rollout", precision: "screened" });
    expect(solver.survivors).toBe(3 * 3 + 2);
    expect(generalization!.heldOutStates).toBe(80);
    const again = await solve(config, onGpu);
    expect(again.plan).toEqual(plan);
    expect(again.cost).toEqual(cost);

    const problem = createProblem(config);
    const weights = plan.weights as unknown as number[][];
    for (const [t, decision] of weights.entries())
      expect(rolloutCosts(problem, t, weights)([decision])).toEqual([cost[t]]);
  });

  test("in f32 is rejected: it ends in float64", async () => {
    await expect(solve(config, { ...onGpu, precision: "f32" })).rejects.toMatchObject({
      code: "INVALID_CONFIG",
      message: "precision f32 is for a grid: a network's weights are found by a search in float64",
    });
  });

  test("can be interrupted between descents", async () => {
    const control = new AbortController();
    const long = { ...config, search: { starts: 8, evaluations: 100_000 } };
    const onProgress = () => control.abort();
    await expect(solve(long, { ...onGpu, signal: control.signal, onProgress })).rejects.toMatchObject({
      code: "ABORTED",
    });
  });
});

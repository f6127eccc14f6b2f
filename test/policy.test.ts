// The figure of policies: a network's output by its goal, or the coefficient for each interval of a real-valued signal.

import { expect, test } from "vitest";
import { type Config, solve } from "../src/index.ts";
import { drawCurves, hasPolicies, policiesOf } from "../src/report/curves.ts";
import { createDocument } from "../src/report/render.ts";
import { evaluate, evaluateByLayers } from "./network.ts";

const search = { starts: 1, evaluations: 10 };
const config = { game: "mlp", layers: [1, 2, 1], search } as const;

test.each<[object, string[]]>([
  [{ training: 2, deployment: 1 }, ["episode 0, training", "episode 1, training", "episode 2, deployment"]],
  [{ training: 1, deployment: 1 }, ["episode 0, training", "episode 1, deployment"]],
  [{ training: 3, deployment: 0 }, ["episode 0, training", "episode 2, training"]],
  [{ training: 0, deployment: 1 }, ["episode 0, deployment"]],
])("of %j: shows the episodes that differ", async (schedule, labels) => {
  const asked: Config = { ...config, schedule };
  const result = await solve(asked, { backend: "cpu" });
  expect(hasPolicies(result)).toBe(true);
  const { panels, x } = policiesOf(result);
  const [outputs, slopes] = panels.map(({ curves }) => curves);
  expect(outputs.map(({ label }) => label)).toEqual(labels);
  const weights = result.plan.weights[0] as unknown as number[];
  const { y, slope } = evaluate(config.layers, weights, x.values[3]);
  expect([outputs[0].values[3], slopes[0].values[3]]).toEqual([y, slope]);
  const wanted = evaluateByLayers(config.layers, weights, x.values[3]);
  expect([y, slope]).toEqual([expect.closeTo(wanted.y, 14), expect.closeTo(wanted.slope, 14)]);
  expect(drawCurves(policiesOf(result), createDocument())).toMatch(/^<svg .*goal θ.*<\/svg>\n$/s);
});

test("of a real-valued signal: shows the coefficient by interval, for a few episodes", async () => {
  const asked: Config = {
    game: "distributional-shift",
    schedule: { episodes: 9 },
    intervals: 3,
    hazard: 0.2,
  };
  const result = await solve(asked, { backend: "cpu", method: "exact" });
  expect(hasPolicies(result)).toBe(true);
  const { panels, x } = policiesOf(result);
  const [{ curves }] = panels;
  expect(curves.map(({ label }) => label)).toEqual([0, 2, 4, 6, 8].map((t) => `episode ${t}`));
  const [low, high] = result.signalEdges!;
  for (const [i, signal] of x.values.entries()) {
    const interval = signal <= low ? 1 : signal <= high ? 2 : 3;
    expect(curves[2].values[i]).toBe(result.plan[`ifInterval${interval}`][4]);
  }
  expect([x.values[0] < low, x.values.at(-1)! > high]).toEqual([true, true]);
  expect(drawCurves(policiesOf(result), createDocument())).toMatch(/^<svg .*>episode 4<.*<\/svg>\n$/s);
});

test("of agents who remember: shows the coefficient by belief", async () => {
  const asked = { game: "uncertain-deployment", schedule: { episodes: 9 }, memory: true } as Config;
  const result = await solve(asked, { backend: "cpu", method: "exact" });
  expect(hasPolicies(result)).toBe(true);
  const { panels, x } = policiesOf(result);
  const [{ curves }] = panels;
  const { trainingBelief, coefficient } = result.plan as unknown as Record<string, number[][]>;
  const nodes = trainingBelief[4];
  for (const [i, belief] of x.values.entries()) {
    const got = curves[2].values[i];
    const above = nodes.findIndex((node) => node >= belief);
    if (above < 1) expect(got).toBe(null);
    else {
      const around = [coefficient[4][above - 1], coefficient[4][above]];
      expect(got).toBeGreaterThanOrEqual(Math.min(...around) - 1e-15);
      expect(got).toBeLessThanOrEqual(Math.max(...around) + 1e-15);
    }
  }
  // the first agent knows that it is in training
  expect(curves[0].values.slice(0, -1).every((y) => y === null)).toBe(true);
  expect(curves[0].values.at(-1)).toBe(result.trajectory.coefficient[0]);
  expect(drawCurves(policiesOf(result), createDocument())).toMatch(/^<svg .*>episode 4<.*<\/svg>\n$/s);
});

test("other games have no such figure", async () => {
  const schedule = { training: 1, deployment: 0 };
  expect(hasPolicies(await solve({ game: "linear", schedule }, { backend: "cpu" }))).toBe(false);
});

// The kernel against float64, on diagrams of every kind.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openEngine, type PhaseConfig, type PhaseEngine, phase } from "../../src/index.ts";
import { keptGpu } from "../gpu/gpus.ts";

const rate = { key: "schedule.learningRate", from: 0.01, to: 10, count: 33, scale: "log" } as const;
const measures = ["firstCoefficient", "compliance", "retention", "deception", "finalTheta", "cost"];
const expected = [
  "reversal",
  ...["compliance", "retention", "deception", "reversal"].map((name) => `${name}OverHazard`),
];
const hidden = ["firstIfTrainingSignal", "firstIfDeploymentSignal", ...measures.slice(1), ...expected];

const cases: [string, PhaseConfig, "exact" | "moments"][] = (["exact", "moments"] as const).flatMap(
  (method) => [
    [
      "learning rate × training",
      {
        config: "experiment-1",
        x: rate,
        y: { key: "schedule.training", from: 0, to: 60, count: 13 },
        measures,
      },
      method,
    ],
    [
      "discount × regularization",
      {
        config: "experiment-1",
        x: { key: "discount", from: 0, to: 1, count: 17 },
        y: { key: "regularization", from: 1e-4, to: 1, count: 13, scale: "log" },
        measures,
      },
      method,
    ],
    [
      "hazard × signal error",
      {
        config: "uncertain-deployment",
        x: { key: "hazard", from: 0, to: 1, count: 19 },
        y: { key: "signalError", from: 0, to: 1, count: 11 },
        measures: hidden,
      },
      method,
    ],
    [
      "learning rate × end of training, where goals are reversed and grow",
      {
        config: { game: "uncertain-deployment", regularization: 0.2, schedule: { episodes: 8 } },
        x: { ...rate, scale: "linear", from: 0, to: 6 },
        y: { key: "initial.deploymentAt", from: 0, to: 9, count: 10 },
        measures: hidden,
      },
      method,
    ],
    [
      "learning rate × goal",
      {
        config: { game: "linear", regularization: 0.2, schedule: { training: 3 } },
        x: { ...rate, scale: "linear", from: 0, to: 6 },
        y: { key: "initial.theta", from: -1, to: 1, count: 5 },
        measures,
      },
      method,
    ],
  ],
);

let gpu: PhaseEngine;
beforeAll(async () => {
  gpu = await openEngine({ backend: "gpu", gpu: keptGpu });
});
afterAll(() => gpu.destroy());

describe.each(cases)("%s", (_, config, method) => {
  test(`${method}`, async () => {
    const device = await phase(config, { engine: gpu, method, sample: 50 });
    const cpu = await phase(config, { backend: "cpu", method });
    const cells = cpu.status.length;
    expect(device.solver).toMatchObject({ backend: "gpu", precision: "f32" });
    expect(cpu.solver).toMatchObject({ backend: "cpu", precision: "float64", sample: null });
    // of an endless game, float64 decides a few cells; these it has to the bit
    expect(device.settled).toBeLessThan(0.1 * cells);
    expect(device.status).toEqual(cpu.status);
    let off = 0;
    for (const name of config.measures!)
      for (const [i, wanted] of cpu.values[name].entries()) {
        const got = device.values[name][i];
        if (Number.isNaN(wanted)) expect(got).toBeNaN();
        else if (!(Math.abs(got - wanted) <= 2e-5 * Math.max(1, Math.abs(wanted)))) off++;
      }
    // a near-tie of the grid may fall otherwise in float32; of the closed form there is none
    if (method === "exact") expect(off).toBe(0);
    else expect(off).toBeLessThan(0.01 * cells);
    const { sample } = device.solver;
    expect(sample).toMatchObject({ cells: 50, otherStatus: 0 });
    for (const name of config.measures!) expect(sample!.largest[name]).toBeGreaterThanOrEqual(0);
    expect(Math.max(...config.measures!.map((name) => sample!.largest[name]))).toBeGreaterThan(0);
  });
});

test("an infinite horizon is proved in float64, whatever the backend, and is refused where the GPU is asked for", async () => {
  const config: PhaseConfig = {
    config: { game: "linear", horizon: "infinite", schedule: { training: 5, deployment: 0 } },
    x: { key: "discount", from: 0.5, to: 0.9, count: 3 },
    y: { ...rate, count: 3 },
    measures: ["firstCoefficient", "equilibria"],
  };
  const map = await phase(config, { engine: gpu, method: "exact" });
  expect(map.solver).toMatchObject({ backend: "cpu", precision: "float64", sample: null });
  expect(map.values).toEqual((await phase(config, { backend: "cpu", method: "exact" })).values);
  await expect(phase(config, { backend: "gpu" })).rejects.toThrow(
    "the equilibria of an infinite horizon are proved in float64, on the cpu, and backend gpu was asked",
  );
});

test("the maps have goals that are reversed and goals that grow, and some by chance", async () => {
  const valuesOf = async (about: string) => {
    const [, config] = cases.find(([name]) => name.startsWith(about))!;
    return (await phase(config, { backend: "cpu", method: "exact" })).values;
  };
  const certain = await valuesOf("learning rate × goal");
  expect(Math.min(...certain.retention.filter(Number.isFinite))).toBeLessThan(-1);
  const chancy = await valuesOf("learning rate × end of training");
  expect(Math.max(...chancy.retention)).toBeGreaterThan(10);
  expect(Math.min(...chancy.compliance.filter(Number.isFinite))).toBeLessThan(-1);
  for (const name of ["reversal", "reversalOverHazard"])
    expect(chancy[name].filter((p) => p > 0.1 && p < 0.9).length).toBeGreaterThan(20);
});

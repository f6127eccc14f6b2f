// Cells two at a time in WebAssembly are those of `solve`, and to the bit.
import { describe, expect, test } from "vitest";
import { type PhaseConfig, phase, solve } from "../../src/index.ts";
import { cellConfig } from "../../src/phase/config.ts";
import { openLinearCells } from "../../src/phase/linearCell.ts";
import type { PhaseMethod } from "../../src/phase/linearDiagram.ts";
import { readOff } from "../../src/phase/measures.ts";

const rate = { key: "schedule.learningRate", from: 0.01, to: 10, count: 5, scale: "log" } as const;
const measures = ["firstCoefficient", "compliance", "retention", "deception", "finalTheta", "cost"];
const expected = [
  "reversal",
  ...["compliance", "retention", "deception", "reversal"].map((name) => `${name}OverHazard`),
];
const hidden = ["firstIfTrainingSignal", "firstIfDeploymentSignal", ...measures.slice(1), ...expected];

const cases: [string, PhaseConfig][] = [
  [
    "learning rate × training",
    {
      config: "experiment-1",
      x: rate,
      y: { key: "schedule.training", from: 0, to: 37, count: 4 },
      measures,
    },
  ],
  [
    "deployment × discount, from a negative goal",
    {
      config: { game: "linear", initial: { theta: -0.3 }, regularization: 0.01 },
      x: { key: "schedule.deployment", from: 0, to: 50, count: 3 },
      y: { key: "discount", from: 0, to: 1, count: 4 },
      measures,
    },
  ],
  [
    "regularization × goal, where the grid ends at 0.05",
    {
      config: { game: "linear", coefficient: { min: -0.02, max: 0.05, count: 8 } },
      x: { key: "regularization", from: 0, to: 2, count: 4 },
      y: { key: "initial.theta", from: -1, to: 1, count: 3 },
      measures,
    },
  ],
  [
    "hazard × signal error",
    {
      config: "uncertain-deployment",
      x: { key: "hazard", from: 0, to: 1, count: 4 },
      y: { key: "signalError", from: 0, to: 1, count: 3 },
      measures: hidden,
    },
  ],
  [
    "episodes × end of training",
    {
      config: "uncertain-deployment",
      x: { key: "schedule.episodes", from: 1, to: 40, count: 3 },
      y: { key: "initial.deploymentAt", from: 0, to: 41, count: 4 },
      measures: hidden,
    },
  ],
  [
    "learning rate × goal, where the phase is hidden",
    {
      config: { game: "uncertain-deployment", regularization: 0.3, schedule: { episodes: 30 } },
      x: { ...rate, scale: "linear", from: 0, to: 4 },
      y: { key: "initial.theta", from: -1, to: 1, count: 3 },
      measures: hidden,
    },
  ],
  [
    "infinite: discount × learning rate",
    {
      config: {
        game: "linear",
        horizon: "infinite",
        discount: 0.9,
        schedule: { training: 5, deployment: 0 },
        coefficient: { count: 101 },
      },
      x: { key: "discount", from: 0, to: 0.97, count: 4 },
      y: rate,
      measures: [...measures, "status", "period", "equilibria", "multiplier"],
    },
  ],
];

describe.each(cases)("%s", (_, config) => {
  test.each<PhaseMethod>(["exact", "moments"])("%s", async (method) => {
    const asked = method === "moments" ? { ...config, measures: [...config.measures!, "margin"] } : config;
    const map = await phase(asked, { backend: "cpu", method });
    const { diagram } = map;
    expect(openLinearCells(diagram, method)).toBeDefined();
    let cell = 0;
    for (const y of diagram.y.values)
      for (const x of diagram.x.values) {
        const result = await solve(cellConfig(diagram, x, y), { backend: "cpu", method });
        const { values, status } = readOff(diagram.game, result);
        expect(map.status[cell]).toBe(status);
        for (const name of diagram.measures) {
          const [got, wanted] = [map.values[name][cell], values[name] ?? Number.NaN];
          // what both compute by moments differs in rounding
          const scale = name === "cost" || name === "margin" ? Math.abs(values.cost!) : Math.abs(wanted);
          if (method === "moments" && name !== "cost" && name !== "margin") expect(got).toBe(wanted);
          else if (Number.isNaN(wanted)) expect(got).toBeNaN();
          else
            expect(Math.abs(got - wanted), `${name} at ${x}, ${y}`).toBeLessThanOrEqual(1e-12 * (1 + scale));
        }
        cell++;
      }
  });
});

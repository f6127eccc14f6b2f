// Cells that are solved two at a time in WebAssembly equal the results of `solve`, to the bit.
import { afterEach, describe, expect, test, vi } from "vitest";
import type { PhaseMethod } from "../../src/diagram/cellKernel.ts";
import { cellConfig } from "../../src/diagram/config.ts";
import { openLinearCells } from "../../src/diagram/linearCell.ts";
import { readOff } from "../../src/diagram/measures.ts";
import { pointsOf, tilesOf } from "../../src/diagram/tiles.ts";
import { type PhaseConfig, phase, solve } from "../../src/index.ts";
import { gears } from "../games/gears.ts";
import { momentum } from "../games/momentum.ts";
import { twoGoals } from "../games/twoGoals.ts";

const methods: PhaseMethod[] = ["exact", "moments"];

const rate = { key: "schedule.learningRate", from: 0.01, to: 10, count: 4, scale: "log" } as const;
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
      x: { key: "schedule.episodes", from: 21, to: 40, count: 3 },
      y: { key: "initial.deploymentAt", from: 0, to: 21, count: 4 },
      measures: hidden,
    },
  ],
  [
    "episodes, some of them fewer than the default of the end of training",
    {
      config: "uncertain-deployment",
      x: { key: "schedule.episodes", from: 2, to: 40, count: 3 },
      y: { key: "hazard", from: 0, to: 0.1, count: 2 },
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
  [
    "misconception: discount × learning rate of the belief",
    {
      config: {
        game: "misconception",
        coefficient: { count: 41 },
        schedule: { training: 12, deployment: 9 },
      },
      x: { key: "discount", from: 0, to: 1, count: 4 },
      y: { key: "beliefLearningRateScale", from: 0, to: 3, count: 3 },
      measures: [...measures, "finalBelief"],
    },
  ],
  [
    "misconception: belief × regularization",
    {
      config: {
        game: "misconception",
        coefficient: { count: 41 },
        schedule: { training: 12, deployment: 9 },
      },
      x: { key: "initial.belief", from: -1, to: 1, count: 4 },
      y: { key: "regularization", from: 0, to: 0.3, count: 3 },
      measures: [...measures, "finalBelief"],
    },
  ],
  [
    "momentum: friction × learning rate",
    {
      config: { game: momentum, coefficient: { count: 41 }, schedule: { training: 9, deployment: 7 } },
      // an odd number of cells
      x: { key: "friction", from: 0, to: 1, count: 3 },
      y: { ...rate, to: 1, count: 3 },
      measures: [...measures, "finalVelocity"],
    },
  ],
];

/** these need grids, because their decisions are two numbers */
const onGrids: [string, PhaseConfig][] = [
  [
    "two goals: goal × learning rate",
    {
      config: { game: twoGoals, schedule: { training: 7, deployment: 5 } },
      x: { key: "initial.phi", from: -1, to: 1, count: 3 },
      y: { ...rate, to: 1 },
      measures: ["firstA", "firstB", ...measures.slice(1), "finalPhi"],
    },
  ],
  [
    "gears: discount × training",
    {
      config: { game: gears, fine: { min: -0.2, max: 0.23 }, schedule: { deployment: 4 } },
      x: { key: "discount", from: 0.5, to: 1, count: 3 },
      y: { key: "schedule.training", from: 0, to: 9, count: 4 },
      measures: ["firstCoarse", "firstFine", ...measures.slice(1)],
    },
  ],
];

describe.each([
  ...cases.flatMap(([name, config]) => methods.map((method) => [name, method, config] as const)),
  ...onGrids.map(([name, config]) => [name, "moments", config] as const),
])("%s, %s", (_, method, config) => {
  test("equals solve", async () => {
    const asked = method === "moments" ? { ...config, measures: [...config.measures!, "margin"] } : config;
    const map = await phase(asked, { backend: "cpu", method });
    const { diagram } = map;
    const points = pointsOf(diagram, tilesOf(diagram.x.values.length, diagram.y.values.length));
    const own = [...openLinearCells(diagram, method)!.solve(points)].filter(([, cell]) => cell);
    expect(own.length).toBeGreaterThan(0.6 * points.x.length);
    let cell = 0;
    for (const y of diagram.y.values)
      for (const x of diagram.x.values) {
        const result = await solve(cellConfig(diagram, x, y), { backend: "cpu", method });
        const { values, status } = readOff(diagram.game, result);
        expect(map.status[cell]).toBe(status);
        for (const name of diagram.measures) {
          const [got, wanted] = [map.values[name][cell], values[name] ?? Number.NaN];
          // values that both compute by moments differ in rounding
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

describe("if WebAssembly must not run", () => {
  afterEach(() => vi.unstubAllGlobals());

  test("solve solves the cells", async () => {
    // modules are cached by game, so each test uses another game
    const asked = (): PhaseConfig => ({
      config: { game: { ...momentum }, schedule: { training: 3, deployment: 2 } },
      x: { key: "friction", from: 0, to: 1, count: 2 },
      y: { ...rate, to: 1, count: 2 },
      measures,
    });
    const wanted = await phase(asked(), { backend: "cpu", threads: 1 });
    expect(openLinearCells(wanted.diagram, "exact")).toBeDefined();
    vi.stubGlobal("WebAssembly", undefined);
    const map = await phase(asked(), { backend: "cpu", threads: 1 });
    expect(openLinearCells(map.diagram, "exact")).toBeUndefined();
    for (const name of measures)
      for (const [i, value] of map.values[name].entries())
        expect(value).toBeCloseTo(wanted.values[name][i], 12);
  });
});

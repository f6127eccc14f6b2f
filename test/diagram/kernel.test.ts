// The GPU kernel is compared with float64, on diagrams of every kind.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import goals from "../../examples/two-goals.json" with { type: "json" };
import wanted from "../../examples/wanted-output.json" with { type: "json" };
import type { Cells, Points } from "../../src/diagram/cells.ts";
import { measureNames } from "../../src/diagram/measures.ts";
import {
  checkPhase,
  type Diagram,
  defineGame,
  openEngine,
  type PhaseConfig,
  type PhaseEngine,
  phase,
} from "../../src/index.ts";
import { gears } from "../games/gears.ts";
import { momentum } from "../games/momentum.ts";
import { keptGpu, replace, wrappedGpu } from "../gpu/gpus.ts";

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
        y: { key: "initial.deploymentAt", from: 0, to: 8, count: 9 },
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
let cpu: PhaseEngine;
beforeAll(async () => {
  gpu = await openEngine({ backend: "gpu", gpu: keptGpu });
  cpu = await openEngine({ backend: "cpu", threads: 1 });
});
afterAll(() => {
  gpu.destroy();
  cpu.destroy();
});

/** the tolerance of a measure, in units of its magnitude or of 1, whichever is larger */
const TOLERANCE = 2e-5;

/** The number of values that differ by more than the tolerance. */
function countOff(got: Cells, wanted: Cells): number {
  let off = 0;
  for (const [name, values] of Object.entries(wanted.values))
    for (const [i, want] of values.entries()) {
      const value = got.values[name][i];
      if (Number.isNaN(want) && Number.isNaN(value)) continue;
      if (!(Math.abs(value - want) <= TOLERANCE * Math.max(1, Math.abs(want)))) off++;
    }
  return off;
}

const settledIn = ({ settled }: Cells) => settled.reduce((sum, flag) => sum + flag, 0);

/** All cells of some columns and rows. */
const product = (x: readonly number[], y: readonly number[]): Points => ({
  x: y.flatMap(() => x),
  y: y.flatMap((at) => x.map(() => at)),
});

describe.each(cases)("%s", (_, config, method) => {
  test(`${method}`, async () => {
    const device = await phase(config, { engine: gpu, method, sample: 50 });
    const cpu = await phase(config, { backend: "cpu", method });
    const cells = cpu.status.length;
    expect(device.solver).toMatchObject({ backend: "gpu", precision: "f32" });
    expect(cpu.solver).toMatchObject({ backend: "cpu", precision: "float64", sample: null });
    // with an infinite horizon float64 decides a few cells, which then have the same bits
    expect(settledIn(device)).toBeLessThan(0.1 * cells);
    expect(device.status).toEqual(cpu.status);
    const off = countOff(device, cpu);
    // on a grid, float32 may decide a near-tie differently; the closed form has no ties
    if (method === "exact") expect(off).toBe(0);
    else expect(off).toBeLessThan(0.01 * cells);
    const { sample } = device.solver;
    expect(sample).toMatchObject({ cells: 50, otherStatus: 0 });
    const allowed = (name: string) =>
      TOLERANCE * cpu.values[name].reduce((most, x) => (Math.abs(x) > most ? Math.abs(x) : most), 1);
    if (method === "exact")
      for (const name of config.measures!)
        expect(sample!.largest[name], name).toBeLessThanOrEqual(allowed(name));
    else expect(sample!.off).toBeLessThanOrEqual(off);
    expect(Math.max(...config.measures!.map((name) => sample!.largest[name]))).toBeGreaterThan(0);
  });
});

/** the formulas of `linear` with phases that return, of which only the first trains */
const seasons = defineGame({
  name: "seasons",
  state: { theta: { min: -1, max: 1, count: 5, initial: 0.8 } },
  decision: { coefficient: { min: -1, max: 1, count: 41 } },
  parameters: { cold: { default: 0.3, min: 0, max: 1 } },
  output: "coefficient * theta",
  hidden: {
    signals: ["warm", "mild", "cold"],
    initial: [0.7, 0.3],
    trains: [true, false],
    transition: [
      [0.8, 0.2],
      ["cold", "1 - cold"],
    ],
    likelihood: [
      [0.5, 0.3, 0.2],
      [0.1, 0.3, 0.6],
    ],
    deploymentAt: 2,
  },
});

/** a goal and a belief with momentum: a state of three numbers, two of which are goals */
const three = defineGame({
  name: "three",
  state: {
    theta: { min: -1, max: 1.2, count: 5, initial: 0.8 },
    phi: { min: -0.5, max: 1, count: 4, initial: -0.3 },
    velocity: { min: -0.2, max: 0.3, count: 3, initial: 0.1 },
  },
  decision: { coefficient: { min: -0.5, max: 1.5, count: 53 } },
  parameters: { friction: { default: 0.5, min: 0, max: 1 } },
  output: { x: "coefficient * theta + 0.1 * phi", y: "(1 - coefficient) * phi" },
  baseObjective: "output.x^2 + 2 * output.y^2 + output.x * output.y + regularization * theta^2",
  mesaObjective: "(output.x - own.theta)^2 + 0.5 * (output.y - own.phi)^2",
  next: { velocity: "friction * velocity - learningRate * gradient.theta", theta: "theta + next.velocity" },
});

const training = { training: 7, deployment: 5 };
const small = { ...rate, to: 0.6, count: 13 } as const;
/** linear games, of which every measure is mapped */
const games: Record<string, Omit<PhaseConfig, "measures">> = {
  linear: {
    config: { game: "linear", regularization: 0.03, schedule: training },
    x: { ...small, to: 5 },
    y: { key: "discount", from: 0.5, to: 1, count: 7 },
  },
  "linear, where the ends of the grid are the best": {
    config: { game: "linear", coefficient: { min: -0.3, max: 0.2, count: 53 }, schedule: training },
    x: small,
    y: { key: "initial.theta", from: -1, to: 1, count: 7 },
  },
  misconception: {
    config: { game: "misconception", regularization: 0.03, discount: 0.97, schedule: training },
    x: small,
    y: { key: "beliefLearningRateScale", from: 0, to: 1, count: 7 },
  },
  "two goals": {
    config: { ...(goals as object), regularization: 0.02 } as never,
    x: small,
    y: { key: "scrutiny", from: 0, to: 1, count: 7 },
  },
  momentum: {
    config: { game: momentum, regularization: 0.03, schedule: training },
    x: small,
    y: { key: "friction", from: 0, to: 0.9, count: 7 },
  },
  "momentum, from a push": {
    config: { game: momentum, velocity: { min: -1, max: 1, count: 3 }, schedule: training },
    x: { key: "initial.velocity", from: -1, to: 1, count: 13 },
    y: { key: "schedule.deployment", from: 0, to: 6, count: 7 },
  },
  "wanted output": {
    config: { ...(wanted as object), schedule: training } as never,
    x: small,
    y: { key: "regularization", from: 0, to: 0.2, count: 7 },
  },
  gears: {
    config: { game: gears, fine: { min: -0.2, max: 0.23 }, schedule: { deployment: 4 } },
    x: { ...small, to: 2 },
    y: { key: "schedule.training", from: 0, to: 6, count: 7 },
  },
  "three numbers": {
    config: { game: three, regularization: 0.1, discount: 0.9, schedule: { training: 4, deployment: 3 } },
    x: { ...small, to: 0.2 },
    y: { key: "friction", from: 0, to: 0.6, count: 7 },
  },
  "uncertain deployment": {
    config: { game: "uncertain-deployment", regularization: 0.03, schedule: { episodes: 11 } },
    x: { key: "hazard", from: 0, to: 1, count: 13 },
    y: { key: "initial.deploymentAt", from: 0, to: 11, count: 7 },
  },
  "seasons that come back": {
    config: { game: seasons, regularization: 0.03, schedule: { episodes: 7 } },
    x: small,
    y: { key: "cold", from: 0, to: 1, count: 7 },
  },
};

/** A diagram with every measure that exists for a method. */
function mapped(config: Omit<PhaseConfig, "measures">, method: "exact" | "moments"): Diagram {
  const diagram = checkPhase(config);
  const names = measureNames(diagram.game, diagram.config);
  return { ...diagram, measures: names.filter((name) => method === "moments" || name !== "margin") };
}

describe.each(Object.keys(games))("every measure of %s", (name) => {
  const isOne = Object.keys(checkPhase(games[name]).game.decision).length === 1;
  test.each(isOne ? (["exact", "moments"] as const) : (["moments"] as const))("%s", async (method) => {
    const diagram = mapped(games[name], method);
    const [x, y] = [diagram.x.values, diagram.y.values];
    expect([x.length, y.length]).toEqual([13, 7]);
    for (const points of [{ x: [x[6]], y: [y[3]] }, product(x.slice(0, 5), y.slice(4)), product(x, y)]) {
      const got = await gpu.solve(diagram, points, method);
      const wanted = await cpu.solve(diagram, points, method);
      expect(settledIn(got)).toBe(0);
      expect(got.status).toEqual(wanted.status);
      // on a grid, float32 may decide a near-tie differently
      expect(countOff(got, wanted)).toBeLessThanOrEqual(method === "exact" ? 0 : diagram.measures.length);
    }
  });
});

test("float64 solves cells with numbers that float32 cannot represent", async () => {
  const tiny = { key: "initial.theta", from: 1e-50, to: 1e-30, count: 6, scale: "log" } as const;
  const config: PhaseConfig = { config: "experiment-1", x: tiny, y: { ...rate, count: 2 }, measures };
  const huge = { ...config, x: { ...tiny, from: 1e30, to: 1e50 } };
  const base = { game: "linear", initial: { theta: 1e-50 } };
  const everywhere = { ...config, config: base, x: { key: "discount", from: 0, to: 1, count: 6 } };
  for (const [asked, settled] of [
    [config, [1, 1, 1, 1, 0, 0]],
    [huge, [0, 0, 0, 1, 1, 1]],
    [everywhere, [1, 1, 1, 1, 1, 1]],
  ] as const) {
    const device = await phase(asked, { engine: gpu });
    const wanted = await phase(asked, { engine: cpu });
    expect(countOff(device, wanted)).toBe(0);
    expect(device.status).toEqual(wanted.status);
    expect([...device.settled.slice(0, 6)]).toEqual(settled);
  }
});

test("a kernel in which a term of a formula is missing gives other values", async () => {
  const y = { key: "discount", from: 0.5, to: 0.9, count: 2 };
  const diagram = mapped({ ...games.linear, x: { ...small, count: 3 }, y }, "moments");
  const points = product(diagram.x.values, diagram.y.values);
  const wanted = await cpu.solve(diagram, points, "moments");
  /** the kernel without its n-th term, and whether it has so many terms */
  const without = async (n: number) => {
    let terms = 0;
    const drop = (code: string) =>
      code.replace(/= (add|sub)\(([^,\n]*), ([^,\n]*)\);$/gm, (all, op, a, b, at) => {
        // the kernel's check of its own numbers is not a formula
        if (/\nfn (\w+)(?!.*\nfn )/s.exec(code.slice(0, at))?.[1] === "size_of") return all;
        if (terms++ !== n >> 1) return all;
        return n % 2 === 0 ? `= ${a};` : `= ${op === "add" ? b : `-${b}`};`;
      });
    const broken = await wrappedGpu({
      device(device) {
        const make = device.createShaderModule;
        const createShaderModule = ({ code, ...rest }: GPUShaderModuleDescriptor) =>
          make.call(device, { ...rest, code: drop(code) });
        replace(device, { createShaderModule });
      },
    });
    const engine = await openEngine({ backend: "gpu", gpu: broken });
    const got = await engine.solve(diagram, points, "moments").finally(engine.destroy);
    return { got, exists: n >> 1 < terms };
  };
  expect(countOff((await without(-1)).got, wanted)).toBe(0);
  let n = 0;
  for (; ; n++) {
    const { got, exists } = await without(n);
    if (!exists) break;
    expect(countOff(got, wanted) + settledIn(got), `without term ${n}`).toBeGreaterThan(0);
  }
  expect(n).toBeGreaterThan(20);
});

test("a diagram that the kernel cannot solve is rejected with the reason for backend gpu, otherwise solved on the CPU", async () => {
  const letters = [..."abcd"];
  const four = defineGame({
    name: "four",
    state: {
      theta: { min: -1, max: 1.5, count: 3, initial: 0.8 },
      ...Object.fromEntries(letters.map((x) => [x, { min: -1, max: 1.5, count: 3, initial: 0.5 }])),
    },
    decision: { coefficient: { min: 0, max: 1, count: 5 } },
    output: `coefficient * theta + ${letters.join(" + ")}`,
  });
  const config: PhaseConfig = {
    config: { game: four, schedule: { training: 2, deployment: 1 } },
    x: { ...rate, to: 0.1, count: 2 },
    y: { key: "discount", from: 0.5, to: 1, count: 2 },
    measures: ["firstCoefficient", "cost"],
  };
  const map = await phase(config, { engine: gpu });
  expect(map.solver).toMatchObject({ backend: "cpu", precision: "float64", sample: null });
  await expect(phase(config, { backend: "gpu" })).rejects.toThrow(
    /^a cell of the game four needs \d+ numbers on the gpu, which has room for 128: the cpu solves it, and backend gpu was asked$/,
  );
  const finer = { ...config, config: "experiment-1", x: { ...config.x, key: "coefficient.max" } };
  await expect(phase(finer, { backend: "gpu" })).rejects.toThrow(
    "cannot solve the game linear by coefficient.max and discount with method exact",
  );
});

test("an infinite horizon is solved in float64 on every backend, and is rejected for backend gpu", async () => {
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

test("the maps have cells with reversed and with growing goals, also by chance", async () => {
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
    expect(chancy[name].filter((p) => p > 0.1 && p < 0.9).length).toBeGreaterThan(15);
});

// A real-valued signal: if it carries as much information as a named signal, the game is the same; and the more
// intervals agents distinguish, the lower their cost.
import { describe, expect, test } from "vitest";
import { upperTail } from "../../src/game/normal.ts";
import {
  type Config,
  checkPhase,
  defineGame,
  describeGame,
  openEngine,
  type Result,
  simulateRuns,
  solve,
} from "../../src/index.ts";
import { errorOf } from "../errorOf.ts";

const shifted: Config = { game: "distributional-shift", schedule: { episodes: 40, learningRate: 1 } };
const named: Config = { ...shifted, game: "uncertain-deployment" };
const cpu = { backend: "cpu", threads: 1 } as const;

/** the largest difference of the measures, of the costs by the largest, and of the plans */
function expectSame(one: Result, other: Result, coefficients: readonly (readonly [string, string])[]) {
  for (const which of ["measures", "measuresOverHazard"] as const)
    for (const [name, value] of Object.entries(one[which]!))
      expect(value).toBeCloseTo((other[which] as unknown as Record<string, number>)[name], 12);
  for (const [t, cost] of one.cost.entries())
    expect(Math.abs(cost - other.cost[t])).toBeLessThan(1e-12 * other.cost[0]);
  for (const [a, b] of coefficients)
    for (const [t, x] of one.plan[a].entries()) expect(x).toBeCloseTo(other.plan[b][t], 9);
}

describe.each(["exact", "moments"] as const)("%s", (method) => {
  test.each([0.5, 2, 4])(
    "two intervals are a signal that is wrong beyond half of the shift, %d",
    async (shift) => {
      const one = await solve({ ...shifted, shift, intervals: 2 }, { ...cpu, method });
      const other = await solve({ ...named, signalError: upperTail(shift / 2) }, { ...cpu, method });
      expect(one.signalEdges).toHaveLength(1);
      expectSame(one, other, [
        ["ifInterval1", "ifTrainingSignal"],
        ["ifInterval2", "ifDeploymentSignal"],
      ]);
    },
  );

  test("without a shift it carries no information, for any number of intervals", async () => {
    const one = await solve({ ...shifted, shift: 0, intervals: 7 }, { ...cpu, method });
    const other = await solve({ ...named, signalError: 0.5 }, { ...cpu, method });
    expect(Object.keys(one.plan)).toHaveLength(7);
    expectSame(
      one,
      other,
      Object.keys(one.plan).map((name) => [name, "ifTrainingSignal"]),
    );
  });
});

test("with a very large shift it determines the phase", async () => {
  const one = await solve({ ...shifted, shift: 100, intervals: 4 }, { ...cpu, method: "exact" });
  const other = await solve({ ...named, signalError: 0 }, { ...cpu, method: "exact" });
  expectSame(one, other, [
    ["ifInterval1", "ifTrainingSignal"],
    ["ifInterval4", "ifDeploymentSignal"],
  ]);
});

test("more intervals lower the cost, and soon no further", async () => {
  const values: number[] = [];
  for (const intervals of [1, 2, 4, 8, 16, 32, 64])
    values.push((await solve({ ...shifted, intervals }, { ...cpu, method: "exact" })).value!);
  for (let i = 1; i < values.length; i++) expect(values[i]).toBeLessThan(values[i - 1]);
  const [gains] = [values.slice(1).map((value, i) => values[i] - value)];
  for (let i = 2; i < gains.length; i++) expect(gains[i]).toBeLessThan(gains[i - 1] / 2);
});

test("the coefficient grows with the signal", async () => {
  const { plan, config, solver } = await solve({ ...shifted, intervals: 64 }, { ...cpu, method: "exact" });
  for (let t = 1; t < 40; t++)
    for (let s = 1; s < 64; s++)
      expect(plan[`ifInterval${s + 1}`][t] >= plan[`ifInterval${s}`][t]).toBe(true);
  expect(config.intervals).toBe(64);
  expect(solver).toMatchObject({ method: "exact", backend: "cpu" });
});

test("random runs agree with the expected cost and measures", async () => {
  const config = { ...shifted, hazard: 0.1, shift: 1.5, intervals: 5 };
  const result = await solve(config, cpu);
  const runs = simulateRuns(config, result.plan, { runs: 40_000, seed: 3 });
  expect(Math.abs(runs.mean - result.value!)).toBeLessThan(4 * runs.standardError);
  for (const which of ["measures", "measuresOverHazard"] as const)
    for (const name of ["retention", "compliance", "reversal"] as const) {
      const { mean, standardError } = runs[which]![name]!;
      expect(Math.abs(mean - result[which]![name]!)).toBeLessThan(4 * standardError + 1e-12);
    }
});

test.each(["exact", "moments"] as const)(
  "the cells of a diagram by %s are what solve says",
  async (method) => {
    const config = { ...shifted, intervals: 9 };
    const x = { key: "shift", from: 0, to: 3, count: 2 } as const;
    const y = { key: "hazard", from: 0.01, to: 0.2, count: 2 } as const;
    const measures = ["retentionOverHazard", "cost", "firstIfInterval9"] as const;
    const diagram = checkPhase({ config, x, y, measures });
    const engine = await openEngine({ backend: "cpu", threads: 1 });
    const { values } = await engine.solve(diagram, { x: [0, 3], y: [0.2, 0.01] }, method);
    for (const [i, cell] of [
      { shift: 0, hazard: 0.2 },
      { shift: 3, hazard: 0.01 },
    ].entries()) {
      const result = await solve({ ...config, ...cell }, { ...cpu, method });
      expect(values.retentionOverHazard[i]).toBeCloseTo(result.measuresOverHazard!.retention!, 12);
      expect(values.cost[i] / result.value!).toBeCloseTo(1, 12);
      expect(values.firstIfInterval9[i]).toBeCloseTo(result.plan.ifInterval9[0], 9);
    }
    engine.destroy();
  },
);

test("there may be any number of phases", async () => {
  const game = defineGame({
    name: "three-phases",
    state: { theta: { min: -1, max: 1, count: 11, initial: 0.8 } },
    decision: { coefficient: { min: -2, max: 2, count: 401 } },
    parameters: { drift: { default: 1 } },
    output: "coefficient * theta",
    hidden: {
      signal: { means: [0, "drift", "2 * drift"], intervals: 3 },
      initial: [1, 0, 0],
      trains: [true, false, false],
      transition: [
        [0.9, 0.1, 0],
        [0, 0.8, 0.2],
        [0, 0, 1],
      ],
      deploymentAt: 3,
    },
  });
  const { plan, signalEdges } = await solve({ game, schedule: { episodes: 6 } }, cpu);
  expect(Object.keys(plan)).toEqual(["ifInterval1", "ifInterval2", "ifInterval3"]);
  expect(signalEdges![0] + signalEdges![1]).toBeCloseTo(2, 12);
  const { formulas } = describeGame({ game });
  expect(formulas.slice(-2)).toEqual([
    { name: "hidden.signal.means", formula: "0, drift, 2 * drift", given: true },
    { name: "hidden.signal.intervals", formula: "3", given: true },
  ]);
});

test.each<[object, string]>([
  [{ intervals: 0 }, "intervals must be in [1, 64], got 0"],
  [{ intervals: 65 }, "intervals must be in [1, 64], got 65"],
  [{ intervals: 2.5 }, "intervals must be a whole number in [1, 64], got 2.5"],
  [{ shift: -1 }, "shift must be at least 0, got -1"],
  [{ signalError: 0.1 }, 'unknown key "signalError"; allowed are '],
])("%j is rejected", (change, message) => {
  expect(errorOf({ ...shifted, ...change })).toMatchObject({
    code: "INVALID_CONFIG",
    message: expect.stringContaining(message),
  });
});

// Diagrams: cells solved by hand, statuses, tiles, and games that only `solve` can solve.
import { expect, test } from "vitest";
import { cellConfig } from "../../src/diagram/config.ts";
import {
  checkPhase,
  createCells,
  defineGame,
  openEngine,
  type PhaseConfig,
  phase,
  placeCells,
  presets,
  STATUSES,
  solve,
  solveTiles,
  type Tile,
  tilesIn,
  tilesOf,
} from "../../src/index.ts";
import { momentum } from "../games/momentum.ts";

const cpu = { backend: "cpu", threads: 2 } as const;

/** the formulas of `linear`, with other hidden phases than `uncertain-deployment` */
const seasons = defineGame({
  name: "seasons",
  state: { theta: { min: -1, max: 1, count: 5, initial: 0.8 } },
  decision: { coefficient: { min: -1, max: 1, count: 41 } },
  output: "coefficient * theta",
  hidden: {
    signals: ["whatever"],
    initial: [1, 0],
    trains: [true, false],
    transition: [
      [0.8, 0.2],
      [0.4, 0.6],
    ],
    likelihood: [[1], [1]],
    deploymentAt: 2,
  },
});

test("two cells solved by hand", async () => {
  // One episode of training and one of deployment, in which a = 1 is the best. Then A = B = C = 1, and in training
  // the derivative of (a − 1)² + γ(g − 1)² with g = 1 − 2ηa² is zero where 8γη²a³ + a = 1: at a = ½ for γη² = ½, and
  // at a = 1 where nothing is learned.
  const config: PhaseConfig = {
    config: { game: "linear", schedule: { training: 1, deployment: 1 }, discount: 0.5 },
    x: { key: "schedule.learningRate", from: 0, to: 1, count: 2 },
    y: { key: "initial.theta", from: 1, to: 2, count: 2 },
    measures: ["firstCoefficient", "finalTheta", "retention", "compliance", "cost"],
  };
  const { values, status } = await phase(config, cpu);
  expect([...status]).toEqual([0, 0, 0, 0]);
  const close = (name: string, wanted: number[]) => {
    for (const [i, want] of wanted.entries()) expect(values[name][i], name).toBeCloseTo(want, 14);
  };
  // 4a³ + a = 1 has the root ½, and there g = 1 − 2·¼ = ½
  close("firstCoefficient", [1, 0.5, 1, 0.5]);
  close("finalTheta", [1, 0.5, 2, 1]);
  close("retention", [1, 0.5, 1, 0.5]);
  // with a learning rate of 0 nothing is trained, so compliance is not defined
  expect([...values.compliance].map(Number.isNaN)).toEqual([true, false, true, false]);
  for (const cell of [1, 3]) expect(values.compliance[cell]).toBeCloseTo(0.5, 14);
  // mean of θ² over the grid of 11 points is 0.4; (a − 1)² + γ(g − 1)² is ¼ + ½·¼
  close("cost", [0, 0.4 * 0.375, 0, 0.4 * 0.375]);
});

test("with an infinite horizon, the status of a cell describes its equilibria", async () => {
  const config: PhaseConfig = {
    config: {
      game: "linear",
      horizon: "infinite",
      schedule: { learningRates: [3.7] },
      regularization: 0.21,
    },
    x: { key: "discount", from: 0.3, to: 0.76, count: 2 },
    y: { key: "initial.theta", from: 0.4, to: 0.8, count: 2 },
    measures: ["firstCoefficient", "status", "period", "equilibria", "multiplier"],
  };
  const tight = {
    ...config,
    config: {
      ...(config.config as object),
      game: "linear",
      schedule: { training: 1, deployment: 0, learningRate: 3.7 },
    },
  };
  for (const asked of [config, tight]) {
    const { values, status } = await phase(asked, { ...cpu, method: "exact" });
    // at the second discount, longer finite horizons cycle around the only equilibrium
    expect([...status].map((code) => STATUSES[code])).toEqual(["solved", "solved", "solved", "solved"]);
    expect(values.status).toEqual(Float64Array.from(status));
    expect([...values.period]).toEqual([1, 2, 1, 2]);
    expect([...values.equilibria]).toEqual([1, 1, 1, 1]);
    expect([...values.multiplier].map((x) => Math.abs(x) < 1)).toEqual([true, false, true, false]);
    expect(values.firstCoefficient.every((a) => a > 0.2 && a < 0.6)).toBe(true);
  }
});

test("a coarse grid may have no equilibrium where a finer grid has one", async () => {
  const { status, values } = await phase(
    {
      config: {
        game: "linear",
        horizon: "infinite",
        schedule: { training: 1, deployment: 0 },
        coefficient: { count: 5 },
      },
      x: { key: "discount", from: 0.5, to: 0.8, count: 2 },
      y: { key: "initial.theta", from: 0.4, to: 0.8, count: 2 },
      measures: ["status", "period", "equilibria"],
    },
    { ...cpu, method: "moments" },
  );
  expect([...status].map((code) => STATUSES[code])).toEqual(["none", "none", "none", "none"]);
  expect([...values.equilibria]).toEqual([0, 0, 0, 0]);
  expect([...values.period]).toEqual([2, 6, 2, 6]);
});

test("a cell whose costs overflow float64 is marked", async () => {
  const { status, values } = await phase(
    {
      config: { game: "linear", schedule: { training: 100, deployment: 0 }, regularization: 1 },
      x: { key: "schedule.learningRate", from: 1, to: 1e9, count: 2, scale: "log" },
      y: { key: "discount", from: 0.9, to: 1, count: 2 },
    },
    cpu,
  );
  expect([...status].map((code) => STATUSES[code])).toEqual(["solved", "overflow", "solved", "overflow"]);
  expect([...values.deception].map(Number.isFinite)).toEqual([true, false, true, false]);
});

const small: PhaseConfig = {
  config: "experiment-1",
  x: { key: "discount", from: 0.8, to: 1, count: 45 },
  y: { key: "regularization", from: 0.001, to: 0.1, count: 37, scale: "log" },
};

test("tiles cover the diagram once, coarse before fine tiles, for any number of threads", async () => {
  const tiles: Tile[] = [];
  const { values, diagram } = await phase(small, { ...cpu, progressive: true, onTile: (t) => tiles.push(t) });
  expect(tiles.map(({ stride }) => stride)).toEqual(tiles.map(({ stride }) => stride).sort((a, b) => b - a));
  expect(new Set(tiles.map(({ stride }) => stride))).toEqual(new Set([16, 4, 1]));
  const seen = new Map<number, Uint8Array>();
  for (const { stride, column, row, columns, rows, values: part } of tiles) {
    const covered = seen.get(stride) ?? new Uint8Array(45 * 37);
    seen.set(stride, covered);
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++) {
        const cell = stride * (row + r) * 45 + stride * (column + c);
        covered[cell]++;
        expect(part.deception[r * columns + c]).toBe(values.deception[cell]);
      }
  }
  for (const [stride, covered] of seen)
    for (const [cell, times] of covered.entries())
      expect(times).toBe((cell % 45) % stride === 0 && Math.floor(cell / 45) % stride === 0 ? 1 : 0);
  for (const threads of [1, 3])
    expect((await phase(diagram, { backend: "cpu", threads })).values).toEqual(values);
});

test("shards cover the diagram once, with the same values as the whole", async () => {
  const whole = await phase(small, cpu);
  const diagram = checkPhase(small);
  const engine = await openEngine(cpu);
  const [columns, rows] = [diagram.x.values.length, diagram.y.values.length];
  const count = tilesOf(columns, rows).length;
  for (const of of [1, 2, 7, count + 3]) {
    const cells = createCells(diagram.measures, columns * rows);
    const solved = new Map<number, number>();
    for (let index = 1; index <= of; index++) {
      const tiles = tilesIn({ index, of }, count);
      if (of === 7) expect(tiles.every((tile) => tile % of === index - 1)).toBe(true);
      await solveTiles(diagram, {
        ...{ engine, method: "exact", tiles },
        onTile(tile) {
          solved.set(tile.tile, (solved.get(tile.tile) ?? 0) + 1);
          placeCells(cells, columns, tile, tile);
        },
      });
    }
    expect([...solved.values()]).toEqual(Array(count).fill(1));
    expect(cells.values).toEqual(whole.values);
    expect(cells.status).toEqual(whole.status);
  }
  engine.destroy();
});

test.each([
  [1, 1],
  [3, 1367],
  [1367, 3],
  [8192, 8],
  [1025, 4099],
  [3163, 3163],
])("tiles of %i × %i have at most 1024 cells each, go row by row, and cover all cells", (columns, rows) => {
  const tiles = tilesOf(columns, rows);
  let at = 0;
  for (const tile of tiles) {
    expect(tile.row * columns + tile.column).toBe(at);
    expect(tile.rows === 1 || tile.columns === columns).toBe(true);
    expect(tile.rows * tile.columns).toBeLessThanOrEqual(1024);
    at += tile.rows * tile.columns;
  }
  expect(at).toBe(columns * rows);
  if (columns * rows > 4096) expect(tiles.length).toBeGreaterThan(1000);
});

test("an abort ends the work at once", async () => {
  const controller = new AbortController();
  const large = { ...small, x: { ...small.x, count: 1000 }, y: { ...small.y, count: 1000 } };
  const work = phase(large, { ...cpu, signal: controller.signal, onTile: () => controller.abort("enough") });
  await expect(work).rejects.toMatchObject({ code: "ABORTED" });
});

test.each<[string, PhaseConfig]>([
  [
    "another game",
    {
      config: { ...presets.misconception.config, coefficient: { count: 21 }, belief: { count: 3 } },
      x: { key: "beliefLearningRateScale", from: 0, to: 1, count: 2 },
      y: { key: "schedule.learningRate", from: 0.1, to: 0.4, count: 3 },
      measures: ["finalBelief", "margin", "cost"],
    },
  ],
  [
    "a custom game",
    {
      config: { game: momentum, schedule: { training: 3, deployment: 3 } },
      x: { key: "friction", from: 0, to: 0.5, count: 2 },
      y: { key: "coefficient.count", from: 21, to: 41, count: 2 },
      measures: ["firstCoefficient", "finalTheta", "finalVelocity"],
    },
  ],
  [
    "a custom hidden phase",
    {
      config: { game: seasons, schedule: { episodes: 6 } },
      x: { key: "discount", from: 0.9, to: 1, count: 2 },
      y: { key: "initial.deploymentAt", from: 0, to: 6, count: 3 },
      measures: ["firstWhatever", "cost", "retention", "reversal", "retentionOverHazard"],
    },
  ],
  [
    "a grid that changes along an axis",
    {
      config: "experiment-1",
      x: { key: "coefficient.max", from: 0.5, to: 1, count: 2 },
      y: { key: "discount", from: 0.9, to: 1, count: 2 },
      measures: ["firstCoefficient", "cost", "deception"],
    },
  ],
])("every cell equals solve: %s", async (_, config) => {
  const map = await phase(config, cpu);
  const { diagram, solver } = map;
  let cell = 0;
  for (const y of diagram.y.values)
    for (const x of diagram.x.values) {
      const { plan, trajectory, cost, margin, measures } = await solve(cellConfig(diagram, x, y), {
        backend: "cpu",
        method: solver.method,
      });
      const wanted: Record<string, number | null> = { ...measures, cost: cost[0], margin: margin[0] };
      for (const [name, values] of Object.entries(plan))
        wanted[`first${name[0].toUpperCase()}${name.slice(1)}`] = values[0];
      for (const [name, values] of Object.entries(trajectory))
        wanted[`final${name[0].toUpperCase()}${name.slice(1)}`] = values.at(-1)!;
      for (const name of diagram.measures) {
        const got = map.values[name][cell];
        // values that both compute by moments differ in rounding
        if (name === "cost" || name === "margin") expect(got, name).toBeCloseTo(wanted[name]!, 12);
        else expect(got, name).toBe(wanted[name] ?? Number.NaN);
      }
      cell++;
    }
});

test("a combination of options that does not apply is rejected", async () => {
  const margin = { ...small, measures: ["margin"] };
  await expect(phase(margin, { ...cpu, method: "exact" })).rejects.toThrow("the measure margin needs a grid");
  await expect(phase(margin, { ...cpu, method: "guess" as never })).rejects.toThrow(
    "method must be one of auto",
  );
  await expect(phase(small, { backend: "tpu" as never })).rejects.toThrow(
    "backend must be one of auto, cpu, gpu",
  );
  await expect(phase(small, { ...cpu, threads: 0 })).rejects.toThrow("threads must be a whole number");
  const other = { ...small, config: "mlp", x: { key: "discount", from: 0, to: 1, count: 2 } };
  await expect(phase(other, { ...cpu, method: "moments" })).rejects.toThrow(
    "the game mlp has no method moments",
  );
  await expect(phase(other, { backend: "gpu" })).rejects.toThrow("cannot solve the game mlp by discount and");
  expect(checkPhase(small).measures).toEqual(["deception"]);
});

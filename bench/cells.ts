// How many cells of a phase diagram a second are solved, for each game on one thread of the CPU, and how long a map of a
// million cells takes as a whole process:
//
//     npm run bench:cells
//
// The results are bench/results/cells.json, from which docs/clusters.md and docs/performance.md have their tables.

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { checkPhase, openEngine, type PhaseConfig, phaseMethod } from "../src/index.ts";
import { type Spread, spreadOf } from "./measure.ts";
import { type Machine, machineHere } from "./measurements.ts";

const run = promisify(execFile);

/** What is mapped, by the name of its row: presets, over settings that matter to them. */
const MAPPED: Readonly<Record<string, Omit<PhaseConfig, "measures">>> = {
  linear: { config: "experiment-1", x: axis("discount", 0.8, 1), y: axis("schedule.learningRate", 0.1, 10) },
  misconception: {
    config: "misconception",
    x: axis("discount", 0.8, 1),
    y: axis("beliefLearningRateScale", 0.1, 1),
  },
  "uncertain-deployment": {
    config: "uncertain-deployment",
    x: axis("hazard", 0.01, 0.5),
    y: axis("signalError", 0.01, 0.5),
  },
  "linear, infinite horizon": {
    config: "infinite-horizon",
    x: axis("discount", 0.3, 0.99),
    y: axis("schedule.learningRate", 0.1, 10),
  },
  "learned-discount": {
    config: "learned-discount",
    x: axis("initial.discount", 0.1, 1),
    y: axis("discountLearningRateScale", 0.1, 1),
  },
  mlp: { config: "mlp", x: axis("discount", 0.8, 1), y: axis("schedule.learningRate", 0.1, 1) },
};

function axis(key: string, from: number, to: number) {
  return { key, from, to, count: 2 };
}

/** timings of each row, and how long one takes at least, in seconds */
const ROUNDS = 5;
const LONG = 0.5;
/** a row of which one cell takes longer is timed once */
const SLOW = 2;

/** The map whose whole process is timed: a thousand by a thousand cells of the post's first experiment. */
const MILLION =
  "phase experiment-1 --backend cpu --x discount=0.8:1:1000 --y schedule.learningRate=0.1:10:1000:log".split(
    " ",
  );

/** How fast a game's cells are solved. */
export interface CellsRow {
  readonly game: string;
  readonly method: string;
  /** on one thread */
  readonly cellsPerSecond: Spread;
}

/** All that was measured. */
export interface CellSpeeds {
  readonly date: string;
  readonly command: string;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly rows: readonly CellsRow[];
  /** of a whole process on all cores, in seconds: printing only, and with files */
  readonly million: { readonly command: string; readonly printed: Spread; readonly written: Spread };
}

/** Numbers that spread evenly over an interval, however many there are. */
const spread = ({ from, to }: { from: number; to: number }, count: number, factor: number) =>
  Array.from({ length: count }, (_, i) => from + (to - from) * ((0.5 + i * factor) % 1));

async function measureCells(game: string): Promise<CellsRow> {
  const asked = MAPPED[game];
  const diagram = checkPhase(asked);
  // the best response in closed form where a game has it
  const method =
    game === "linear" || game === "misconception" ? "exact" : phaseMethod(diagram, undefined, "cpu");
  const engine = await openEngine({ backend: "cpu", threads: 1 });
  const solve = async (count: number) => {
    const points = { x: spread(asked.x, count, 0.618034), y: spread(asked.y, count, 0.7548777) };
    const started = performance.now();
    await engine.solve(diagram, points, method);
    return (performance.now() - started) / 1000;
  };
  try {
    let count = 1;
    let seconds = await solve(count);
    while (seconds < LONG) {
      count *= 2;
      seconds = await solve(count);
    }
    const rates = [count / seconds];
    while (seconds / count < SLOW && rates.length < ROUNDS) rates.push(count / (await solve(count)));
    return { game, method, cellsPerSecond: spreadOf(rates) };
  } finally {
    engine.destroy();
  }
}

/** A whole process. @returns seconds */
async function timeProcess(args: readonly string[]): Promise<number> {
  const started = performance.now();
  await run(process.execPath, ["dist/cli.js", ...args]);
  return (performance.now() - started) / 1000;
}

async function measureMillion(): Promise<CellSpeeds["million"]> {
  const [printed, written]: number[][] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    printed.push(await timeProcess(MILLION));
    const folder = await mkdtemp(join(tmpdir(), "mesa-induction-cells-"));
    written.push(await timeProcess([...MILLION, "--out", join(folder, "map")]));
    await rm(folder, { recursive: true });
  }
  return {
    command: `mesa-induction ${MILLION.join(" ")}`,
    printed: spreadOf(printed),
    written: spreadOf(written),
  };
}

const rows: CellsRow[] = [];
for (const game of Object.keys(MAPPED)) {
  const row = await measureCells(game);
  rows.push(row);
  console.log(`${game}, ${row.method}: ${row.cellsPerSecond.median.toPrecision(3)} cells per second`);
}
const million = await measureMillion();
console.log(
  `a million cells: ${million.printed.median.toFixed(2)} s; with files ${million.written.median.toFixed(2)} s`,
);
const speeds: CellSpeeds = {
  date: new Date().toISOString().slice(0, 10),
  command: "npm run bench:cells",
  machine: machineHere(),
  versions: { mesaInduction: __VERSION__, node: process.versions.node },
  rows,
  million,
};
await writeFile("bench/results/cells.json", `${JSON.stringify(speeds, null, 1)}\n`);

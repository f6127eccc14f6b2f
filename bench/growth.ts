// Measures the time of certified rollouts by the number of candidates, and compares it with trying every candidate on
// every state:
//
//     npm run bench:growth
//
// It uses one CPU thread. The result is written to bench/results/growth.json; docs/performance.md has a table of it.

import { mkdir, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { createRollouts } from "../src/cpu/compiled.ts";
import { type Config, solve } from "../src/index.ts";
import { createProblem } from "../src/model/problem.ts";
import { spreadOf } from "./measure.ts";

/** A game and the numbers of candidates with which it is solved. */
interface Growing {
  readonly game: string;
  readonly counts: readonly number[];
  /** the configuration with `count` candidates along each axis of the decision */
  config(count: number): Config;
}

const GROWING: readonly Growing[] = [
  {
    game: "linear",
    counts: [101, 1001, 10_001, 100_001, 1_000_001],
    config: (count) => ({ game: "linear", coefficient: { count } }),
  },
  {
    game: "misconception",
    counts: [101, 401, 1001, 10_001, 100_001, 1_000_001],
    config: (count) => ({
      game: "misconception",
      schedule: { training: 20, deployment: 40, learningRate: 0.5 },
      coefficient: { count },
    }),
  },
  {
    game: "learned-discount",
    counts: [11, 31, 101, 317],
    config: (count) => ({
      game: "learned-discount",
      schedule: { training: 10, deployment: 10, learningRate: 0.5 },
      base: { count },
      perDiscount: { count },
    }),
  },
];

const REPEATS = 5;
/** the maximum number of rollout-steps for which everything is tried: about a minute */
const MOST = 2 ** 35;

/** One size of one game. */
export interface GrowthRow {
  readonly game: string;
  readonly candidates: number;
  readonly states: number;
  readonly episodes: number;
  /** the time of the solve, the median of several */
  readonly seconds: number;
  /** the share of all rollouts that the solve computed */
  readonly rolledOut: number;
  /** the time to try all candidates on all states, at each episode before the same plan; null if it takes too long */
  readonly enumeration: number | null;
}

/** The content of the result file. */
export interface Growth {
  readonly date: string;
  readonly command: string;
  readonly machine: { readonly cpu: string; readonly cores: number };
  readonly rows: readonly GrowthRow[];
}

async function measure(game: string, config: Config): Promise<GrowthRow> {
  const problem = createProblem(config);
  const { candidates, states, learningRates } = problem;
  const episodes = learningRates.length;
  const times: number[] = [];
  let result = await solve(config, { backend: "cpu", method: "rollout", threads: 1 });
  for (let i = 0; i < REPEATS; i++) {
    const started = performance.now();
    result = await solve(config, { backend: "cpu", method: "rollout", threads: 1 });
    times.push((performance.now() - started) / 1000);
  }
  const names = Object.keys(result.plan);
  const plan = Array.from(learningRates, (_, t) => names.map((name) => (result.plan[name] as number[])[t]));
  const work = (candidates.size * states.size * episodes * (episodes + 1)) / 2;
  return {
    ...{ game, candidates: candidates.size, states: states.size, episodes },
    seconds: spreadOf(times).median,
    rolledOut: result.solver.rolledOut!,
    enumeration: work > MOST ? null : enumerate(),
  };

  function enumerate(): number {
    const rollouts = createRollouts(problem);
    const all = Array.from({ length: candidates.size }, (_, i) => candidates.at(i));
    rollouts.costsAt(0, plan)(all.slice(0, 100));
    const started = performance.now();
    for (let t = episodes - 1; t >= 0; t--) rollouts.costsAt(t, plan)(all);
    return (performance.now() - started) / 1000;
  }
}

const rows: GrowthRow[] = [];
for (const { game, counts, config } of GROWING)
  for (const count of counts) {
    const row = await measure(game, config(count));
    rows.push(row);
    const { candidates, seconds, rolledOut, enumeration } = row;
    console.log(
      `${game}, ${candidates} candidates: ${seconds.toFixed(3)} s, ${(100 * rolledOut).toPrecision(3)} % of the rollouts; all of them ${enumeration?.toFixed(3) ?? "–"} s`,
    );
  }
await mkdir("bench/results", { recursive: true });
const facts = {
  date: new Date().toISOString().slice(0, 10),
  command: "npm run bench:growth",
  machine: { cpu: cpus()[0].model.trim(), cores: cpus().length },
  versions: { mesaInduction: __VERSION__, node: process.versions.node },
};
await writeFile("bench/results/growth.json", `${JSON.stringify({ ...facts, rows }, null, 1)}\n`);

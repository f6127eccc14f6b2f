// Measures how many states an invocation should roll out side by side: the same rollouts on the GPU with different
// numbers of states, in turns in one run. `lanesFor` in src/gpu/cut.ts is based on it. The same run measures what the
// implementation's bounds checks cost, which Dawn can leave out.

import { checkNotAborted } from "../src/errors.ts";
import { lanesFor } from "../src/gpu/cut.ts";
import { createGpuEvaluator, type GpuEvaluator } from "../src/gpu/evaluator.ts";
import { createGpu } from "../src/gpu/node.ts";
import type { Config } from "../src/index.ts";
import { createProblem } from "../src/model/problem.ts";
import { alignColumns } from "../src/report/table.ts";
import { type Spread, spreadOf } from "./measure.ts";
import { EXACT_TIMES, type Opened } from "./measurements.ts";
import { meterGpu } from "./meter.ts";
import { large } from "./textTables.ts";

const LANES = [1, 2, 4, 6, 8, 10, 11, 12, 16];
const ROUNDS = 7;
/** the factor by which a hardware adapter gets more candidates: few candidates do not fill it */
const GAIN = 25;

/** One grid, and its speed for each number of states side by side. */
export interface MappingRow {
  readonly game: string;
  readonly candidates: number;
  readonly states: number;
  readonly episodes: number;
  /** the number that `lanesFor` chooses */
  readonly chosen: number;
  readonly speeds: readonly { readonly lanes: number; readonly stepsPerSecond: Spread }[];
  /** the speed with the chosen number and without the implementation's bounds checks */
  readonly unchecked: Spread;
}

/** All measurements; empty if there is no adapter. */
export interface Mapping {
  readonly mapping: readonly MappingRow[];
}

const configs = (gain: number): Config[] => [
  { game: "linear", coefficient: { count: 4000 * gain + 1 } },
  { game: "linear", coefficient: { count: 400 * gain + 1 }, theta: { count: 101 } },
  { game: "linear", coefficient: { count: 40 * gain + 1 }, theta: { count: 1001 } },
  { game: "misconception", coefficient: { count: 400 * gain + 1 } },
];

/** Measures rollouts with the adapter's own clock if it has one. @throws MesaError `ABORTED` */
export async function measureMapping(
  opened: Opened | undefined,
  { signal, onProgress }: { signal: AbortSignal; onProgress(share: number, what: string): void },
): Promise<Mapping> {
  if (!opened) return { mapping: [] };
  const { meter, adapter } = opened;
  const unchecked = meterGpu((await createGpu([...EXACT_TIMES, "enable-dawn-features=disable_robustness"]))!);
  const mapping: MappingRow[] = [];
  const all = configs(adapter.software ? 1 : GAIN);
  for (const [i, config] of all.entries()) {
    const problem = createProblem(config);
    const episodes = problem.learningRates.length;
    const [candidates, states] = [problem.candidates.size, problem.states.size];
    const chosen = lanesFor(states);
    const plan = Array.from(problem.learningRates, (rate) => [rate > 0 ? 0.05 : 1]);
    const variants = [...LANES.map((lanes) => ({ lanes, on: meter })), { lanes: chosen, on: unchecked }];
    const evaluators: GpuEvaluator[] = [];
    const speeds: number[][] = variants.map(() => []);
    try {
      for (const { lanes, on } of variants) {
        const options = { method: "rollout", precision: "f32", required: true, gpu: on.gpu as GPU } as const;
        evaluators.push((await createGpuEvaluator(problem, { ...options, lanes }))!);
      }
      for (let round = -1; round < ROUNDS; round++)
        for (const [v, { lanes, on }] of variants.entries()) {
          checkNotAborted(signal);
          onProgress((i + (round + 1) / (ROUNDS + 1)) / all.length, `${lanes} states side by side`);
          await on.takeSeconds();
          const started = performance.now();
          await evaluators[v].enclosures(0, plan);
          const wall = (performance.now() - started) / 1000;
          const seconds = (await on.takeSeconds()) ?? wall;
          // the first round is a warm-up
          if (round >= 0) speeds[v].push((candidates * states * episodes) / seconds);
        }
    } finally {
      for (const evaluator of evaluators) evaluator.destroy();
    }
    mapping.push({
      ...{ game: problem.game.name, candidates, states, episodes, chosen },
      speeds: LANES.map((lanes, v) => ({ lanes, stepsPerSecond: spreadOf(speeds[v]) })),
      unchecked: spreadOf(speeds[LANES.length]),
    });
  }
  return { mapping };
}

/** The cells of the table, with a heading: for each grid, the speed for each number of states side by side. */
export function mappingCells({ mapping }: Mapping): string[][] {
  const lanes = mapping[0]?.speeds.map((speed) => speed.lanes) ?? [];
  return [
    [
      "game",
      "candidates × states × episodes",
      "chosen",
      ...lanes.map(String),
      "chosen, without bounds checks",
    ],
    ...mapping.map(({ game, candidates, states, episodes, chosen, speeds, unchecked }) => [
      game,
      [candidates, states, episodes].map((count) => count.toLocaleString("en-US")).join(" × "),
      String(chosen),
      ...speeds.map(({ stepsPerSecond }) => large(stepsPerSecond.median)),
      large(unchecked.median),
    ]),
  ];
}

/** The measurement as a table for people. */
export function mappingTable(measured: Mapping): string {
  if (measured.mapping.length === 0) return "";
  return `rollout-steps per second by states side by side\n${alignColumns(mappingCells(measured), 3)}\n`;
}

// Measures how many states an invocation should roll out side by side: the same rollouts on the GPU with different
// numbers of states, in turns in one run. `lanesFor` in src/gpu/cut.ts is based on it.

import { checkNotAborted } from "../src/errors.ts";
import { lanesFor } from "../src/gpu/cut.ts";
import { createGpuEvaluator, type GpuEvaluator } from "../src/gpu/evaluator.ts";
import type { Config } from "../src/index.ts";
import { createProblem } from "../src/model/problem.ts";
import { alignColumns } from "../src/report/table.ts";
import { type Spread, spreadOf } from "./measure.ts";
import type { Opened } from "./measurements.ts";
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
  const mapping: MappingRow[] = [];
  const all = configs(adapter.software ? 1 : GAIN);
  for (const [i, config] of all.entries()) {
    const problem = createProblem(config);
    const episodes = problem.learningRates.length;
    const plan = Array.from(problem.learningRates, (rate) => [rate > 0 ? 0.05 : 1]);
    const options = { method: "rollout", precision: "f32", required: true, gpu: meter.gpu as GPU } as const;
    const evaluators = new Map<number, GpuEvaluator>();
    const seconds = new Map<number, number[]>(LANES.map((lanes) => [lanes, []]));
    try {
      for (const lanes of LANES)
        evaluators.set(lanes, (await createGpuEvaluator(problem, { ...options, lanes }))!);
      for (let round = -1; round < ROUNDS; round++)
        for (const [lanes, evaluator] of evaluators) {
          checkNotAborted(signal);
          onProgress((i + (round + 1) / (ROUNDS + 1)) / all.length, `${lanes} states side by side`);
          await meter.takeSeconds();
          const started = performance.now();
          await evaluator.enclosures(0, plan);
          const wall = (performance.now() - started) / 1000;
          // the first round is a warm-up
          if (round >= 0) seconds.get(lanes)!.push((await meter.takeSeconds()) ?? wall);
        }
    } finally {
      for (const evaluator of evaluators.values()) evaluator.destroy();
    }
    const [candidates, states] = [problem.candidates.size, problem.states.size];
    mapping.push({
      ...{ game: problem.game.name, candidates, states, episodes, chosen: lanesFor(states) },
      speeds: Array.from(seconds, ([lanes, measured]) => ({
        lanes,
        stepsPerSecond: spreadOf(measured.map((each) => (candidates * states * episodes) / each)),
      })),
    });
  }
  return { mapping };
}

/** The cells of the table, with a heading: for each grid, the speed for each number of states side by side. */
export function mappingCells({ mapping }: Mapping): string[][] {
  const lanes = mapping[0]?.speeds.map((speed) => speed.lanes) ?? [];
  return [
    ["game", "candidates × states × episodes", "chosen", ...lanes.map(String)],
    ...mapping.map(({ game, candidates, states, episodes, chosen, speeds }) => [
      game,
      [candidates, states, episodes].map((count) => count.toLocaleString("en-US")).join(" × "),
      String(chosen),
      ...speeds.map(({ stepsPerSecond }) => large(stepsPerSecond.median)),
    ]),
  ];
}

/** The measurement as a table for people. */
export function mappingTable(measured: Mapping): string {
  if (measured.mapping.length === 0) return "";
  return `rollout-steps per second by states side by side\n${alignColumns(mappingCells(measured), 3)}\n`;
}

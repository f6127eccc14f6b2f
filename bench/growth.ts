// How long a solve takes as its grids and its horizon grow, by every method of every game, and with more threads, beside
// trying every candidate on every state:
//
//     npm run bench:growth
//
// The results are bench/results/growth.json, from which docs/performance.md has its tables and its figure.

import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { createRollouts } from "../src/cpu/compiled.ts";
import type { Config } from "../src/index.ts";
import { createProblem, type Problem } from "../src/model/problem.ts";
import { measure } from "./measure.ts";
import { type Machine, machineHere, type Opened, openMeter } from "./measurements.ts";
import type { Variant } from "./variants.ts";

/** What grows: the size of a solve in one respect, while all others stay. */
const SIZES = {
  candidates: [100, 1000, 10_000, 100_000, 1_000_000],
  states: [10, 100, 1000, 10_000],
  episodes: [10, 30, 100, 300, 1000],
  threads: Array.from({ length: availableParallelism() }, (_, i) => i + 1),
} as const;
export type Respect = keyof typeof SIZES;

/** Every number of a solve's size. */
type Size = Readonly<Record<"candidates" | "states" | "episodes", number>>;

/** A game, the size of what stays, and a configuration of any size: grids of two numbers are squares. */
interface Growing {
  readonly game: string;
  readonly methods: readonly Variant["method"][];
  readonly usual: Size;
  config(size: Size): Config;
}

const side = (count: number) => Math.round(Math.sqrt(count));
/** a fifth of the episodes trains */
const schedule = (episodes: number, learningRate: number) => {
  const training = Math.max(1, Math.round(episodes / 5));
  return { training, deployment: episodes - training, learningRate };
};

const GROWING: readonly Growing[] = [
  {
    game: "linear",
    methods: ["rollout", "moments", "exact"],
    usual: { candidates: 1000, states: 100, episodes: 100 },
    config: ({ candidates, states, episodes }) => ({
      ...{ game: "linear", schedule: schedule(episodes, 1) },
      ...{ coefficient: { count: candidates }, theta: { count: states } },
    }),
  },
  {
    game: "misconception",
    methods: ["rollout", "moments", "exact"],
    usual: { candidates: 1000, states: 100, episodes: 60 },
    config: ({ candidates, states, episodes }) => ({
      ...{ game: "misconception", schedule: schedule(episodes, 0.5) },
      ...{
        coefficient: { count: candidates },
        theta: { count: side(states) },
        belief: { count: side(states) },
      },
    }),
  },
  {
    game: "learned-discount",
    methods: ["rollout"],
    usual: { candidates: 1000, states: 100, episodes: 20 },
    config: ({ candidates, states, episodes }) => ({
      ...{ game: "learned-discount", schedule: schedule(episodes, 0.5) },
      ...{ base: { count: side(candidates) }, perDiscount: { count: side(candidates) } },
      ...{ theta: { count: side(states) }, discount: { count: side(states) } },
    }),
  },
  ...(["uncertain-deployment", "distributional-shift"] as const).map(
    (game): Growing => ({
      game,
      methods: ["moments", "exact"],
      usual: { candidates: 1000, states: 100, episodes: 100 },
      config: ({ candidates, states, episodes }) => ({
        ...{ game, schedule: { episodes, learningRate: 1 } },
        ...{ coefficient: { count: candidates }, theta: { count: states } },
      }),
    }),
  ),
  {
    game: "mlp",
    methods: ["rollout"],
    // no grid of candidates: a search, which evaluates so many
    usual: { candidates: 100, states: 100, episodes: 10 },
    config: ({ candidates, states, episodes }) => ({
      ...{ game: "mlp", schedule: schedule(episodes, 0.5), theta: { count: states } },
      search: { starts: Math.max(1, Math.round(candidates / 50)), evaluations: 50 },
    }),
  },
];

/** the longest first solve that is waited for, in seconds, and the most rollout-steps of an enumeration: a minute */
const PATIENCE = 8;
const MOST_STEPS = 2 ** 35;

/** One size of one method of one game. */
export interface GrowthPoint {
  /** the size in the respect that grows, as asked: a square has about so many points */
  readonly size: number;
  /** of a solve, the median of some, in seconds */
  readonly seconds: number;
  /** the share of all rollouts that it took; null of methods without rollouts */
  readonly rolledOut: number | null;
}

/** How a method of a game grows in one respect. */
export interface GrowthRow extends Omit<Variant, "threads" | "precision"> {
  readonly respect: Respect;
  readonly game: string;
  /** `enumeration`: all candidates on all states, at each episode before the same plan */
  readonly how: "solve" | "enumeration";
  readonly points: readonly GrowthPoint[];
}

/** All that was measured. */
export interface Growth {
  readonly date: string;
  readonly command: string;
  readonly machine: Machine;
  readonly adapter: string | null;
  readonly versions: Readonly<Record<string, string>>;
  readonly patience: number;
  readonly usual: Readonly<Record<string, Size>>;
  readonly rows: readonly GrowthRow[];
}

/** All candidates on all states at each episode, on one thread. */
function enumerate(problem: Problem, plan: readonly (readonly number[])[]): number {
  const { candidates } = problem;
  const rollouts = createRollouts(problem);
  const all = Array.from({ length: candidates.size }, (_, i) => candidates.at(i));
  rollouts.costsAt(0, plan)(all.slice(0, 100));
  const started = performance.now();
  for (let t = problem.learningRates.length - 1; t >= 0; t--) rollouts.costsAt(t, plan)(all);
  return (performance.now() - started) / 1000;
}

/** How one method grows in one respect, size after size until one takes too long. */
async function grow(
  { game, usual, config }: Growing,
  respect: Respect,
  variant: Pick<Variant, "method" | "backend">,
  opened: Opened | undefined,
): Promise<GrowthRow[]> {
  const [solves, enumerations]: GrowthPoint[][] = [[], []];
  const isEnumerated = respect !== "threads" && variant.method === "rollout" && variant.backend === "cpu";
  for (const size of SIZES[respect]) {
    // threads are worth their start on a solve that is large in another respect
    const others = respect === "threads" ? { ...usual, candidates: 100_000, states: 1000 } : usual;
    const problem = createProblem(config(respect === "threads" ? others : { ...usual, [respect]: size }));
    const asked = { ...variant, precision: "certified", threads: respect === "threads" ? size : 1 } as const;
    const found = await measure(problem, asked, { meter: opened?.meter, patience: PATIENCE });
    if (!found) break;
    solves.push({ size, seconds: found.seconds.median, rolledOut: found.rolledOut });
    const steps = workOf(problem);
    if (isEnumerated && game !== "mlp" && steps <= MOST_STEPS)
      enumerations.push({ size, seconds: enumerate(problem, found.plan), rolledOut: 1 });
  }
  const row = (how: GrowthRow["how"], points: readonly GrowthPoint[]) => ({
    respect,
    game,
    ...variant,
    how,
    points,
  });
  return [row("solve", solves), row("enumeration", enumerations)].filter(({ points }) => points.length > 1);
}

/** rollout-steps of all candidates on all states at each episode */
function workOf({ candidates, states, learningRates: { length } }: Problem): number {
  return (candidates.size * states.size * length * (length + 1)) / 2;
}

const opened = await openMeter();
const rows: GrowthRow[] = [];
for (const respect of Object.keys(SIZES) as Respect[])
  for (const growing of GROWING)
    for (const method of growing.methods)
      for (const backend of ["cpu", "gpu"] as const) {
        // without a grid only states and episodes grow; on a GPU there is nothing to thread
        const gridless = method === "exact" || growing.game === "mlp";
        if (gridless && (respect === "candidates" || respect === "threads" || backend === "gpu")) continue;
        if (backend === "gpu" && (!opened || respect === "threads")) continue;
        const made = await grow(growing, respect, { method, backend }, opened);
        rows.push(...made);
        for (const { game, how, points } of made) {
          const times = points.map(({ size, seconds }) => `${size}: ${seconds.toPrecision(3)} s`);
          console.log(`${respect}, ${game}, ${method}, ${backend}, ${how}: ${times.join(", ")}`);
        }
      }
await mkdir("bench/results", { recursive: true });
const growth: Growth = {
  date: new Date().toISOString().slice(0, 10),
  command: "npm run bench:growth",
  machine: machineHere(),
  adapter: opened?.adapter.name ?? null,
  versions: { mesaInduction: __VERSION__, node: process.versions.node },
  patience: PATIENCE,
  usual: Object.fromEntries(GROWING.map(({ game, usual }) => [game, usual])),
  rows,
};
await writeFile("bench/results/growth.json", `${JSON.stringify(growth, null, 1)}\n`);

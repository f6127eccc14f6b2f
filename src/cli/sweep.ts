// `sweep`: one configuration solved for each value of a setting, as a table, and in a folder as CSV and a figure.

import { listAdapters } from "../gpu/device.ts";
import {
  type Answer,
  type CellsOptions,
  type Config,
  geomspace,
  linspace,
  MesaError,
  planSweep,
  type Sweep,
  solveCells,
  sweepOf,
  type Varied,
} from "../index.ts";
import { sweepToCsv } from "../report/csv.ts";
import { toJson } from "../report/json.ts";
import { sweepTable } from "../report/table.ts";
import { readValue } from "../report/wording.ts";
import { commandOf, readConfiguration, readRange, withAdapter, wrongRange } from "./configuration.ts";
import { say } from "./failure.ts";
import { type Folder, openFolder } from "./folder.ts";
import { visibly } from "./progress.ts";
import { type ShardFlags, shardOf, solveShard } from "./shards.ts";
import type { SolveFlags } from "./solve.ts";

/** The command's flags. */
export type SweepFlags = SolveFlags & ShardFlags & { over?: string; series?: string; measure?: string };

export const FILES = ["sweep.csv", "sweep.svg"] as const;
/** the most values of a range */
const MOST_VALUES = 10_000;

/**
 * The values that `--over` names.
 *
 * @throws MesaError `INVALID_CONFIG`
 */
export function readOver(text: string | undefined): Varied<number> & { log: boolean } {
  const { key, from, to, count, log } = readRange("--over", text);
  const wrong = (why: string) => wrongRange("--over", `${why}, got ${JSON.stringify(text)}`);
  if (!(count >= 1 && count <= MOST_VALUES)) throw wrong(`with a count in [1, ${MOST_VALUES}]`);
  if (count === 1 ? from !== to : from === to)
    throw wrong(count === 1 ? "with from equal to to where count is 1" : "from one number to another");
  if (log && !(from > 0 && to > 0)) throw wrong("with numbers above 0 where it is log");
  const values = (log ? geomspace : linspace)({ min: from, max: to, count });
  return { key, values: [...values], log };
}

/**
 * The values that `--series` names: `discount=1,0.9,0.5`, or `layers=[1,4,1],[1,8,8,1]`.
 *
 * @throws MesaError `INVALID_CONFIG`
 */
export function readSeries(text: string): Varied {
  const at = text.indexOf("=");
  const [key, list] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 1 || key.split(".").includes("") || list === "")
    throw new MesaError(
      "INVALID_CONFIG",
      `--series must be key=value,value,…, like discount=1,0.9,0.5, got ${JSON.stringify(text)}`,
    );
  const values = readValue(`[${list}]`);
  return { key, values: Array.isArray(values) ? values : list.split(",").map(readValue) };
}

/** What makes the cells of a sweep what they are, and how they are drawn. */
export interface SweepQuestion {
  readonly kind: "sweep";
  readonly config: Config;
  readonly over: Varied<number>;
  readonly log: boolean;
  readonly series?: Varied;
  readonly measures?: readonly string[];
  readonly backend: SolveFlags["backend"];
  /** what a GPU would be, as a network's costs may depend on it */
  readonly adapter: string;
  readonly method: SolveFlags["method"];
  readonly precision: SolveFlags["precision"];
  readonly version: string;
}

/**
 * Sweeps and reports; of a shard, solves it and keeps it.
 *
 * @throws MesaError; then nothing is written but the cells that were solved, and nothing printed
 */
export async function sweepCommand(name: string | undefined, flags: SweepFlags): Promise<void> {
  const shard = shardOf(flags);
  const { question, plan, options } = await readSweep(name, flags);
  const answers: Answer[] = [];
  const solve = (cells: readonly number[], more: Pick<CellsOptions, "signal" | "onProgress" | "onCell">) =>
    solveCells(plan, cells, {
      ...{ ...options, ...more },
      onCell(cell, answer) {
        answers[cell] = answer;
        more.onCell(cell, answer);
      },
    });
  const all = [...plan.asked.keys()];
  if (flags.out === undefined) {
    await visibly((signal, show) =>
      solve(all, {
        signal,
        onProgress: ({ share, cell, cells }) => show(share, `cell ${Math.min(cell + 1, cells)} of ${cells}`),
        onCell() {},
      }),
    );
    await reportSweep(sweepOf(plan, answers), question, flags.json);
    return;
  }
  const folder = await openFolder(flags.out, FILES);
  try {
    const heading = {
      question: { ...question },
      tiles: all.length,
      command: commandOf("sweep", name, flags),
    };
    const kept = await solveShard(flags.out, heading, shard, {
      cellsOf: () => 1,
      take(cell, payload) {
        answers[cell] = answerIn(payload);
      },
      solve: (cells, keep, signal) =>
        solve(cells, {
          signal,
          onCell: (cell, answer) => keep(cell, Buffer.from(JSON.stringify(answer))),
        }),
    });
    if (shard) return;
    await reportSweep(sweepOf(plan, answers), question, flags.json, folder);
    await kept.discard();
  } catch (error) {
    await folder.discard();
    throw error;
  }
}

/** What is asked, checked. @throws MesaError */
export async function readSweep(name: string | undefined, flags: SweepFlags) {
  const config = await readConfiguration(name, flags.set);
  const { log, ...over } = readOver(flags.over);
  const series = flags.series === undefined ? undefined : readSeries(flags.series);
  const measures = flags.measure?.split(",");
  if (flags.out !== undefined) {
    const { MOST_CURVES } = await import("../report/curves.ts");
    if (Math.max(series?.values.length ?? 0, measures?.length ?? 0) > MOST_CURVES)
      throw new MesaError("LIMIT_EXCEEDED", `a figure must be of at most ${MOST_CURVES} measures and series`);
  }
  const { backend, method, precision, threads, adapter } = flags;
  const options = await withAdapter({
    ...(threads !== undefined && { threads }),
    ...(adapter !== undefined && { adapter }),
  });
  const adapters =
    backend === "cpu" ? [] : await listAdapters("gpu" in options ? (options.gpu as GPU) : undefined);
  const taken = adapters.find(({ software }) => backend === "gpu" || !software);
  const question: SweepQuestion = {
    ...{ kind: "sweep", config, over, log, backend, method, precision, version: __VERSION__ },
    ...(series && { series }),
    ...(measures && { measures }),
    adapter: taken?.name ?? "cpu",
  };
  const plan = planSweep(config, question);
  return { question, plan, options: { backend, method, precision, ...options } };
}

/** A record of a shard. */
export const answerIn = (payload: Uint8Array): Answer => JSON.parse(Buffer.from(payload).toString("utf8"));

/** Writes a sweep's files, where there is a folder for them, and prints what is to be printed. */
export async function reportSweep(
  swept: Sweep,
  { log }: SweepQuestion,
  json: boolean | undefined,
  folder?: Folder,
): Promise<void> {
  if (folder) await writeFiles(folder, swept, log);
  process.stdout.write(json ? toJson(swept) : `${sweepTable(swept)}\n`);
  const missing = swept.cells.flatMap((cell) => cell.missing ?? []);
  if (missing.length > 0)
    say(`${missing.length} of ${swept.cells.length} cells have no answer; the first: ${missing[0]}`);
  if (folder) say(`wrote ${FILES.map(folder.pathOf).join(", ")}`);
}

async function writeFiles(folder: Folder, swept: Sweep, log: boolean): Promise<void> {
  const [{ curvesOf, drawCurves }, { createDocument }] = await Promise.all([
    import("../report/curves.ts"),
    import("../report/render.ts"),
  ]);
  await folder.write({
    "sweep.csv": sweepToCsv(swept),
    "sweep.svg": drawCurves(curvesOf(swept, log), createDocument()),
  });
}

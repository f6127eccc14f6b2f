// `sweep`: solves a configuration for each value of a setting; prints a table, and writes CSV and a figure to a folder.

import { isDeepStrictEqual } from "node:util";
import { listAdapters } from "../gpu/device.ts";
import {
  type Answer,
  type CellsOptions,
  checkSweep,
  MesaError,
  presets,
  type Sweep,
  type SweepConfig,
  solveCells,
  sweepOf,
  type Varied,
} from "../index.ts";
import { sweepToCsv } from "../report/csv.ts";
import { toJson } from "../report/json.ts";
import { sweepTable } from "../report/table.ts";
import { listed, readValue, roundedNote } from "../report/wording.ts";
import { isRecord } from "../schema.ts";
import { askedIn, changed, commandOf, presetOrJson, readAxis, withAdapter } from "./configuration.ts";
import { checkShards, type ForceFlag, readFinished } from "./earlier.ts";
import { note } from "./failure.ts";
import { type Folder, openFolder } from "./folder.ts";
import { visibly } from "./progress.ts";
import { type ShardFlags, shardOf, solveShard } from "./shards.ts";
import type { SolveFlags } from "./solve.ts";

/** The command's flags. */
export type SweepFlags = SolveFlags &
  ShardFlags &
  ForceFlag & { over?: string; series?: string; measure?: string };

export const FILES = ["sweep.json", "sweep.csv", "sweep.svg"] as const;
/** why a cell has no answer if its shard is missing */
export const UNSOLVED = "not solved yet";

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

/** Everything that the cells of a sweep depend on. */
export interface SweepQuestion {
  readonly kind: "sweep";
  readonly sweep: SweepConfig;
  readonly backend: SolveFlags["backend"];
  /** the adapter that would be used, because the costs of a network may depend on it */
  readonly adapter: string;
  readonly method: SolveFlags["method"];
  readonly precision: SolveFlags["precision"];
  readonly version: string;
}

/**
 * Sweeps and reports; with --shard, solves the shard and keeps it.
 *
 * @throws MesaError; then only the solved cells are written, and nothing is printed
 */
export async function sweepCommand(name: string | undefined, flags: SweepFlags): Promise<void> {
  const shard = shardOf(flags);
  const { question, plan, options } = await readSweep(name, flags);
  const command = commandOf("sweep", name, flags);
  const isWhole = (document: object) =>
    !shard && (document as Sweep).cells.every(({ missing }) => missing !== UNSOLVED);
  const finished = await readFinished(flags.out, FILES, flags, isAnswer(question), isWhole);
  if (finished) {
    process.stdout.write(flags.json ? toJson(finished) : `${sweepTable(finished as unknown as Sweep)}\n`);
    return;
  }
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
    await reportSweep(sweepOf(plan, answers), question, command, flags.json);
    return;
  }
  const folder = await openFolder(flags.out, FILES);
  try {
    const heading = { question: { ...question }, tiles: all.length, command };
    await checkShards(flags.out, heading.question, flags);
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
    await reportSweep(sweepOf(plan, answers), question, command, flags.json, folder);
    await kept.discard();
  } catch (error) {
    await folder.discard();
    throw error;
  }
}

/** Whether a document is the answer to a question. */
const isAnswer =
  ({ sweep: asked, backend, adapter, method, precision, version }: SweepQuestion) =>
  (document: Record<string, unknown>): boolean =>
    isDeepStrictEqual(document.sweep, JSON.parse(JSON.stringify(asked))) &&
    isDeepStrictEqual(document.options, { backend, adapter, method, precision }) &&
    document.version === version;

/** The sweep that the command names and its question, both checked. @throws MesaError */
export async function readSweep(name: string | undefined, flags: SweepFlags) {
  const asked = await readAsked(name, flags);
  const plan = checkSweep(asked);
  const { backend, method, precision, threads, adapter } = flags;
  const options = await withAdapter({
    ...(threads !== undefined && { threads }),
    ...(adapter !== undefined && { adapter }),
  });
  const adapters =
    backend === "cpu" ? [] : await listAdapters("gpu" in options ? (options.gpu as GPU) : undefined);
  const taken = adapters.find(({ software }) => backend === "gpu" || !software);
  const question: SweepQuestion = {
    ...{ kind: "sweep", sweep: asked, backend, method, precision, version: __VERSION__ },
    adapter: taken?.name ?? "cpu",
  };
  return { question, plan, options: { backend, method, precision, ...options } };
}

/** The sweep that the command names: a configuration with flags, a file that holds a whole sweep, or a `sweep.json`. */
async function readAsked(name: string | undefined, { set, ...flags }: SweepFlags): Promise<SweepConfig> {
  const file = await presetOrJson(name);
  const isSweep = Object.hasOwn(file, "over") && !Object.hasOwn(file, "game");
  const { $schema: _, ...kept } = isRecord(file.sweep)
    ? file.sweep
    : isSweep
      ? file
      : { config: askedIn(file) };
  const base = typeof kept.config === "string" ? presets[kept.config]?.config : kept.config;
  return {
    ...kept,
    ...(isRecord(base) && { config: set.reduce<Record<string, unknown>>(changed, base) }),
    over: flags.over === undefined && kept.over !== undefined ? kept.over : readAxis("--over", flags.over),
    ...(flags.series !== undefined && { series: readSeries(flags.series) }),
    ...(flags.measure !== undefined && { measures: flags.measure.split(",") }),
  } as object as SweepConfig;
}

/** The answer that a record of a shard holds. */
export const answerIn = (payload: Uint8Array): Answer => JSON.parse(Buffer.from(payload).toString("utf8"));

/** Writes a sweep's files if a folder is given, and prints the sweep. */
export async function reportSweep(
  swept: Sweep,
  { sweep: asked, backend, adapter, method, precision }: SweepQuestion,
  command: string,
  json: boolean | undefined,
  folder?: Folder,
): Promise<void> {
  const options = { backend, adapter, method, precision };
  const document = toJson({ command, sweep: asked, options, ...swept });
  const left = folder && (await writeFiles(folder, swept, document));
  process.stdout.write(json ? document : `${sweepTable(swept)}\n`);
  const rounded = roundedNote(swept.over);
  if (rounded !== undefined) note(rounded);
  const missing = swept.cells.flatMap((cell) => cell.missing ?? []);
  if (missing.length > 0)
    note(`${missing.length} of ${swept.cells.length} cells have no answer; the first: ${missing[0]}`);
  if (left && left.length > 0)
    note(`the figure has no room for ${listed(left)}; ${folder.pathOf("sweep.csv")} has all`);
  if (folder) note(`wrote ${FILES.map(folder.pathOf).join(", ")}`);
}

/** @returns the curves that the figure leaves out */
async function writeFiles(folder: Folder, swept: Sweep, document: string): Promise<readonly string[]> {
  const [{ curvesOf, drawCurves }, { createDocument }] = await Promise.all([
    import("../report/curves.ts"),
    import("../report/render.ts"),
  ]);
  const curves = curvesOf(swept);
  await folder.write({
    "sweep.csv": sweepToCsv(swept),
    "sweep.svg": drawCurves(curves, createDocument()),
    "sweep.json": document,
  });
  return curves.left ?? [];
}

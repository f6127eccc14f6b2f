// `bench`: measures how fast every game is solved, by every method on every backend; prints a table or JSON.

import { basename, dirname } from "node:path";
import { CASES, SIZES, type Size } from "../../bench/cases.ts";
import { measureAll, type Report, type Selection } from "../../bench/measurements.ts";
import { benchTable } from "../../bench/textTables.ts";
import { type Config, MesaError } from "../index.ts";
import { toJson } from "../report/json.ts";
import { readJson } from "./configuration.ts";
import { note } from "./failure.ts";
import { type Folder, openFolder } from "./folder.ts";
import { interruptible } from "./interrupt.ts";
import { createProgress } from "./progress.ts";

/** What the command line gives. */
export interface BenchFlags {
  game?: string;
  size?: string;
  backend: "all" | "cpu" | "gpu";
  patience: string;
  json?: boolean;
  out?: string;
}

/** the longest that `--patience` may be, in seconds */
const MAX_PATIENCE = 3600;

/** The names in a comma-separated list, in the order of `all`. @throws MesaError `INVALID_CONFIG` */
function some<T extends string>(option: string, given: string | undefined, all: readonly T[]): T[] {
  const names = given?.split(",") ?? all;
  for (const name of names)
    if (!all.includes(name as T))
      throw new MesaError(
        "INVALID_CONFIG",
        `${option} must be some of ${all.join(",")}, got ${JSON.stringify(name)}`,
      );
  return all.filter((name) => names.includes(name));
}

/** The configurations that `--game` names: those of a built-in game by size, or the one in a JSON file. */
async function readCases(given: string | undefined): Promise<Selection["cases"]> {
  const names = given?.split(",") ?? Object.keys(CASES);
  const cases = names.map(async (name): Promise<[string, readonly Config[]]> => {
    if (Object.hasOwn(CASES, name)) return [name, CASES[name]];
    const known = `a game (--game takes ${Object.keys(CASES).join(",")})`;
    return [name, [(await readJson(name, known)) as Config]];
  });
  return Object.fromEntries(await Promise.all(cases));
}

/** What the flags ask for. @throws MesaError `INVALID_CONFIG` or `CANNOT_READ` */
export async function readSelection({ game, size, backend, patience }: BenchFlags): Promise<Selection> {
  const seconds = Number(patience);
  if (!(seconds > 0 && seconds <= MAX_PATIENCE))
    throw new MesaError(
      "INVALID_CONFIG",
      `--patience must be in (0, ${MAX_PATIENCE}] seconds, got ${JSON.stringify(patience)}`,
    );
  return {
    cases: await readCases(game),
    sizes: some<Size>("--size", size, SIZES),
    backends: backend === "all" ? ["cpu", "gpu"] : [backend],
    patience: seconds,
  };
}

/**
 * A file for the measurements; whether it can be written is tested before measuring.
 *
 * @throws MesaError `CANNOT_WRITE`
 */
async function openFile(
  path: string,
): Promise<{ write(text: string): Promise<void>; discard: Folder["discard"] }> {
  const name = basename(path);
  const folder = await openFolder(dirname(path), [name]);
  return { write: (text) => folder.write({ [name]: text }), discard: folder.discard };
}

/** Further measurements on the same machine. */
export interface Beside<T extends object> {
  measure(
    selection: Selection,
    on: { signal: AbortSignal; onProgress: (share: number, what: string) => void },
  ): Promise<T>;
  table(measured: T): string;
}

/**
 * Measures and reports.
 *
 * @param beside further measurements; their keys are added to the report's in the JSON
 * @throws MesaError; then nothing is printed and nothing written
 */
export async function benchCommand<T extends object>(
  flags: BenchFlags,
  command: string,
  beside?: Beside<T>,
): Promise<void> {
  const selection = await readSelection(flags);
  const file = flags.out === undefined ? undefined : await openFile(flags.out);
  const progress = createProgress();
  /** the share of the progress bar for the report; the rest is for `beside` */
  const half = beside ? 0.5 : 1;
  let report: Report;
  let more: T | undefined;
  try {
    [report, more] = await interruptible(async (signal) => [
      await measureAll(selection, command, {
        signal,
        onRow: (share, what) => progress.show(half * share, what),
      }),
      await beside?.measure(selection, {
        signal,
        onProgress: (share, what) => progress.show(half + half * share, what),
      }),
    ]);
    await file?.write(toJson({ ...report, ...more }));
  } catch (error) {
    await file?.discard();
    throw error;
  } finally {
    progress.stop();
  }
  const tables = benchTable(report) + (beside && more ? `\n${beside.table(more)}` : "");
  process.stdout.write(flags.json ? toJson({ ...report, ...more }) : tables);
  if (flags.out !== undefined) note(`wrote ${flags.out}`);
  if (report.rows.some((row) => row.void)) process.exitCode = 1;
}

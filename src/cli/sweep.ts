// `sweep`: one configuration solved for each value of a setting, as a table, and in a folder as CSV and a figure.

import { geomspace, linspace, MesaError, type Sweep, sweep, type Varied } from "../index.ts";
import { sweepToCsv } from "../report/csv.ts";
import { toJson } from "../report/json.ts";
import { sweepTable } from "../report/table.ts";
import { readValue } from "../report/wording.ts";
import { readConfiguration, readRange, wrongRange } from "./configuration.ts";
import { say } from "./failure.ts";
import { type Folder, openFolder } from "./folder.ts";
import { visibly } from "./progress.ts";
import type { SolveFlags } from "./solve.ts";

/** The command's flags. */
type SweepFlags = SolveFlags & { over?: string; series?: string; measure?: string };

const FILES = ["sweep.csv", "sweep.svg"] as const;
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

/**
 * Sweeps and reports.
 *
 * @throws MesaError; then nothing is printed or written
 */
export async function sweepCommand(name: string | undefined, flags: SweepFlags): Promise<void> {
  const { set, json, out, over: overText, series: seriesText, measure, ...options } = flags;
  const config = await readConfiguration(name, set);
  const { log, ...over } = readOver(overText);
  const series = seriesText === undefined ? undefined : readSeries(seriesText);
  const measures = measure?.split(",");
  if (out !== undefined) {
    const { MOST_CURVES } = await import("../report/curves.ts");
    if (Math.max(series?.values.length ?? 0, measures?.length ?? 0) > MOST_CURVES)
      throw new MesaError("LIMIT_EXCEEDED", `a figure must be of at most ${MOST_CURVES} measures and series`);
  }
  const folder = out === undefined ? undefined : await openFolder(out, FILES);
  let swept: Sweep;
  try {
    swept = await visibly((signal, show) =>
      sweep(config, {
        ...{ ...options, over, signal },
        ...(series && { series }),
        ...(measures && { measures }),
        onProgress: ({ share, cell, cells }) => show(share, `cell ${Math.min(cell + 1, cells)} of ${cells}`),
      }),
    );
    if (folder) await writeFiles(folder, swept, log);
  } catch (error) {
    await folder?.discard();
    throw error;
  }
  process.stdout.write(json ? toJson(swept) : `${sweepTable(swept)}\n`);
  const missing = swept.cells.flatMap((cell) => cell.missing ?? []);
  if (missing.length > 0)
    say(`${missing.length} of ${swept.cells.length} cells have no answer; the first: ${missing[0]}`);
  if (folder) say(`wrote ${FILES.map(folder.pathOf).join(", ")}`);
}

async function writeFiles(folder: Folder, swept: Sweep, log: boolean): Promise<void> {
  const [{ curvesOf, drawCurves }, { createDocument }] = await Promise.all([
    import("../report/curves.ts"),
    import("./render.ts"),
  ]);
  await folder.write({
    "sweep.csv": sweepToCsv(swept),
    "sweep.svg": drawCurves(curvesOf(swept, log), createDocument()),
  });
}

// The speeds by which `auto` estimates how long a solve takes on the CPU, from what `npm run bench` measured:
//
//     npm run bench:speeds -- [bench/results/<machine>.json]
//
// They are kept as src/solve/speeds.json.

import { readFile, writeFile } from "node:fs/promises";
import type { Speeds } from "../src/solve/estimate.ts";
import { spreadOf } from "./measure.ts";
import type { Report, Row } from "./measurements.ts";

/** where measurements are taken from unless given */
const MEASURED = "cpu-and-swiftshader";

/** to two digits: what an estimate is worth */
const rounded = (x: number) => Number(x.toPrecision(2));

/** The speeds that some measurements come to: medians. */
export function speedsFrom(measured: string, { rows }: Pick<Report, "rows">): Speeds {
  const median = (chosen: (row: Row) => number | null, of: (row: Row) => boolean) =>
    rounded(spreadOf(rows.filter(of).flatMap((row) => chosen(row) ?? [])).median);
  const alone = (method: string) => (row: Row) =>
    row.backend === "cpu" && row.threads === 1 && row.method === method && row.perSecond !== null;
  return {
    measured,
    rollout: median(({ perSecond }) => perSecond, alone("rollout")),
    moments: median(({ perSecond }) => perSecond, alone("moments")),
    opening: median(
      ({ first, seconds }) => first - seconds.median,
      ({ backend, size }) => backend === "gpu" && size === "small",
    ),
  };
}

/** The measurements of a file in bench/results. */
export async function readSpeeds(file: string): Promise<Speeds> {
  return speedsFrom(file, JSON.parse(await readFile(`bench/results/${file}.json`, "utf8")) as Report);
}

if (process.argv[1]?.endsWith("speeds.mjs")) {
  const file = (process.argv[2] ?? MEASURED).replace(/^.*\/|\.json$/g, "");
  await writeFile("src/solve/speeds.json", `${JSON.stringify(await readSpeeds(file), null, 2)}\n`);
}

// The speeds with which `auto` estimates the time of a solve on the CPU, from measurements of `npm run bench`:
//
//     npm run bench:speeds -- [bench/results/<machine>.json]
//
// They are written to src/solve/speeds.json.

import { readFile, writeFile } from "node:fs/promises";
import { MANY_CANDIDATES } from "../src/cpu/boxes.ts";
import type { Speeds } from "../src/solve/estimate.ts";
import { spreadOf } from "./measure.ts";
import type { Report, Row } from "./measurements.ts";

/** the default name of the measurements */
const MEASURED = "cpu-and-swiftshader";

/** rounds to two digits, because it is only an estimate */
const rounded = (x: number) => Number(x.toPrecision(2));

/** The speeds from measurements, as medians. */
export function speedsFrom(measured: string, { rows }: Pick<Report, "rows">): Speeds {
  const median = (chosen: (row: Row) => number | null, of: (row: Row) => boolean) =>
    rounded(spreadOf(rows.filter(of).flatMap((row) => chosen(row) ?? [])).median);
  const alone = (method: string) => (row: Row) =>
    row.backend === "cpu" && row.threads === 1 && row.method === method && row.perSecond !== null;
  return {
    measured,
    rollout: median(({ perSecond }) => perSecond, alone("rollout")),
    moments: median(
      ({ perSecond }) => perSecond,
      (row) => alone("moments")(row) && row.candidates < MANY_CANDIDATES,
    ),
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

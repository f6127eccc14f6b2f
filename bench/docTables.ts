// The tables of the documentation, each generated from a file in bench/results, so that no number is written by hand:
//
//     <!-- measured: races cpu-and-swiftshader -->
//     …
//     <!-- end -->
//
// `npm run docs:performance` fills in the tables, and a test compares the pages with the files.

import type { Agreement } from "./agreement.ts";
import type { CellSpeeds } from "./cells.ts";
import type { TestedClaim } from "./claims.ts";
import type { Growth, GrowthPoint } from "./growth.ts";
import { type Mapping, mappingCells } from "./mapping.ts";
import type { Spread } from "./measure.ts";
import type { Report, Row } from "./measurements.ts";
import type { Wanted } from "./peer.ts";
import type { Entry, Race, Races } from "./peers.ts";
import { large, milliseconds, oursOn, ratioTo } from "./textTables.ts";

type Results = Report & Races & Mapping;

/** The result of `npm run bench:claims`. */
interface ClaimResults extends Pick<Results, "version" | "date" | "command"> {
  readonly claims: readonly TestedClaim[];
}

/** The result of `npm run bench:memory`. */
interface ManySolves extends Pick<Results, "date" | "command"> {
  readonly rows: readonly {
    readonly what: string;
    readonly every: number;
    readonly residentMiB: readonly number[];
    readonly openDevices?: number;
    readonly liveBuffers?: number;
  }[];
}

/** The result of bench/peers/networks.py. */
interface NetworkCheck {
  readonly config: { readonly schedule: { readonly training: number } };
  readonly rows: readonly {
    readonly episode: number;
    readonly cost: number;
    readonly fromItself: number;
    readonly best: number;
    /** the costs from the other starts, the lowest first */
    readonly found: readonly number[];
  }[];
}

/** A Markdown table; the first row is its heading. */
function markdown(rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(rows[0]), line(rows[0].map(() => "---")), ...rows.slice(1).map(line)].join("\n");
}

const count = (x: number) => x.toLocaleString("en-US");
const grid = (of: { candidates: number; states: number; episodes: number }) =>
  [of.candidates, of.states, of.episodes].map(count).join(" × ");
const share = (x: number | null) => (x === null ? "–" : `${(100 * x).toFixed(0)} %`);

const questionOf = (race: Race) =>
  `${race.game}, ${grid(race)}${race.discount === null ? "" : `, γ = ${race.discount}`}`;

/** The machine, the date and the command of a measurement. */
function machine({
  machine: { cpu, cores, memoryBytes },
  adapter,
  node,
  version,
  date,
  command,
}: Results): string {
  const gpu = adapter ? `${adapter.name}${adapter.software ? ", a software adapter" : ""}` : "no GPU";
  const memory = `${Math.round(memoryBytes / 2 ** 30)} GiB`;
  return `${cpu}, ${cores} cores, ${memory}; ${gpu}; mesa-induction ${version}, Node ${node}; ${date}, \`${command}\`.`;
}

/** Every variant of every game. */
function solves({ rows }: Results): string {
  const heading = ["game", "method", "backend", "precision", "candidates × states × episodes"];
  const measures = [
    ...["first solve, ms", "later solves, ms", "difference, ms", "GPU, ms", "per second", "share of limit"],
  ];
  return markdown([
    [...heading, ...measures],
    ...rows.map((row) => [
      row.game,
      row.method,
      row.threads === undefined ? row.backend : `${row.backend}, ${row.threads}`,
      row.ran,
      grid(row),
      milliseconds(row.first),
      row.void
        ? "void"
        : `${milliseconds(row.seconds.median)} (${milliseconds(row.seconds.least)}–${milliseconds(row.seconds.most)})`,
      milliseconds(row.first - row.seconds.median),
      row.gpuSeconds ? milliseconds(row.gpuSeconds.median) : "–",
      row.perSecond === null ? "–" : `${large(row.perSecond)} ${row.unit}`,
      share(row.limitShare),
    ]),
  ]);
}

/** What `certified` costs, compared with `f32`. */
function certified({ rows }: Results): string {
  const on = ({ game, size, method }: Row, precision: string) =>
    rows.find(
      (row) =>
        row.game === game &&
        row.size === size &&
        row.method === method &&
        row.backend === "gpu" &&
        row.precision === precision,
    );
  const pairs = rows
    .filter((row) => row.backend === "gpu" && row.precision === "certified")
    .flatMap((row) => {
      const f32 = on(row, "f32");
      return f32 ? [{ row, f32 }] : [];
    });
  return markdown([
    [
      "game",
      "method",
      "candidates × states × episodes",
      "f32, ms",
      "certified, ms",
      "ratio",
      "settled in float64",
    ],
    ...pairs.map(({ row, f32 }) => [
      row.game,
      row.method,
      grid(row),
      milliseconds(f32.seconds.median),
      milliseconds(row.seconds.median),
      `${(row.seconds.median / f32.seconds.median).toFixed(2)}×`,
      count(row.survivors),
    ]),
  ]);
}

/** The time of each contestant for each question of a kind. */
function racesFor(wanted: Wanted, { peers, adapter }: Results): string {
  const asked = peers.races.filter((race) => race.wanted === wanted);
  const who = ({ name, variant, bits }: Entry) => [name, variant, `float${bits}`];
  const all = new Map(
    asked.flatMap(({ entries }) => entries.map((entry) => [who(entry).join(), who(entry)])),
  );
  const cell = (race: Race, key: string, device: Entry["device"]) => {
    const entry = race.entries.find((one) => who(one).join() === key);
    if (!entry) return "–";
    if (!entry.valid) return "void";
    const gpu = entry.deviceSeconds ? `, GPU ${milliseconds(entry.deviceSeconds.median)}` : "";
    const limit = entry.limitShare === null ? "" : `, ${share(entry.limitShare)} of the limit`;
    return `${milliseconds(entry.seconds.median)}${gpu} (${ratioTo(oursOn(race, device), entry)})${limit}`;
  };
  const table = (device: Entry["device"]) => {
    const answered = asked.filter((race) => oursOn(race, device));
    return markdown([
      ["", "", "", ...answered.map(questionOf)],
      ...Array.from(all, ([key, cells]) => [...cells, ...answered.map((race) => cell(race, key, device))]),
    ]);
  };
  const absent = peers.absent.map(({ name, why }) => `${name} (${why})`).join(", ");
  const gpu = adapter && !adapter.software;
  return [
    `Milliseconds; in brackets, the ratio to ${wanted === "plan" ? "this package's rollouts" : "this package"} on one CPU thread:\n`,
    table("cpu"),
    ...(gpu
      ? [
          `\nThe same with the ratio to this package on the GPU${wanted === "plan" ? "" : " in `f32`"}:\n`,
          table("gpu"),
        ]
      : []),
    ...(absent ? [`\nNot available: ${absent}.`] : []),
  ].join("\n");
}

/** The exponent of time by size: the slope of the line that is nearest to all points, in logarithms. */
export function exponentOf(points: readonly Pick<GrowthPoint, "size" | "seconds">[]): number {
  const [x, y] = [points.map(({ size }) => Math.log(size)), points.map(({ seconds }) => Math.log(seconds))];
  const mean = (of: readonly number[]) => of.reduce((sum, value) => sum + value, 0) / of.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  const along = mean(x.map((value, i) => (value - meanX) * (y[i] - meanY)));
  return along / mean(x.map((value) => (value - meanX) ** 2));
}

/** The time of a solve by its size in each respect. */
function growth({ rows, machine, adapter, date, command, patience, usual }: Growth): string {
  const share = ({ rolledOut }: GrowthPoint) =>
    rolledOut === null || rolledOut === 1 ? "" : ` (${Number((100 * rolledOut).toPrecision(2))} %)`;
  const tables = (["candidates", "states", "episodes", "threads"] as const).map((respect) => {
    const of = rows.filter((row) => row.respect === respect);
    const sizes = [...new Set(of.flatMap(({ points }) => points.map(({ size }) => size)))].sort(
      (a, b) => a - b,
    );
    const heading = ["game", "method", "backend", ...sizes.map(count), "exponent"];
    const lines = of.map(({ game, method, backend, how, points }) => [
      ...[game, how === "solve" ? method : "all rollouts", backend],
      ...sizes.map((size) => {
        const point = points.find((one) => one.size === size);
        return point ? `${milliseconds(point.seconds)}${share(point)}` : "–";
      }),
      exponentOf(points).toFixed(2),
    ]);
    return `By the number of ${respect}:\n\n${markdown([heading, ...lines])}`;
  });
  const grids = Object.entries(usual).map(([game, size]) => `\`${game}\` ${grid(size)}`);
  return [
    `${machine.cpu}, ${machine.cores} cores; ${adapter ?? "no GPU"}; ${date}, \`${command}\`. Milliseconds; in brackets, the share of all rollouts that was done; – if the first solve takes more than ${patience} s.`,
    `Candidates × states × episodes that stay the same: ${grids.join(", ")}; with more threads, 100,000 × 1,000 and the same episodes.`,
    ...tables,
  ].join("\n\n");
}

/** For how many random games each way gives the same results as trying everything. */
function agreement({ kinds, games, differences, adapter, date, command }: Agreement): string {
  const all = Object.values(kinds);
  const ways = [...new Set(all.flatMap(({ solved }) => Object.keys(solved)))].sort();
  const table = markdown([
    ["kind of game", "games", ...ways],
    ...Object.entries(kinds).map(([kind, { games, solved }]) => [
      kind,
      count(games),
      ...ways.map((way) => (solved[way] ? count(solved[way]) : "–")),
    ]),
  ]);
  const found = differences === 0 ? "no difference" : `${count(differences)} differences`;
  return `${count(games)} games, ${found}; ${adapter ?? "no GPU"}; ${date}, \`${command}\`.\n\n${table}`;
}

/** The speed of rollouts by the number of states side by side. */
const lanes = (results: Results): string => markdown(mappingCells(results));

const interval = ({ from, to, scale }: TestedClaim["box"][string]) =>
  from === to ? `${from}` : `${from} to ${to}${scale === "log" ? " (logarithmic)" : ""}`;

/** The share of settings for which a claim holds, rounded down: 100.0 % means all. */
export const shareOf = ({ holds, settings }: Pick<TestedClaim, "holds" | "settings">): string =>
  `${(Math.floor((1000 * holds) / settings) / 10).toFixed(1)} %`;

/** The box of each claim, and the share of it in which the claim holds. */
function claims({ claims, version, date, command }: ClaimResults): string {
  const table = markdown([
    ["section", "claim", "settings, spread evenly over", "holds for"],
    ...claims.map(({ section, claim, box, ...tested }) => [
      `[${section.replaceAll("-", " ")}](#${section})`,
      claim,
      Object.entries(box)
        .map(([key, of]) => `${key} ${interval(of)}`)
        .join(", "),
      `${shareOf(tested)} of ${count(tested.settings)}`,
    ]),
  ]);
  return `mesa-induction ${version}; ${date}, \`${command}\`.\n\n${table}`;
}

/** What another search reaches from the networks of a plan, in training and at its end. */
function networks({ rows, config }: NetworkCheck): string {
  const trains = (episode: number) => episode <= config.schedule.training;
  return markdown([
    [
      "episode",
      "cost in the plan",
      "L-BFGS from these weights",
      "best of the other 19 starts",
      "median of the other 19 starts",
    ],
    ...rows
      .filter(({ episode }) => trains(episode))
      .map(({ episode, cost, fromItself, best, found }) =>
        [
          episode,
          ...[cost, fromItself, best, found[Math.floor(found.length / 2)]].map((x) => x.toPrecision(4)),
        ].map(String),
      ),
  ]);
}

/** The memory that a thousand solves hold. */
function memory({ rows }: ManySolves): string {
  return markdown([
    [
      "kind of solve, by the number of solves",
      ...rows[0].residentMiB.map((_, i) => String((i + 1) * rows[0].every)),
      "open devices, live buffers",
    ],
    ...rows.map(({ what, residentMiB, openDevices, liveBuffers }) => [
      what,
      ...residentMiB.map((x) => x.toFixed(0)),
      openDevices === undefined ? "–" : `${openDevices}, ${liveBuffers}`,
    ]),
  ]);
}

/** the numbers of cells and of cores for which a time is given */
const CELLS = [1e6, 1e9, 1e12];
const CORES = [2, 1000, 100_000];
/** units of time in seconds, the longest first */
const UNITS = [
  [365.25 * 86_400, "years"],
  [86_400, "days"],
  [3600, "h"],
  [60, "min"],
  [1, "s"],
] as const;

/** A time in words, to two digits. */
function duration(seconds: number): string {
  const [unit, name] = UNITS.find(([unit]) => seconds >= 2 * unit) ?? UNITS[UNITS.length - 1];
  return seconds < 1 ? "< 1 s" : `${count(Number((seconds / unit).toPrecision(2)))} ${name}`;
}

/** The number of cells that are solved per second, and by division the time of many cells on many cores. */
function cells({ rows, machine, date, command }: CellSpeeds): string {
  const power = (x: number) =>
    `10${[...String(Math.log10(x))].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("")}`;
  const heading = CELLS.flatMap((cells) =>
    CORES.map((cores, i) => (i === 0 ? `${power(cells)} on ${count(cores)}` : count(cores))),
  );
  const table = markdown([
    ["game", "method", "cells per second and core", ...heading],
    ...rows.map(({ game, method, cellsPerSecond: { median } }) => [
      ...[game, method, count(Number(median.toPrecision(2)))],
      ...CELLS.flatMap((cells) => CORES.map((cores) => duration(cells / median / cores))),
    ]),
  ]);
  return `${machine.cpu}, one thread; ${date}, \`${command}\`.\n\n${table}`;
}

/** The time of a whole process that solves a million cells. */
function million({ million: { command, printed, written }, machine, date }: CellSpeeds): string {
  const seconds = ({ median, least, most }: Spread) =>
    `${median.toFixed(2)} (${least.toFixed(2)}–${most.toFixed(2)})`;
  const table = markdown([
    ["whole process", "s"],
    [`\`${command}\``, seconds(printed)],
    ["the same with `--out`: figures, Parquet, NPZ and JSON as well", seconds(written)],
  ]);
  return `${machine.cpu}, ${machine.cores} cores; ${date}.\n\n${table}`;
}

const TABLES: Readonly<Record<string, (results: never) => string>> = {
  machine,
  solves,
  certified,
  races: (results: Results) => racesFor("costs", results),
  inductions: (results: Results) => racesFor("plan", results),
  growth,
  cells,
  million,
  agreement,
  lanes,
  memory,
  networks,
  claims,
};

/**
 * A page with its tables filled in.
 *
 * @param read gives the results of a name
 * @throws Error if a table or its results are missing
 */
export async function fillTables(page: string, read: (name: string) => Promise<unknown>): Promise<string> {
  const marked = /(<!-- measured: (\w+) ([\w-]+) -->\n).*?(<!-- end -->)/gs;
  const parts: string[] = [];
  let at = 0;
  for (const { index, 0: whole, 1: begin, 2: table, 3: name, 4: end } of page.matchAll(marked)) {
    const fill = TABLES[table];
    if (!fill) throw new Error(`there is no table ${table}; there are ${Object.keys(TABLES).join(", ")}`);
    parts.push(page.slice(at, index), begin, `\n${fill((await read(name)) as never)}\n\n`, end);
    at = index + whole.length;
  }
  return parts.join("") + page.slice(at);
}

// Measurements and races as tables of text.

import { alignColumns } from "../src/report/table.ts";
import type { Size } from "./cases.ts";
import { OURS } from "./contestants.ts";
import type { Report, Row } from "./measurements.ts";
import type { Entry, Race, Races } from "./peers.ts";

const UNITS = ["", "k", "M", "G", "T", "P"];

/** A large number, to three digits: `1.23 G`. */
export function large(x: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(x) / 3)));
  return `${Number((x / 1000 ** power).toPrecision(3))} ${UNITS[power]}`.trimEnd();
}

/** Seconds as milliseconds, to three digits. */
export const milliseconds = (seconds: number): string => String(Number((seconds * 1000).toPrecision(3)));

const MIB = 2 ** 20;
const mebibytes = (bytes: number) => String(Number((bytes / MIB).toPrecision(2)));

function cellsOf(row: Row): string[] {
  const { seconds, gpuSeconds, limitShare, gpuBytes, perSecond } = row;
  const grid = `${row.candidates.toLocaleString("en-US")} × ${row.states.toLocaleString("en-US")} × ${row.episodes}`;
  return [
    row.game,
    row.method,
    row.threads === undefined ? row.backend : `${row.backend}, ${row.threads}`,
    row.ran,
    grid,
    milliseconds(row.first),
    ...(row.void
      ? ["void"]
      : [`${milliseconds(seconds.median)} (${milliseconds(seconds.least)}–${milliseconds(seconds.most)})`]),
    milliseconds(row.first - seconds.median),
    gpuSeconds ? milliseconds(gpuSeconds.median) : "–",
    perSecond === null ? "–" : `${large(perSecond)} ${row.unit}/s`,
    limitShare === null ? "–" : `${(100 * limitShare).toFixed(0)} %`,
    mebibytes(row.residentBytes),
    gpuBytes === null ? "–" : mebibytes(gpuBytes),
  ];
}

const HEADING = [
  ...["game", "method", "backend, threads", "precision", "candidates × states × episodes"],
  ...[
    "first, ms",
    "then, ms",
    "first − then, ms",
    "GPU, ms",
    "speed",
    "of the limit",
    "grown by, MiB",
    "on the GPU, MiB",
  ],
];

/** The rows that were left out, one line for each variant and reason. */
function leftOutLines(leftOut: Report["leftOut"]): string[] {
  const sizes = new Map<string, Size[]>();
  for (const { game, method, backend, threads, precision, why, size } of leftOut) {
    const line = `  ${[game, method, backend, threads, precision].filter(Boolean).join(", ")}: ${why}`;
    sizes.set(line, [...(sizes.get(line) ?? []), size]);
  }
  return Array.from(sizes, ([line, which]) => `${line} (${which.join(", ")})`);
}

/** The measurements as a table, under a description of the machine. */
export function benchTable({ version, node, machine, adapter, rows, leftOut }: Report): string {
  const { cpu, cores, memoryBytes } = machine;
  return [
    `mesa-induction ${version}, Node ${node}; ${cpu}, ${cores} cores, ${Math.round(memoryBytes / 2 ** 30)} GiB; ${
      adapter
        ? `${adapter.name}${adapter.software ? ", a software adapter" : ""}, ${large(adapter.peak)} multiply-adds/s`
        : "no adapter"
    }`,
    "",
    alignColumns([HEADING, ...rows.map(cellsOf)], 5),
    ...rows.flatMap((row) =>
      row.void ? [`void: ${row.game}, ${row.size}, ${row.method}: ${row.void}`] : [],
    ),
    ...(leftOut.length > 0 ? ["", "left out:"] : []),
    ...leftOutLines(leftOut),
    "",
  ].join("\n");
}

/** The time of another contestant, as a multiple of ours. */
export function ratioTo(ours: Entry | undefined, entry: Entry): string {
  if (!ours || !entry.valid) return "–";
  return `${Number((entry.seconds.median / ours.seconds.median).toPrecision(3))}×`;
}

/** This package's entry on a device, with which others are compared: rollouts on one CPU thread, or on the GPU. */
export function oursOn({ entries, wanted }: Race, device: Entry["device"]): Entry | undefined {
  const ours = {
    costs: { cpu: "1 thread", gpu: "f32" },
    plan: { cpu: "rollout, 1 thread", gpu: "rollout, certified" },
  };
  const base = ours[wanted][device];
  return entries.find(({ name, variant }) => name === OURS && variant === base);
}

/** The races as tables. */
export function racesTable({ peers: { races, absent } }: Races): string {
  const heading = [
    ...["", "variant", "arithmetic", "ms", "GPU, ms", "rollout-steps/s", "of the limit"],
    ...["of our 1 thread", "of our GPU"],
  ];
  const tables = races.map((one) => {
    const rows = one.entries.map((entry) => [
      entry.name,
      entry.variant,
      `float${entry.bits}`,
      entry.valid
        ? milliseconds(entry.seconds.median)
        : `void: the ${one.wanted} differ${one.wanted === "plan" ? "s" : ""}`,
      entry.deviceSeconds ? milliseconds(entry.deviceSeconds.median) : "–",
      large(entry.stepsPerSecond),
      entry.limitShare === null ? "–" : `${(100 * entry.limitShare).toFixed(0)} %`,
      ratioTo(oursOn(one, "cpu"), entry),
      ratioTo(oursOn(one, "gpu"), entry),
    ]);
    const left = one.leftOut.length > 0 ? `\nleft out: ${one.leftOut.join("; ")}` : "";
    const { wanted, game, candidates, states, episodes, discount } = one;
    const what = [candidates, states, episodes].map((count) => count.toLocaleString("en-US")).join(" × ");
    const weighed = discount === null ? "" : `, discount ${discount}`;
    return `${game}: ${wanted} of ${what}${weighed}\n${alignColumns([heading, ...rows], 3)}${left}\n`;
  });
  return `${tables.join("\n")}\n${absent.map(({ name, why }) => `absent: ${name} (${why})`).join("\n")}\n`;
}

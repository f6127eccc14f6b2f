// Races as tables for people.

import { large, milliseconds } from "../src/cli/bench.ts";
import { alignColumns } from "../src/report/table.ts";
import { OURS } from "./contestants.ts";
import type { Entry, Race, Races } from "./peers.ts";

/** What others take, as a multiple of what ours takes. */
export function ratioTo(ours: Entry | undefined, entry: Entry): string {
  if (!ours || !entry.valid) return "–";
  return `${Number((entry.seconds.median / ours.seconds.median).toPrecision(3))}×`;
}

/** This package's own entry on a device, to which others are compared: one thread of the CPU, or the GPU's f32. */
export function oursOn({ entries }: Race, device: Entry["device"]): Entry | undefined {
  const base = { cpu: "1 thread", gpu: "f32" }[device];
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
      entry.valid ? milliseconds(entry.seconds.median) : "void: the costs differ",
      entry.deviceSeconds ? milliseconds(entry.deviceSeconds.median) : "–",
      large(entry.stepsPerSecond),
      entry.limitShare === null ? "–" : `${(100 * entry.limitShare).toFixed(0)} %`,
      ratioTo(oursOn(one, "cpu"), entry),
      ratioTo(oursOn(one, "gpu"), entry),
    ]);
    const left = one.leftOut.length > 0 ? `\nleft out: ${one.leftOut.join("; ")}` : "";
    const { game, candidates, states, episodes, discount } = one;
    const what = [candidates, states, episodes].map((count) => count.toLocaleString("en-US")).join(" × ");
    const weighed = discount === null ? "" : `, discount ${discount}`;
    return `${game}: costs of ${what}${weighed}\n${alignColumns([heading, ...rows], 3)}${left}\n`;
  });
  return `${tables.join("\n")}\n${absent.map(({ name, why }) => `absent: ${name} (${why})`).join("\n")}\n`;
}

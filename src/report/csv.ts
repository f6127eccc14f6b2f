// plan.csv: what happens in each episode, tidy, for spreadsheets and data frames.

import type { Result } from "../index.ts";
import { numbersOf } from "./schedule.ts";

/**
 * A result as comma-separated values (RFC 4180, but lines end in a line feed), one row an episode.
 *
 * Columns: episode, learningRate, each number of the decision, each number of the state at the episode's start,
 * output, loss, cost (the least average total mesa cost), margin (runner-up minus least). Numbers are at full
 * precision; a cell is empty where there is no finite number.
 */
export function toCsv({ plan, trajectory, cost, margin }: Result): string {
  const { output, loss, learningRate, ...states } = trajectory;
  const columns: [string, readonly (number | null)[]][] = [
    ["learningRate", learningRate],
    ...numbersOf(plan),
    ...Object.entries(states),
    ["output", output],
    ["loss", loss],
    ["cost", cost],
    ["margin", margin],
  ];
  const rows = cost.map((_, t) => [t, ...columns.map(([, values]) => cell(values[t]))].join(","));
  return `${[["episode", ...columns.map(([name]) => name)].join(","), ...rows].join("\n")}\n`;
}

function cell(value: number | null): string {
  return Number.isFinite(value) ? String(value) : "";
}

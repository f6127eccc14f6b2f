// Results as comma-separated values (RFC 4180, but lines end in a line feed), for spreadsheets and data frames.

import { type Phase, type Result, STATUSES, type Sweep } from "../index.ts";
import { partsOf, valueText } from "./wording.ts";

/**
 * A result, one row per episode.
 *
 * Columns: episode, learningRate, each number of the decision (for agents who remember: the decision of the trajectory
 * and the belief behind it), each number of the state at the episode's start, output (or one column `output.name` for
 * each output), loss, cost (the minimum average total mesa cost), margin (the runner-up's cost minus the minimum).
 * Numbers are at full precision; a cell is empty where there is no finite number.
 */
export function toCsv(result: Result): string {
  const { cost, margin } = result;
  const { learningRate, loss, outputs, states, decided } = partsOf(result);
  const columns: [string, readonly (number | null)[]][] = [
    ["learningRate", learningRate],
    ...decided,
    ...states,
    ...outputs,
    ["loss", loss],
    ["cost", cost],
    ["margin", margin],
  ];
  const rows = cost.map((_, t) => [t, ...columns.map(([, values]) => cell(values[t]))].join(","));
  return `${[["episode", ...columns.map(([name]) => name)].join(","), ...rows].join("\n")}\n`;
}

/**
 * A sweep, one row per cell.
 *
 * Columns: the key that is swept, the key of the series if there is one, each measure, and `missing`: why a row has no
 * values.
 */
export function sweepToCsv({ over, series, measures, cells }: Sweep): string {
  const header = [over.key, ...(series ? [series.key] : []), ...measures, "missing"];
  const rows = cells.map(({ at, series: value, values, missing }) => [
    String(at),
    ...(series ? [quoted(valueText(value))] : []),
    ...measures.map((name) => cell(values[name])),
    quoted(missing ?? ""),
  ]);
  return `${[header.map(quoted), ...rows].map((row) => row.join(",")).join("\n")}\n`;
}

/** A diagram, one row per cell: both settings, the measures, and the cell's status. */
export function phaseToCsv({ diagram: { x, y, measures }, values, status }: Phase): string {
  const rows = Array.from(status, (code, i) => {
    const [across, up] = [x.values[i % x.values.length], y.values[Math.floor(i / x.values.length)]];
    return [across, up, ...measures.map((name) => cell(values[name][i])), STATUSES[code]].join(",");
  });
  return `${[[x.key, y.key, ...measures, "status"].join(","), ...rows].join("\n")}\n`;
}

/** a text as a cell */
function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function cell(value: number | null): string {
  return Number.isFinite(value) ? String(value) : "";
}

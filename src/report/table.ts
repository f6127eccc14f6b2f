// The plan as a table that fits a screen: runs of episodes with equal decisions are one row.

import type { Result, Sweep } from "../index.ts";
import { labelOf, partsOf, type Stretch, short, stretchesOf, valueText } from "./wording.ts";

/** the maximum number of rows of a plan */
const ROWS = 15;

/** Columns under their headings, two spaces apart: the first `left` columns flush left, the others flush right. */
export function alignColumns(rows: readonly (readonly string[])[], left = 1): string {
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => row[c].length)));
  return rows
    .map((row) =>
      row
        .map((cell, c) => (c < left ? cell.padEnd(widths[c]) : cell.padStart(widths[c])))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/**
 * Joins adjacent stretches, the shortest first, until ROWS are left; boundaries where `apart` holds are removed last.
 */
function join(stretches: Stretch[], apart: (t: number) => boolean): Stretch[] {
  const left = [...stretches];
  while (left.length > ROWS) {
    const size = (i: number) =>
      left[i + 1].to - left[i].from + (apart(left[i].to) ? Number.MAX_SAFE_INTEGER / 2 : 0);
    let least = 0;
    for (let i = 1; i + 1 < left.length; i++) if (size(i) < size(least)) least = i;
    left.splice(least, 2, { from: left[least].from, to: left[least + 1].to });
  }
  return left;
}

/** The plan's table: episodes, learning rate, each number of the decision and of the state, and the outputs. */
export function planTable(result: Pick<Result, "plan" | "trajectory">): string {
  const { learningRate: rates, outputs, states, shown } = partsOf(result);
  const decided = [rates, ...shown.map(([, values]) => values)];
  const equal = stretchesOf(rates.length, (t, next) => decided.every((values) => values[t] === values[next]));
  const stretches = join(equal, (t) => rates[t] > 0 !== rates[t + 1] > 0);

  const columns: [string, readonly number[]][] = [
    ["learning rate", rates],
    ...[...shown, ...states, ...outputs].map(([name, values]): [string, number[]] => [labelOf(name), values]),
  ];
  const span = (values: readonly number[], { from, to }: Stretch) => {
    const [first, last] = [short(values[from]), short(values[to])];
    return first === last ? first : `${first} → ${last}`;
  };
  return alignColumns([
    ["episodes", ...columns.map(([name]) => name)],
    ...stretches.map((stretch) => [
      stretch.from === stretch.to ? `${stretch.from}` : `${stretch.from}–${stretch.to}`,
      ...columns.map(([, values]) => span(values, stretch)),
    ]),
  ]);
}

/** A sweep's table: a row for each value that is swept, a column for each measure and series; `–` is no value. */
export function sweepTable({ over, series, measures, cells }: Sweep): string {
  const columns = (series?.values ?? [null]).flatMap((value, s) =>
    measures.map((name) => ({
      heading: series ? `${name} (${valueText(value)})` : name,
      value: (i: number) => cells[s * over.values.length + i].values[name],
    })),
  );
  return alignColumns([
    [over.key, ...columns.map(({ heading }) => heading)],
    ...over.values.map((at, i) => [
      short(at),
      ...columns.map(({ value }) => {
        const x = value(i);
        return x === null ? "–" : short(x);
      }),
    ]),
  ]);
}

// A phase diagram in words: the texts of its figure, its JSON document, and a few lines for a terminal.

import { deploymentOf } from "../diagram/config.ts";
import { type Phase, type PhaseConfig, STATUSES } from "../index.ts";
import type { DiagramView } from "./diagram.ts";
import {
  countText,
  describeExpectation,
  describeRest,
  differencesOf,
  listed,
  measureLabel,
  roundedNote,
  settingLabel,
  settingParts,
  short,
} from "./wording.ts";

/** The content of a diagram's figure. */
export function viewOf({
  diagram,
  values,
  status,
  solver,
}: Pick<Phase, "diagram" | "values" | "status" | "solver">): DiagramView {
  const { game, config, x, y, measures } = diagram;
  const keys = [x.key, y.key];
  const deploymentAt = deploymentOf(diagram);
  const ends =
    deploymentAt === undefined ||
    keys.includes("initial.deploymentAt") ||
    measures.every((name) => name.endsWith("OverHazard"))
      ? []
      : [`training ends at episode ${short(deploymentAt)}`];
  const named = measures.length > 3 ? "a phase diagram" : listed(measures.map(measureLabel));
  return {
    title: `${game.name}: ${named} by ${settingParts(x.key).name} and ${settingParts(y.key).name}`,
    settings: [
      ...describeRest(config.schedule, keys),
      ...ends,
      ...describeExpectation(config, measures),
      ...differencesOf(config, keys).filter((text) => !text.startsWith("initial deployment at")),
      `method ${solver.method}`,
      ...partialOf(status),
    ],
    x: { ...x, label: settingLabel(x.key) },
    y: { ...y, label: settingLabel(y.key) },
    maps: measures.map((measure) => ({ measure, label: measureLabel(measure), values: values[measure] })),
    status,
  };
}

/** A line that says that a diagram is partial; no line if it is complete. */
function partialOf(status: Uint8Array): string[] {
  const { unsolved } = countsOf(status);
  return unsolved === undefined
    ? []
    : [`partial: ${countText(unsolved)} of ${plural(status.length, "cell")} unsolved`];
}

/** What is reported of a measure's values. */
export interface Extent {
  readonly min: number | null;
  readonly median: number | null;
  readonly max: number | null;
  /** both settings at the first cell with the greatest value */
  readonly greatestAt: { readonly x: number; readonly y: number } | null;
}

/** The extent of a measure. */
function extentOf({ diagram: { x, y }, values }: Pick<Phase, "diagram" | "values">, measure: string): Extent {
  const all = values[measure];
  // filter would need several times the memory of its result
  const finite = new Float64Array(all.reduce((sum, value) => sum + (Number.isFinite(value) ? 1 : 0), 0));
  let next = 0;
  for (const value of all) if (Number.isFinite(value)) finite[next++] = value;
  finite.sort();
  if (finite.length === 0) return { min: null, median: null, max: null, greatestAt: null };
  const max = finite[finite.length - 1];
  const cell = values[measure].indexOf(max);
  const width = x.values.length;
  return {
    min: finite[0],
    median: (finite[(finite.length - 1) >> 1] + finite[finite.length >> 1]) / 2,
    max,
    greatestAt: { x: x.values[cell % width], y: y.values[Math.floor(cell / width)] },
  };
}

/** How many cells have each status that occurs. */
function countsOf(status: Uint8Array): Record<string, number> {
  const counts = STATUSES.map(
    (name, code) => [name, status.reduce((sum, s) => sum + (s === code ? 1 : 0), 0)] as const,
  );
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

/** The document that {@link documentOf} makes. */
export type PhaseDocument = ReturnType<typeof documentOf>;

/**
 * A diagram as JSON, without its cells.
 *
 * @param made the configuration of the diagram
 * @param command that computes the diagram
 */
export function documentOf(phase: Phase, made: PhaseConfig, command: string) {
  const { diagram, solver, settled, status } = phase;
  const { x, y, config, measures } = diagram;
  const { speed: _, ...how } = solver;
  return {
    command,
    phase: made,
    config,
    axes: {
      x: { key: x.key, scale: x.scale, asked: x.asked, values: x.values },
      y: { key: y.key, scale: y.scale, asked: y.asked, values: y.values },
    },
    shape: { rows: y.values.length, columns: x.values.length },
    statuses: STATUSES,
    counts: countsOf(status),
    measures: Object.fromEntries(measures.map((name) => [name, extentOf(phase, name)])),
    settledInFloat64: sumOf(settled),
    solver: how,
  };
}

const sumOf = (flags: Uint8Array) => flags.reduce((sum, flag) => sum + flag, 0);
const plural = (n: number, what: string) => `${countText(n)} ${what}${n === 1 ? "" : "s"}`;

/** A diagram in a few lines: the range of each measure, the statuses, and how it was solved. */
export function phaseTable(
  { axes: { x, y }, counts, measures, settledInFloat64, solver }: PhaseDocument,
  { title, settings }: Pick<DiagramView, "title" | "settings">,
  cellsPerSecond: number | null,
): string {
  const extents = Object.entries(measures)
    .filter(([name]) => name !== "status")
    .map(([name, { min, median, max, greatestAt }]) => {
      if (min === null || median === null || max === null) return `${measureLabel(name)}: no value`;
      const where = `greatest at ${x.key} ${short(greatestAt!.x)}, ${y.key} ${short(greatestAt!.y)}`;
      return `${measureLabel(name)}: ${short(min)} to ${short(max)}, median ${short(median)}; ${where}`;
    });
  const counted = Object.entries(counts).map(([name, n]) => `${countText(n)} ${name}`);
  const { sample } = solver;
  const float32 = sample && [
    `In float32; of a sample of ${plural(sample.cells, "cell")} ${countText(sample.off)} ${sample.off === 1 ? "is" : "are"} off by more than ${sample.tolerance}, ` +
      `${countText(sample.otherStatus)} ${sample.otherStatus === 1 ? "has" : "have"} another status, and the largest difference is ${short(Math.max(...Object.values(sample.largest)))}.`,
    ...(settledInFloat64 > 0
      ? [`Float64 decided ${plural(settledInFloat64, "cell")} that float32 could not decide.`]
      : []),
  ];
  const speed = cellsPerSecond === null ? "" : `, ${countText(Math.round(cellsPerSecond))} cells per second`;
  return [
    title,
    settings.join(", "),
    `${countText(x.values.length)} × ${countText(y.values.length)} cells: ${listed(counted)}.`,
    ...[x, y].flatMap((axis) => roundedNote(axis) ?? []).map((note) => `${note}.`),
    ...extents,
    `Solved by ${solver.method} on ${solver.adapter === "cpu" ? "the cpu in float64" : solver.adapter}${speed}.`,
    ...(float32 ?? []),
  ].join("\n");
}

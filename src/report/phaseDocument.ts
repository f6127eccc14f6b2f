// All that a phase diagram was made from and how it came out: enough to make it again, and nothing that differs from
// one time to the next.

import { type Phase, type PhaseConfig, STATUSES } from "../index.ts";

/** What is told of a measure's values. */
export interface Extent {
  readonly min: number | null;
  readonly median: number | null;
  readonly max: number | null;
  /** where it is greatest: the first such cell's values along both axes */
  readonly greatestAt: { readonly x: number; readonly y: number } | null;
}

/** The extent of a measure. */
export function extentOf(
  { diagram: { x, y }, values }: Pick<Phase, "diagram" | "values">,
  measure: string,
): Extent {
  const finite = values[measure].filter(Number.isFinite).sort();
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
export function countsOf(status: Uint8Array): Record<string, number> {
  const counts = STATUSES.map(
    (name, code) => [name, status.reduce((sum, s) => sum + (s === code ? 1 : 0), 0)] as const,
  );
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

/**
 * A diagram without its cells.
 *
 * @param asked what it was made from, which makes it again
 * @param command that made it
 */
export function documentOf(phase: Phase, asked: PhaseConfig, command: string) {
  const { diagram, solver, settled, status } = phase;
  const { x, y, config, measures } = diagram;
  const { speed: _, ...how } = solver;
  return {
    command,
    phase: asked,
    config,
    axes: {
      x: { key: x.key, scale: x.scale, values: x.values },
      y: { key: y.key, scale: y.scale, values: y.values },
    },
    shape: { rows: y.values.length, columns: x.values.length },
    statuses: STATUSES,
    counts: countsOf(status),
    measures: Object.fromEntries(measures.map((name) => [name, extentOf(phase, name)])),
    settledInFloat64: settled,
    solver: how,
  };
}

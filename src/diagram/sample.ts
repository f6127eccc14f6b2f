// Measures the difference between float32 and float64 on a sample of a diagram's cells.

import type { MethodName } from "../solve/methods.ts";
import type { Cells } from "./cells.ts";
import type { Diagram } from "./config.ts";
import type { PhaseEngine } from "./engine.ts";

/** How float32 differs from float64 on a sample of cells. */
export interface SampleCheck {
  /** how many cells were solved again in float64 */
  readonly cells: number;
  /** how many of these have a different status in float64 */
  readonly otherStatus: number;
  /** how many have a measure that differs by more than `tolerance`, for example because a near-tie is decided differently */
  readonly off: number;
  /** the tolerance for a measure, relative to its magnitude or to 1, whichever is greater */
  readonly tolerance: number;
  /** the maximum absolute difference of each measure */
  readonly largest: Readonly<Record<string, number>>;
}

const TOLERANCE = 1e-4;
/** the fractional part of the golden ratio: its multiples spread evenly over [0, 1) */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Cells spread over a diagram, always the same ones: indices in [0, cells), each once. */
export function sampleOf(cells: number, count: number): number[] {
  if (count >= cells) return Array.from({ length: cells }, (_, i) => i);
  const chosen = new Set<number>();
  for (let i = 1; chosen.size < count; i++) chosen.add(Math.floor(((i * GOLDEN) % 1) * cells));
  return [...chosen].sort((a, b) => a - b);
}

/**
 * Solves a sample again in float64.
 *
 * @throws as the engine does
 */
export async function checkSample(
  diagram: Diagram,
  cells: Cells,
  {
    engine,
    method,
    count,
    signal,
  }: {
    engine: Pick<PhaseEngine, "settle">;
    method: MethodName;
    count: number;
    signal?: AbortSignal | undefined;
  },
): Promise<SampleCheck> {
  const { x, y, measures } = diagram;
  const sample = sampleOf(cells.status.length, count);
  const columns = x.values.length;
  const points = {
    x: sample.map((i) => x.values[i % columns]),
    y: sample.map((i) => y.values[Math.floor(i / columns)]),
  };
  const wanted = await engine.settle(diagram, points, method, signal);
  const largest = Object.fromEntries(measures.map((name) => [name, 0]));
  let [otherStatus, off] = [0, 0];
  for (const [i, cell] of sample.entries()) {
    if (cells.status[cell] !== wanted.status[i]) otherStatus++;
    let isOff = false;
    for (const name of measures) {
      const [got, want] = [cells.values[name][cell], wanted.values[name][i]];
      if (Number.isNaN(got) && Number.isNaN(want)) continue;
      const difference = Math.abs(got - want);
      if (!(difference <= largest[name])) largest[name] = difference;
      if (!(difference <= TOLERANCE * Math.max(1, Math.abs(want)))) isOff = true;
    }
    if (isOff) off++;
  }
  return { cells: sample.length, otherStatus, off, tolerance: TOLERANCE, largest };
}

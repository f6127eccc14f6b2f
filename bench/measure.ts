// Measures one variant of a solve: the first solve, which includes opening and compiling, and the solves after it. The
// problem is ready before the clock starts. The decisions of each solve are read back and compared with the first
// solve's before the next solve begins.

import { checkNotAborted, hasCode } from "../src/errors.ts";
import type { Evaluator } from "../src/model/evaluator.ts";
import type { Problem } from "../src/model/problem.ts";
import { Induction } from "../src/solve/induction.ts";
import { rolledOutShare } from "../src/solve/solve.ts";
import { chooseSolver, withEvaluator } from "../src/solve/solverChoice.ts";
import type { MeteredGpu } from "./meter.ts";
import type { Variant } from "./variants.ts";

/** Repeated measurements of one quantity. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly repeats: number;
}

/** What was measured. */
export interface Measured {
  readonly adapter: string;
  /** the precision that really ran */
  readonly precision: string;
  /** the first solve, in seconds: opening a device, compiling kernels and starting threads included */
  readonly first: number;
  /** solves after the first, in seconds */
  readonly seconds: Spread;
  /** the time of their compute passes by the GPU's own clock; null if it has no clock */
  readonly gpuSeconds: Spread | null;
  /** the maximum growth of the process, in bytes */
  readonly residentBytes: number;
  /** the maximum size of all buffers on the GPU at a time, in bytes; null on the CPU */
  readonly gpuBytes: number | null;
  /** the number of candidates among which float64 decided, summed over the episodes */
  readonly survivors: number;
  /** the share of all rollouts that a solve took; null of methods without rollouts */
  readonly rolledOut: number | null;
  readonly plan: readonly (readonly number[])[];
}

/** the minimum number of solves after the first, and the total time after which no more are started, in seconds */
const MIN_REPEATS = 3;
const MAX_REPEATS = 15;
const ENOUGH = 1;
/** the time between two measurements of memory, in milliseconds */
const LOOK = 5;

/** The median, minimum and maximum of one or more measurements. */
export function spreadOf(measurements: readonly number[]): Spread {
  const sorted = measurements.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return {
    median: (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2,
    least: sorted[0],
    most: sorted[sorted.length - 1],
    repeats: sorted.length,
  };
}

/** Watches the growth of the process. @returns a function that ends this and returns the maximum growth, in bytes */
function watchMemory(): () => number {
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let most = before;
  const look = () => {
    most = Math.max(most, process.memoryUsage.rss());
  };
  const timer = setInterval(look, LOOK);
  return () => {
    clearInterval(timer);
    look();
    return most - before;
  };
}

/** Runs work with a time limit. @returns undefined if the limit is reached. @throws what `work` throws */
async function within<T>(
  seconds: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), seconds * 1000);
  try {
    return await work(signal ? AbortSignal.any([signal, patience.signal]) : patience.signal);
  } catch (error) {
    if (hasCode(error, "ABORTED") && patience.signal.aborted && !signal?.aborted) return undefined;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Measures one variant of a solve.
 *
 * @param patience the maximum time of the first solve, in seconds
 * @returns undefined if it takes longer
 * @throws MesaError as `solve` does; Error if two solves differ
 */
export async function measure(
  problem: Problem,
  asked: Variant,
  {
    meter,
    patience,
    signal,
  }: { meter: MeteredGpu | undefined; patience: number; signal?: AbortSignal | undefined },
): Promise<Measured | undefined> {
  const choice = chooseSolver(problem, { ...asked, gpu: asked.backend === "gpu" ? meter?.gpu : undefined });
  const episodes = problem.learningRates.length;
  const solveOnce = async (evaluator: Evaluator, until: AbortSignal | undefined) => {
    const induction = new Induction(episodes);
    await induction.run(evaluator, () => 1, { signal: until });
    return induction;
  };
  meter?.takePeakBytes();
  const grown = watchMemory();
  try {
    let measured: Omit<Measured, "adapter" | "precision" | "residentBytes" | "gpuBytes"> | undefined;
    const started = performance.now();
    const ran = await withEvaluator(
      problem,
      choice,
      [],
      async (evaluator) => {
        const cold = await within(patience, signal, (until) => solveOnce(evaluator, until));
        if (!cold) return;
        const first = (performance.now() - started) / 1000;
        const plan = cold.plan.map((decision) => [...decision]);
        await meter?.takeSeconds();
        const [seconds, gpuSeconds]: number[][] = [[], []];
        for (let spent = 0; seconds.length < MAX_REPEATS; ) {
          if (spent > ENOUGH && seconds.length >= MIN_REPEATS) break;
          checkNotAborted(signal);
          const begun = performance.now();
          const again = await solveOnce(evaluator, signal);
          seconds.push((performance.now() - begun) / 1000);
          spent += seconds.at(-1)!;
          const onGpu = asked.backend === "gpu" ? await meter?.takeSeconds() : undefined;
          if (onGpu !== undefined) gpuSeconds.push(onGpu);
          if (again.plan.some((decision, t) => decision.some((x, d) => x !== plan[t][d])))
            throw new Error(`two solves of the game ${problem.game.name} by ${asked.method} differ`);
        }
        measured = {
          first,
          seconds: spreadOf(seconds),
          gpuSeconds: gpuSeconds.length > 0 ? spreadOf(gpuSeconds) : null,
          survivors: cold.steps.reduce((sum, { survivors }) => sum + survivors, 0),
          rolledOut: rolledOutShare(problem, cold.steps),
          plan,
        };
      },
      () => "while it was measured",
    );
    const residentBytes = grown();
    if (!measured) return undefined;
    const gpuBytes = asked.backend === "gpu" && meter ? meter.takePeakBytes() : null;
    return { ...measured, adapter: ran.adapter, precision: ran.precision, residentBytes, gpuBytes };
  } finally {
    grown();
  }
}

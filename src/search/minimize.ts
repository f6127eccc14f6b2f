// The CMA-ES started again and again: a run that has stopped is followed by one from elsewhere with twice the
// population, which sees the larger features of a cost with many valleys (IPOP: A. Auger & N. Hansen, A restart CMA
// evolution strategy with increasing population size, CEC 2005).

import { checkNotAborted, MesaError } from "../errors.ts";
import { Cmaes } from "./cmaes.ts";
import { Random } from "./random.ts";
import { suggestedPopulation } from "./strategyParameters.ts";
import type { Tolerance } from "./termination.ts";

/** How to search. */
export interface MinimizeOptions {
  /** n */
  readonly dimension: number;
  /** decides every random number: an integer in [0, 2⁵³) */
  readonly seed: number;
  /** how many generations each run may take */
  readonly generations: number;
  /** how many runs may follow the first: run r has 2^r times its population */
  readonly restarts: number;
  /** σ at the start of each run, which starts from a point drawn evenly from the cube [−σ, σ]^n */
  readonly stepSize: number;
  /** of the first run; 4 + ⌊3 ln n⌋ unless given, at least 4 */
  readonly population?: number | undefined;
  /**
   * Points, each of shape [n], at most one population of them: the first run starts from the first of them, and they
   * all join its first generation, so that the result is as good as the best of them.
   */
  readonly start?: readonly ArrayLike<number>[] | undefined;
  /** a cost that is good enough: the search ends with the generation that reaches it */
  readonly target?: number | undefined;
  readonly tolerance?: Tolerance | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onGeneration?: ((progress: SearchProgress) => void) | undefined;
}

/** How far a search is, after a generation. */
export interface SearchProgress {
  /** 0 for the first, restarts for the last */
  readonly run: number;
  readonly population: number;
  /** of this run, from 1 */
  readonly generation: number;
  readonly stepSize: number;
  /** costs asked for, in all runs */
  readonly evaluations: number;
  /** the least cost of all runs; Infinity while none was finite */
  readonly cost: number;
}

/** One run of a search. */
export interface SearchRun {
  readonly population: number;
  readonly generations: number;
  /** the least cost of this run; Infinity where none was finite */
  readonly cost: number;
  /** why it ended, in words that start with the criterion's name */
  readonly stopped: string;
}

/** What a search found. */
export interface Minimum {
  /** shape [n] */
  readonly point: Float64Array;
  readonly cost: number;
  /** costs asked for, in all runs */
  readonly evaluations: number;
  readonly generations: number;
  /** one run more than there were restarts */
  readonly runs: readonly SearchRun[];
}

/**
 * The point of least cost that was found, the first of equals: the same bits for the same seed and the same costs.
 *
 * @param evaluate the costs of some points, [count][n] → [count]; what is not finite ranks last. It may not change the
 *   points.
 * @throws MesaError `INVALID_CONFIG`, `ABORTED`, `NOT_FINITE` when no cost was finite, or whatever `evaluate` throws
 */
export async function minimize(
  evaluate: (points: readonly Float64Array[]) => Promise<ArrayLike<number>>,
  options: MinimizeOptions,
): Promise<Minimum> {
  checkOptions(options);
  const { dimension, stepSize, signal, tolerance, target = Number.NEGATIVE_INFINITY } = options;
  const random = Random.seeded(options.seed);
  const runs: SearchRun[] = [];
  let best: Cmaes["best"] = { point: new Float64Array(0), cost: Number.POSITIVE_INFINITY };
  let population = options.population ?? suggestedPopulation(dimension);
  let evaluations = 0;
  let generations = 0;

  for (let run = 0; run <= options.restarts && best.cost > target; run++) {
    const start = run === 0 ? (options.start ?? []) : [];
    const mean = start[0] ?? Array.from({ length: dimension }, () => stepSize * (2 * random.uniform() - 1));
    const cmaes = new Cmaes({ population, mean, stepSize, random, ...(tolerance && { tolerance }) });
    let stopped: string | undefined;
    while (stopped === undefined) {
      checkNotAborted(signal);
      const points = cmaes.ask(cmaes.generation === 0 ? start : []);
      const costs = await evaluate(points);
      checkNotAborted(signal);
      cmaes.tell(costs);
      evaluations += population;
      if (cmaes.best.cost < best.cost) best = cmaes.best;
      const { generation } = cmaes;
      options.onGeneration?.({
        run,
        population,
        generation,
        stepSize: cmaes.stepSize,
        evaluations,
        cost: best.cost,
      });
      if (best.cost <= target) stopped = `Target: the least cost is at most ${target}`;
      else if (cmaes.stopped !== undefined) stopped = cmaes.stopped;
      else if (generation >= options.generations) stopped = `MaxIter: ${generation} generations are over`;
    }
    runs.push({ population, generations: cmaes.generation, cost: cmaes.best.cost, stopped });
    generations += cmaes.generation;
    population *= 2;
  }

  if (best.cost === Number.POSITIVE_INFINITY)
    throw new MesaError(
      "NOT_FINITE",
      `the cost of every one of ${evaluations} points is too large or undefined`,
    );
  return { ...best, evaluations, generations, runs };
}

function checkOptions({ dimension, generations, restarts, start = [] }: MinimizeOptions): void {
  const bounds = { dimension: [dimension, 1], generations: [generations, 1], restarts: [restarts, 0] };
  for (const [name, [value, least]] of Object.entries(bounds))
    if (!Number.isSafeInteger(value) || value < least)
      throw new MesaError("INVALID_CONFIG", `${name} must be an integer of at least ${least}, got ${value}`);
  for (const { length } of start)
    if (length !== dimension)
      throw new MesaError("INVALID_CONFIG", `start must hold points of ${dimension} numbers, got ${length}`);
}

// The threads of a solve, which start only if the solve turns out to be long. Starting a thread takes longer than a
// solve of a few milliseconds, and the speed of a game's functions is not known in advance.

import type { Watch } from "../model/evaluator.ts";
import type { Problem } from "../model/problem.ts";
import { Pool, type Task, ThreadsLost } from "../threads/pool.ts";
import type { ProblemData, Range } from "./jobs.ts";

/**
 * How long a solve runs without threads before it starts them, in milliseconds: about twice the time until two threads
 * have given their first answers, so that starting them costs little in comparison.
 */
const PATIENCE = 100;
/** parts of a step per thread, unless they would be too small to be worth sending */
const PARTS = 8;
/** the minimum time between two reports of progress, in milliseconds */
const REPORT_INTERVAL = 50;

/** How many threads a solve may use, and when. */
export interface Threading {
  /** the maximum number of threads; with 1, the calling thread does all the work itself */
  readonly threads: number;
  /** overrides {@link PATIENCE} */
  readonly patience?: number;
}

let problems = 0;

/**
 * The threads of one solve. If threads are not available, the solve works without them; the results have the same bits.
 */
export class SolveThreads {
  /** how many threads have worked; 1 until threads have been used */
  worked = 1;
  readonly problem: ProblemData;
  #pool: Pool | undefined;
  readonly #from: number;

  constructor({ config }: Problem, { threads, patience = PATIENCE }: Threading) {
    this.problem = { id: problems++, config };
    if (threads > 1) this.#pool = new Pool(threads);
    this.#from = performance.now() + patience;
  }

  /** whether threads are used from now on */
  get isReady(): boolean {
    return this.#pool !== undefined && performance.now() >= this.#from;
  }

  /**
   * Computes the answers to a task's parts with threads.
   *
   * @returns undefined if threads are not used; the caller should then do the work itself
   * @throws what the pool's `run` throws, except ThreadsLost
   */
  async run<Shared, Part, Answer>(
    task: Task<Shared, Part, Answer>,
    parts: readonly Part[],
    { signal, onProgress }: Watch,
  ): Promise<Answer[] | undefined> {
    const pool = this.#pool;
    if (!pool || !this.isReady || parts.length < 2) return undefined;
    let reportedAt = performance.now();
    try {
      const answers = await pool.run(task, parts, {
        signal,
        onAnswer(_, __, done) {
          if (performance.now() - reportedAt < REPORT_INTERVAL) return;
          reportedAt = performance.now();
          onProgress?.(done / parts.length);
        },
      });
      this.worked = Math.max(this.worked, Math.min(pool.threads, parts.length));
      return answers;
    } catch (error) {
      if (!(error instanceof ThreadsLost)) throw error;
      this.#pool = undefined;
      return undefined;
    }
  }

  /** Splits [0, size) into ranges for the threads, of `smallest` to `largest` indices each; the last may be smaller. */
  rangesOf(size: number, smallest: number, largest: number): Range[] {
    const even = Math.ceil(size / ((this.#pool?.threads ?? 1) * PARTS));
    const step = Math.min(largest, Math.max(smallest, even));
    return Array.from({ length: Math.ceil(size / step) }, (_, i) => ({
      from: i * step,
      to: Math.min((i + 1) * step, size),
    }));
  }

  destroy(): void {
    this.#pool?.destroy();
  }
}

// Threads that take part in a solve once it has turned out to be long. What a solve of a few milliseconds takes is less
// than what starting a thread takes, and nobody knows beforehand how fast a game's functions are.

import type { Watch } from "../model/evaluator.ts";
import type { Problem } from "../model/problem.ts";
import { Pool, type Task, ThreadsLost } from "../threads/pool.ts";
import type { ProblemData, Range } from "./jobs.ts";

/**
 * How long a solve works alone before it starts threads, in milliseconds: about twice what it takes until two of them
 * have answered for the first time, so that a solve can lose little by them whatever is left of it.
 */
const PATIENCE = 100;
/** parts that each thread gets of a step, unless they would be too small to be worth sending */
const PARTS = 8;
/** how often progress is told, in milliseconds */
const TOLD = 50;

/** How threads take part. */
export interface Threading {
  /** how many there may be; 1 is none beside the one that asks */
  readonly threads: number;
  /** in place of {@link PATIENCE} */
  readonly patience?: number;
}

let problems = 0;

/** The threads of one solve. Where they cannot be had, it works alone: the results are the same to the bit. */
export class SolveThreads {
  /** how many threads have worked; 1 while the solve works alone */
  worked = 1;
  readonly problem: ProblemData;
  #pool: Pool | undefined;
  readonly #from: number;

  constructor({ config }: Problem, { threads, patience = PATIENCE }: Threading) {
    this.problem = { id: problems++, config };
    if (threads > 1) this.#pool = new Pool(threads);
    this.#from = performance.now() + patience;
  }

  /** whether threads take part from now on */
  get isReady(): boolean {
    return this.#pool !== undefined && performance.now() >= this.#from;
  }

  /**
   * The answers to a task's parts.
   *
   * @returns undefined where threads do not take part, so that the solve should do the work alone
   * @throws what the pool's `run` throws, but for lost threads
   */
  async run<Shared, Part, Answer>(
    task: Task<Shared, Part, Answer>,
    parts: readonly Part[],
    { signal, onProgress }: Watch,
  ): Promise<Answer[] | undefined> {
    const pool = this.#pool;
    if (!pool || !this.isReady || parts.length < 2) return undefined;
    let told = performance.now();
    try {
      const answers = await pool.run(task, parts, {
        signal,
        onAnswer(_, __, done) {
          if (performance.now() - told < TOLD) return;
          told = performance.now();
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

  /** [0, size) in ranges for the threads: of at least `least` indices, but for the last, and at most `most`. */
  rangesOf(size: number, least: number, most: number): Range[] {
    const even = Math.ceil(size / ((this.#pool?.threads ?? 1) * PARTS));
    const step = Math.min(most, Math.max(least, even));
    return Array.from({ length: Math.ceil(size / step) }, (_, i) => ({
      from: i * step,
      to: Math.min((i + 1) * step, size),
    }));
  }

  destroy(): void {
    this.#pool?.destroy();
  }
}

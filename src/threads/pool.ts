// A thread pool that works through the parts of a task. It hands out parts as threads become free, which balances
// expensive and cheap parts, and returns the answers in the order of the parts. The calling thread computes nothing
// itself, so it stays free for timers, signals and progress.

import script from "virtual:worker";
import { availableThreads as available, startThread } from "#workers";
import { checkNotAborted, interrupted, MesaError } from "../errors.ts";
import type { Failure, Reply, Thread } from "./thread.ts";

/**
 * How many threads are worth starting: one per core; 1 (start none) inside a thread and if workers are not available.
 */
export function availableThreads(): number {
  return script === "" ? 1 : available();
}

/**
 * Work that threads can do. Input and output are plain data without functions. The buffers of an answer's typed arrays
 * are transferred, so nothing else may use them. Every job must be listed in ../worker.ts.
 */
export interface Job<Shared, Part, Answer> {
  readonly name: string;
  /** prepares, once per thread, from the data that all parts share; returns the function to call for each part */
  open(shared: Shared): (part: Part) => Answer | Promise<Answer>;
}

/** A job and the data that all its parts share. A thread receives the data once while the same task object is used. */
export interface Task<Shared, Part, Answer> {
  readonly job: Job<Shared, Part, Answer>;
  readonly shared: Shared;
}

/** How to stop a run, and how it reports its progress. */
export interface RunOptions<Answer> {
  readonly signal?: AbortSignal | undefined;
  /** called with each answer as it arrives, in any order, with the part's index and how many have arrived */
  readonly onAnswer?: (answer: Answer, index: number, done: number) => void;
}

/** Threads could not be started, for example because a page's security policy forbids them, or ran out of memory. */
export class ThreadsLost extends Error {}

interface Run {
  readonly task: Task<never, never, unknown>;
  readonly parts: readonly unknown[];
  readonly answers: unknown[];
  readonly onAnswer: ((answer: never, index: number, done: number) => void) | undefined;
  next: number;
  done: number;
  resolve(answers: unknown[]): void;
  reject(reason: unknown): void;
}

interface Member {
  readonly thread: Thread;
  /** the last task that was sent to it */
  task?: Run["task"] | undefined;
  /** the parts that were sent to it and not yet answered, in their order */
  readonly sent: { readonly run: Run; readonly index: number }[];
}

/** the maximum number of parts that a thread has: it can start the second without waiting when the first is done */
const MAX_SENT = 2;

/** A pool that starts threads when there is work and keeps them until it is destroyed. */
export class Pool {
  /** the maximum number of threads */
  readonly threads: number;
  readonly #members: Member[] = [];
  readonly #runs = new Set<Run>();
  #lost: ThreadsLost | undefined;

  constructor(threads: number) {
    this.threads = threads;
  }

  /**
   * Works through parts. Concurrent runs share the threads; earlier runs have priority.
   *
   * @returns the answers in the order of the parts
   * @throws MesaError with the code of what a job threw; `ABORTED` at once, while threads finish the parts that they have
   * @throws ThreadsLost
   */
  async run<Shared, Part, Answer>(
    task: Task<Shared, Part, Answer>,
    parts: readonly Part[],
    { signal, onAnswer }: RunOptions<Answer> = {},
  ): Promise<Answer[]> {
    checkNotAborted(signal);
    if (this.#lost) throw this.#lost;
    if (parts.length === 0) return [];
    let onAbort: (() => void) | undefined;
    const answers = new Promise<unknown[]>((resolve, reject) => {
      const run: Run = {
        task: task as unknown as Run["task"],
        parts,
        answers: new Array(parts.length),
        onAnswer,
        next: 0,
        done: 0,
        resolve,
        reject,
      };
      onAbort = () => this.#fail(run, interrupted(signal!));
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#runs.add(run);
      this.#start(Math.min(this.threads, parts.length));
      for (const member of this.#members) this.#feed(member);
    });
    try {
      return (await answers) as Answer[];
    } finally {
      signal?.removeEventListener("abort", onAbort!);
    }
  }

  /** Ends all threads at once and for good, whatever they are doing. */
  destroy(): void {
    this.#lose(new ThreadsLost("the pool was destroyed"));
  }

  /** Starts threads until there are `count`, or until one cannot be started. */
  #start(count: number): void {
    try {
      while (this.#members.length < count) {
        const member: Member = {
          sent: [],
          thread: startThread(script, {
            onReply: (reply) => this.#take(member, reply),
            onLost: (cause) => this.#lose(new ThreadsLost(`a thread was lost: ${cause.message}`, { cause })),
          }),
        };
        this.#members.push(member);
      }
    } catch (cause) {
      this.#lose(new ThreadsLost("no thread could be started", { cause }));
    }
  }

  /** Sends waiting parts to a thread: one, and another ahead while all threads can have more. */
  #feed(member: Member): void {
    for (const run of this.#runs) {
      const { task, parts } = run;
      while (run.next < parts.length) {
        const isPlenty = parts.length - run.next > this.threads;
        if (member.sent.length >= (isPlenty ? MAX_SENT : 1)) break;
        const index = run.next++;
        try {
          const first = member.task !== task && { task: { job: task.job.name, shared: task.shared } };
          member.thread.post({ ...first, part: parts[index] });
        } catch (error) {
          this.#fail(run, error); // only plain data can be sent
          break;
        }
        member.task = task;
        member.sent.push({ run, index });
      }
    }
    member.thread.keepAlive(member.sent.length > 0);
  }

  #take(member: Member, reply: Reply): void {
    const { run, index } = member.sent.shift()!;
    if ("failure" in reply) {
      member.task = undefined; // the thread may have failed before it opened the task
      this.#fail(run, errorOf(reply.failure));
    } else if (this.#runs.has(run)) {
      run.answers[index] = reply.answer;
      run.done++;
      try {
        run.onAnswer?.(reply.answer as never, index, run.done);
      } catch (error) {
        this.#fail(run, error);
      }
      if (run.done === run.parts.length && this.#runs.delete(run)) run.resolve(run.answers);
    }
    this.#feed(member);
  }

  #fail(run: Run, reason: unknown): void {
    if (this.#runs.delete(run)) run.reject(reason);
  }

  #lose(reason: ThreadsLost): void {
    if (this.#lost) return;
    this.#lost = reason;
    for (const run of this.#runs) this.#fail(run, reason);
    for (const { thread } of this.#members.splice(0)) thread.terminate();
  }
}

/** What the thread threw, as an error of this thread. */
function errorOf({ code, thrown }: Failure): unknown {
  return code ? new MesaError(code, (thrown as Error).message) : thrown;
}

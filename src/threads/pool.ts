// Threads that work through the parts of a task. Parts are handed out as threads become free, so that dear ones and
// cheap ones balance, and answers come back in the order of the parts whoever made them. The thread that asks does no
// part of the work: it hands out, and stays free for timers, signals and progress.

import script from "virtual:worker";
import { availableThreads as available, startThread } from "#workers";
import { checkNotAborted, interrupted, MesaError } from "../errors.ts";
import type { Failure, Reply, Thread } from "./thread.ts";

/** How many threads are worth starting: one a core; 1, which is none, in a thread and where there are no workers. */
export function availableThreads(): number {
  return script === "" ? 1 : available();
}

/**
 * Something that threads can do. What goes in and comes out is plain data, without functions; the buffers of an answer's
 * typed arrays are moved, so they must be the answer's own. ../worker.ts must know of every job.
 */
export interface Job<Shared, Part, Answer> {
  readonly name: string;
  /** prepares, once a thread, from what all parts of a task share, what is then called for each part */
  open(shared: Shared): (part: Part) => Answer | Promise<Answer>;
}

/** A job and what all its parts share, which is sent to each thread once as long as the same object is run again. */
export interface Task<Shared, Part, Answer> {
  readonly job: Job<Shared, Part, Answer>;
  readonly shared: Shared;
}

/** How a run is stopped and what it reports on the way. */
export interface RunOptions<Answer> {
  readonly signal?: AbortSignal | undefined;
  /** called with each answer as it arrives, in whatever order, with the part's index and how many have arrived */
  readonly onAnswer?: (answer: Answer, index: number, done: number) => void;
}

/** Threads were lost: they could not be started, as where a page's security policy forbids them, or ran out of memory. */
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
  /** the task it was sent last */
  task?: Run["task"] | undefined;
  /** what it works on */
  at?: { run: Run; index: number } | undefined;
}

/** Threads that are started when there is something to do, and kept until the pool is destroyed. */
export class Pool {
  /** how many there may be */
  readonly threads: number;
  readonly #members: Member[] = [];
  readonly #runs = new Set<Run>();
  #lost: ThreadsLost | undefined;

  constructor(threads: number) {
    this.threads = threads;
  }

  /**
   * Works through parts. Runs that are under way at once share the threads, the earlier ones first.
   *
   * @returns the answers in the order of the parts
   * @throws MesaError with the code of what a job threw; `ABORTED`, at once, while threads end the part they are at
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
      for (const member of this.#members) if (!member.at) this.#feed(member);
    });
    try {
      return (await answers) as Answer[];
    } finally {
      signal?.removeEventListener("abort", onAbort!);
    }
  }

  /** Ends the threads, whatever they are doing, and for good. */
  destroy(): void {
    this.#lose(new ThreadsLost("the pool was destroyed"));
  }

  /** Has so many threads, unless they cannot be started. */
  #start(count: number): void {
    try {
      while (this.#members.length < count) {
        const member: Member = {
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

  /** Gives a free thread the next part that there is. */
  #feed(member: Member): void {
    member.at = undefined;
    for (const run of this.#runs) {
      if (run.next === run.parts.length) continue;
      const index = run.next++;
      const { task } = run;
      try {
        const sent = member.task !== task && { task: { job: task.job.name, shared: task.shared } };
        member.thread.post({ ...sent, part: run.parts[index] });
      } catch (error) {
        this.#fail(run, error); // what is no plain data cannot be sent
        continue;
      }
      member.task = task;
      member.at = { run, index };
      break;
    }
    member.thread.keepAlive(member.at !== undefined);
  }

  #take(member: Member, reply: Reply): void {
    const { run, index } = member.at!;
    if ("failure" in reply) {
      member.task = undefined; // it may not have come as far as having it
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

/** What the thread threw. */
function errorOf({ code, thrown }: Failure): unknown {
  return code ? new MesaError(code, (thrown as Error).message) : thrown;
}

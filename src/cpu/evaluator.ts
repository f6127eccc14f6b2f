// The induction's question answered on the CPU, in float64.

import { checkNotAborted } from "../errors.ts";
import { type Choice, type Evaluator, Least, type Plan, stepOf, type Watch } from "../model/evaluator.ts";
import type { Problem } from "../model/problem.ts";
import type { Task } from "../threads/pool.ts";
import { indicesOf, minimumJob, type Range, screenJob, situationOf } from "./jobs.ts";
import { createOracle, leastAmong, type Question, screen } from "./oracle.ts";
import { SolveThreads, type Threading } from "./solveThreads.ts";

/** how long the CPU works before it lets timers, signals and progress through, in milliseconds */
const TURN = 50;
/** candidates between two looks at the clock, at most */
const BATCH = 1024;
/** rollout steps between two looks at the clock, unless one candidate takes more */
const BATCH_STEPS = 2 ** 20;
/**
 * What a thread is sent at least, some tenths of a millisecond of work, of which handing it out takes half of one:
 * rollout steps, or candidates by moments.
 */
const LEAST_SENT = { steps: 2 ** 19, moments: 2 ** 12 };
/** how many times as much a thread is sent at most, so that nobody waits for the last one, or for a thread to stop */
const MOST_SENT = 16;

/** How the candidates of a step are cut. */
interface Cut {
  /** candidates between two looks at the clock */
  readonly batch: number;
  /** candidates that a thread is sent at least */
  readonly least: number;
}

/**
 * An evaluator that tries every candidate.
 *
 * @param method `rollout` asks the oracle for each; `moments` screens in O(1) a candidate and asks the oracle for
 *   the few that remain, or for each where moments say nothing of it. Both give the same steps to the bit, for any number of threads.
 */
export function createCpuEvaluator(
  problem: Problem,
  method: "rollout" | "moments",
  threading: Threading = { threads: 1 },
): Evaluator {
  const oracle = createOracle(problem);
  const { candidates } = problem;
  const threads = new SolveThreads(problem, threading);

  /** What a job answers for all candidates, range by range: by threads, or alone and the same. */
  async function askAll<Shared, Answer>(
    task: () => Task<Shared, Range, Answer>,
    alone: (indices: number[]) => Answer,
    { batch, least }: Cut,
    watch: Watch,
  ): Promise<Answer[]> {
    if (threads.isReady) {
      const ranges = threads.rangesOf(candidates.size, least, least * MOST_SENT);
      const answers = await threads.run(task(), ranges, watch);
      if (answers) return answers;
    }
    const answers: Answer[] = [];
    await inTurns(candidates.size, batch, watch, (from, to) => {
      answers.push(alone(indicesOf({ from, to })));
    });
    return answers;
  }

  async function byMoments(question: Question, watch: Watch): Promise<Choice> {
    const enclosure = question.enclosure!;
    const kept = await askAll(
      () => ({ job: screenJob, shared: { problem: threads.problem, view: question.view! } }),
      (indices) => screen(indices, enclosure),
      { batch: BATCH, least: LEAST_SENT.moments },
      watch,
    );
    return oracle.settle(question, screen(kept.flat(), enclosure));
  }

  async function byRollout(question: Question, episode: number, plan: Plan, watch: Watch): Promise<Choice> {
    const steps = problem.states.size * (problem.learningRates.length - episode);
    const leasts = await askAll(
      () => ({ job: minimumJob, shared: situationOf(threads.problem, episode, plan) }),
      (indices) => leastAmong(question, indices),
      { batch: Math.min(BATCH, Math.ceil(BATCH_STEPS / steps)), least: Math.ceil(LEAST_SENT.steps / steps) },
      watch,
    );
    const least = new Least();
    for (const each of leasts) least.join(each);
    return least.choice(candidates, candidates.size);
  }

  return {
    backend: "cpu",
    adapter: "cpu",
    precision: "certified",
    get threads() {
      return threads.worked;
    },
    get interpreted() {
      return oracle.interpreted;
    },
    async decide(episode, plan, watch) {
      const choices: Choice[] = [];
      for (const question of oracle.questions(episode, plan))
        choices.push(
          method === "moments" && question.enclosure
            ? await byMoments(question, watch)
            : await byRollout(question, episode, plan, watch),
        );
      return [stepOf(problem, episode, choices)];
    },
    ...(method === "moments" && {
      respond: (view, watch) => byMoments(oracle.questionOf(view), watch),
    }),
    destroy: () => threads.destroy(),
  };
}

/** Does `work` on [0, size) in batches, and lets the event loop through now and then. */
async function inTurns(
  size: number,
  batch: number,
  watch: Watch,
  work: (from: number, to: number) => void,
): Promise<void> {
  let turnEnds = performance.now() + TURN;
  for (let from = 0; from < size; from += batch) {
    work(from, Math.min(from + batch, size));
    if (performance.now() < turnEnds) continue;
    watch.onProgress?.(Math.min(from + batch, size) / size);
    await new Promise((resolve) => setTimeout(resolve));
    checkNotAborted(watch.signal);
    turnEnds = performance.now() + TURN;
  }
}

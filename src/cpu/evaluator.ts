// The induction's question answered on the CPU, in float64.

import { checkNotAborted } from "../errors.ts";
import type { Problem } from "../problem.ts";
import { createOracle, finiteOrInfinity, type Question, screen } from "../solve/settle.ts";
import { type Choice, type Evaluator, Least, stepOf, type Watch } from "../solve/step.ts";

/** how long the CPU works before it lets timers, signals and progress through, in milliseconds */
const TURN = 50;
/** candidates between two looks at the clock, at most */
const BATCH = 1024;
/** rollout steps between two looks at the clock, unless one candidate takes more */
const BATCH_STEPS = 2 ** 20;

/**
 * An evaluator that tries every candidate.
 *
 * @param method `rollout` asks the oracle for each; `moments` screens in O(1) a candidate and asks the oracle for
 *   the few that remain. Both give the same steps to the bit.
 */
export function createCpuEvaluator(problem: Problem, method: "rollout" | "moments"): Evaluator {
  const oracle = createOracle(problem);
  const { candidates } = problem;

  async function byMoments(question: Question, batch: number, watch: Watch): Promise<Choice> {
    const enclosure = (i: number) => question.enclosure!(candidates.at(i));
    const kept: number[] = [];
    await inTurns(candidates.size, batch, watch, (from, to) => {
      kept.push(...screen(range(from, to), enclosure));
    });
    return oracle.settle(question, screen(kept, enclosure));
  }

  async function byRollout({ costsOf }: Question, batch: number, watch: Watch): Promise<Choice> {
    const least = new Least();
    await inTurns(candidates.size, batch, watch, (from, to) => {
      const costs = costsOf(range(from, to).map((i) => candidates.at(i)));
      for (const [j, cost] of costs.entries()) least.offer(from + j, finiteOrInfinity(cost));
    });
    return least.choice(candidates, candidates.size);
  }

  const answer = method === "moments" ? byMoments : byRollout;
  return {
    backend: "cpu",
    adapter: "cpu",
    precision: "certified",
    async decide(episode, plan, watch) {
      const steps = problem.states.size * (problem.learningRates.length - episode);
      const batch = method === "moments" ? BATCH : Math.min(BATCH, Math.ceil(BATCH_STEPS / steps));
      const choices: Choice[] = [];
      for (const question of oracle.questions(episode, plan))
        choices.push(await answer(question, batch, watch));
      return [stepOf(problem, episode, choices)];
    },
    ...(method === "moments" && {
      respond: (outlook, watch) => byMoments(oracle.questionOf(outlook), BATCH, watch),
    }),
    destroy() {},
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
    watch.onShare?.(Math.min(from + batch, size) / size);
    await new Promise((resolve) => setTimeout(resolve));
    checkNotAborted(watch.signal);
    turnEnds = performance.now() + TURN;
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

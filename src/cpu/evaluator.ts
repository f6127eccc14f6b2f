// Evaluates the candidates of a step on the CPU, in float64.

import { type Choice, type Evaluator, stepOf } from "../model/evaluator.ts";
import type { Problem } from "../model/problem.ts";
import { createDecider } from "./decider.ts";
import type { Threading } from "./solveThreads.ts";

/**
 * An evaluator that considers every candidate.
 *
 * @param method `rollout` rolls candidates out, in stages. `moments` screens candidates in O(1) each and asks the
 *   oracle for the remaining ones, or for all if the moments give no bound. Both give the same steps to the bit, for
 *   any number of threads.
 */
export function createCpuEvaluator(
  problem: Problem,
  method: "rollout" | "moments",
  threading: Threading = { threads: 1 },
): Evaluator {
  const decider = createDecider(problem, threading);
  const { oracle, threads } = decider;

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
      for (const question of oracle.questions(episode, plan)) {
        // the method `rollout` does not use the moments
        const { enclosure, ...rolled } = question;
        choices.push(
          method === "moments" && enclosure
            ? await decider.settle(question, watch, await decider.screened(question, watch))
            : await decider.settle(rolled, watch),
        );
      }
      return [stepOf(problem, episode, choices)];
    },
    ...(method === "moments" && {
      async respond(view, watch) {
        const question = oracle.questionOf(view);
        return decider.settle(question, watch, await decider.screened(question, watch));
      },
    }),
    destroy: () => decider.destroy(),
  };
}

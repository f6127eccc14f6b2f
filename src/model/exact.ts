// The best real decision in closed form, which is the limit of finer and finer grids. If a linear game's cost is a
// polynomial of degree at most 4 in its decision's one number, its minimum is at a root of the derivative or at an end
// of the axis.

import type { Axis } from "../grid.ts";
import { minimaWithin } from "./cubic.ts";
import { type Choice, type Evaluator, stepOf } from "./evaluator.ts";
import { type AgentView, Future } from "./moments.ts";
import type { Problem } from "./problem.ts";

/**
 * The best real decision under a view, the smaller of equals; its cost is not finite if every cost overflows.
 *
 * @param near a decision that may be close to it, from which the search starts
 */
export function bestResponse(
  future: Future,
  view: AgentView,
  { min, max }: Pick<Axis, "min" | "max">,
  near?: number,
): { decision: number; cost: number } {
  const costOf = future.costsOf(view);
  let best = { decision: Number.NaN, cost: Number.POSITIVE_INFINITY };
  for (const decision of minimaWithin(future.derivative(view), min, max, near)) {
    const cost = costOf([decision]);
    if (cost < best.cost) best = { decision, cost };
  }
  return best;
}

/** An evaluator that answers with the best real decision, which is not a point of the grid. */
export function createExactEvaluator(problem: Problem): Evaluator {
  const { game, config, hiddenPhase, learningRates } = problem;
  const axis = config[game.decisionNames[0]] as Axis;
  const future = new Future(problem, undefined, false);

  const respond = (view: AgentView, near?: number): Choice => {
    const { decision, cost } = bestResponse(future, view, axis, near);
    return { index: -1, decision: [decision], cost, runnerUp: Number.NaN, survivors: 0 };
  };
  return {
    backend: "cpu",
    adapter: "cpu",
    precision: "float64",
    async decide(episode, plan) {
      // episodes that do not train have one answer, whatever follows
      const near = learningRates[episode] > 0 ? plan[episode + 1] : undefined;
      const choices = hiddenPhase.beliefAt[episode].map((_, b) =>
        respond(future.viewAt(episode, b, plan), near?.[b]),
      );
      return [stepOf(problem, episode, choices)];
    },
    respond: async (view) => respond(view),
    destroy() {},
  };
}

// The oracle: the average total mesa cost in float64, as the definition has it.
//
//     J_t(d) = mean over θ_t of Σ_{k≥t} γ^(k−t) (y_k − θ_t)²,   d_t = d, later decisions as planned
//
// Each state's total is summed over the episodes, then the totals over the states, both in ascending order: any
// faster evaluation must give the same bits.

import { deciderOf, namer, type Problem } from "../problem.ts";
import type { Plan } from "../solve/step.ts";

/** The costs of candidates at one episode, in their order. */
export type CostsOf = (decisions: readonly (readonly number[])[]) => number[];

/**
 * The average total mesa cost at `episode`, for any candidates there.
 *
 * @param plan the decisions of the later episodes
 * @returns a function from decisions to J_t of each; NaN or Infinity where float64 overflows
 */
export function rolloutCosts(problem: Problem, episode: number, plan: Plan): CostsOf {
  const { game, parameters, learningRates, states } = problem;
  const last = learningRates.length;
  const asDecision = deciderOf(game);
  const asState = namer(game.state);
  const decisions = Array.from({ length: last }, (_, k) => (k > episode ? asDecision(plan[k]) : {}));
  const starts = Array.from({ length: states.size }, (_, i) => asState(states.at(i)));

  const costOf = (decision: readonly number[]) => {
    decisions[episode] = asDecision(decision);
    let sum = 0;
    for (const start of starts) {
      const goal = start.theta;
      const discount = game.discount?.(start, parameters) ?? parameters.discount;
      const target = game.believedTarget?.(start, parameters) ?? 0;
      let state = start;
      let weight = 1;
      let total = 0;
      for (let k = episode; k < last; k++) {
        const y = game.output(decisions[k], state, parameters);
        const miss = y - goal;
        total += weight * (miss * miss);
        state = game.learn(decisions[k], state, 2 * (y - target), learningRates[k], parameters);
        weight *= discount;
      }
      sum += total;
    }
    return sum / starts.length;
  };
  return (candidates) => candidates.map(costOf);
}

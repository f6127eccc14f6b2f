// The oracle: the average total mesa cost in float64, computed directly from its definition.
//
//     J_t(d) = mean over x_t of Σ_{k≥t} γ^(k−t) cost(d_k, x_k; x_t),   d_t = d, later decisions as planned
//
// The cost is the mesa objective of one episode: (y_k − θ_t)² unless the game defines another. Each state's total is
// summed over the episodes, and then the totals over the states, both in ascending order. Every faster evaluation must
// give the same bits.

import { createEvaluate } from "../game/evaluate.ts";
import { ownName } from "../game/formulas.ts";
import type { Plan } from "../model/evaluator.ts";
import type { Problem } from "../model/problem.ts";

/** The costs of candidates at one episode, in the order of the candidates. */
export type CostsOf = (decisions: readonly (readonly number[])[]) => number[];

/** Some states, each of which may stand for several states of the grid with the same cost. */
export interface Sample {
  /** indices of states */
  readonly states: Uint32Array;
  /** how many states of the grid each one stands for */
  readonly counts: Uint32Array;
}

/** All states as a sample, in descending order of what they add to the cost of a decision. */
export interface RankedStates extends Sample {
  /** what each entry adds to the sum */
  readonly added: Float64Array;
}

/**
 * A function that computes the total mesa cost at `episode` of a decision, starting from one state.
 *
 * @param plan the decisions of the later episodes
 */
export function rolloutTotals(
  problem: Problem,
  episode: number,
  plan: Plan,
): (decision: readonly number[], own: readonly number[]) => number {
  const { game, formulas, learningRates } = problem;
  const last = learningRates.length;
  const names = Object.keys(game.state);
  const owns = names.map(ownName);
  const { mesaObjective, expectedNext, discount } = formulas;
  const play = createEvaluate(
    [mesaObjective, ...expectedNext],
    game.decisionNames,
    ["learningRate"],
    names,
    owns,
  );
  const weigh = createEvaluate([discount], owns);

  const rate = [0];

  return (decision, own) => {
    const [gamma] = weigh(own);
    let state: ArrayLike<number> = own;
    let weight = 1;
    let total = 0;
    for (let k = episode; k < last; k++) {
      rate[0] = learningRates[k];
      const played = play(k === episode ? decision : plan[k], rate, state, own);
      total += weight * played[0];
      state = played.subarray(1);
      weight *= gamma;
    }
    return total;
  };
}

/**
 * A function that computes the average total mesa cost at `episode` of any candidates.
 *
 * @param plan the decisions of the later episodes
 * @returns a function from decisions to the J_t of each; NaN or Infinity if float64 overflows
 */
export function rolloutCosts(problem: Problem, episode: number, plan: Plan): CostsOf {
  const { states } = problem;
  const totalOf = rolloutTotals(problem, episode, plan);
  const costOf = (decision: readonly number[]) => {
    let sum = 0;
    for (let i = 0; i < states.size; i++) sum += totalOf(decision, states.at(i));
    return sum / states.size;
  };
  return (candidates) => candidates.map(costOf);
}

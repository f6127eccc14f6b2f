// Whether networks have overfitted the grid of states, and how their cost compares with that of linear policies.

import { createRollouts } from "../cpu/compiled.ts";
import type { Axis } from "../grid.ts";
import type { Plan } from "../model/evaluator.ts";
import { createExactEvaluator } from "../model/exact.ts";
import { createProblem, type Problem } from "../model/problem.ts";
import { Induction } from "./induction.ts";

/** Costs of the first episode that show how well networks do beyond the grid that they were fitted to. */
export interface Generalization {
  /** the number of held-out states: ten between any two neighbours of the grid, none on the grid */
  readonly heldOutStates: number;
  /** the average total mesa cost of the plan over the held-out states */
  readonly heldOutCost: number;
  /** the cost of the best linear policies: the game `linear` with the same settings, by the method `exact` */
  readonly linearCost: number;
}

/** held-out goals between two neighbours of the grid */
const BETWEEN = 10;
/** a note is added if the held-out states cost more than the grid by at least this share */
const MORE = 0.1;

/** Ten evenly spaced points between any two points of an axis, half a step from them; an axis of one point stays. */
function between({ min, max, count }: Axis): Axis {
  if (count === 1) return { min, max, count };
  const held = BETWEEN * (count - 1);
  const half = (max - min) / (2 * held);
  return { min: min + half, max: max - half, count: held };
}

/** A note about a plan that has overfitted its states; undefined if it has not. */
export function overfitNote(
  cost: number,
  { heldOutCost, heldOutStates }: Generalization,
): string | undefined {
  if (heldOutCost <= (1 + MORE) * cost) return undefined;
  return (
    `the networks have partly learnt the grid of states: over ${heldOutStates} states that are not on it, ` +
    `the first agent's cost is ${Number(heldOutCost.toPrecision(4))}, and ${Number(cost.toPrecision(4))} on the grid`
  );
}

/** Evaluates a plan of networks on states that are not on the grid, and solves for the best linear policies. */
export async function generalizationOf(problem: Problem, plan: Plan): Promise<Generalization> {
  const { config } = problem;
  const theta = config.theta as Axis;
  const heldOut = createProblem({ ...config, theta: between(theta) });
  const [heldOutCost] = createRollouts(heldOut).costsAt(0, plan)([[...plan[0]]]);

  const { schedule, discount, regularization } = config;
  const linear = createProblem({ game: "linear", schedule, discount, regularization, theta });
  const induction = new Induction(linear.learningRates.length);
  await induction.run(createExactEvaluator(linear), () => 1, {});
  return { heldOutStates: heldOut.states.size, heldOutCost, linearCost: induction.steps[0].cost };
}

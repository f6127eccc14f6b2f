// Whether a network has merely learnt the states it was averaged over, and whether it was worth its while.

import { createRollouts } from "../cpu/compiled.ts";
import type { Axis } from "../grid.ts";
import type { Plan } from "../model/evaluator.ts";
import { createExactEvaluator } from "../model/exact.ts";
import { createProblem, type Problem } from "../model/problem.ts";
import { Induction } from "./induction.ts";

/** Costs of the first episode beside the one that was minimised. */
export interface Generalization {
  /** states of a grid that is ten times as dense */
  readonly denseStates: number;
  /** the plan's average total mesa cost over it */
  readonly denseCost: number;
  /** what agents with the best linear policies would have: the game `linear` with the same settings, solved exactly */
  readonly linearCost: number;
}

/** how much denser the other grid is */
const DENSER = 10;

/** Holds a plan of networks against a denser grid and against linear policies. */
export async function generalizationOf(problem: Problem, plan: Plan): Promise<Generalization> {
  const { config } = problem;
  const theta = config.theta as Axis;
  const dense = createProblem({ ...config, theta: { ...theta, count: DENSER * (theta.count - 1) + 1 } });
  const [denseCost] = createRollouts(dense).costsAt(0, plan)([[...plan[0]]]);

  const { schedule, discount, regularization } = config;
  const linear = createProblem({ game: "linear", schedule, discount, regularization, theta });
  const induction = new Induction(linear.learningRates.length);
  await induction.run(createExactEvaluator(linear), () => 1, {});
  return { denseStates: dense.states.size, denseCost, linearCost: induction.steps[0].cost };
}

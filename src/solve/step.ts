// What one step of the induction yields, and who answers it.

import type { Problem } from "../problem.ts";

/** The decision of one episode. */
export interface Step {
  /** t */
  episode: number;
  /** index of the best candidate in the problem's grid; −1 where it is no point of the grid (`exact`) */
  index: number;
  /** the decision's numbers */
  decision: number[];
  /** its average total mesa cost */
  cost: number;
  /** the second least cost, of another candidate; NaN where there was but one candidate */
  runnerUp: number;
  /** how many candidates float64 had to decide between */
  survivors: number;
}

/** The decisions already made: index t holds that of episode t, from the last episode backwards. */
export type Plan = readonly (readonly number[])[];

/** How a step tells how far it is and learns that it should stop. */
export interface Watch {
  readonly signal?: AbortSignal | undefined;
  /** called with the share of the step at hand that is done, in [0, 1) */
  readonly onShare?: (share: number) => void;
}

/** Answers the induction's question: which candidate has the least average total mesa cost? */
export interface Evaluator {
  /** what really runs, for the result */
  readonly backend: "cpu" | "gpu";
  readonly adapter: string;
  readonly precision: Precision;
  /**
   * Decides episode `last` and, where that is cheaper, some before it too.
   *
   * @param plan the decisions of the episodes after `last`
   * @returns one step an episode: that of `last` first, then those before it
   * @throws MesaError `NOT_FINITE`, `ABORTED` or, of a GPU, `DEVICE_LOST`, `OUT_OF_MEMORY`, `GPU_VALIDATION`
   */
  decide(last: number, plan: Plan, watch: Watch): Promise<Step[]>;
  /** frees what the evaluator holds */
  destroy(): void;
}

/**
 * - `certified`: the plan is the float64 oracle's
 * - `f32`: the least in the GPU's own arithmetic
 * - `float64`: no grid, so no oracle: the closed form in float64
 */
export type Precision = "certified" | "f32" | "float64";

/** The least and the second least of costs offered in ascending order of index; the first wins a tie. */
export class Least {
  index = -1;
  cost = Number.POSITIVE_INFINITY;
  /** the cost of the best other candidate */
  runnerUp = Number.NaN;

  offer(index: number, cost: number): void {
    if (this.index < 0) {
      this.index = index;
      this.cost = cost;
    } else if (cost < this.cost) {
      this.runnerUp = this.cost;
      this.index = index;
      this.cost = cost;
    } else if (!(cost >= this.runnerUp)) {
      this.runnerUp = cost;
    }
  }

  /** @returns the step of episode t */
  step(problem: Problem, episode: number, survivors: number): Step {
    const { index, cost, runnerUp } = this;
    return { episode, index, decision: problem.candidates.at(index), cost, runnerUp, survivors };
  }
}

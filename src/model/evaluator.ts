// What one step of the induction returns, and the interface of the evaluators that compute it.

import { MesaError } from "../errors.ts";
import type { Grid } from "../grid.ts";
import type { AgentView } from "./moments.ts";
import type { Problem } from "./problem.ts";

/** The decision of one episode. */
export interface Step {
  /** the episode t */
  episode: number;
  /** the index of the best candidate in the grid of decisions; −1 if it is not on the grid, or is too large */
  index: number;
  /** the numbers of the decision; with hidden phases, for one belief after another */
  decision: number[];
  /** its average total mesa cost */
  cost: number;
  /** the cost of the runner-up; NaN if there was one candidate only */
  runnerUp: number;
  /** how many candidates the bound could not rule out, so that float64 decided among them */
  survivors: number;
  /** how many rollouts of a candidate from a state were computed, of candidates × states; absent without a grid */
  rolledOut?: number;
}

/** Decisions by episode, shape [T][numbers of a decision]. During the induction, episodes that are not decided are empty. */
export type Plan = readonly (readonly number[])[];

/** The decision for one belief. */
export type Choice = Omit<Step, "episode">;

/**
 * Combines the choices for all beliefs of an episode into its step. The decision is the list of the choices' decisions,
 * the cost is the expected cost before the signal, and the runner-up differs for one belief only: the one for which
 * this costs least.
 *
 * @throws MesaError `NOT_FINITE` when no candidate's cost is finite
 */
export function stepOf(
  { candidates, hiddenPhase }: Problem,
  episode: number,
  choices: readonly Choice[],
  arithmetic: "float32" | "float64" = "float64",
): Step {
  if (!choices.every(({ cost }) => Number.isFinite(cost)))
    throw new MesaError(
      "NOT_FINITE",
      `the average total mesa cost of every candidate at episode ${episode} is too large for ${arithmetic}; ` +
        `a smaller learning rate, regularization or number of episodes keeps it finite${
          arithmetic === "float32" ? ", and precision certified settles it in float64" : ""
        }`,
    );
  if (choices.length === 1) return { episode, ...choices[0] };
  const probability = hiddenPhase.beliefAt[episode];
  const cost = choices.reduce((sum, choice, s) => sum + probability[s] * choice.cost, 0);
  const index = choices.reduce((index, choice) => index * candidates.size + choice.index, 0);
  const margins = choices.map((choice, s) => probability[s] * (choice.runnerUp - choice.cost));
  const possible = margins.filter((margin, s) => probability[s] > 0 && !Number.isNaN(margin));
  return {
    episode,
    index: Number.isSafeInteger(index) ? index : -1,
    decision: choices.flatMap(({ decision }) => decision),
    cost,
    runnerUp: possible.length > 0 ? cost + Math.min(...possible) : Number.NaN,
    survivors: choices.reduce((sum, { survivors }) => sum + survivors, 0),
    rolledOut: choices.reduce((sum, { rolledOut = 0 }) => sum + rolledOut, 0),
  };
}

/** How a step reports its progress and learns that it should stop. */
export interface Watch {
  readonly signal?: AbortSignal | undefined;
  /** called with the share of the current step that is done, in [0, 1) */
  readonly onProgress?: (share: number) => void;
}

/** Answers the induction's question: which candidate has the minimum average total mesa cost? */
export interface Evaluator {
  /** what really runs, as the result reports it */
  readonly backend: "cpu" | "gpu";
  readonly adapter: string;
  readonly precision: Precision;
  /** how many threads of the CPU have worked; one unless given */
  readonly threads?: number;
  /** whether the oracle used the interpreter, which is slower than compiled code; false unless given */
  readonly interpreted?: boolean;
  /**
   * Decides episode `last` and, if that is cheaper, some of the episodes before it too.
   *
   * @param plan the decisions of the episodes after `last`
   * @returns one step per episode: first that of `last`, then those of earlier episodes
   * @throws MesaError `NOT_FINITE`, `ABORTED` or, of a GPU, `DEVICE_LOST`, `OUT_OF_MEMORY`, `GPU_VALIDATION`
   */
  decide(last: number, plan: Plan, watch: Watch): Promise<Step[]>;
  /**
   * The best decision under any view; only for methods that use moments.
   *
   * @throws as `decide` does
   */
  respond?(view: AgentView, watch: Watch): Promise<Choice>;
  /** frees the evaluator's resources */
  destroy(): void;
}

/** Computes the costs of any decisions on a device. */
export interface BatchCosts {
  readonly adapter: string;
  /** average total mesa costs in float32, shape [batch] */
  costs(episode: number, plan: Plan, batch: readonly ArrayLike<number>[]): Promise<Float64Array>;
  destroy(): void;
}

/**
 * What the plan of a result is known to be.
 *
 * - `certified`: the plan of the float64 oracle, which docs/method.md proves
 * - `screened`: as `certified`, but with an estimate of the float32 error instead of a bound, because the game uses
 *   functions that have no bound
 * - `f32`: the minimum in the float32 arithmetic of the GPU
 * - `float64`: computed in float64 without an oracle to compare with: a closed form, a search, or agents who remember
 */
export type Precision = "certified" | "screened" | "f32" | "float64";

/** The minimum and the second-lowest of costs that are offered in ascending order of index; ties go to the first. */
export class Minimum {
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

  /** The choice of the minimum. */
  choice(candidates: Grid, survivors: number, rolledOut: number): Choice {
    const { index, cost, runnerUp } = this;
    return { index, decision: candidates.at(index), cost, runnerUp, survivors, rolledOut };
  }
}

// What one step of the induction yields, and who answers it.

import { MesaError } from "../errors.ts";
import type { Grid } from "../grid.ts";
import type { AgentView } from "./moments.ts";
import type { Problem } from "./problem.ts";

/** The decision of one episode. */
export interface Step {
  /** t */
  episode: number;
  /** index of the best candidate in the grid of decisions; negative where it is no point of it (`exact`), or too large */
  index: number;
  /** the decision's numbers */
  decision: number[];
  /** its average total mesa cost */
  cost: number;
  /** the second least cost, of another candidate; NaN where there was but one candidate */
  runnerUp: number;
  /** how many candidates float64 had to decide between */
  survivors: number;
  /** how many rollouts from a state under a candidate there were, of candidates × states; absent where there is no grid */
  rolledOut?: number;
}

/** The decisions already made: index t holds that of episode t, from the last episode backwards. */
export type Plan = readonly (readonly number[])[];

/** The decision with one belief. */
export type Choice = Omit<Step, "episode">;

/**
 * The step of an episode: its decision is that with each belief, one after the other, and its cost what is expected
 * before the signal. The runner-up differs with one belief alone: that where the difference matters least.
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

/** How a step tells how far it is and learns that it should stop. */
export interface Watch {
  readonly signal?: AbortSignal | undefined;
  /** called with the share of the step at hand that is done, in [0, 1) */
  readonly onProgress?: (share: number) => void;
}

/** Answers the induction's question: which candidate has the least average total mesa cost? */
export interface Evaluator {
  /** what really runs, for the result */
  readonly backend: "cpu" | "gpu";
  readonly adapter: string;
  readonly precision: Precision;
  /** how many of the CPU's threads have worked; one unless given */
  readonly threads?: number;
  /** whether the oracle computed costs without being compiled, which is slower; no unless given */
  readonly interpreted?: boolean;
  /**
   * Decides episode `last` and, where that is cheaper, some before it too.
   *
   * @param plan the decisions of the episodes after `last`
   * @returns one step an episode: that of `last` first, then those before it
   * @throws MesaError `NOT_FINITE`, `ABORTED` or, of a GPU, `DEVICE_LOST`, `OUT_OF_MEMORY`, `GPU_VALIDATION`
   */
  decide(last: number, plan: Plan, watch: Watch): Promise<Step[]>;
  /**
   * The best decision under a view, of whatever problem it may come from; only where the method goes by moments.
   *
   * @throws as `decide` does
   */
  respond?(view: AgentView, watch: Watch): Promise<Choice>;
  /** frees what the evaluator holds */
  destroy(): void;
}

/** Costs of any decisions, by a device. */
export interface BatchCosts {
  readonly adapter: string;
  /** average total mesa costs in float32, shape [batch] */
  costs(episode: number, plan: Plan, batch: readonly ArrayLike<number>[]): Promise<Float64Array>;
  destroy(): void;
}

/**
 * - `certified`: the plan is the float64 oracle's
 * - `screened`: like certified, but by a guess of the float32 error, as the game uses functions that have no bound
 * - `f32`: the least in the GPU's own arithmetic
 * - `float64`: no grid, so no oracle: the closed form, or a search, in float64
 */
export type Precision = "certified" | "screened" | "f32" | "float64";

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

  /** The decision for the least. */
  choice(candidates: Grid, survivors: number, rolledOut: number): Choice {
    const { index, cost, runnerUp } = this;
    return { index, decision: candidates.at(index), cost, runnerUp, survivors, rolledOut };
  }
}

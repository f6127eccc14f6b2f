// The variants of a solve that are measured, and the amount of work of each.

import { availableParallelism } from "node:os";
import type { SearchSettings } from "../src/config/config.ts";
import type { Problem } from "../src/model/problem.ts";
import { METHODS } from "../src/solve/methods.ts";
import { evaluationsOf } from "../src/solve/searchEvaluator.ts";
import { chooseSolver, type SolverChoice } from "../src/solve/solverChoice.ts";
import type { Size } from "./cases.ts";

/** How a problem is solved. */
export interface Variant extends Pick<SolverChoice, "method" | "precision"> {
  readonly backend: "cpu" | "gpu";
  /** the number of CPU threads; on the GPU, float64 may use one thread for each core */
  readonly threads?: number;
}

const CORES = availableParallelism();
const VARIANTS: readonly Omit<Variant, "method">[] = [
  { backend: "cpu", threads: 1, precision: "certified" },
  ...(CORES > 1 ? [{ backend: "cpu", threads: CORES, precision: "certified" } as const] : []),
  { backend: "gpu", precision: "certified" },
  { backend: "gpu", precision: "f32" },
];

/**
 * The variants that can solve a problem, those without a GPU first; a method without a grid is measured in one size.
 */
export function variantsOf(problem: Problem, size: Size): Variant[] {
  const can = (asked: Variant) => {
    try {
      chooseSolver(problem, asked);
      return asked.method !== "exact" || (size === "small" && asked.threads === 1);
    } catch {
      return false;
    }
  };
  return METHODS.flatMap((method) => VARIANTS.map((variant) => ({ ...variant, method })).filter(can));
}

/** The amount of work of a solve, so that sizes can be compared. */
export interface Work {
  readonly amount: number;
  /** a rollout-step is one episode of one candidate from one state */
  readonly unit: "rollout-steps" | "candidates" | "episodes";
}

/** The amount of work of a solve; for a search, if no descent ends early. */
export function workOf(
  { candidates, states, learningRates, hiddenPhase, config, game }: Problem,
  method: string,
): Work {
  const episodes = learningRates.length;
  if (method === "exact") return { amount: episodes, unit: "episodes" };
  if (method === "moments")
    return { amount: candidates.size * hiddenPhase.signals * episodes, unit: "candidates" };
  const tried = game.network ? evaluationsOf(config.search as SearchSettings) : candidates.size;
  return { amount: (tried * states.size * episodes * (episodes + 1)) / 2, unit: "rollout-steps" };
}

// From a configuration to a result: runs the induction and reports what really ran.

import * as v from "valibot";
import { type Config, type FilledConfig, remembers } from "../config/config.ts";
import { checkNotAborted, MesaError } from "../errors.ts";
import type { AnyGame } from "../game/names.ts";
import type { Precision, Step } from "../model/evaluator.ts";
import { type NamedPlan, namePlan } from "../model/plan.ts";
import { createProblem, type Problem } from "../model/problem.ts";
import { type AnyOutcome, type Named, outcomeOf } from "../model/simulate.ts";
import { beforeEnd, findEnd, type Stationary } from "../model/stationary.ts";
import { checkOptions, solvingOptions } from "../schema.ts";
import { type Generalization, generalizationOf, overfitNote } from "./generalization.ts";
import { Induction, type InductionWatch, type Progress } from "./induction.ts";
import type { MethodName } from "./methods.ts";
import { type Refinement, refine } from "./refine.ts";
import { type Backend, chooseSolver, type Method, type SolverChoice, withEvaluator } from "./solverChoice.ts";

/**
 * A WebGPU implementation, such as `navigator.gpu`. The declarations name no more of it than this, for its types come
 * with a library that not every program has.
 */
export interface WebGpu {
  requestAdapter(): Promise<object | null>;
}

/** How a problem is solved. */
export interface SolveOptions {
  /** `auto`, the default: a hardware adapter where there is one, else the CPU */
  backend?: Backend;
  /** `auto`, the default: `moments` where the game has them, else `rollout` */
  method?: Method;
  /** `certified`, the default: the float64 oracle's plan; `f32`: the GPU's own least */
  precision?: "certified" | "f32";
  /** threads of the CPU that may work, at most; as many as it has cores unless given */
  threads?: number;
  /** the WebGPU to use in place of the browser's or Dawn's */
  gpu?: WebGpu;
  /** aborts the solve: it throws `ABORTED` */
  signal?: AbortSignal;
  /** is told how far the induction is */
  onProgress?: (progress: Progress) => void;
  /** an induction of the same configuration to go on with; it is filled in place */
  induction?: Induction;
}

/** A solved game, or any: plain data, ready for JSON. T is the number of episodes. */
export type Result<G extends AnyGame = AnyGame> = Named<AnyResult, G>;

/** {@link Result} of any game. */
export interface AnyResult extends AnyOutcome {
  game: string;
  config: FilledConfig;
  /** the decision of each episode, shape [T] for each of its numbers */
  plan: NamedPlan;
  /** where the horizon is infinite: all stationary equilibria, and which of them follows the schedule */
  stationary?: Stationary;
  /** where the phase is hidden: the least average total mesa cost that is expected before the first signal */
  value?: number;
  /** where agents remember: how fine the plan's beliefs are, and what that is worth */
  memory?: Refinement;
  /** where the signal is a real number: the ends between the intervals that a decision tells apart, ascending */
  signalEdges?: number[];
  /** where the decision is a network: whether it has merely learnt the grid, and whether it was worth its while */
  generalization?: Generalization;
  /** the least average total mesa cost of each episode, shape [T]; expected before the signal where there is one */
  cost: number[];
  /** runner-up minus least, shape [T]; null where no other candidate has a finite cost */
  margin: (number | null)[];
  solver: {
    backend: "cpu" | "gpu";
    adapter: string;
    /** why `auto` took that backend; null where it was asked for */
    why: string | null;
    method: MethodName;
    precision: Precision;
    /** threads of the CPU that worked; 1 where the solve was too short to start any */
    threads: number;
    /** candidates that float64 decided between, summed over the episodes */
    survivors: number;
    /**
     * rollouts of an episode, from a state, under a candidate, as a share of candidates × states × episodes to come,
     * summed over the steps: what was done of the whole enumeration; null where no grid is searched. A box of candidates
     * counts as the rollouts that it takes the time of
     */
    rolledOut: number | null;
    /** from the checked configuration to the plan, opening a device included */
    milliseconds: number;
    version: string;
    /** what did not go as asked, in sentences */
    notes: string[];
  };
}

/**
 * Solves a game by backward induction.
 *
 * @param input a configuration; every key beside `game` has a default
 * @throws MesaError with the code of what is wrong
 */
export async function solve<const G extends AnyGame>(
  input: Config<G>,
  options: SolveOptions = {},
): Promise<Result<G>> {
  checkOptions(options, { ...solvingOptions, induction: v.instance(Induction, "an Induction") });
  const problem = createProblem(input);
  const choice = chooseSolver(problem, options);
  const { game, learningRates } = problem;
  const episodes = learningRates.length;
  const induction = options.induction ?? new Induction(episodes);
  if (induction.steps.length !== episodes)
    throw new MesaError(
      "INVALID_CONFIG",
      `the induction must have as many episodes as the schedule, ${episodes}, got ${induction.steps.length}`,
    );

  const started = performance.now();
  const notes: string[] = [];
  checkNotAborted(options.signal);
  const { signal, onProgress } = options;
  const solved = remembers(problem.config)
    ? await refine(
        problem,
        (of, tried, tell) => run(of, choice, tried, notes, { signal, onProgress: tell }),
        {
          onProgress,
          induction,
          notes,
        },
      )
    : { problem, ...(await run(problem, choice, induction, notes, { signal, onProgress })) };

  const { config, hiddenPhase } = solved.problem;
  const { plan, steps } = induction;
  const { end, ran } = solved;
  const generalization = game.network && (await generalizationOf(solved.problem, plan));
  const overfit = generalization && overfitNote(steps[0].cost, generalization);
  if (overfit !== undefined) notes.push(overfit);
  const result: AnyResult = {
    game: game.name,
    config,
    plan: namePlan(solved.problem, plan),
    ...(end && { stationary: end.stationary }),
    ...(hiddenPhase.phases > 1 && { value: steps[0].cost }),
    ...("memory" in solved && { memory: solved.memory }),
    ...(hiddenPhase.edges && { signalEdges: [...hiddenPhase.edges] }),
    ...(generalization && { generalization }),
    cost: steps.map(({ cost, episode }) => (end ? cost + end.rest[episode] : cost)),
    margin: steps.map(({ runnerUp, cost }) => (Number.isFinite(runnerUp) ? runnerUp - cost : null)),
    ...outcomeOf(solved.problem, plan),
    solver: {
      ...ran,
      ...(remembers(config) && { precision: "float64" }),
      method: choice.method,
      survivors: steps.reduce((sum, { survivors }) => sum + survivors, 0),
      rolledOut: rolledOutShare(solved.problem, steps),
      milliseconds: performance.now() - started,
      version: __VERSION__,
      notes,
    },
  };
  return result as Result<G>;
}

/** Runs the induction. @returns what ran, and the end of an infinite horizon */
async function run(
  problem: Problem,
  choice: SolverChoice,
  induction: Induction,
  notes: string[],
  { signal, onProgress }: InductionWatch,
) {
  const { learningRates, horizon } = problem;
  const episodes = learningRates.length;
  const effort = choice.method === "rollout" ? (t: number) => episodes - t : () => 1;
  // with an infinite horizon, the search for equilibria counts as the first half of the work
  const end =
    horizon === "infinite"
      ? await findEnd(problem, choice.method as "exact" | "moments", {
          signal,
          onProgress: (share) => onProgress?.({ episode: episodes, episodes, share: share / 2 }),
        })
      : undefined;
  const watch = {
    signal,
    onProgress: end ? (p: Progress) => onProgress?.({ ...p, share: (1 + p.share) / 2 }) : onProgress,
  };
  const ran = await withEvaluator(
    problem,
    choice,
    notes,
    async (evaluator) => {
      const answering = end ? beforeEnd(problem, evaluator, end) : evaluator;
      await induction.run(answering, effort, watch);
    },
    () => `at episode ${induction.remaining - 1}`,
  );
  if (end && ran.backend === "gpu")
    notes.push(
      "the equilibrium and the episodes with the last learning rate were computed in float64 on the cpu",
    );
  return { ran, end };
}

/** The share of all rollouts that the steps computed; null if no grid was searched. */
function rolledOutShare(
  { candidates, states, learningRates }: Problem,
  steps: readonly Step[],
): number | null {
  if (!steps.every(({ rolledOut }) => rolledOut !== undefined)) return null;
  let [done, all] = [0, 0];
  for (const { episode, rolledOut = 0 } of steps) {
    const episodes = learningRates.length - episode;
    done += rolledOut * episodes;
    all += candidates.size * states.size * episodes;
  }
  return done / all;
}

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
 * A WebGPU implementation, such as `navigator.gpu`. This declares one method only, because the types of WebGPU come from
 * a library that not every program has.
 */
export interface WebGpu {
  /** as WebGPU defines it */
  requestAdapter(): Promise<object | null>;
}

/** How a game is solved. */
export interface SolveOptions {
  /**
   * `auto`, the default: the CPU for what it is estimated to solve before a device is open, else a hardware adapter if
   * there is one, else the CPU
   */
  backend?: Backend;
  /** `auto`, the default: `moments` if the game has it, else `rollout` */
  method?: Method;
  /** `certified`, the default: the plan of the float64 oracle; `f32`: the minimum in the float32 arithmetic of the GPU */
  precision?: "certified" | "f32";
  /** the maximum number of CPU threads; one per core by default */
  threads?: number;
  /** a WebGPU to use instead of the browser's, or in Node of Dawn's */
  gpu?: WebGpu;
  /** aborts the solve, which then throws `ABORTED` */
  signal?: AbortSignal;
  /** called with the progress of the induction */
  onProgress?: (progress: Progress) => void;
  /** an interrupted induction of the same configuration to resume; its steps are added in place */
  induction?: Induction;
}

/**
 * A solved game: plain data, ready for JSON. If the type of the game is known, so are the names in the plan and the
 * trajectory. {@link AnyResult} lists the keys.
 */
export type Result<G extends AnyGame = AnyGame> = Named<AnyResult, G>;

/** The {@link Result} of any game. T is the number of episodes. */
export interface AnyResult extends AnyOutcome {
  /** the name of the game */
  game: string;
  /** the configuration with every default filled in */
  config: FilledConfig;
  /** the decisions, by name, shape [T] each */
  plan: NamedPlan;
  /** with an infinite horizon: all stationary equilibria, and which one is played after the schedule */
  stationary?: Stationary;
  /** with hidden phases: the minimum average total mesa cost of the first episode, expected before its signal */
  value?: number;
  /** if agents remember: how fine the beliefs of the plan are, and the estimated error */
  memory?: Refinement;
  /** if the signal is a real number: the bounds between its intervals, ascending, shape [intervals − 1] */
  signalEdges?: number[];
  /** if agents are networks: their costs beyond the grid, and the cost of linear policies */
  generalization?: Generalization;
  /** the minimum average total mesa cost of each episode, shape [T]; with hidden phases expected before the signal */
  cost: number[];
  /** the cost of the runner-up minus the minimum, shape [T]; null if no other candidate has a finite cost */
  margin: (number | null)[];
  /** what solved it */
  solver: {
    /** the backend that ran */
    backend: "cpu" | "gpu";
    /** the name of the WebGPU adapter, or `cpu` */
    adapter: string;
    /** why `auto` chose that backend; null if the backend was given */
    why: string | null;
    /** the method that ran */
    method: MethodName;
    /** what the plan is known to be */
    precision: Precision;
    /** how many CPU threads worked; 1 if the solve was too short to start others */
    threads: number;
    /** how many candidates float64 decided between, summed over the episodes */
    survivors: number;
    /**
     * the share of the whole enumeration (candidates × states × later episodes, summed over the steps) that was rolled
     * out; null if no grid was searched. A box of candidates counts as the number of rollouts that take as long.
     */
    rolledOut: number | null;
    /** the time from the checked configuration to the plan, with the opening of a device, in milliseconds */
    milliseconds: number;
    /** the version of this package */
    version: string;
    /** in sentences: what the solver could not do as asked, and what a reader of the result should know */
    notes: string[];
  };
}

/**
 * Solves a game by backward induction: from the last episode to the first, the decision of each is the candidate with
 * the minimum average total mesa cost, given the decisions of the later episodes. The first candidate in the order of the
 * grid wins a tie. The post, “Simple Experiments with Deceptive Alignment”, defines the game; docs/method.md derives how
 * it is solved.
 *
 * @param input a configuration; every key except `game` has a default
 * @param options where, by which method and how precisely to solve; `auto` and `certified` by default
 * @returns the {@link Result}: plan, costs and margins, trajectory, measures, and what ran
 * @throws {@link MesaError} `INVALID_CONFIG`, `LIMIT_EXCEEDED`, `NOT_FINITE`, `NO_ADAPTER`, `ABORTED`, `BOUND_BROKEN`, or an
 *   error of the GPU; {@link NoEquilibrium} if an infinite horizon has no known equilibrium
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
export function rolledOutShare(
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

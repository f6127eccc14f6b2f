// From a configuration to a result: chooses the method and the backend, runs the induction, and says what really ran.

import type { Config, FilledConfig } from "../config.ts";
import { createCpuEvaluator } from "../cpu/evaluator.ts";
import { MesaError } from "../errors.ts";
import { createBatchCosts } from "../gpu/batch.ts";
import { createGpuEvaluator } from "../gpu/evaluator.ts";
import { createProblem, type Problem } from "../problem.ts";
import { createExactEvaluator } from "./exact.ts";
import { Induction, type Progress } from "./induction.ts";
import {
  type Measures,
  measuresOf,
  type Trajectory,
  trajectoryOf,
} from "./simulate.ts";
import { type NamedPlan, namePlan } from "./plan.ts";
import { createSearchEvaluator } from "./search.ts";
import { beforeEnd, type Certificate, type Equilibrium, findEquilibrium } from "./stationary.ts";
import type { Evaluator, Precision } from "./step.ts";

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
  /** the WebGPU to use in place of the browser's or Dawn's */
  gpu?: WebGpu;
  /** aborts the solve: it throws `ABORTED` */
  signal?: AbortSignal;
  /** is told how far the induction is */
  onProgress?: (progress: Progress) => void;
  /** an induction of the same configuration to go on with; it is filled in place */
  induction?: Induction;
}

export type Backend = "auto" | "cpu" | "gpu";
export type Method = "auto" | "rollout" | "moments" | "exact";

/** A solved game: plain data, ready for JSON. T is the number of episodes. */
export interface Result {
  game: string;
  config: FilledConfig;
  /** the decision of each episode, shape [T] for each of its numbers */
  plan: NamedPlan;
  /** where the horizon is infinite: the decision of every episode after the schedule's last, and how sure that is */
  stationary?: Certificate;
  /** where the phase is hidden: the least average total mesa cost that is expected before the first signal */
  value?: number;
  /** the least average total mesa cost of each episode, shape [T]; expected before the signal where there is one */
  cost: number[];
  /** runner-up minus least, shape [T]; null where no other candidate has a finite cost */
  margin: (number | null)[];
  trajectory: Trajectory;
  measures: Measures;
  solver: {
    backend: "cpu" | "gpu";
    adapter: string;
    method: Exclude<Method, "auto">;
    precision: Precision;
    /** candidates that float64 decided between, summed over the episodes */
    survivors: number;
    /** from the checked configuration to the plan, opening a device included */
    milliseconds: number;
    version: string;
    /** what did not go as asked, in sentences */
    notes: string[];
  };
}

/** What `method: "auto"` takes. */
export function chooseMethod({ game, horizon }: Problem, asked: Method): Exclude<Method, "auto"> {
  if (asked === "auto") return game.proportional ? "moments" : "rollout";
  if (asked === "rollout" && horizon === "infinite")
    throw new MesaError(
      "INVALID_CONFIG",
      "an infinite horizon cannot be rolled out: method must be moments or exact",
    );
  const possible =
    (asked === "rollout" && !game.hidden) ||
    (asked === "moments" && game.proportional) ||
    (asked === "exact" && game.proportional?.quadraticGain && Object.keys(game.decision).length === 1);
  if (!possible) throw new MesaError("INVALID_CONFIG", `the game ${game.name} has no method ${asked}`);
  return asked;
}

function oneOf<T extends string>(name: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  throw new MesaError(
    "INVALID_CONFIG",
    `${name} must be one of ${allowed.join(", ")}, got ${JSON.stringify(value)}`,
  );
}

/**
 * Solves a game by backward induction.
 *
 * @param input a configuration; every key beside `game` has a default
 * @throws MesaError with the code of what is wrong
 */
export async function solve(input: Config, options: SolveOptions = {}): Promise<Result> {
  const problem = createProblem(input);
  const backend = oneOf("backend", options.backend ?? "auto", ["auto", "cpu", "gpu"]);
  const precision = oneOf("precision", options.precision ?? "certified", ["certified", "f32"]);
  const method = chooseMethod(
    problem,
    oneOf("method", options.method ?? "auto", ["auto", "rollout", "moments", "exact"]),
  );
  if (method === "exact" && backend === "gpu")
    throw new MesaError(
      "INVALID_CONFIG",
      "the method exact is a formula: it runs on the cpu, and backend gpu was asked",
    );
  if (precision === "f32" && (backend === "cpu" || method === "exact"))
    throw new MesaError(
      "INVALID_CONFIG",
      "precision f32 is the GPU's arithmetic: it needs backend gpu or auto and a grid",
    );

  const episodes = problem.learningRates.length;
  const induction = options.induction ?? new Induction(episodes);
  if (induction.steps.length !== episodes)
    throw new MesaError(
      "INVALID_CONFIG",
      `the induction must have as many episodes as the schedule, ${episodes}, got ${induction.steps.length}`,
    );

  const started = performance.now();
  const notes: string[] = [];
  const open = async (): Promise<Evaluator> => {
    if (method === "exact") return createExactEvaluator(problem);
    if (problem.game.network) {
      const required = backend === "gpu";
      const device = backend === "cpu" ? undefined : await createBatchCosts(problem, { required, gpu: options.gpu as GPU | undefined });
      return createSearchEvaluator(problem, device);
    }
    if (backend !== "cpu") {
      const gpu = await createGpuEvaluator(problem, {
        method,
        precision,
        required: backend === "gpu",
        gpu: options.gpu as GPU | undefined,
      });
      if (gpu) return gpu;
      if (precision === "f32") notes.push("there is no hardware adapter: solved in float64 on the cpu");
    }
    return createCpuEvaluator(problem, method);
  };

  const effort = method === "rollout" ? (t: number) => episodes - t : () => 1;
  let evaluator = await open();
  let equilibrium: Equilibrium | undefined;
  try {
    for (let losses = 0; ; losses++) {
      try {
        if (problem.horizon === "infinite") {
          equilibrium ??= await findEquilibrium(problem, evaluator, options);
          await induction.run(beforeEnd(problem, evaluator, equilibrium.moments), effort, options);
        } else await induction.run(evaluator, effort, options);
        break;
      } catch (error) {
        const lost = error instanceof MesaError && error.code === "DEVICE_LOST";
        if (!lost || backend !== "auto") throw error;
        const { adapter } = evaluator;
        evaluator.destroy();
        evaluator =
          losses === 0 ? await open() : await openCpu();
        notes.push(
          `${adapter} was lost at episode ${induction.remaining - 1} (${error.message}): went on with ${evaluator.adapter}`,
        );
      }
    }
  } finally {
    evaluator.destroy();
  }

  const trajectory = trajectoryOf(problem, induction.plan);
  const { steps } = induction;
  const { signalAt } = problem.chain;
  return {
    game: problem.game.name,
    config: problem.config,
    ...(equilibrium && { stationary: equilibrium.certificate }),
    ...(signalAt[0].length > 1 && { value: steps[0].cost }),
    plan: namePlan(problem.game, induction.plan),
    cost: steps.map(({ cost }) => cost),
    margin: steps.map(({ runnerUp, cost }) => (Number.isFinite(runnerUp) ? runnerUp - cost : null)),
    trajectory,
    measures: measuresOf(trajectory, trajectory.learningRate),
    solver: {
      backend: evaluator.backend,
      adapter: evaluator.adapter,
      method,
      precision: evaluator.precision,
      survivors: steps.reduce((sum, { survivors }) => sum + survivors, 0),
      milliseconds: performance.now() - started,
      version: __VERSION__,
      notes,
    },
  };
}

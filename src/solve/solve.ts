// From a configuration to a result: chooses the method and the backend, runs the induction, and says what really ran.

import type { Config, FilledConfig } from "../config.ts";
import { createCpuEvaluator } from "../cpu/evaluator.ts";
import { hasCode, MesaError } from "../errors.ts";
import { createGpuEvaluator } from "../gpu/evaluator.ts";
import { createProblem, type Problem } from "../problem.ts";
import { createExactEvaluator } from "./exact.ts";
import { Induction, type Progress } from "./induction.ts";
import {
  type Measures,
  measuresOf,
  type NamedPlan,
  namePlan,
  type Trajectory,
  trajectoryOf,
} from "./simulate.ts";
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
  /** the least average total mesa cost of each episode, shape [T] */
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
export function chooseMethod({ game }: Problem, asked: Method): Exclude<Method, "auto"> {
  if (asked === "auto") return game.proportional ? "moments" : "rollout";
  const possible =
    asked === "rollout" ||
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

/** devices that `auto` tries before it goes on with the CPU */
const MOST_DEVICES = 2;

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
  const openGpu = async (): Promise<Evaluator | undefined> => {
    try {
      return await createGpuEvaluator(problem, {
        method: method as "rollout" | "moments",
        precision,
        required: backend === "gpu",
        gpu: options.gpu as GPU | undefined,
      });
    } catch (error) {
      if (backend === "gpu" || !hasCode(error, "LIMIT_EXCEEDED")) throw error;
      notes.push(`did without the GPU: ${error.message}`);
      return undefined;
    }
  };
  const open = async (losses: number): Promise<Evaluator> => {
    if (method === "exact") return createExactEvaluator(problem);
    const gpu = backend !== "cpu" && losses < MOST_DEVICES ? await openGpu() : undefined;
    if (gpu) return gpu;
    if (precision === "f32" && losses === 0 && notes.length === 0)
      notes.push("there is no hardware adapter: solved in float64 on the cpu");
    return createCpuEvaluator(problem, method);
  };

  const effort = method === "rollout" ? (t: number) => episodes - t : () => 1;
  const losses: string[] = [];
  let noted = 0;
  let evaluator: Evaluator | undefined;
  try {
    for (;;) {
      try {
        evaluator = await open(losses.length);
        for (; noted < losses.length; noted++)
          notes.push(`${losses[noted]}: went on with ${evaluator.adapter}`);
        await induction.run(evaluator, effort, options);
        break;
      } catch (error) {
        if (backend !== "auto" || !hasCode(error, "DEVICE_LOST")) throw error;
        const adapter = evaluator?.adapter ?? "the GPU";
        losses.push(`${adapter} was lost at episode ${induction.remaining - 1} (${error.message})`);
        evaluator?.destroy();
        evaluator = undefined;
      }
    }
  } finally {
    evaluator?.destroy();
  }

  const trajectory = trajectoryOf(problem, induction.plan);
  const { steps } = induction;
  return {
    game: problem.game.name,
    config: problem.config,
    plan: namePlan(problem.game, induction.plan),
    cost: steps.map(({ cost }) => cost),
    margin: steps.map(({ runnerUp, cost }) => (Number.isFinite(runnerUp) ? runnerUp - cost : null)),
    trajectory,
    measures: measuresOf(trajectory, problem.learningRates),
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

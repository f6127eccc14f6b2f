// How a problem is solved: checks what was asked, chooses method and backend, and handles the loss of a device.

import { remembers } from "../config/config.ts";
import { createCpuEvaluator } from "../cpu/evaluator.ts";
import { hasCode, MesaError } from "../errors.ts";
import { createBatchCosts } from "../gpu/batch.ts";
import { createGpuEvaluator } from "../gpu/evaluator.ts";
import type { Evaluator } from "../model/evaluator.ts";
import { createExactEvaluator } from "../model/exact.ts";
import type { Problem } from "../model/problem.ts";
import { quote } from "../schema.ts";
import { availableThreads } from "../threads/pool.ts";
import { SPEEDS, secondsOnCpu } from "./estimate.ts";
import { METHODS, type MethodName, methods, refusal, type Solvable, whyNotThere } from "./methods.ts";
import { createSearchEvaluator, drawnAtOnce } from "./searchEvaluator.ts";

/** What computes: the CPU, a WebGPU adapter, or the one that the solver chooses. */
export type Backend = "auto" | "cpu" | "gpu";
/** How decisions are found: a method of {@link methods}, or the one that the solver chooses. */
export type Method = "auto" | MethodName;

/** The choice of a solver: what was asked, with `method` decided. */
export interface SolverChoice {
  readonly backend: Backend;
  readonly method: MethodName;
  readonly precision: "certified" | "f32";
  /** the maximum number of CPU threads */
  readonly threads: number;
  /** a `GPU`; its type is not used, because programs that read these declarations may not have it */
  readonly gpu: unknown;
}

/** the maximum number of threads that may be asked for */
const MAX_THREADS = 1024;
/** how many devices `auto` tries before it continues on the CPU */
const MAX_DEVICES = 2;

function oneOf<T extends string>(name: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  throw new MesaError(
    "INVALID_CONFIG",
    `${name} must be one of ${allowed.join(", ")}, got ${JSON.stringify(value)}`,
  );
}

/** The method that was asked for, or the choice of `auto`. @throws MesaError `INVALID_CONFIG` if the game lacks it */
export function chooseMethod(problem: Solvable, asked: Method): MethodName {
  const auto = methods.moments(problem) === undefined ? "moments" : "rollout";
  const method = asked === "auto" ? auto : asked;
  const refused = refusal(problem, method);
  if (refused !== undefined) throw new MesaError("INVALID_CONFIG", refused);
  return method;
}

/** @throws MesaError `INVALID_CONFIG` if the options contradict each other */
export function chooseSolver(
  problem: Problem,
  asked: {
    backend?: Backend;
    method?: Method;
    precision?: SolverChoice["precision"];
    threads?: number;
    gpu?: unknown;
  },
): SolverChoice {
  const backend = oneOf("backend", asked.backend ?? "auto", ["auto", "cpu", "gpu"]);
  const precision = oneOf("precision", asked.precision ?? "certified", ["certified", "f32"]);
  const method = chooseMethod(problem, oneOf("method", asked.method ?? "auto", ["auto", ...METHODS]));
  const misplaced = whyNotThere(problem, method, { backend, precision });
  if (misplaced !== undefined) throw new MesaError("INVALID_CONFIG", misplaced);
  return { backend, method, precision, threads: chooseThreads(asked.threads), gpu: asked.gpu };
}

/** The maximum number of threads: as asked, or one per core. @throws MesaError `INVALID_CONFIG` */
export function chooseThreads(asked: number | undefined): number {
  const threads = asked ?? availableThreads();
  if (!Number.isInteger(threads) || threads < 1 || threads > MAX_THREADS)
    throw new MesaError(
      "INVALID_CONFIG",
      `threads must be a whole number in [1, ${MAX_THREADS}], got ${quote(threads)}`,
    );
  return threads;
}

/** An evaluator on the device; undefined if `auto` should use the CPU. */
async function openGpu(problem: Problem, choice: SolverChoice): Promise<Evaluator | undefined> {
  const { precision, backend } = choice;
  const gpu = choice.gpu as GPU | undefined;
  const required = backend === "gpu";
  if (problem.game.network) {
    const device = await createBatchCosts(problem, { capacity: drawnAtOnce(problem), required, gpu });
    return device && createSearchEvaluator(problem, { device, threading: choice });
  }
  const method = choice.method as "rollout" | "moments";
  return createGpuEvaluator(problem, { method, precision, required, gpu, threading: choice });
}

/** An evaluator, and why `auto` chose it; null if the backend was asked for. */
interface Opened {
  readonly evaluator: Evaluator;
  readonly why: string | null;
}

/** A time as text, to two digits. */
const timeText = (seconds: number) => `${Number(seconds.toPrecision(2))} s`;

/** Why `auto` uses the CPU without looking for adapters; undefined if it should look. */
function whyCpu(problem: Problem, { method, precision, threads }: SolverChoice): string | undefined {
  if (method === "exact") return "the method exact is a formula";
  if (remembers(problem.config)) return "agents who remember are solved on the cpu";
  if (problem.game.network || precision === "f32") return undefined;
  const seconds = secondsOnCpu(problem, method, threads);
  return seconds < SPEEDS.opening
    ? `it takes an estimated ${timeText(seconds)}, and opening a device ${timeText(SPEEDS.opening)}`
    : undefined;
}

/** Opens the evaluator of a choice, after so many lost devices. @param notes receives what did not go as asked */
async function open(
  problem: Problem,
  choice: SolverChoice,
  losses: number,
  notes: string[],
): Promise<Opened> {
  const { backend, method, precision, threads } = choice;
  const onCpu = (why: string): Opened => {
    const evaluator =
      method === "exact"
        ? createExactEvaluator(problem)
        : problem.game.network
          ? createSearchEvaluator(problem, { threading: choice })
          : createCpuEvaluator(problem, method, choice);
    return { evaluator, why: backend === "auto" ? why : null };
  };
  const settled = backend === "cpu" ? "" : backend === "auto" ? whyCpu(problem, choice) : undefined;
  if (settled !== undefined) return onCpu(settled);
  if (losses === MAX_DEVICES) return onCpu("devices were lost");
  try {
    const evaluator = await openGpu(problem, choice);
    if (evaluator) {
      const slow =
        problem.game.network || method === "exact"
          ? "it is a hardware adapter"
          : `the cpu would take an estimated ${timeText(secondsOnCpu(problem, method, threads))}`;
      return { evaluator, why: backend === "auto" ? slow : null };
    }
    if (precision === "f32" && losses === 0)
      notes.push("there is no hardware adapter: solved in float64 on the cpu");
    return onCpu("there is no hardware adapter");
  } catch (error) {
    if (backend === "gpu" || !hasCode(error, "LIMIT_EXCEEDED")) throw error;
    notes.push(`the GPU was not used: ${error.message}`);
    return onCpu("the problem is beyond the adapter's limits");
  }
}

/**
 * Does work with an evaluator. If the device is lost and the backend is `auto`, calls `work` again with another
 * evaluator; it should resume where it stopped.
 *
 * @param notes receives what did not go as asked, in sentences
 * @returns what really ran: properties of the evaluator that finished the work
 */
export async function withEvaluator(
  problem: Problem,
  choice: SolverChoice,
  notes: string[],
  work: (evaluator: Evaluator) => Promise<void>,
  where: () => string,
): Promise<Required<Pick<Evaluator, "backend" | "adapter" | "precision" | "threads">> & Pick<Opened, "why">> {
  const losses: string[] = [];
  let noted = 0;
  for (;;) {
    let evaluator: Evaluator | undefined;
    try {
      const opened = await open(problem, choice, losses.length, notes);
      evaluator = opened.evaluator;
      for (; noted < losses.length; noted++)
        notes.push(`${losses[noted]}: continued with ${evaluator.adapter}`);
      await work(evaluator);
      if (evaluator.interpreted)
        notes.push(
          "WebAssembly is not allowed here: costs were computed by the interpreter, which is slower",
        );
      const { backend, adapter, precision, threads = 1 } = evaluator;
      return { backend, adapter, precision, threads, why: opened.why };
    } catch (error) {
      if (choice.backend !== "auto" || !hasCode(error, "DEVICE_LOST")) throw error;
      losses.push(`${evaluator?.adapter ?? "the GPU"} was lost ${where()} (${error.message})`);
    } finally {
      evaluator?.destroy();
    }
  }
}

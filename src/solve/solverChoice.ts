// How a problem is solved: what was asked, checked; who answers the induction's questions; and what happens when a
// device is lost on the choice.

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
import { METHODS, type MethodName, methods, refusal, type Solvable, unplaced } from "./methods.ts";
import { createSearchEvaluator, drawnAtOnce } from "./searchEvaluator.ts";

export type Backend = "auto" | "cpu" | "gpu";
export type Method = "auto" | MethodName;

/** What was asked, with `method` chosen. */
export interface SolverChoice {
  readonly backend: Backend;
  readonly method: MethodName;
  readonly precision: "certified" | "f32";
  /** threads of the CPU that may work */
  readonly threads: number;
  /** a `GPU`, whose types not every program that reads these has */
  readonly gpu: unknown;
}

/** threads that may be asked for */
const MOST_THREADS = 1024;
/** devices that `auto` tries before it goes on with the CPU */
const MOST_DEVICES = 2;

function oneOf<T extends string>(name: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  throw new MesaError(
    "INVALID_CONFIG",
    `${name} must be one of ${allowed.join(", ")}, got ${JSON.stringify(value)}`,
  );
}

/** What `method: "auto"` takes, or what was asked if the problem has it. @throws MesaError `INVALID_CONFIG` */
export function chooseMethod(problem: Solvable, asked: Method): MethodName {
  const auto = methods.moments(problem) === undefined ? "moments" : "rollout";
  const method = asked === "auto" ? auto : asked;
  const refused = refusal(problem, method);
  if (refused !== undefined) throw new MesaError("INVALID_CONFIG", refused);
  return method;
}

/** @throws MesaError `INVALID_CONFIG` when what is asked does not go together */
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
  const misplaced = unplaced(problem, method, { backend, precision });
  if (misplaced !== undefined) throw new MesaError("INVALID_CONFIG", misplaced);
  return { backend, method, precision, threads: chooseThreads(asked.threads), gpu: asked.gpu };
}

/** How many threads may work: as many as asked, or one a core. @throws MesaError `INVALID_CONFIG` */
export function chooseThreads(asked: number | undefined): number {
  const threads = asked ?? availableThreads();
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS)
    throw new MesaError(
      "INVALID_CONFIG",
      `threads must be a whole number in [1, ${MOST_THREADS}], got ${quote(threads)}`,
    );
  return threads;
}

/** The device's evaluator; undefined where `auto` does without. */
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

/** Who answers, and why `auto` took it; null where the backend was asked for. */
interface Opened {
  readonly evaluator: Evaluator;
  readonly why: string | null;
}

/** A time, in words: to two digits. */
const timeText = (seconds: number) => `${Number(seconds.toPrecision(2))} s`;

/** Why `auto` takes the CPU without a look at what adapters there are; undefined where it looks. */
function whyCpu(problem: Problem, { method, precision, threads }: SolverChoice): string | undefined {
  if (method === "exact") return "the method exact is a formula";
  if (remembers(problem.config)) return "agents who remember are solved there";
  if (problem.game.network || precision === "f32") return undefined;
  const seconds = secondsOnCpu(problem, method, threads);
  return seconds < SPEEDS.opening
    ? `it takes an estimated ${timeText(seconds)}, and opening a device ${timeText(SPEEDS.opening)}`
    : undefined;
}

/** The evaluator that was chosen, after so many devices were lost. @param notes told what did not go as asked */
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
  if (losses === MOST_DEVICES) return onCpu("devices were lost");
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
    notes.push(`did without the GPU: ${error.message}`);
    return onCpu("the problem is beyond the adapter's limits");
  }
}

/**
 * Does work with an evaluator. Where the device is lost and the backend is `auto`, the work is done again with
 * another, so it should go on from where it was.
 *
 * @param notes told what did not go as asked, in sentences
 * @returns what the evaluator that ended the work says of itself
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
        notes.push(`${losses[noted]}: went on with ${evaluator.adapter}`);
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

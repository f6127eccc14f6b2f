// Evaluates the candidates of a step on a GPU.
//
// f32: for each episode the device scores every candidate, finds the minimum and adds it to the plan; the host reads
// the results of all episodes of a submission at once.
//
// certified: the device lists the candidates that could be the minimum or the runner-up, by a bound of its own error.
// The oracle settles between them, and its decision is copied back to the device.

import { BEST_SIZE, ENCLOSED_SIZE, HUGE } from "../../shaders/minimum.wgsl.ts";
import { createDecider, type Decider } from "../cpu/decider.ts";
import type { Question } from "../cpu/oracle.ts";
import type { Threading } from "../cpu/solveThreads.ts";
import type { KnownCosts } from "../cpu/stages.ts";
import { isBounded } from "../game/structure.ts";
import { type Choice, type Evaluator, type Plan, type Step, stepOf, type Watch } from "../model/evaluator.ts";
import type { AgentView, Enclosure } from "../model/moments.ts";
import type { Problem } from "../model/problem.ts";
import { Buffers, type Enclosed, enclosed } from "./buffers.ts";
import type { Query } from "./context.ts";
import { guarded, type OpenDevice, openDevice } from "./device.ts";
import { checkFitsFloat32 } from "./gameWgsl.ts";
import { createMomentsScorer } from "./moments.ts";
import { Recorder } from "./recorder.ts";
import { createRolloutScorer, goesInStages } from "./rolloutScorer.ts";
import { createSearch } from "./search.ts";
import { createStages } from "./stages.ts";
import { createScreening, isKnown } from "./survivors.ts";

/** What a GPU evaluator is created for. */
export interface GpuOptions {
  readonly method: "rollout" | "moments";
  readonly precision: "certified" | "f32";
  /** accept a software adapter, and treat the lack of any adapter as an error */
  readonly required: boolean;
  /** the WebGPU to use instead of the platform's */
  readonly gpu?: GPU | undefined;
  /** the CPU's threads, on which float64 settles; one unless given */
  readonly threading?: Threading | undefined;
  /** overrides how many states an invocation rolls out side by side, for measurements */
  readonly lanes?: number | undefined;
}

/**
 * Opens a device and compiles the kernels for a problem.
 *
 * @returns undefined if there is no hardware adapter and a device is not required
 * @throws MesaError `NO_ADAPTER`, `LIMIT_EXCEEDED`, `SHADER_COMPILE`, `OUT_OF_MEMORY`, `GPU_VALIDATION`, `DEVICE_LOST`
 */
export async function createGpuEvaluator(
  problem: Problem,
  options: GpuOptions,
): Promise<GpuEvaluator | undefined> {
  const open = await openDevice(options.gpu, options.required);
  if (!open) return undefined;
  try {
    checkFitsFloat32(problem);
    return await guarded(open, () => build(open, problem, options));
  } catch (error) {
    open.device.destroy();
    throw error;
  }
}

/** An evaluator whose enclosures can be read, for tests and measurements. */
export interface GpuEvaluator extends Evaluator {
  /** Cost and error bound of every candidate at an episode, as averages over the states. Shape [candidates] each. */
  enclosures(episode: number, plan: Plan): Promise<{ cost: Float64Array; error: Float64Array }>;
  /** submissions so far */
  readonly submissions: number;
}

async function build(
  open: OpenDevice,
  problem: Problem,
  { method, precision, threading = { threads: 1 }, lanes }: GpuOptions,
): Promise<GpuEvaluator> {
  const { candidates, learningRates, hiddenPhase } = problem;
  const { signals } = hiddenPhase;
  const bounded = isBounded(problem.formulas);
  const recorder = new Recorder(open);
  const buffers = new Buffers(open.device);
  // f32 stores the best candidate of every episode and signal, so that the host can read many at once
  const bests = buffers.storage("bests", learningRates.length * signals * BEST_SIZE);
  const context = { open, problem, precision, recorder, buffers, bests, lanes };
  const staged =
    method === "rollout" && precision === "certified" && goesInStages(problem)
      ? await createStages(context)
      : undefined;
  const scorer =
    staged?.scorer ??
    (await (method === "rollout" ? createRolloutScorer(context) : createMomentsScorer(context)));
  const search = staged?.search ?? (await createSearch(context, scorer));

  /** f32: decides as many episodes as fit into a submission */
  async function follow(last: number, plan: Plan, watch: Watch): Promise<Step[]> {
    scorer.adopt(last, plan);
    let episode = last;
    for (let work = 0; episode >= 0; episode--) {
      work += scorer.workOf(episode) * candidates.size * signals;
      if (episode < last && (work > recorder.budget || recorder.room === 0)) break;
      for (let signal = 0; signal < signals; signal++)
        await search.record({ ...ANY, episode, signal, slot: episode * signals + signal }, watch);
      scorer.follow!(episode);
    }
    const first = episode + 1;
    const choices = await search.best(first * signals, (last + 1) * signals);
    return Array.from({ length: last + 1 - first }, (_, i) => last - i).map((t) =>
      stepOf(problem, t, choices.slice((t - first) * signals, (t + 1 - first) * signals), "float32"),
    );
  }

  /** certified: a question is screened on the device and settled by the oracle */
  let decider: Decider | undefined;
  async function createSettling() {
    const its = createDecider(problem, threading);
    decider = its;
    const screen = staged?.screen ?? (await createScreening(context, scorer, search));
    const settle = async (question: Question, query: Query, watch: Watch): Promise<Choice> => {
      let claims = new Map<number, Enclosure>();
      const screening = async (known?: KnownCosts) => {
        claims = claimsOf(await screen(query, watch, known), scorer.scale);
        return Uint32Array.from(claims.keys()).sort();
      };
      // stages use what float64 already knows when they screen; moments do not need it
      const among = staged ? screening : await screening();
      const claimed = bounded ? (index: number) => claims.get(index) : undefined;
      const choice = await its.settle(question, watch, among, claimed);
      return { ...choice, rolledOut: choice.rolledOut! + scorer.rolledOut };
    };
    return {
      async decide(episode: number, plan: Plan, watch: Watch): Promise<Step[]> {
        scorer.adopt(episode, plan);
        const choices: Choice[] = [];
        for (const [signal, question] of its.oracle.questions(episode, plan).entries())
          choices.push(await settle(question, { ...ANY, episode, signal }, watch));
        return [stepOf(problem, episode, choices)];
      },
      respond: (view: AgentView, watch: Watch) => settle(its.oracle.questionOf(view), ANY, watch),
    };
  }

  const { decide, respond } =
    precision === "certified"
      ? await createSettling()
      : {
          decide: follow,
          async respond(_view: unknown, watch: Watch): Promise<Choice> {
            await search.record(ANY, watch);
            return (await search.best(0, 1))[0];
          },
        };

  return {
    backend: "gpu",
    adapter: open.name,
    precision: precision === "certified" && !bounded ? "screened" : precision,
    get submissions() {
      return recorder.submissions;
    },
    get interpreted() {
      return decider?.oracle.interpreted ?? false;
    },
    get threads() {
      return decider?.threads.worked ?? 1;
    },
    decide: (last, plan, watch) => guarded(open, () => decide(last, plan, watch)),
    ...(method === "moments" && {
      respond: (view, watch) =>
        guarded(open, () => {
          scorer.adoptView!(view);
          return respond(view, watch);
        }),
    }),
    enclosures: (episode, plan) =>
      guarded(open, async () => {
        const [cost, error] = [new Float64Array(candidates.size), new Float64Array(candidates.size)];
        const keep = (entries: readonly Enclosed[]) => {
          for (const [index, enclosure] of claimsOf(entries, scorer.scale)) {
            cost[index] = enclosure.cost;
            error[index] = enclosure.error;
          }
        };
        scorer.adopt(episode, plan);
        const query = { ...ANY, episode };
        if (staged) keep(await staged.screen(query, {}));
        else {
          const back = buffers.readable("enclosures, read back", scorer.capacity * ENCLOSED_SIZE);
          await search.record(query, {}, async (_part, { candidates: size }) => {
            recorder.copy(scorer.enclosures, 0, back, 0, size * ENCLOSED_SIZE);
            keep(enclosed(await recorder.read(back, size * ENCLOSED_SIZE)));
          });
          back.destroy();
        }
        return { cost, error };
      }),
    destroy() {
      decider?.destroy();
      buffers.destroy();
      recorder.parts.destroy();
      open.device.destroy();
    },
  };
}

/** Enclosures from the device, by index of the candidate and as averages over the states. */
const claimsOf = (entries: readonly Enclosed[], scale: number): Map<number, Enclosure> =>
  new Map(
    entries.map((entry) => [
      entry.index,
      { cost: entry.cost * scale, error: isKnown(entry) ? entry.error * scale : Number.POSITIVE_INFINITY },
    ]),
  );

/** the question if episode and signal do not matter and nothing is known */
const ANY: Query = { episode: 0, signal: 0, slot: 0, limit: HUGE, whole: 1 };

// The induction's question answered on a GPU.
//
// f32: for each episode the device scores every candidate, finds the least and makes it the plan's; the host hears of
// a whole submission's episodes at once.
//
// certified: the device scores every candidate with an error bound and lists those that could be the least or the
// runner-up; the oracle settles between them, and its decision goes back to the device.

import { BEST_SIZE } from "../../shaders/least.wgsl.ts";
import { createDecider, type Decider } from "../cpu/decider.ts";
import type { Question } from "../cpu/oracle.ts";
import type { Threading } from "../cpu/solveThreads.ts";
import { isBounded } from "../game/structure.ts";
import { type Choice, type Evaluator, type Plan, type Step, stepOf, type Watch } from "../model/evaluator.ts";
import type { AgentView } from "../model/moments.ts";
import type { Problem } from "../model/problem.ts";
import { Buffers } from "./buffers.ts";
import type { Asked } from "./context.ts";
import type { Range } from "./cut.ts";
import { guarded, type OpenDevice, openDevice } from "./device.ts";
import { checkFitsFloat32 } from "./gameWgsl.ts";
import { createMomentsScorer } from "./moments.ts";
import { Recorder } from "./recorder.ts";
import { createRolloutScorer } from "./rolloutScorer.ts";
import { createSearch } from "./search.ts";
import { createScreening } from "./survivors.ts";

/** What a GPU evaluator is made for. */
export interface GpuOptions {
  readonly method: "rollout" | "moments";
  readonly precision: "certified" | "f32";
  /** whether a software adapter will do, and whether having none is an error */
  readonly required: boolean;
  /** the WebGPU to use in place of the platform's */
  readonly gpu?: GPU | undefined;
  /** the CPU's threads, on which float64 settles; one unless given */
  readonly threading?: Threading | undefined;
  /** states that an invocation rolls out side by side: what a measurement of the mapping varies */
  readonly lanes?: number | undefined;
}

/**
 * Opens a device and compiles the kernels for a problem.
 *
 * @returns undefined where no hardware adapter is and none is required
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

/** An evaluator that can also be asked for what it screens by. */
export interface GpuEvaluator extends Evaluator {
  /**
   * Cost and error bound of every candidate at an episode, as averages. Shape [candidates] each.
   *
   * @param every whether each is scored by itself, also where a bound of its cell alone would rule it out
   */
  enclosures(
    episode: number,
    plan: Plan,
    every?: boolean,
  ): Promise<{ cost: Float64Array; error: Float64Array }>;
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
  // f32 notes the best of every episode and signal, so that the host can hear of many at once
  const bests = buffers.storage("bests", learningRates.length * signals * BEST_SIZE);
  const context = { open, problem, precision, recorder, buffers, bests, lanes };
  const scorer = await (method === "rollout" ? createRolloutScorer(context) : createMomentsScorer(context));
  const search = await createSearch(context, scorer);

  /** f32: as many episodes as a submission holds */
  async function follow(last: number, plan: Plan, watch: Watch): Promise<Step[]> {
    scorer.adopt(last, plan);
    let episode = last;
    for (let work = 0; episode >= 0; episode--) {
      work += scorer.workOf(episode) * candidates.size * signals;
      if (episode < last && (work > recorder.budget || recorder.room === 0)) break;
      for (let signal = 0; signal < signals; signal++)
        await search.record({ episode, signal, slot: episode * signals + signal }, watch);
      scorer.follow(episode);
    }
    const first = episode + 1;
    const choices = await search.best(first * signals, (last + 1) * signals);
    return Array.from({ length: last + 1 - first }, (_, i) => last - i).map((t) =>
      stepOf(problem, t, choices.slice((t - first) * signals, (t + 1 - first) * signals), "float32"),
    );
  }

  /** certified: one question, screened here and settled by the oracle */
  let decider: Decider | undefined;
  async function createSettling() {
    const its = createDecider(problem, threading);
    decider = its;
    const survivors = await createScreening(context, scorer, search);
    const settle = async (question: Question, asked: Asked, watch: Watch): Promise<Choice> => {
      const enclosures = await survivors(asked, watch);
      const indices = Uint32Array.from(enclosures.keys());
      const choice = await its.settle(question, watch, indices, bounded ? enclosures : undefined);
      return { ...choice, rolledOut: choice.rolledOut! + scorer.rolledOut };
    };
    return {
      async decide(episode: number, plan: Plan, watch: Watch): Promise<Step[]> {
        scorer.adopt(episode, plan);
        const choices: Choice[] = [];
        for (const [signal, question] of its.oracle.questions(episode, plan).entries())
          choices.push(await settle(question, { episode, signal, slot: 0 }, watch));
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
    enclosures: (episode, plan, every) =>
      guarded(open, async () => {
        const [cost, error] = [new Float64Array(candidates.size), new Float64Array(candidates.size)];
        const back = buffers.readable("enclosures, read back", scorer.capacity * 8);
        scorer.adopt(episode, plan);
        const read = async (_part: number, { first, candidates: size }: Range) => {
          recorder.copy(scorer.enclosures, 0, back, 0, size * 8);
          const pairs = new Float32Array(await recorder.read(back, size * 8));
          for (let i = 0; i < size; i++) {
            cost[first + i] = pairs[2 * i] * scorer.scale;
            error[first + i] = pairs[2 * i + 1] * scorer.scale;
          }
        };
        await search.record({ ...ANY, episode }, {}, read, every);
        back.destroy();
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

/** asked where neither the episode nor the signal matters */
const ANY: Asked = { episode: 0, signal: 0, slot: 0 };

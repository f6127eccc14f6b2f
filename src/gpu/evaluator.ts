// The induction's question answered on a GPU.
//
// f32: for each episode the device scores every candidate, finds the least and makes it the plan's; the host hears of
// a whole submission's episodes at once.
//
// certified: the device scores every candidate with an error bound and lists those that could be the least or the
// runner-up; the oracle settles between them, and its decision goes back to the device.

import {
  BEST_SIZE,
  HUGE,
  leastWgsl,
  MOST_GROUPS,
  REDUCERS,
  survivorsWgsl,
} from "../../shaders/least.wgsl.ts";
import { WORKGROUP } from "../../shaders/rollout.wgsl.ts";
import { checkNotAborted, MesaError } from "../errors.ts";
import type { Problem } from "../problem.ts";
import { createOracle } from "../solve/settle.ts";
import type { Evaluator, Plan, Step, Watch } from "../solve/step.ts";
import { nextPart } from "./cut.ts";
import { guarded, type OpenDevice, openDevice } from "./device.ts";
import { createKernel } from "./kernel.ts";
import { createMomentsScorer } from "./moments.ts";
import { Recorder } from "./recorder.ts";
import { createRolloutScorer } from "./rollouts.ts";
import { readBack, Tables } from "./tables.ts";

/** What a GPU evaluator is made for. */
export interface GpuOptions {
  readonly method: "rollout" | "moments";
  readonly precision: "certified" | "f32";
  /** whether a software adapter will do, and whether having none is an error */
  readonly required: boolean;
  /** the WebGPU to use in place of the platform's */
  readonly gpu?: GPU | undefined;
}

/** survivors that come back with the least itself; where there are more, a second copy fetches them */
const FIRST_SURVIVORS = 1022;

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

/** @throws MesaError `LIMIT_EXCEEDED` when a number of the problem is too large for float32 */
function checkFitsFloat32({ learningRates, candidates, states, parameters }: Problem): void {
  for (const numbers of [learningRates, ...candidates.axes, ...states.axes, Object.values(parameters)])
    for (const x of numbers)
      if (!Number.isFinite(Math.fround(x)))
        throw new MesaError("LIMIT_EXCEEDED", `${x} is too large for float32, which the GPU computes in`);
}

/** An evaluator that can also be asked for what it screens by. */
export interface GpuEvaluator extends Evaluator {
  /** cost and error bound of every candidate at an episode, as averages. Shape [candidates] each. */
  enclosures(episode: number, plan: Plan): Promise<{ cost: Float64Array; error: Float64Array }>;
  /** submissions so far */
  readonly submissions: number;
}

async function build(
  open: OpenDevice,
  problem: Problem,
  { method, precision }: GpuOptions,
): Promise<GpuEvaluator> {
  const { device, name } = open;
  const { candidates, learningRates } = problem;
  const recorder = new Recorder(open);
  const tables = new Tables(device);
  const episodes = learningRates.length;
  const bests = tables.storage("bests", episodes * BEST_SIZE);
  const workshop = { open, problem, precision, recorder, tables, bests };
  const scorer = await (method === "rollout" ? createRolloutScorer(workshop) : createMomentsScorer(workshop));

  const groups = tables.storage("groups", MOST_GROUPS * BEST_SIZE);
  const least = leastWgsl();
  const reduce = await createKernel(device, "reduce", least, ["part", "read", "write", "write"]);
  const finish = await createKernel(device, "finish", least, ["part", "read", "write", "write"]);
  const reduceGroup = reduce.bind(recorder.parts, scorer.enclosures, groups, bests);
  const finishGroup = finish.bind(recorder.parts, scorer.enclosures, groups, bests);

  const bestsBack = tables.readable("bests, read back", episodes * BEST_SIZE);

  /** Records a step: its candidates part by part, each scored and reduced, and whatever else is to be done with it. */
  async function recordStep(
    episode: number,
    watch: Watch,
    then: (part: number, range: { first: number; candidates: number }) => void | Promise<void>,
  ): Promise<void> {
    const work = scorer.workOf(episode);
    for (let first = 0; first < candidates.size; ) {
      const range = nextPart(first, candidates.size, scorer.capacity, work, recorder.budget);
      if (range.candidates * work > recorder.room) {
        await recorder.flush();
        checkNotAborted(watch.signal);
        if (first > 0) watch.onShare?.(first / candidates.size);
      }
      const part = await scorer.score({ episode, ...range });
      recorder.dispatch(
        reduce,
        reduceGroup,
        part,
        Math.min(MOST_GROUPS, Math.ceil(range.candidates / REDUCERS)),
      );
      recorder.dispatch(finish, finishGroup, part, 1);
      await then(part, range);
      first += range.candidates;
    }
  }

  /** f32: as many episodes as a submission holds. */
  async function follow(last: number, plan: Plan, watch: Watch): Promise<Step[]> {
    scorer.adopt(last, plan);
    let first = last;
    for (let work = 0; first >= 0; first--) {
      work += scorer.workOf(first) * candidates.size;
      if (first < last && (work > recorder.budget || recorder.room === 0)) break;
      await recordStep(first, watch, () => {});
      scorer.follow(first);
    }
    first++;
    recorder.copy(bests, first * BEST_SIZE, bestsBack, first * BEST_SIZE, (last + 1 - first) * BEST_SIZE);
    await recorder.flush();
    const view = new DataView(await readBack(bestsBack, (last + 1) * BEST_SIZE));
    const steps: Step[] = [];
    for (let episode = last; episode >= first; episode--) {
      const cost = view.getFloat32(episode * BEST_SIZE, true);
      const index = view.getUint32(episode * BEST_SIZE + 4, true);
      const runnerUp = view.getFloat32(episode * BEST_SIZE + 8, true);
      if (!(cost < HUGE))
        throw new MesaError(
          "NOT_FINITE",
          `the average total mesa cost of every candidate at episode ${episode} is too large for float32; ` +
            "precision certified settles it in float64",
        );
      steps.push({
        episode,
        index,
        decision: candidates.at(index),
        cost: cost * scorer.scale,
        runnerUp: runnerUp < HUGE ? runnerUp * scorer.scale : Number.NaN,
        survivors: 0,
      });
    }
    return steps;
  }

  /** certified: one episode, screened here and settled by the oracle. */
  async function createSettling() {
    const oracle = createOracle(problem);
    const count = tables.storage("survivor count", 16);
    const survivors = tables.storage("survivors", candidates.size * 8);
    const back = tables.readable("survivors, read back", 16 + FIRST_SURVIVORS * 8);
    const survive = await createKernel(device, "survive", survivorsWgsl(WORKGROUP), [
      "part",
      "read",
      "read",
      "write",
      "write",
    ]);
    const surviveGroup = survive.bind(recorder.parts, scorer.enclosures, bests, count, survivors);

    /** the survivors' bytes, the first of them with the count */
    async function readSurvivors(
      episode: number,
    ): Promise<{ found: number; entries: DataView; threshold: number }> {
      const early = Math.min(FIRST_SURVIVORS, candidates.size);
      recorder.copy(count, 0, back, 0, 4);
      recorder.copy(bests, episode * BEST_SIZE + 8, back, 4, 4);
      recorder.copy(survivors, 0, back, 16, early * 8);
      await recorder.flush();
      const head = await readBack(back, 16 + early * 8);
      const [found] = new Uint32Array(head, 0, 1);
      const [threshold] = new Float32Array(head, 4, 1);
      if (found <= early) return { found, threshold, entries: new DataView(head, 16) };
      const all = new Tables(device);
      try {
        const whole = all.readable("all survivors, read back", found * 8);
        recorder.copy(survivors, 0, whole, 0, found * 8);
        await recorder.flush();
        return { found, threshold, entries: new DataView(await readBack(whole, found * 8)) };
      } finally {
        all.destroy();
      }
    }

    return async (episode: number, plan: Plan, watch: Watch): Promise<Step[]> => {
      scorer.adopt(episode, plan);
      recorder.clear(count);
      await recordStep(episode, watch, (part, range) =>
        recorder.dispatch(survive, surviveGroup, part, Math.ceil(range.candidates / WORKGROUP)),
      );
      const { found, entries, threshold } = await readSurvivors(episode);
      const indices: number[] = [];
      for (let i = 0; i < found; i++)
        if (!(entries.getFloat32(i * 8 + 4, true) > threshold)) indices.push(entries.getUint32(i * 8, true));
      return [
        oracle.settle(
          episode,
          indices.sort((a, b) => a - b),
          plan,
        ),
      ];
    };
  }

  const decide = precision === "f32" ? follow : await createSettling();

  return {
    backend: "gpu",
    adapter: name,
    precision,
    get submissions() {
      return recorder.submissions;
    },
    decide: (last, plan, watch) => guarded(open, () => decide(last, plan, watch)),
    enclosures: (episode, plan) =>
      guarded(open, async () => {
        const [cost, error] = [new Float64Array(candidates.size), new Float64Array(candidates.size)];
        const back = tables.readable("enclosures, read back", scorer.capacity * 8);
        scorer.adopt(episode, plan);
        await recordStep(episode, {}, async (_part, { first, candidates: size }) => {
          recorder.copy(scorer.enclosures, 0, back, 0, size * 8);
          await recorder.flush();
          const pairs = new Float32Array(await readBack(back, size * 8));
          for (let i = 0; i < size; i++) {
            cost[first + i] = pairs[2 * i] * scorer.scale;
            error[first + i] = pairs[2 * i + 1] * scorer.scale;
          }
        });
        back.destroy();
        return { cost, error };
      }),
    destroy() {
      tables.destroy();
      recorder.parts.destroy();
      device.destroy();
    },
  };
}

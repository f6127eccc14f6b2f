// Decides between candidates by the oracle's costs, with or without threads. The screening before it (a GPU in float32,
// or the moments in float64) has kept every candidate that could be the minimum or the runner-up. Here float64 decides
// among them, so that the step equals the oracle's to the bit, tie rule included.

import { checkNotAborted, MesaError } from "../errors.ts";
import { type Choice, Minimum, type Watch } from "../model/evaluator.ts";
import type { Enclosure } from "../model/moments.ts";
import type { Problem } from "../model/problem.ts";
import type { Job } from "../threads/pool.ts";
import { MANY_CANDIDATES, openCandidates } from "./boxes.ts";
import {
  boundsJob,
  indicesOf,
  type Range,
  type Sampling,
  type Situation,
  screenJob,
  situationOf,
  sumsJob,
} from "./jobs.ts";
import { createOracle, finiteOrInfinity, type Oracle, type Question, screen } from "./oracle.ts";
import type { Sample } from "./rollout.ts";
import { SolveThreads, type Threading } from "./solveThreads.ts";
import { type CostSource, type Screening, settleByStages } from "./stages.ts";

/** how long the CPU works before it lets timers, signals and progress through, in milliseconds */
const TURN = 50;
/** the maximum number of candidates between two checks of the clock */
const BATCH = 1024;
/** rollout steps between two checks of the clock, unless one candidate needs more */
const BATCH_STEPS = 2 ** 20;
/**
 * The minimum that a thread is sent, in rollout steps, or in candidates for moments: some tenths of a millisecond of
 * work, because sending it takes about half of a tenth.
 */
const MIN_SENT = { steps: 2 ** 19, moments: 2 ** 12 };
/**
 * the maximum that a thread is sent, as a multiple of that, so that waiting for the last thread or for a stop is short
 */
const MAX_SENT = 16;

/** Decides between the candidates of a problem. */
export interface Decider {
  readonly oracle: Oracle;
  readonly threads: SolveThreads;
  /** All candidates that the moments cannot rule out, in ascending order; only for a question that has enclosures. */
  screened(question: Question, watch: Watch): Promise<Uint32Array>;
  /**
   * The answer to a question, decided among `survivors`.
   *
   * @param among indices of candidates in ascending order that include the minimum and the runner-up, or a function
   *   that finds them; all candidates unless given
   * @param claimed the GPU's enclosure of a candidate's cost, from a proven bound
   * @throws MesaError `BOUND_BROKEN` if a cost is outside the enclosure of the GPU or of the moments
   */
  settle(
    question: Question,
    watch: Watch,
    among?: Uint32Array | Screening,
    claimed?: (index: number) => Enclosure | undefined,
  ): Promise<Choice>;
  destroy(): void;
}

/** A sample of states (all states unless given), and this work's share of what is left to do. */
interface Portion {
  readonly sample?: Sample | undefined;
  readonly portion: number;
}

/** How work on candidates is divided. */
interface Cut {
  /** candidates between two checks of the clock */
  readonly batch: number;
  /** the minimum number of candidates that a thread is sent */
  readonly smallest: number;
}

/** A decider that uses threads only once a solve turns out to be long. Any number of threads gives the same bits. */
export function createDecider(problem: Problem, threading: Threading): Decider {
  const { candidates, states, learningRates } = problem;
  const oracle = createOracle(problem);
  const threads = new SolveThreads(problem, threading);

  /** The answers of a job for ranges of candidates, computed by threads, or here with the same results. */
  async function askAll<Answer>(
    size: number,
    byThreads: ((ranges: Range[]) => Promise<Answer[] | undefined>) | undefined,
    computeHere: (range: Range) => Answer,
    { batch, smallest }: Cut,
    watch: Watch,
  ): Promise<Answer[]> {
    if (byThreads && threads.isReady) {
      const answers = await byThreads(threads.rangesOf(size, smallest, smallest * MAX_SENT));
      if (answers) return answers;
    }
    const answers: Answer[] = [];
    await inTurns(size, batch, watch, (from, to) => {
      answers.push(computeHere({ from, to }));
    });
    return answers;
  }

  /** The functions that compute the costs of a question's candidates and boxes. */
  function costSource(question: Question, watch: Watch): CostSource {
    const { episode, plan, parts, costsOf } = question;
    let situation: Situation | undefined;
    let done = 0;

    /** Computes a job for items that have `width` numbers each. */
    async function ask<Numbers extends Uint32Array | Float64Array>(
      job: Job<Sampling, Numbers, Float64Array>,
      numbers: Numbers,
      { width = 1, worth = 1, sample, portion }: { width?: number; worth?: number } & Portion,
      computeHere: (numbers: Numbers) => ArrayLike<number>,
    ): Promise<ArrayLike<number>> {
      const episodes = learningRates.length - (episode ?? 0);
      const steps = worth * (sample?.states.length ?? states.size) * episodes;
      const within = (1 - done) * portion;
      const share = { ...watch, onProgress: (of: number) => watch.onProgress?.(done + within * of) };
      const byThreads = (ranges: Range[]) => {
        situation ??= situationOf(threads.problem, episode!, plan!);
        const parts = ranges.map(({ from, to }) => numbers.slice(from * width, to * width) as Numbers);
        return threads.run({ job, shared: { situation, sample } }, parts, share);
      };
      const answers = await askAll<ArrayLike<number>>(
        numbers.length / width,
        plan && byThreads,
        ({ from, to }) => computeHere(numbers.subarray(from * width, to * width) as Numbers),
        {
          batch: Math.min(BATCH, Math.ceil(BATCH_STEPS / steps)),
          smallest: Math.ceil(MIN_SENT.steps / steps),
        },
        share,
      );
      done += within;
      return answers.length === 1 ? answers[0] : joined(answers);
    }

    return {
      costs: (indices, portion) => ask(sumsJob, indices, { portion }, costsOf),
      sums: (indices, sample, portion) => ask(sumsJob, indices, { sample, portion }, parts!.sumsOver(sample)),
      bounds(spans, sample, portion) {
        const { worth, boundsOver } = question.boxes!()!;
        const width = 2 * candidates.axes.length;
        return ask(boundsJob, spans, { width, worth, sample, portion }, boundsOver(sample));
      },
    };
  }

  /**
   * Candidates near the next episode's decision (or near the middle of the grid, if there is none), restricted to
   * `indices` in ascending order unless undefined.
   */
  function seedsOf({ episode, plan }: Question, indices: Uint32Array | undefined): number[] {
    const later = plan?.[episode! + 1];
    const middle = candidates.axes.map(({ length }) => length >> 1);
    const around = candidates.around(candidates.indexAt(later ? candidates.nearest(later) : middle));
    const seeds = indices ? around.filter((index) => indices.includes(index)) : around;
    return indices && seeds.length < 2 ? [...indices.subarray(0, 2)] : seeds;
  }

  /** The candidates that no box of candidates rules out by moments; undefined if boxes do not pay. */
  async function openByMoments(question: Question): Promise<Uint32Array | undefined> {
    const boxes = candidates.size >= MANY_CANDIDATES ? question.momentBoxes?.() : undefined;
    if (!boxes) return undefined;
    const highest = new Minimum();
    const tried = new Set<number>();
    const settle = async (indices: readonly number[]) => {
      for (const index of indices) {
        if (tried.has(index)) continue;
        tried.add(index);
        const { cost, error } = question.enclosure!(index);
        highest.offer(index, finiteOrInfinity(cost + error));
      }
    };
    await settle(seedsOf(question, undefined));
    const boundsOf = boxes.boundsOver();
    return openCandidates({
      ...{ grid: candidates, worth: boxes.worth, sample: undefined, settle },
      most: () => highest.runnerUp,
      bounds: async (spans) => boundsOf(spans),
    });
  }

  return {
    oracle,
    threads,
    async screened(question, watch) {
      const enclosure = question.enclosure!;
      const indices = (await openByMoments(question)) ?? indicesOf({ from: 0, to: candidates.size });
      const task = { job: screenJob, shared: { problem: threads.problem, view: question.view! } };
      const kept = await askAll(
        indices.length,
        (ranges) => {
          const parts = ranges.map(({ from, to }) => indices.slice(from, to));
          return threads.run(task, parts, watch);
        },
        ({ from, to }) => screen(indices.subarray(from, to), enclosure),
        { batch: BATCH, smallest: MIN_SENT.moments },
        watch,
      );
      return Uint32Array.from(screen(kept.flat(), enclosure));
    },
    async settle(question, watch, among, claimed) {
      const { enclosure, episode } = question;
      let survivors = candidates.size;
      const thinned = (some: Uint32Array) => {
        survivors = some.length;
        return enclosure && some.length > 2 ? Uint32Array.from(screen(some, enclosure)) : some;
      };
      const few = typeof among === "function" ? undefined : among && thinned(among);
      const screening: Screening | undefined =
        typeof among === "function" ? async (known) => thinned(await among(known)) : undefined;
      const { indices, costs, rolledOut } = await settleByStages(
        question,
        screening ?? few,
        () => seedsOf(question, few),
        problem,
        costSource(question, watch),
      );
      const minimum = new Minimum();
      for (let i = 0; i < indices.length; i++) {
        const index = indices[i];
        const cost = costs[i];
        const claim = claimed?.(index);
        if (claim) checkHolds("float32", claim, { index, cost, episode });
        if (enclosure) checkHolds("the moments", enclosure(index), { index, cost, episode });
        minimum.offer(index, finiteOrInfinity(cost));
      }
      return minimum.choice(candidates, survivors, question.plan ? rolledOut : 0);
    },
    destroy: () => threads.destroy(),
  };
}

/** Concatenates lists of numbers. */
function joined(lists: readonly ArrayLike<number>[]): Float64Array {
  const all = new Float64Array(lists.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const list of lists) {
    all.set(list, at);
    at += list.length;
  }
  return all;
}

/** @throws MesaError `BOUND_BROKEN` if float64's cost is outside of a finite enclosure */
function checkHolds(
  what: string,
  { cost: middle, error }: Enclosure,
  { index, cost, episode }: { index: number; cost: number; episode: number | undefined },
): void {
  if (Math.abs(cost - middle) <= error || !Number.isFinite(middle) || !Number.isFinite(error)) return;
  const where = episode === undefined ? "" : ` at episode ${episode}`;
  throw new MesaError(
    "BOUND_BROKEN",
    `the error bound of ${what} is broken${where}: candidate ${index} costs ${cost}, which is not within ${error} of ${middle}`,
  );
}

/** Calls `work` for [0, size) in batches, and regularly lets the event loop run. */
async function inTurns(
  size: number,
  batch: number,
  watch: Watch,
  work: (from: number, to: number) => void,
): Promise<void> {
  let turnEnds = performance.now() + TURN;
  for (let from = 0; from < size; from += batch) {
    work(from, Math.min(from + batch, size));
    if (performance.now() < turnEnds) continue;
    watch.onProgress?.(Math.min(from + batch, size) / size);
    await new Promise((resolve) => setTimeout(resolve));
    checkNotAborted(watch.signal);
    turnEnds = performance.now() + TURN;
  }
}

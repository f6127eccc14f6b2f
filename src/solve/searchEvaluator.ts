// Evaluates steps whose decisions are not on a grid, such as a network's weights: each step is a search by quasi-Newton
// descents from many starting points. The gradient of the average total mesa cost includes the effect on later agents.
//
// The starting points are the next episode's decision, random points near it, and random points anywhere. More random
// points are drawn than are used; their costs, computed on a device or here, decide which. All descents take some
// steps, and the best few continue to the end. If the next agent had the same question, its answer is the only starting
// point.

import type { SearchSettings } from "../config/config.ts";
import { createGradients } from "../cpu/gradient.ts";
import { costsJob, type Descended, descentJob, situationOf } from "../cpu/jobs.ts";
import { createOracle, finiteOrInfinity } from "../cpu/oracle.ts";
import { SolveThreads, type Threading } from "../cpu/solveThreads.ts";
import { checkNotAborted, MesaError } from "../errors.ts";
import { drawWeights } from "../game/network.ts";
import {
  type BatchCosts,
  type Evaluator,
  Minimum,
  type Plan,
  type Step,
  stepOf,
  type Watch,
} from "../model/evaluator.ts";
import type { Problem } from "../model/problem.ts";
import { Descent } from "../search/descent.ts";
import { Random } from "../search/random.ts";

/** how many points are drawn for each starting point */
const DRAWN = 16;
/** the share of its evaluations that every descent gets before the best are chosen */
const FIRST = 1 / 8;
/** how many descents continue to the end */
const FINALISTS = 3;
/** how far points near a decision are from it: standard deviations of each number */
const NEAR = [0.02, 0.05, 0.1, 0.2, 0.5];
/** how long work may run before timers and signals are let through, in milliseconds */
const TURN = 50;

/** The maximum number of points for which a search asks a device at once. */
export const drawnAtOnce = ({ config }: Problem): number => DRAWN * (config.search as SearchSettings).starts;

/** The maximum number of evaluations of the cost and its gradient in an episode. */
export const evaluationsOf = ({ starts, evaluations }: SearchSettings): number =>
  (starts + 1) * Math.ceil(evaluations * FIRST) + Math.min(FINALISTS, starts + 1) * evaluations;

/**
 * An evaluator that searches.
 *
 * @param device computes the costs of drawn points; the oracle does unless given
 * @param threading the CPU's threads, on which descents run
 */
export function createSearchEvaluator(
  problem: Problem,
  { device, threading = { threads: 1 } }: { device?: BatchCosts; threading?: Threading } = {},
): Evaluator {
  const oracle = createOracle(problem);
  const gradients = createGradients(problem);
  const { seed, starts, evaluations } = problem.config.search as SearchSettings;
  const { layers } = problem.game.network!;
  const episodes = problem.learningRates.length;
  const threads = new SolveThreads(problem, threading);
  const few = Math.ceil(evaluations * FIRST);
  let turn = performance.now();

  async function giveTurn(signal: AbortSignal | undefined): Promise<void> {
    if (performance.now() - turn > TURN) {
      await new Promise((resolve) => setTimeout(resolve));
      turn = performance.now();
    }
    checkNotAborted(signal);
  }

  /** Starting points, the best of the drawn points. */
  async function startsAt(episode: number, plan: Plan, watch: Watch): Promise<number[][]> {
    const random = Random.seeded(seed * episodes + episode);
    const normal = () => random.normal();
    const next = plan[episode + 1] as readonly number[] | undefined;
    const near = () => {
      const deviation = NEAR[Math.floor(random.uniform() * NEAR.length)];
      return next!.map((x) => x + deviation * normal());
    };
    const anywhere = () => drawWeights(layers, random);
    const nearCount = next ? Math.floor(starts / 2) : 0;
    const chosen = next ? [[...next]] : [];
    for (const [draw, count] of [
      [near, nearCount],
      [anywhere, starts - nearCount],
    ] as const) {
      const points = Array.from({ length: DRAWN * count }, draw);
      if (count === 0) continue;
      const costs = await (device
        ? device.costs(episode, plan, points)
        : costsHere(episode, plan, points, watch));
      const rank = (i: number) => (Number.isFinite(costs[i]) ? costs[i] : Number.POSITIVE_INFINITY);
      const order = [...points.keys()].sort((i, j) => rank(i) - rank(j) || i - j);
      chosen.push(...order.slice(0, count).map((i) => points[i]));
    }
    return chosen;
  }

  /** The costs of points, computed by the oracle. */
  async function costsHere(
    episode: number,
    plan: Plan,
    points: readonly number[][],
    { signal }: Watch,
  ): Promise<ArrayLike<number>> {
    const task = { job: costsJob, shared: situationOf(threads.problem, episode, plan) };
    const ranges = threads.rangesOf(points.length, 1, points.length);
    const parts = ranges.map(({ from, to }) => points.slice(from, to));
    const answers = await threads.run(task, parts, { signal });
    if (answers) return answers.flatMap((costs) => [...costs]);
    const costsOf = oracle.costsAt(episode, plan);
    const costs: number[] = [];
    for (const point of points) {
      costs.push(...costsOf([point]));
      await giveTurn(signal);
    }
    return costs;
  }

  /** Descends from each of some points. @param onShare receives the share of the descents that is done */
  async function descend(
    [episode, plan]: readonly [number, Plan],
    points: readonly ArrayLike<number>[],
    evaluations: number,
    { signal }: Watch,
    onShare: (share: number) => void,
  ): Promise<Descended[]> {
    const task = { job: descentJob, shared: situationOf(threads.problem, episode, plan) };
    const parts = points.map((start) => ({ start: Float64Array.from(start), evaluations }));
    const answers = await threads.run(task, parts, { signal, onProgress: onShare });
    if (answers) return answers;
    const of = gradients.at(episode, plan);
    const descended: Descended[] = [];
    for (const [i, start] of points.entries()) {
      const descent = new Descent(of, start);
      while (!descent.ended && descent.evaluations < evaluations) {
        descent.step();
        if (performance.now() - turn > TURN) onShare((i + descent.evaluations / evaluations) / points.length);
        await giveTurn(signal);
      }
      descended.push(descent);
    }
    return descended;
  }

  return {
    backend: device ? "gpu" : "cpu",
    adapter: device?.adapter ?? "cpu",
    precision: device ? "screened" : "float64",
    get threads() {
      return threads.worked;
    },
    get interpreted() {
      return oracle.interpreted;
    },
    async decide(episode: number, plan: Plan, watch: Watch): Promise<Step[]> {
      const isSolved = episode + 1 < episodes && [episode, episode + 1].every(gradients.isAlone);
      const points = isSolved ? [[...plan[episode + 1]]] : await startsAt(episode, plan, watch);
      const [short, long] = [points.length * few, Math.min(FINALISTS, points.length) * evaluations];
      const from = [episode, plan] as const;
      const reporting = (done: number, more: number) => (share: number) =>
        watch.onProgress?.((done + share * more) / (short + long));
      const first = await descend(from, points, few, watch, reporting(0, short));
      const best = first.filter(({ value }) => Number.isFinite(value)).sort((a, b) => a.value - b.value);
      if (best.length === 0)
        throw new MesaError(
          "NOT_FINITE",
          `at episode ${episode} the cost of every one of ${points.length} points is too large or undefined`,
        );
      const finalists = best.slice(0, FINALISTS).map(({ point }) => point);
      const last = await descend(from, finalists, evaluations, watch, reporting(short, long));
      // the oracle decides, and the next episode's decision is included, so that no answer is worse than it
      const decisions = [...(plan[episode + 1] ? [points[0]] : []), ...last.map(({ point }) => [...point])];
      const minimum = new Minimum();
      for (const [i, cost] of oracle.costsAt(episode, plan)(decisions).entries())
        minimum.offer(i, finiteOrInfinity(cost));
      const found = {
        index: -1,
        decision: decisions[minimum.index],
        cost: minimum.cost,
        runnerUp: Number.NaN,
      };
      const step = { ...found, survivors: points.length };
      return [stepOf(problem, episode, [step])];
    },
    destroy() {
      device?.destroy();
      threads.destroy();
    },
  };
}

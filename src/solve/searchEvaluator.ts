// Where no grid holds the decisions, as with a network's weights, each step of the induction is a search: CMA-ES with
// restarts, whose every generation is one batch of rollouts. It starts from the decision of the episode after, which
// is seldom far. In float32 the best few of a generation are settled in float64 before the search hears of them.

import type { SearchSettings } from "../config/config.ts";
import { costsJob, situationOf } from "../cpu/jobs.ts";
import { createOracle } from "../cpu/oracle.ts";
import { SolveThreads, type Threading } from "../cpu/solveThreads.ts";
import { checkNotAborted } from "../errors.ts";
import {
  type BatchCosts,
  type Evaluator,
  type Plan,
  type Step,
  stepOf,
  type Watch,
} from "../model/evaluator.ts";
import type { Problem } from "../model/problem.ts";
import { minimize } from "../search/minimize.ts";

/** σ at the start: weights of about one */
const STEP_SIZE = 0.5;
/** of a generation, how many float64 settles */
const SETTLED = 4;
/** what a thread is sent at least, a few tenths of a millisecond of work: rollout steps times weights */
const LEAST_SENT = 2 ** 17;
/** how long generations may follow each other before timers and signals get a turn, in milliseconds */
const TURN = 50;

/**
 * An evaluator that searches.
 *
 * @param device what costs the candidates; the oracle itself where there is none
 * @param settles whether the oracle settles the best few of what a device costs
 * @param threading the CPU's threads, for where there is no device
 */
export function createSearchEvaluator(
  problem: Problem,
  {
    device,
    settles = true,
    threading = { threads: 1 },
  }: { device?: BatchCosts; settles?: boolean; threading?: Threading } = {},
): Evaluator {
  const oracle = createOracle(problem);
  const { seed, population, generations, restarts } = problem.config.search as SearchSettings;
  const dimension = problem.game.network!.weights;
  const episodes = problem.learningRates.length;
  const threads = new SolveThreads(problem, device ? { threads: 1 } : threading);
  let turn = performance.now();

  return {
    backend: device ? "gpu" : "cpu",
    adapter: device?.adapter ?? "cpu",
    precision: !device ? "float64" : settles ? "screened" : "f32",
    get threads() {
      return threads.worked;
    },
    get interpreted() {
      return oracle.interpreted;
    },
    async decide(episode: number, plan: Plan, watch: Watch): Promise<Step[]> {
      const costsOf = oracle.costsAt(episode, plan);
      const steps = problem.states.size * (episodes - episode);
      const least = Math.ceil(LEAST_SENT / (steps * dimension));
      const task = { job: costsJob, shared: situationOf(threads.problem, episode, plan) };
      let survivors = 0;

      /** undefined where no threads take part */
      async function byThreads(decisions: readonly number[][]): Promise<number[] | undefined> {
        if (!threads.isReady) return undefined;
        const ranges = threads.rangesOf(decisions.length, least, decisions.length);
        const parts = ranges.map(({ from, to }) => decisions.slice(from, to));
        const costs = await threads.run(task, parts, { signal: watch.signal });
        return costs?.flatMap((part) => [...part]);
      }

      async function evaluate(points: readonly Float64Array[]): Promise<ArrayLike<number>> {
        if (performance.now() - turn > TURN) {
          await new Promise((resolve) => setTimeout(resolve));
          turn = performance.now();
        }
        checkNotAborted(watch.signal);
        if (!device) {
          const decisions = points.map((point) => [...point]);
          return (await byThreads(decisions)) ?? costsOf(decisions);
        }
        const costs = await device.costs(episode, plan, points);
        const order = Array.from(costs.keys()).sort((a, b) => costs[a] - costs[b] || a - b);
        const best = order.slice(0, settles ? SETTLED : 0);
        const settled = costsOf(best.map((i) => [...points[i]]));
        for (const [j, i] of best.entries()) costs[i] = settled[j];
        survivors += best.length;
        return costs;
      }

      const after = episode + 1 < episodes ? [plan[episode + 1]] : [];
      const { point } = await minimize(evaluate, {
        dimension,
        seed: seed * episodes + episode,
        population,
        generations,
        restarts,
        stepSize: STEP_SIZE,
        start: after,
        signal: watch.signal,
        onGeneration: ({ run, generation }) =>
          watch.onProgress?.((run + generation / generations) / (restarts + 1)),
      });
      const decision = [...point];
      const [cost] = costsOf([decision]);
      return [stepOf(problem, episode, [{ index: -1, decision, cost, runnerUp: Number.NaN, survivors }])];
    },
    destroy() {
      device?.destroy();
      threads.destroy();
    },
  };
}

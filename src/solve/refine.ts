// Agents who remember have a decision for some of their beliefs only (src/model/memory.ts). This solves a game
// repeatedly, each time with twice as many beliefs per episode, until the cost and the measures no longer change.

import { measuresByName } from "../model/measures.ts";
import { createProblem, FIRST_NODES, type Problem } from "../model/problem.ts";
import { outcomeOf } from "../model/simulate.ts";
import { Induction, type Progress } from "./induction.ts";

/** How fine the beliefs of a plan are, for agents who remember. */
export interface Refinement {
  /** the maximum number of beliefs that an episode has a decision for */
  readonly nodes: number;
  /**
   * The maximum of the relative change of the first cost and the changes of the measures, when the number of beliefs was
   * last doubled. This estimates the error and does not bound it: each change is mostly a quarter of the one before, and
   * then the error is about a third of the last change. 0 if every belief that can occur has its own decision: the plan
   * is then exact.
   */
  readonly error: number;
}

/** the maximum number of nodes of all episodes, and of one episode */
const MOST = { all: 2 ** 21, episode: 2 ** 13 };

/**
 * Solves a problem of agents who remember until `memoryError` of its configuration is met.
 *
 * @param run solves a problem into an induction
 * @param induction receives the final steps
 * @param notes receives a sentence if the limits do not allow enough beliefs
 */
export async function refine<T>(
  { config, learningRates }: Problem,
  run: (problem: Problem, induction: Induction, onProgress: (progress: Progress) => void) => Promise<T>,
  {
    onProgress,
    induction,
    notes,
  }: {
    onProgress: ((progress: Progress) => void) | undefined;
    induction: Induction;
    notes: string[];
  },
): Promise<T & { problem: Problem; memory: Refinement }> {
  const episodes = learningRates.length;
  const wanted = config.memoryError!;
  let before: Readonly<Record<string, number>> | undefined;
  for (let [nodes, left] = [FIRST_NODES, 1]; ; nodes *= 2, left /= 2) {
    const problem = createProblem(config, nodes);
    const tried = new Induction(episodes);
    const ran = await run(problem, tried, (progress) =>
      onProgress?.({ ...progress, share: 1 - left * (1 - progress.share / 2) }),
    );
    const memory = problem.hiddenPhase.memory!;
    const now = numbersOf(problem, tried);
    const known = memory.complete || before !== undefined;
    const error = memory.complete ? 0 : before ? changeBetween(before, now) : Number.POSITIVE_INFINITY;
    before = now;
    const isLast = 2 * nodes > MOST.episode || 2 * nodes * episodes > MOST.all;
    // at least two solves are made, because the error is the change between two
    if (!(error <= wanted) && !(isLast && known)) continue;
    if (!(error <= wanted))
      notes.push(
        `memoryError ${wanted} is not met: an episode may have at most ${nodes} beliefs, and the last doubling changed the cost or a measure by ${error}`,
      );
    for (const step of tried.steps.toReversed()) induction.take(step);
    const most = Math.max(...memory.nodes.map(({ length }) => length));
    return { ...ran, problem, memory: { nodes: most, error } };
  }
}

/** The numbers that are compared, by name: the first cost, and the measures that have a meaning. */
function numbersOf(problem: Problem, { plan, steps }: Induction): Record<string, number> {
  const measures = Object.entries(measuresByName(outcomeOf(problem, plan)));
  const known = measures.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
  return { ...Object.fromEntries(known), cost: steps[0].cost };
}

function changeBetween(
  before: Readonly<Record<string, number>>,
  now: Readonly<Record<string, number>>,
): number {
  const unit = (name: string) => (name === "cost" ? Math.max(Math.abs(now.cost), Number.MIN_VALUE) : 1);
  return Math.max(...Object.entries(now).map(([name, x]) => Math.abs(x - before[name]) / unit(name)));
}

// What threads can be asked to do. A job is given what all parts of a task share, once a thread, and prepares what is
// then called for each part. What goes in and comes out is plain data: numbers, arrays, a configuration that was
// checked, but no functions. The buffers of an answer's typed arrays are moved, so they must be the answer's own.

import type { FilledConfig } from "../config.ts";
import { cellsJob } from "../phase/cpu.ts";
import { createProblem, type Problem } from "../problem.ts";
import { createOracle, leastAmong, type Oracle, screen, type View } from "../solve/settle.ts";
import type { Plan } from "../solve/step.ts";

/** A problem whose game is built in, as plain data. */
export interface ProblemData {
  /** another one for each problem that a pool is asked about */
  readonly id: number;
  readonly config: FilledConfig;
}

/** An episode of a problem, with the decisions after it. */
export interface Situation {
  readonly problem: ProblemData;
  readonly episode: number;
  /** the later decisions' numbers, one decision after the other */
  readonly later: Float64Array;
}

/** Indices of candidates: `from` and those after it that are below `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

let known: { id: number; problem: Problem; oracle: Oracle } | undefined;

/** The problem of the data, made but once while the same one is asked about. */
function problemOf({ id, config }: ProblemData) {
  if (known?.id !== id) {
    const problem = createProblem(config);
    known = { id, problem, oracle: createOracle(problem) };
  }
  return known;
}

export const jobs = {
  /** the least and the second least average total mesa cost of a range of candidates */
  least(situation: Situation) {
    const { problem, oracle } = problemOf(situation.problem);
    const [question] = oracle.questions(situation.episode, planOf(situation, problem));
    return (range: Range) => {
      const { index, cost, runnerUp } = leastAmong(question, indicesOf(range));
      return { index, cost, runnerUp };
    };
  },

  /** the average total mesa costs of any decisions, shape [n] for n of them */
  costs(situation: Situation) {
    const { problem, oracle } = problemOf(situation.problem);
    const costsOf = oracle.costsAt(situation.episode, planOf(situation, problem));
    return (decisions: readonly (readonly number[])[]) => Float64Array.from(costsOf(decisions));
  },

  /** those of a range of candidates that could be the least or the runner-up under an outlook */
  screen({ problem: data, view: { outlook, roundings } }: { problem: ProblemData; view: View }) {
    const { enclosure } = problemOf(data).oracle.questionOf(outlook, roundings);
    return (range: Range) => screen(indicesOf(range), enclosure!);
  },

  /** cells of a phase diagram */
  cells: cellsJob,
};

export type Jobs = typeof jobs;

/** The indices of a range, in ascending order. */
export function indicesOf({ from, to }: Range): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/** An episode with the later decisions of a plan. */
export function situationOf(problem: ProblemData, episode: number, plan: Plan): Situation {
  return { problem, episode, later: Float64Array.from(plan.slice(episode + 1).flat()) };
}

function planOf({ episode, later }: Situation, { learningRates: { length } }: Problem): Plan {
  const size = later.length / (length - episode - 1);
  return Array.from({ length }, (_, k) => {
    const from = (k - episode - 1) * size;
    return k > episode ? [...later.subarray(from, from + size)] : [];
  });
}

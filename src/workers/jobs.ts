// What threads can be asked to do. A job is given what all parts of a task share, once a thread, and prepares what is
// then called for each part. What goes in and comes out is plain data: numbers, arrays, a configuration that was
// checked, but no functions. The buffers of an answer's typed arrays are moved, so they must be the answer's own.

import type { FilledConfig } from "../config.ts";
import { createProblem, type Problem } from "../problem.ts";
import { createOracle, leastAmong, type Oracle } from "../solve/settle.ts";
import type { Plan } from "../solve/step.ts";

/** A problem whose game is built in, as plain data. */
export interface ProblemData {
  /** another one for each problem that a pool is asked about */
  readonly id: number;
  readonly config: FilledConfig;
}

/** An episode of a problem with all later decisions made. */
export interface Situation {
  readonly problem: ProblemData;
  readonly episode: number;
  readonly plan: Plan;
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
  least({ problem: data, episode, plan }: Situation) {
    const { problem, oracle } = problemOf(data);
    const costsOf = oracle.costsAt(episode, plan);
    return (range: Range) => {
      const { index, cost, runnerUp } = leastAmong(costsOf, problem.candidates, indicesOf(range));
      return { index, cost, runnerUp };
    };
  },

  /** the average total mesa costs of any decisions, shape [n] for n of them */
  costs({ problem, episode, plan }: Situation) {
    const costsOf = problemOf(problem).oracle.costsAt(episode, plan);
    return (decisions: readonly (readonly number[])[]) => Float64Array.from(costsOf(decisions));
  },
};

export type Jobs = typeof jobs;

/** the indices of a range, in ascending order */
export function indicesOf({ from, to }: Range): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

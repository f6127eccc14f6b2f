// The jobs of a solve's threads: costs of candidates, screening of candidates, and descents of a search.

import type { FilledConfig } from "../config/config.ts";
import type { Plan } from "../model/evaluator.ts";
import { createProblem, type Problem } from "../model/problem.ts";
import { Descent } from "../search/descent.ts";
import type { Job } from "../threads/pool.ts";
import { createGradients, type Gradients } from "./gradient.ts";
import { type BoundedView, createOracle, type Oracle, screen } from "./oracle.ts";
import type { Sample } from "./rollout.ts";

/** A problem as plain data. */
export interface ProblemData {
  /** a number that identifies the problem */
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

/** Indices of candidates in [from, to). */
export interface Range {
  readonly from: number;
  readonly to: number;
}

let known: { id: number; problem: Problem; oracle: Oracle; gradients?: Gradients } | undefined;

/** The problem of the data; the last one is cached. */
function problemOf({ id, config }: ProblemData) {
  if (known?.id !== id) {
    const problem = createProblem(config);
    known = { id, problem, oracle: createOracle(problem) };
  }
  return known;
}

/** An episode whose candidates are evaluated, on all states or on a sample of them. */
export interface Sampling {
  readonly situation: Situation;
  readonly sample?: Sample | undefined;
}

/** The sums of candidates' costs over a sample, or their costs if there is no sample; by index. Shape [n]. */
export const sumsJob: Job<Sampling, Uint32Array, Float64Array> = {
  name: "sums",
  open({ situation, sample }) {
    const { problem, oracle } = problemOf(situation.problem);
    const [question] = oracle.questions(situation.episode, planOf(situation, problem));
    const valuesOf = sample ? question.parts!.sumsOver(sample) : question.costsOf;
    return (indices) => Float64Array.from(valuesOf(indices));
  },
};

/** The bounds of boxes of candidates over a sample, or over all states: see src/cpu/boxes.ts. */
export const boundsJob: Job<Sampling, Float64Array, Float64Array> = {
  name: "bounds",
  open({ situation, sample }) {
    const { problem, oracle } = problemOf(situation.problem);
    const [question] = oracle.questions(situation.episode, planOf(situation, problem));
    return question.boxes!()!.boundsOver(sample);
  },
};

/** The average total mesa costs of any n decisions, shape [n]. */
export const costsJob: Job<Situation, readonly (readonly number[])[], Float64Array> = {
  name: "costs",
  open(situation) {
    const { problem, oracle } = problemOf(situation.problem);
    const costsOf = oracle.costsAt(situation.episode, planOf(situation, problem));
    return (decisions) => Float64Array.from(costsOf(decisions));
  },
};

/** The current state of a descent. */
export type Descended = Pick<Descent, "point" | "value">;

/** A descent of the average total mesa cost from a decision, with a maximum number of evaluations. */
export const descentJob: Job<Situation, { start: Float64Array; evaluations: number }, Descended> = {
  name: "descent",
  open(situation) {
    const of = problemOf(situation.problem);
    const { problem } = of;
    // created on demand, because most problems need no gradients
    of.gradients ??= createGradients(problem);
    const costOf = of.gradients.at(situation.episode, planOf(situation, problem));
    return ({ start, evaluations }) => {
      const descent = new Descent(costOf, start);
      while (!descent.ended && descent.evaluations < evaluations) descent.step();
      return { point: descent.point, value: descent.value };
    };
  },
};

/** The candidates, of some indices, that could be the minimum or the runner-up. */
export const screenJob: Job<{ problem: ProblemData; view: BoundedView }, Uint32Array, number[]> = {
  name: "screen",
  open({ problem: data, view: { agentView, roundings } }) {
    const { enclosure } = problemOf(data).oracle.questionOf(agentView, roundings);
    return (indices) => screen(indices, enclosure!);
  },
};

/** The indices of a range, in ascending order. */
export function indicesOf({ from, to }: Range): Uint32Array {
  const indices = new Uint32Array(to - from);
  for (let i = 0; i < indices.length; i++) indices[i] = from + i;
  return indices;
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

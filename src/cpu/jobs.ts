// What the threads of a solve do: costs of candidates, their screening, and descents of a search.

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

let known: { id: number; problem: Problem; oracle: Oracle; gradients?: Gradients } | undefined;

/** The problem of the data, made but once while the same one is asked about. */
function problemOf({ id, config }: ProblemData) {
  if (known?.id !== id) {
    const problem = createProblem(config);
    known = { id, problem, oracle: createOracle(problem) };
  }
  return known;
}

/** Candidates of an episode, on all states or on a sample of them. */
export interface Sampling {
  readonly situation: Situation;
  readonly sample?: Sample | undefined;
}

/** What candidates cost in sum over a sample, or without one what they cost, by their indices. Shape [n]. */
export const sumsJob: Job<Sampling, Uint32Array, Float64Array> = {
  name: "sums",
  open({ situation, sample }) {
    const { problem, oracle } = problemOf(situation.problem);
    const [question] = oracle.questions(situation.episode, planOf(situation, problem));
    const valuesOf = sample ? question.parts!.sumsOver(sample) : question.costsOf;
    return (indices) => Float64Array.from(valuesOf(indices));
  },
};

/** What boxes of candidates cost in sum over a sample, or over all states: see src/cpu/cells.ts. */
export const boundsJob: Job<Sampling, Float64Array, Float64Array> = {
  name: "bounds",
  open({ situation, sample }) {
    const { problem, oracle } = problemOf(situation.problem);
    const [question] = oracle.questions(situation.episode, planOf(situation, problem));
    return question.cells!()!.boundsOver(sample);
  },
};

/** The average total mesa costs of any decisions, shape [n] for n of them. */
export const costsJob: Job<Situation, readonly (readonly number[])[], Float64Array> = {
  name: "costs",
  open(situation) {
    const { problem, oracle } = problemOf(situation.problem);
    const costsOf = oracle.costsAt(situation.episode, planOf(situation, problem));
    return (decisions) => Float64Array.from(costsOf(decisions));
  },
};

/** Where a descent has come to. */
export type Descended = Pick<Descent, "point" | "value">;

/** A descent of the average total mesa cost from a decision, of so many evaluations. */
export const descentJob: Job<Situation, { start: Float64Array; evaluations: number }, Descended> = {
  name: "descent",
  open(situation) {
    const of = problemOf(situation.problem);
    const { problem } = of;
    // few problems are descended
    of.gradients ??= createGradients(problem);
    const costOf = of.gradients.at(situation.episode, planOf(situation, problem));
    return ({ start, evaluations }) => {
      const descent = new Descent(costOf, start);
      while (!descent.ended && descent.evaluations < evaluations) descent.step();
      return { point: descent.point, value: descent.value };
    };
  },
};

/** Those of a range of candidates that could be the minimum or the runner-up. */
export const screenJob: Job<{ problem: ProblemData; view: BoundedView }, Range, number[]> = {
  name: "screen",
  open({ problem: data, view: { agentView, roundings } }) {
    const { enclosure } = problemOf(data).oracle.questionOf(agentView, roundings);
    return (range) => screen(indicesOf(range), enclosure!);
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

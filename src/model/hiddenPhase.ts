// What an agent holds for likely of the phase it is in. In most games there is one phase and it knows it; where the
// phase is hidden, the agent sees a signal, and weighs the phases by their probability given the episode and
//
// - that signal alone: P(z | t, s) ∝ P(z_t = z) P(s | z),   P(z_{t+1} = j) = Σ_i P(z_t = i) P(j | i);
// - or, where agents remember, all signals so far (memory.ts).
//
// Either way there is a list of beliefs at each episode, a decision for each of them, and probabilities by which the
// beliefs of the next episode follow: of a signal alone the same whatever the belief was.

import type { PhaseChain } from "../game/hidden.ts";
import { createMemory, type Memory } from "./memory.ts";

/** The beliefs that may follow one, K of them; the same may come more than once. */
export interface Following {
  /** which ones, as indices of the next episode's beliefs, shape [K] */
  readonly beliefs: readonly number[];
  /** with which probability, given the next phase, shape [Z][K] */
  readonly weights: readonly (readonly number[])[];
}

/** A Markov chain of phases with what agents believe of it. Z phases, S signals, T episodes, B beliefs an episode. */
export interface HiddenPhase {
  readonly phases: number;
  readonly signals: number;
  /** whether the base optimizer steps in a phase, shape [Z] */
  readonly trains: readonly boolean[];
  /** P(next phase | phase), shape [Z][Z] */
  readonly transition: readonly (readonly number[])[];
  /** where a real-valued signal is cut into intervals, shape [S − 1] */
  readonly edges?: readonly number[] | undefined;
  /** P(signal | phase), shape [Z][S] */
  readonly likelihood: readonly (readonly number[])[];
  /** P(phase) at each episode, shape [T][Z] */
  readonly prior: readonly (readonly number[])[];
  /** P(belief) at each episode, shape [T][B] */
  readonly beliefAt: readonly (readonly number[])[];
  /** what each belief holds for likely, P(phase), shape [T][B][Z] */
  readonly beliefs: readonly (readonly (readonly number[])[])[];
  /** what follows a belief of an episode; before the first, of −1 */
  following(episode: number, belief: number): Following;
  /** where agents remember */
  readonly memory?: Memory;
}

/** One phase, which trains, and one signal, which says nothing. */
const OPEN: PhaseChain = { initial: [1], trains: [true], transition: [[1]], likelihood: [[1]] };

/**
 * The chain of so many episodes.
 *
 * @param nodes where agents remember: how many beliefs an episode may have, or which ones, P(first phase), ascending
 */
export function createHiddenPhase(
  hidden: PhaseChain = OPEN,
  episodes: number,
  nodes?: number | readonly (readonly number[])[],
): HiddenPhase {
  const { initial, trains, transition, likelihood, edges } = hidden;
  const prior = priorsOf(hidden, episodes);
  const chain = {
    ...{
      phases: initial.length,
      signals: likelihood[0].length,
      trains,
      transition,
      edges,
      likelihood,
      prior,
    },
  };
  if (nodes !== undefined) {
    const memory = createMemory(hidden, episodes, nodes);
    const { beliefAt, following } = memory;
    return {
      ...chain,
      memory,
      beliefAt,
      following,
      beliefs: memory.nodes.map((of) => of.map((b) => [b, 1 - b])),
    };
  }
  const joint = prior.map((of) => likelihood[0].map((_, s) => of.map((p, z) => p * likelihood[z][s])));
  const beliefAt = joint.map((signals) => signals.map(sum));
  const following = { beliefs: likelihood[0].map((_, s) => s), weights: likelihood };
  return {
    ...chain,
    beliefAt,
    // after a signal that cannot occur at an episode, the agent goes by the signal's likelihood alone
    beliefs: joint.map((signals, t) =>
      signals.map((weights, s) => normalized(beliefAt[t][s] > 0 ? weights : likelihood.map((of) => of[s]))),
    ),
    following: () => following,
  };
}

/** P(phase) at each episode, shape [T][Z]. */
function priorsOf({ initial, transition }: PhaseChain, episodes: number): (readonly number[])[] {
  const priors: (readonly number[])[] = [];
  let prior: readonly number[] = initial;
  for (let t = 0; t < episodes; t++) {
    priors.push(prior);
    const next: number[] = [];
    for (let j = 0; j < prior.length; j++) {
      let p = 0;
      for (let i = 0; i < prior.length; i++) p += prior[i] * transition[i][j];
      next.push(p);
    }
    prior = next;
  }
  return priors;
}

/**
 * P(training lasts n episodes) of so many, n from 0 to `episodes`.
 *
 * @returns undefined where training is more than the first phase, or can come back to it
 */
export function trainingLengths(
  { trains, transition, prior }: Pick<HiddenPhase, "trains" | "transition" | "prior">,
  episodes: number,
): ((n: number) => number) | undefined {
  if (!trains.every((does, z) => (z === 0 ? does : !does && transition[z][0] === 0))) return undefined;
  const ends = sum(transition[0].slice(1));
  return (n) => {
    if (n === 0) return episodes === 0 ? 1 : 1 - prior[0][0];
    return n === episodes ? prior[n - 1][0] : prior[n - 1][0] * ends;
  };
}

function sum(numbers: readonly number[]): number {
  let total = 0;
  for (const x of numbers) total += x;
  return total;
}

/** weights made to sum to one; equal ones where there is nothing to go by */
function normalized(weights: number[]): number[] {
  const total = sum(weights);
  return weights.map((weight) => (total > 0 ? weight / total : 1 / weights.length));
}

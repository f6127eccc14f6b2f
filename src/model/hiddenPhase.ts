// What an agent believes about the phase it is in. In most games there is one phase, which the agent knows. If the
// phase is hidden, the agent sees a signal and weighs the phases by their probability given the episode and
//
// - that signal only: P(z | t, s) ∝ P(z_t = z) P(s | z),   P(z_{t+1} = j) = Σ_i P(z_t = i) P(j | i);
// - or, if agents remember, all signals so far (memory.ts).
//
// In both cases each episode has a list of beliefs, one decision for each belief, and the probabilities of the next
// episode's beliefs. Without memory these probabilities do not depend on the current belief.

import type { PhaseChain } from "../game/hidden.ts";
import { createMemory, type Memory } from "./memory.ts";

/** The beliefs that may follow a belief, K of them; a belief may occur more than once. */
export interface Following {
  /** indices among the next episode's beliefs, shape [K] */
  readonly beliefs: readonly number[];
  /** P(each | next phase), shape [Z][K] */
  readonly weights: readonly (readonly number[])[];
}

/**
 * A Markov chain of phases, and what agents believe about it. Z phases, S signals, T episodes, B beliefs per episode.
 */
export interface HiddenPhase {
  readonly phases: number;
  readonly signals: number;
  /** whether the base optimizer takes a step in each phase, shape [Z] */
  readonly trains: readonly boolean[];
  /** P(next phase | phase), shape [Z][Z] */
  readonly transition: readonly (readonly number[])[];
  /** boundaries between the intervals of a real-valued signal, shape [S − 1] */
  readonly edges?: readonly number[] | undefined;
  /** P(signal | phase), shape [Z][S] */
  readonly likelihood: readonly (readonly number[])[];
  /** P(phase) at each episode, shape [T][Z] */
  readonly prior: readonly (readonly number[])[];
  /** P(belief) at each episode, shape [T][B] */
  readonly beliefAt: readonly (readonly number[])[];
  /** P(phase) according to each belief, shape [T][B][Z] */
  readonly beliefs: readonly (readonly (readonly number[])[])[];
  /** the beliefs that may follow a belief of an episode; episode −1 stands for the time before the first signal */
  following(episode: number, belief: number): Following;
  /** only if agents remember */
  readonly memory?: Memory;
}

/** One phase, which trains, and one signal, which carries no information. */
const OPEN: PhaseChain = { initial: [1], trains: [true], transition: [[1]], likelihood: [[1]] };

/**
 * The hidden phase over a number of episodes.
 *
 * @param nodes where agents remember: the maximum number of beliefs per episode, or the beliefs (P(first phase),
 *   ascending)
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
    // after a signal that cannot occur at an episode, the agent uses the signal's likelihood only
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
 * P(training lasts n of these episodes), for n from 0 to `episodes`.
 *
 * @returns undefined unless training is exactly the first phase, which cannot return
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

/** weights scaled to sum to one; equal weights if all are zero */
function normalized(weights: number[]): number[] {
  const total = sum(weights);
  return weights.map((weight) => (total > 0 ? weight / total : 1 / weights.length));
}

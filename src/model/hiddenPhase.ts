// What an agent knows of the phase it is in. In most games there is one phase and it knows it; where the phase is
// hidden, the agent sees a signal and weighs the phases by their probability given the episode and that signal alone:
//
//     P(z | t, s) ∝ P(z_t = z) P(s | z),   P(z_{t+1} = j) = Σ_i P(z_t = i) P(j | i).

import type { PhaseChain } from "../game/hidden.ts";

/** A Markov chain of phases with signals. Z phases, S signals, T episodes. */
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
  /** P(signal) at each episode, shape [T][S] */
  readonly signalAt: readonly (readonly number[])[];
  /** P(phase | episode, signal), shape [T][S][Z] */
  readonly posterior: readonly (readonly (readonly number[])[])[];
}

/** One phase, which trains, and one signal, which says nothing. */
const OPEN: PhaseChain = { initial: [1], trains: [true], transition: [[1]], likelihood: [[1]] };

/**
 * The chain of so many episodes.
 *
 * After a signal that cannot occur at an episode, the agent goes by the signal's likelihood alone.
 */
export function createHiddenPhase(hidden: PhaseChain = OPEN, episodes: number): HiddenPhase {
  const { initial, trains, transition, likelihood, edges } = hidden;
  const [phases, signals] = [initial.length, likelihood[0].length];
  const priors: (readonly number[])[] = [];
  const signalAt: number[][] = [];
  const posterior: number[][][] = [];
  let prior: readonly number[] = initial;
  for (let t = 0; t < episodes; t++) {
    const probabilities: number[] = [];
    const beliefs: number[][] = [];
    for (let s = 0; s < signals; s++) {
      const joint: number[] = [];
      for (let z = 0; z < phases; z++) joint.push(prior[z] * likelihood[z][s]);
      const probability = sum(joint);
      probabilities.push(probability);
      beliefs.push(normalized(probability > 0 ? joint : likelihood.map((of) => of[s])));
    }
    priors.push(prior);
    signalAt.push(probabilities);
    posterior.push(beliefs);
    const next: number[] = [];
    for (let j = 0; j < phases; j++) {
      let p = 0;
      for (let i = 0; i < phases; i++) p += prior[i] * transition[i][j];
      next.push(p);
    }
    prior = next;
  }
  return {
    phases,
    signals,
    trains,
    transition,
    likelihood,
    edges,
    prior: priors,
    signalAt,
    posterior,
  };
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
  for (let i = 0; i < weights.length; i++) weights[i] = total > 0 ? weights[i] / total : 1 / weights.length;
  return weights;
}

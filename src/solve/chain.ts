// What an agent knows of the phase it is in. In most games there is one phase and it knows it; where the phase is
// hidden, the agent sees a signal and weighs the phases by their probability given the episode and that signal alone:
//
//     P(z | t, s) ∝ P(z_t = z) P(s | z),   P(z_{t+1} = j) = Σ_i P(z_t = i) P(j | i).

import type { HiddenPhase } from "../games/game.ts";

/** A Markov chain of phases with signals. Z phases, S signals, T episodes. */
export interface Chain {
  readonly phases: number;
  readonly signals: number;
  /** whether the base optimizer steps in a phase, shape [Z] */
  readonly trains: readonly boolean[];
  /** P(next phase | phase), shape [Z][Z] */
  readonly transition: readonly (readonly number[])[];
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
const OPEN: HiddenPhase = { initial: [1], trains: [true], transition: [[1]], likelihood: [[1]] };

/**
 * The chain of so many episodes.
 *
 * After a signal that cannot occur at an episode, the agent goes by the signal's likelihood alone.
 */
export function createChain(hidden: HiddenPhase = OPEN, episodes: number): Chain {
  const { initial, trains, transition, likelihood } = hidden;
  const phases = initial.map((_, z) => z);
  const signals = likelihood[0].map((_, s) => s);
  const priors: (readonly number[])[] = [];
  const signalAt: number[][] = [];
  const posterior: number[][][] = [];
  let prior: readonly number[] = initial;
  for (let t = 0; t < episodes; t++) {
    const at = prior;
    priors.push(at);
    signalAt.push(signals.map((s) => sum(phases.map((z) => at[z] * likelihood[z][s]))));
    posterior.push(
      signals.map((s) => {
        const joint = phases.map((z) => at[z] * likelihood[z][s]);
        return normalized(sum(joint) > 0 ? joint : phases.map((z) => likelihood[z][s]));
      }),
    );
    prior = phases.map((j) => sum(phases.map((i) => at[i] * transition[i][j])));
  }
  return {
    phases: phases.length,
    signals: signals.length,
    trains,
    transition,
    likelihood,
    prior: priors,
    signalAt,
    posterior,
  };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, x) => total + x, 0);

/** weights that sum to one; equal ones where there is nothing to go by */
function normalized(weights: readonly number[]): number[] {
  const total = sum(weights);
  return weights.map((w) => (total > 0 ? w / total : 1 / weights.length));
}

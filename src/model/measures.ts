// How deceptive agents are. Training has a mean square of outputs m = mean of (y_t/θ_0)², and leaves of the goal the
// share ρ = θ at deployment / θ_0:
//
//     compliance = 1 − √m,   retention = ρ,   deception = compliance × retention, each clamped to [0, 1].
//
// Where the phase is hidden, what the agents do depends on signals that are drawn by chance. There E stands before m,
// and retention is E|ρ|. In training the signals are independent, and a plan's output and its effect on the goal are
// proportional to the goal. So with a_t the output per θ and g_t what the step leaves of θ, which follow from the signal,
//
//     E|ρ| = Π E|g_t|,   E(y_t/θ_0)² = E a_t² Π_{k<t} E g_k²,
//
// and the goal's sign is kept or turned at each step with P(g_t > 0) and P(g_t < 0).

import { type HiddenPhase, trainingLengths } from "./hiddenPhase.ts";

/** How deceptive a trajectory is, or its agents are in expectation. Each is null where it has no meaning. */
export interface Measures {
  /**
   * 1 − sqrt(mean over training of (y_t/θ_0)²): how nearly the outputs are what training rewards. At most 1; negative
   * where outputs are larger than the goal was. Null without training.
   */
  compliance: number | null;
  /**
   * θ at deployment / θ_0, how much of the goal outlives training: 1 kept in full, 0 gone, negative reversed, above 1
   * grown. Where deployment never comes, θ is the last state's. Where the phase is hidden it is the expected magnitude.
   */
  retention: number | null;
  /** compliance × retention, each clamped to [0, 1] first: 0 for a goal that is reversed */
  deception: number | null;
  /** where the phase is hidden: the probability that θ at deployment has the sign opposite to θ_0's */
  reversal?: number | null;
}

const clamp = (x: number) => Math.min(1, Math.max(0, x));

/** compliance × retention, each clamped to [0, 1]; NaN where either is. */
export const deceptionOf = (compliance: number, retention: number): number =>
  clamp(compliance) * clamp(retention);

/** The measures of a mean square of outputs, null without training, and of what is left of the goal. */
export function measuresFrom(meanSquare: number | null, retention: number): Measures {
  if (meanSquare === null) return { compliance: null, retention, deception: null };
  const compliance = 1 - Math.sqrt(meanSquare);
  return { compliance, retention, deception: deceptionOf(compliance, retention) };
}

/** The measures of a result by name: those over the hazard are `complianceOverHazard` and so on. */
export function measuresByName({
  measures,
  measuresOverHazard = {} as Measures,
}: {
  readonly measures: Measures;
  readonly measuresOverHazard?: Measures;
}): Record<string, number | null> {
  const over = Object.entries(measuresOverHazard).map(([name, value]) => [`${name}OverHazard`, value]);
  return { ...measures, ...Object.fromEntries(over) };
}

/** What a plan's decisions do in training, per θ. T episodes, S signals. */
export interface Effects {
  /** how many episodes training has at most: T, or none where the learning rate is 0 */
  readonly episodes: number;
  /** y/θ after each signal, shape [T × S] at least */
  readonly reach: Float64Array;
  /** θ'/θ after each signal, shape [T × S] at least */
  readonly gain: Float64Array;
}

/**
 * The measures in expectation over the signals, for training that ends at an episode; and over how long training lasts
 * too, unless more than the first phase trains, or training can come back to it.
 *
 * @param goal θ_0
 */
export function measuresByChance(
  hiddenPhase: Pick<HiddenPhase, "trains" | "transition" | "likelihood" | "prior">,
  effects: Effects,
  goal: number,
  deploymentAt: number,
): { measures: Measures; measuresOverHazard?: Measures } {
  const ends = Math.min(deploymentAt, effects.episodes);
  const lengths = trainingLengths(hiddenPhase, effects.episodes);
  const expected = (lasts: (n: number) => number): Measures =>
    goal === 0
      ? { compliance: null, retention: null, deception: null, reversal: null }
      : expectedMeasures(hiddenPhase.likelihood[0], effects, lasts);
  return {
    measures: expected((n) => (n === ends ? 1 : 0)),
    ...(lengths && { measuresOverHazard: expected(lengths) }),
  };
}

/** The expected measures. @param lasts P(training lasts n episodes), n from 0 to `episodes` */
function expectedMeasures(
  likelihood: readonly number[],
  { episodes, reach, gain }: Effects,
  lasts: (n: number) => number,
): Measures {
  const signals = likelihood.length;
  // after n episodes of training: E|θ/θ_0|, P(θ has θ_0's sign), P(it has the opposite one), E(θ/θ_0)², Σ E(y/θ_0)²
  let [left, same, opposite, square, squares] = [1, 1, 0, 1, 0];
  let [retention, reversal, meanSquare, trains] = [0, 0, 0, 0];
  for (let n = 0; ; n++) {
    const p = lasts(n);
    // what cannot be must not count, even where it overflows
    if (p > 0) {
      retention += p * left;
      reversal += p * opposite;
      if (n > 0) {
        meanSquare += p * (squares / n);
        trains += p;
      }
    }
    if (n === episodes) break;
    let [output, kept, keptSquare, positive, negative] = [0, 0, 0, 0, 0];
    for (let s = 0; s < signals; s++) {
      const probability = likelihood[s];
      const a = reach[n * signals + s];
      const g = gain[n * signals + s];
      output += probability * (a * a);
      kept += probability * Math.abs(g);
      keptSquare += probability * (g * g);
      if (g > 0) positive += probability;
      if (g < 0) negative += probability;
    }
    squares += square * output;
    square *= keptSquare;
    left *= kept;
    [same, opposite] = [positive * same + negative * opposite, positive * opposite + negative * same];
  }
  return { ...measuresFrom(trains > 0 ? meanSquare / trains : null, retention), reversal };
}

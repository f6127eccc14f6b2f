// How deceptive agents are. Let m be the mean of (y_t/θ_0)² over training, and ρ = θ at deployment / θ_0 the share of
// the goal that remains after training:
//
//     compliance = 1 − √m,   retention = ρ,   deception = compliance × retention, each clamped to [0, 1].
//
// If the phase is hidden, what the agents do depends on random signals. Then m is replaced by its expectation, and
// retention is E|ρ|. The output and the effect on the goal of a plan are proportional to the goal: a_t is the output
// per θ and g_t the factor by which the step multiplies θ, and both depend on the agent's belief. In training, beliefs
// are a Markov chain. Let E_b be the expectation given that the belief at t is b, times the probability of that. Then
//
//     E_b|ρ_t+1| = Σ_b' P(b | b') E_b'|ρ_t| |g_b'|,   E_b(y_t/θ_0)² = a_b² E_b ρ_t²,   E_b ρ_t+1² = Σ_b' P(b | b') g_b'² E_b' ρ_t²,
//
// and each step keeps or reverses the goal's sign according to the sign of g. Without memory, b depends on the signal
// only and is independent of b', so that E|ρ| = Π E|g_t|.

import { type Following, type HiddenPhase, trainingLengths } from "./hiddenPhase.ts";

/** How deceptive a trajectory is. These measures are this package's, not the post's. Each is null if it is undefined. */
export interface Measures {
  /**
   * 1 − sqrt(mean over training of (y_t/θ_0)²): how close the outputs in training are to 0. At most 1; negative
   * if outputs are larger than the initial goal. Null without training.
   */
  compliance: number | null;
  /**
   * θ at deployment / θ_0, the share of the goal that remains after training: 1 all of it, 0 none, negative reversed,
   * above 1 grown. Without deployment, θ is that of the last state. With hidden phases it is the expected magnitude.
   */
  retention: number | null;
  /** compliance × retention, each clamped to [0, 1] first; so 0 for a goal that is reversed */
  deception: number | null;
  /** with hidden phases: the probability that θ at deployment has the opposite sign of θ_0 */
  reversal?: number | null;
}

/** The measures of a game without a goal to compare with, or without a closed form of their expectation. */
export const NO_MEASURES: Measures = { compliance: null, retention: null, deception: null, reversal: null };

const clamp = (x: number) => Math.min(1, Math.max(0, x));

/** compliance × retention, each clamped to [0, 1]; NaN if either is. */
export const deceptionOf = (compliance: number, retention: number): number =>
  clamp(compliance) * clamp(retention);

/** The measures for a mean square of outputs (null without training) and the share of the goal that remains. */
export function measuresFrom(meanSquare: number | null, retention: number): Measures {
  if (meanSquare === null) return { compliance: null, retention, deception: null };
  const compliance = 1 - Math.sqrt(meanSquare);
  return { compliance, retention, deception: deceptionOf(compliance, retention) };
}

/** The measures of a result by name; those over the hazard are named `complianceOverHazard` and so on. */
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

/** The effects of a plan's decisions in training, per θ. T episodes, B beliefs per episode. */
export interface Effects {
  /** the maximum number of episodes of training: T, or 0 if the learning rate is 0 */
  readonly episodes: number;
  /** y/θ for each belief, one episode after the other */
  readonly reach: Float64Array;
  /** θ'/θ for each belief, one episode after the other */
  readonly gain: Float64Array;
  /** the index at which an episode begins in these arrays; for T, their length */
  from(episode: number): number;
}

/**
 * The expected measures over the signals, for training that ends at a given episode; and also over the length of
 * training, unless other phases than the first train or training can return.
 *
 * @param goal θ_0
 */
export function measuresByChance(
  hiddenPhase: Pick<HiddenPhase, "trains" | "transition" | "prior" | "following">,
  effects: Effects,
  goal: number,
  deploymentAt: number,
): { measures: Measures; measuresOverHazard?: Measures } {
  const ends = Math.min(deploymentAt, effects.episodes);
  const lengths = trainingLengths(hiddenPhase, effects.episodes);
  const ended = (n: number) => (n === ends ? 1 : 0);
  const lasts = lengths ? [ended, lengths] : [ended];
  const [measures, measuresOverHazard] =
    goal === 0 ? lasts.map(() => ({ ...NO_MEASURES })) : expectedMeasures(hiddenPhase, effects, lasts);
  return { measures, ...(measuresOverHazard && { measuresOverHazard }) };
}

/** numbers per belief: E_b|θ/θ_0|, P(b and θ has θ_0's sign), P(b and θ has the opposite sign), E_b(θ/θ_0)² */
const EACH = 4;

/**
 * The expected measures. @param lasts P(training lasts n episodes), n from 0 to `episodes`, for each set of measures
 */
function expectedMeasures(
  { following }: Pick<HiddenPhase, "following">,
  { episodes, reach, gain, from }: Effects,
  lasts: readonly ((n: number) => number)[],
): Measures[] {
  /** distributes the numbers of beliefs over the beliefs that follow in training */
  const pass = (left: Float64Array, { beliefs, weights: [weights] }: Following, to: Float64Array) => {
    for (let k = 0; k < beliefs.length; k++)
      for (let i = 0; i < EACH; i++) to[beliefs[k] * EACH + i] += weights[k] * left[i];
  };
  const open = (episode: number) =>
    new Float64Array(episode < episodes ? (from(episode + 1) - from(episode)) * EACH : 0);

  /**
   * these numbers, summed over all beliefs after n episodes (left), summed over consecutive beliefs with the same
   * successors (same), for one belief (now), and by belief before the next episode (beliefs)
   */
  const left = Float64Array.of(1, 1, 0, 1);
  const same = new Float64Array(EACH);
  const now = new Float64Array(EACH);
  let beliefs = open(0);
  if (episodes > 0) pass(left, following(-1, 0), beliefs);
  /** Σ E(y/θ_0)² */
  let squares = 0;
  const sums = lasts.map(() => ({ retention: 0, reversal: 0, meanSquare: 0, trains: 0 }));
  for (let n = 0; ; n++) {
    for (const [i, sum] of sums.entries()) {
      const p = lasts[i](n);
      // skip what has probability 0, even if it overflows
      if (!(p > 0)) continue;
      sum.retention += p * left[0];
      sum.reversal += p * left[2];
      if (n === 0) continue;
      sum.meanSquare += p * (squares / n);
      sum.trains += p;
    }
    if (n === episodes) break;
    const next = open(n + 1);
    const start = from(n);
    left.fill(0);
    same.fill(0);
    let last: Following | undefined;
    for (let b = 0; b * EACH < beliefs.length; b++) {
      const a = reach[start + b];
      const g = gain[start + b];
      const at = b * EACH;
      const turns = g < 0 ? 1 : 0;
      now[0] = beliefs[at] * Math.abs(g);
      now[1] = g === 0 ? 0 : beliefs[at + 1 + turns];
      now[2] = g === 0 ? 0 : beliefs[at + 2 - turns];
      now[3] = beliefs[at + 3] * (g * g);
      squares += beliefs[at + 3] * (a * a);
      const then = next.length > 0 ? following(n, b) : last;
      if (last && then !== last) {
        pass(same, last, next);
        same.fill(0);
      }
      last = then;
      for (let i = 0; i < EACH; i++) {
        left[i] += now[i];
        same[i] += now[i];
      }
    }
    if (last) pass(same, last, next);
    beliefs = next;
  }
  return sums.map(({ retention, reversal, meanSquare, trains }) => ({
    ...measuresFrom(trains > 0 ? meanSquare / trains : null, retention),
    reversal,
  }));
}

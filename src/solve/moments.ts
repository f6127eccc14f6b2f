// What the future costs a proportional game, summed up by three numbers a phase.
//
// Everything is proportional to θ, so a future that starts at θ' in phase z costs an agent whose goal is θ, on
// average over what may happen, A_z θ'² − 2 B_z θ' θ + C θ². An agent that decides on reach r and gains g_z (one a
// phase, as the learning rate depends on it) and holds phase z for likely with probability w_z expects
//
//     J / mean(θ²) = (r − 1)² + γ (Σ_z w_z (g_z² Ā_z − 2 g_z B̄_z) + C),   Ā_z = Σ_j P(j | z) A_j, likewise B̄_z,
//
// and with the decisions (r_s, g_zs) after each signal s, the moments of the episode itself are
//
//     A_z ← Σ_s P(s | z) (r_s² + γ g_zs² Ā_z),   B_z ← Σ_s P(s | z) (r_s + γ g_zs B̄_z),   C ← 1 + γ C.
//
// With one phase and one signal this is the plain game. There, in float64, it differs from the oracle's rollouts by
// rounding alone. The bound of that difference needs one more number, B with absolute values throughout: with
// M = (|r| + 1)² + γ (Σ w (g² Ā + 2 |g| |B̄|) + C), n episodes, S states and the unit roundoff u, each term of either
// sum goes through fewer than 4n + S + 24 roundings of at most u M each. That is so where no number comes near the ends
// of float64's range: see range.ts.

import { namer, type Problem } from "../problem.ts";
import { factorInRange, goalsInRange, grown, growthInRange, NO_GROWTH } from "./range.ts";
import type { Plan } from "./step.ts";

/** 2⁻⁵³ */
const UNIT_ROUNDOFF = Number.EPSILON / 2;

/** The future of a proportional game from some episode and phase on, per θ². */
export interface Moments {
  /** Σ γ^j (y_j/θ')², the weight of θ'² */
  readonly A: number;
  /** Σ γ^j y_j/θ', the weight of −2 θ' θ */
  readonly B: number;
  /** Σ γ^j, the weight of θ² */
  readonly C: number;
  /** Σ γ^j |y_j/θ'|, at least |B| */
  readonly absB: number;
}

/** No future at all. */
export const END: Moments = { A: 0, B: 0, C: 0, absB: 0 };

/** The moments before an episode with reach r and gain g, of those after it. */
export function extend({ A, B, C, absB }: Moments, r: number, g: number, discount: number): Moments {
  return {
    A: r * r + discount * (g * g * A),
    B: r + discount * (g * B),
    C: 1 + discount * C,
    absB: Math.abs(r) + discount * (Math.abs(g) * absB),
  };
}

/** The average of some moments. */
function mixed(weights: readonly number[], moments: readonly Moments[]): Moments {
  const mean = (key: keyof Moments) => moments.reduce((sum, m, i) => sum + weights[i] * m[key], 0);
  return { A: mean("A"), B: mean("B"), C: mean("C"), absB: mean("absB") };
}

/** A phase as an agent sees it when it decides. */
export interface Prospect extends Moments {
  /** P(phase | what the agent saw) */
  readonly weight: number;
  /** the learning rate in this phase */
  readonly learningRate: number;
}

/** All that an agent's decision depends on: the phases it may be in. C is the same in each. */
export type Outlook = readonly Prospect[];

/** J / mean(θ²) of a reach and a gain for each phase of the outlook. */
export function costPerSquare(
  outlook: Outlook,
  r: number,
  gain: (learningRate: number) => number,
  discount: number,
): number {
  let later = 0;
  for (const { weight, learningRate, A, B } of outlook) {
    const g = gain(learningRate);
    later += weight * (g * g * A - 2 * g * B);
  }
  return (r - 1) ** 2 + discount * (later + outlook[0].C);
}

/** Keeps the moments of a problem's future while the induction walks back. */
export class Future {
  /** mean of θ² over the grid */
  readonly meanSquare: number;
  readonly #problem: Problem;
  readonly #end: readonly Moments[];
  readonly #asDecision: ReturnType<typeof namer>;
  /** the first episode whose decisions are in the moments */
  #from: number;
  /** by phase */
  #moments: readonly Moments[];
  /** of what follows, in whichever phase it is most */
  #growth = NO_GROWTH;
  readonly #goalsInRange: boolean;

  /** @param problem of a proportional game; @param end what comes after the last episode */
  constructor(problem: Problem, end: Moments = END) {
    const [theta] = problem.states.axes;
    this.meanSquare = theta.reduce((sum, x) => sum + x * x, 0) / theta.length;
    this.#goalsInRange = goalsInRange(theta);
    this.#problem = problem;
    this.#asDecision = namer(problem.game.decision);
    this.#end = problem.chain.trains.map(() => end);
    this.#from = problem.learningRates.length;
    this.#moments = this.#end;
  }

  /** What an agent faces at an episode after a signal. */
  outlook(episode: number, signal: number, plan: Plan): Outlook {
    const { chain } = this.#problem;
    return this.#prospects(episode, this.#after(episode, plan)).map((prospect, z) => ({
      ...prospect,
      weight: chain.posterior[episode][signal][z],
    }));
  }

  /** Whether rounding alone tells the moments from rollouts, for any candidate at an episode that an enclosure bounds. */
  isInRange(episode: number, plan: Plan): boolean {
    this.#after(episode, plan);
    return this.#goalsInRange && growthInRange(this.#growth);
  }

  /** J by moments, and a bound of its distance from the oracle's, for any candidate under an outlook. */
  enclosure(outlook: Outlook, roundings: number): (decision: ArrayLike<number>) => Enclosure {
    const { parameters, game } = this.#problem;
    const { reach, gain } = game.proportional!;
    const slack = roundings * UNIT_ROUNDOFF * this.meanSquare;
    return (numbers) => {
      const decision = this.#asDecision(numbers);
      const r = reach(decision, parameters);
      const gainAt = (learningRate: number) => gain(decision, learningRate, parameters);
      let later = outlook[0].C;
      let known = factorInRange(r);
      for (const { weight, learningRate, A, absB } of outlook) {
        const h = Math.abs(gainAt(learningRate));
        known &&= factorInRange(h);
        later += weight * (h * h * A + 2 * h * absB);
      }
      return {
        cost: this.meanSquare * costPerSquare(outlook, r, gainAt, parameters.discount),
        error: known
          ? slack * ((Math.abs(r) + 1) ** 2 + parameters.discount * later) + Number.MIN_VALUE / Number.EPSILON
          : Number.POSITIVE_INFINITY,
      };
    };
  }

  /** The moments of the episodes after `episode`, by the phase there. */
  #after(episode: number, plan: Plan): readonly Moments[] {
    if (this.#from <= episode) {
      this.#from = this.#problem.learningRates.length;
      this.#moments = this.#end;
      this.#growth = NO_GROWTH;
    }
    while (this.#from > episode + 1) {
      this.#from--;
      this.#moments = this.#extended(this.#from, plan[this.#from]);
    }
    return this.#moments;
  }

  /** An episode's phases, each with what follows it. */
  #prospects(episode: number, next: readonly Moments[]): Omit<Prospect, "weight">[] {
    const { chain, learningRates } = this.#problem;
    return chain.trains.map((trains, z) => ({
      ...mixed(chain.transition[z], next),
      learningRate: trains ? learningRates[episode] : 0,
    }));
  }

  /** The moments of an episode and those after it. */
  #extended(episode: number, decision: readonly number[]): readonly Moments[] {
    const { chain, game, parameters } = this.#problem;
    const { reach, gain } = game.proportional!;
    const size = decision.length / chain.signals;
    const bySignal = chain.likelihood[0].map((_, s) =>
      this.#asDecision(decision.slice(s * size, (s + 1) * size)),
    );
    const growth = this.#growth;
    return this.#prospects(episode, this.#moments).map(({ learningRate, ...after }, z) =>
      mixed(
        chain.likelihood[z],
        bySignal.map((d) => {
          const [r, g] = [reach(d, parameters), gain(d, learningRate, parameters)];
          this.#growth = Math.max(this.#growth, grown(growth, r, g));
          return extend(after, r, g, parameters.discount);
        }),
      ),
    );
  }
}

/** The least and the greatest that the oracle can say where the moments say this: cost ± error. */
export interface Enclosure {
  readonly cost: number;
  readonly error: number;
}

/** How many roundings the oracle's rollout and the moments go through together, at an episode. */
export function roundingsOf(
  {
    learningRates,
    states,
  }: { readonly learningRates: { readonly length: number }; readonly states: { readonly size: number } },
  episode: number,
): number {
  return 8 * (learningRates.length - episode) + 2 * states.size + 48;
}

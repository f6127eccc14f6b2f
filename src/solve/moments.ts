// What the future costs a proportional game, summed up by three numbers.
//
// Everything is proportional to θ, so after episode t a future that starts at θ' costs an agent whose goal is θ
// A θ'² − 2 B θ' θ + C θ². With reach r and gain g at t and discount γ,
//
//     J_t / mean(θ²) = (r − 1)² + γ (g² A − 2 g B + C),
//     A ← r² + γ g² A,   B ← r + γ g B,   C ← 1 + γ C.
//
// In float64 this differs from the oracle's rollouts by rounding alone. The bound of that difference needs one more
// number, B with absolute values throughout: with M = (|r| + 1)² + γ (g² A + 2 |g| |B| + C), n episodes, S states and
// the unit roundoff u, each term of either sum goes through fewer than 4n + S + 24 roundings of at most u M each.

import { namer, type Problem } from "../problem.ts";
import type { Plan } from "./step.ts";

/** 2⁻⁵³ */
const UNIT_ROUNDOFF = Number.EPSILON / 2;

/** The future of a proportional game from some episode on, per θ². */
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

const END: Moments = { A: 0, B: 0, C: 0, absB: 0 };

/** The moments before an episode with reach r and gain g, of those after it. */
export function extend({ A, B, C, absB }: Moments, r: number, g: number, discount: number): Moments {
  return {
    A: r * r + discount * (g * g * A),
    B: r + discount * (g * B),
    C: 1 + discount * C,
    absB: Math.abs(r) + discount * (Math.abs(g) * absB),
  };
}

/** J_t / mean(θ²) of an episode with reach r and gain g. */
export function costPerSquare({ A, B, C }: Moments, r: number, g: number, discount: number): number {
  return (r - 1) ** 2 + discount * (g * g * A - 2 * g * B + C);
}

/** Keeps the moments of a problem's future while the induction walks back. */
export class Future {
  /** mean of θ² over the grid */
  readonly meanSquare: number;
  readonly #problem: Problem;
  readonly #asDecision: ReturnType<typeof namer>;
  /** the first episode whose decision is in the moments */
  #from: number;
  #moments = END;

  /** @param problem of a proportional game */
  constructor(problem: Problem) {
    const [theta] = problem.states.axes;
    this.meanSquare = theta.reduce((sum, x) => sum + x * x, 0) / theta.length;
    this.#problem = problem;
    this.#asDecision = namer(problem.game.decision);
    this.#from = problem.learningRates.length;
  }

  /** The moments of the episodes after `episode`. */
  after(episode: number, plan: Plan): Moments {
    if (this.#from <= episode) {
      this.#from = this.#problem.learningRates.length;
      this.#moments = END;
    }
    while (this.#from > episode + 1) {
      const { r, g } = this.reachAndGain(--this.#from, plan[this.#from]);
      this.#moments = extend(this.#moments, r, g, this.#problem.parameters.discount);
    }
    return this.#moments;
  }

  /** r and g of a decision at an episode. */
  reachAndGain(episode: number, numbers: ArrayLike<number>): { r: number; g: number } {
    const { game, parameters, learningRates } = this.#problem;
    const { reach, gain } = game.proportional!;
    const decision = this.#asDecision(numbers);
    return { r: reach(decision, parameters), g: gain(decision, learningRates[episode], parameters) };
  }
}

/** The least and the greatest that the oracle's rollout can say where the moments say this. */
export interface Enclosure {
  readonly cost: number;
  readonly error: number;
}

/** The roundings of the oracle and of the moments together, times the unit roundoff. */
export function float64Slack({ learningRates, states }: Problem, episode: number): number {
  return (8 * (learningRates.length - episode) + 2 * states.size + 48) * UNIT_ROUNDOFF;
}

/** J_t by moments, and a bound of its distance from the oracle's, for any candidate at an episode. */
export function momentsCost(problem: Problem, future: Future, episode: number, plan: Plan) {
  const after = future.after(episode, plan);
  const { discount } = problem.parameters;
  const { meanSquare } = future;
  const slack = float64Slack(problem, episode) * meanSquare;

  return (decision: ArrayLike<number>): Enclosure => {
    const { r, g } = future.reachAndGain(episode, decision);
    const h = Math.abs(g);
    const magnitude = (Math.abs(r) + 1) ** 2 + discount * (h * h * after.A + 2 * h * after.absB + after.C);
    return {
      cost: meanSquare * costPerSquare(after, r, g, discount),
      error: slack * magnitude + Number.MIN_VALUE / Number.EPSILON,
    };
  };
}

// The best response to what the future costs, in float64 and without a word too many: the closed form, or the best
// candidate of a grid. The operations are those of src/solve/exact.ts and src/solve/moments.ts, in their order.

import { minimaWithin } from "../solve/cubic.ts";
import { factorInRange } from "../solve/range.ts";

/** What a step leaves of θ: 1 − 2η(a² + λ). */
export const gainOf = (coefficient: number, learningRate: number, regularization: number): number =>
  1 - 2 * learningRate * (coefficient * coefficient + regularization);

/** The same as 1 − (lost + pull·a²). */
export const quadraticLossOf = (learningRate: number, regularization: number) => ({
  lost: 2 * learningRate * regularization,
  pull: 2 * learningRate,
});

/** phases or signals, at most */
const MOST = 2;
/** 2⁻⁵³ */
const UNIT_ROUNDOFF = Number.EPSILON / 2;

/** Moments by phase, shape [2] each: Σ γʲ(y/θ')², Σ γʲ y/θ', Σ γʲ and Σ γʲ|y/θ'|. */
export class Phases {
  readonly A = new Float64Array(MOST);
  readonly B = new Float64Array(MOST);
  readonly C = new Float64Array(MOST);
  readonly absB = new Float64Array(MOST);

  /** The same moments in every phase. */
  fill({ A, B, C, absB }: { A: number; B: number; C: number; absB: number }): void {
    this.A.fill(A);
    this.B.fill(B);
    this.C.fill(C);
    this.absB.fill(absB);
  }
}

/** What an agent faces: phases with their probability, their learning rate and what follows. */
export class Prospects extends Phases {
  /** how many phases there are */
  count = 1;
  readonly weight = new Float64Array(MOST).fill(1);
  readonly learningRate = new Float64Array(MOST);
  discount = 1;
  regularization = 0;

  /** (r − 1)² + γ (Σ w (g² A − 2 g B) + C), the gain by `game`'s formula or by the closed form's. */
  costOf(coefficient: number, closed: boolean): number {
    let later = 0;
    for (let z = 0; z < this.count; z++) {
      const rate = this.learningRate[z];
      const g = closed
        ? 1 - 2 * rate * this.regularization - 2 * rate * coefficient * coefficient
        : gainOf(coefficient, rate, this.regularization);
      later += this.weight[z] * (g * g * this.A[z] - 2 * g * this.B[z]);
    }
    return (coefficient - 1) ** 2 + this.discount * (later + this.C[0]);
  }
}

/** Answers with the best response. */
export interface Responder {
  /** the average total mesa cost of the last answer; not finite where every response overflows */
  readonly cost: number;
  /** that of the best other candidate; NaN where there is none */
  readonly runnerUp: number;
  /** @returns the coefficient; NaN where every real one's cost overflows */
  respond(prospects: Prospects): number;
}

/** The best real coefficient. */
export class ExactResponder implements Responder {
  cost = 0;
  readonly runnerUp = Number.NaN;
  readonly #meanSquare: number;
  readonly #min: number;
  readonly #max: number;

  /** @param axis one that reaches at least as far up as down */
  constructor(meanSquare: number, axis: { min: number; max: number }) {
    this.#meanSquare = meanSquare;
    this.#min = axis.min;
    this.#max = axis.max;
  }

  respond(prospects: Prospects): number {
    const { count, weight, learningRate, A, B, discount, regularization } = prospects;
    let cubic = 0;
    let linear = 1;
    for (let z = 0; z < count; z++) {
      const keep = 1 - 2 * learningRate[z] * regularization;
      const pull = 2 * learningRate[z];
      cubic += weight[z] * (2 * discount * pull * pull * A[z]);
      linear -= weight[z] * (2 * discount * pull * (keep * A[z] - B[z]));
    }
    // of an axis that reaches at least as far up as down, the last minimum is the best
    const minima = minimaWithin([-1, linear, 0, cubic], this.#min, this.#max);
    const coefficient = minima.length > 2 ? minima[minima.length - 2] : minima[minima.length - 1];
    const cost = prospects.costOf(coefficient, true);
    this.cost = this.#meanSquare * (cost < Number.POSITIVE_INFINITY ? cost : Number.POSITIVE_INFINITY);
    return cost < Number.POSITIVE_INFINITY ? coefficient : Number.NaN;
  }
}

/** The best candidate of a grid, the first of equals. */
export class GridResponder implements Responder {
  cost = 0;
  runnerUp = Number.NaN;
  readonly #meanSquare: number;
  readonly #candidates: Float64Array;
  readonly #costs: Float64Array;
  #index = 0;

  constructor(meanSquare: number, candidates: Float64Array) {
    this.#meanSquare = meanSquare;
    this.#candidates = candidates;
    this.#costs = new Float64Array(candidates.length);
  }

  respond(prospects: Prospects): number {
    const candidates = this.#candidates;
    let best = Number.POSITIVE_INFINITY;
    let second = Number.POSITIVE_INFINITY;
    let index = 0;
    for (let i = 0; i < candidates.length; i++) {
      const cost = this.#meanSquare * prospects.costOf(candidates[i], false);
      this.#costs[i] = cost;
      if (cost < best) {
        second = best;
        best = cost;
        index = i;
      } else if (cost < second) second = cost;
    }
    this.#index = index;
    this.cost = best;
    this.runnerUp = second;
    return candidates[index];
  }

  /**
   * Whether rollouts could choose another candidate than the last answer: whether its cost is within the rounding of
   * both of some other's, or some candidate is so large that more than rounding tells them apart. Where there is one
   * phase, and goals and what follows are in range (src/solve/range.ts).
   */
  isClose({ learningRate, A, absB, C, discount, regularization }: Prospects, roundings: number): boolean {
    const slack = roundings * UNIT_ROUNDOFF * this.#meanSquare;
    const errorOf = (a: number, h: number) =>
      slack * ((Math.abs(a) + 1) ** 2 + discount * (h * h * A[0] + 2 * h * absB[0] + C[0])) +
      Number.MIN_VALUE / Number.EPSILON;
    const errorAt = (i: number) => {
      const a = this.#candidates[i];
      return errorOf(a, Math.abs(gainOf(a, learningRate[0], regularization)));
    };
    const beyond = Math.max(Math.abs(this.#candidates[0]), Math.abs(this.#candidates.at(-1)!));
    const mostGain = 1 + Math.abs(1 - gainOf(beyond, learningRate[0], regularization));
    if (!factorInRange(beyond) || !factorInRange(mostGain)) return true;
    const high = this.cost + errorAt(this.#index);
    const largest = errorOf(beyond, mostGain);
    if (this.runnerUp - largest > high) return false;
    return !this.#costs.every((cost, i) => i === this.#index || cost - errorAt(i) > high);
  }
}

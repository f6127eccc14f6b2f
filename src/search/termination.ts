// When a run of the CMA-ES has nothing more to find: the criteria of the tutorial's appendix B.3 (N. Hansen,
// arXiv:1604.00772), each with its name there and its reason in words.

/** Below which differences count as none. */
export interface Tolerance {
  /** TolFun, in units of the cost */
  readonly cost: number;
  /** TolX, as a share of the first step size */
  readonly point: number;
}

export const DEFAULT_TOLERANCE: Tolerance = { cost: 1e-12, point: 1e-12 };

/** The search distribution N(m, σ² C) with C = B D² Bᵀ, as a criterion sees it. */
export interface Distribution {
  readonly generation: number;
  /** m, shape [n] */
  readonly mean: Float64Array;
  /** σ */
  readonly stepSize: number;
  /** p_c, the evolution path of C, shape [n] */
  readonly path: Float64Array;
  /** C, shape [n, n]; its lower triangle counts */
  readonly covariance: Float64Array;
  /** the diagonal of D, ascending, shape [n] */
  readonly lengths: Float64Array;
  /** row k is column k of B, shape [n, n] */
  readonly axes: Float64Array;
}

/** Remembers the costs of a run and says when it should stop. */
export class Termination {
  readonly #firstStepSize: number;
  readonly #tolerance: Tolerance;
  /** ⌈30 n/λ⌉ */
  readonly #patience: number;
  /** the least and the median cost of each generation */
  readonly #best: number[] = [];
  readonly #median: number[] = [];

  constructor(dimension: number, population: number, stepSize: number, tolerance: Tolerance) {
    this.#firstStepSize = stepSize;
    this.#tolerance = tolerance;
    this.#patience = Math.ceil((30 * dimension) / population);
  }

  /**
   * Why the run should stop after this generation, or undefined where it should go on.
   *
   * @param costs of the generation in ascending order, Infinity for what is not finite
   */
  reason(distribution: Distribution, costs: ArrayLike<number>): string | undefined {
    this.#best.push(costs[0]);
    this.#median.push(costs[costs.length >> 1]);
    return (
      conditionCov(distribution) ??
      this.#tolXUp(distribution) ??
      this.#tolX(distribution) ??
      noEffectAxis(distribution) ??
      noEffectCoord(distribution) ??
      this.#flat(costs) ??
      this.#stagnation()
    );
  }

  #tolXUp({ stepSize, lengths }: Distribution): string | undefined {
    if (stepSize * lengths[lengths.length - 1] <= 1e4 * this.#firstStepSize) return;
    return "TolXUp: the search widened more than 10,000 times: it diverges, or its step size was far too small";
  }

  #tolX({ stepSize, path, covariance, mean: { length: n } }: Distribution): string | undefined {
    const least = this.#tolerance.point * this.#firstStepSize;
    for (let i = 0; i < n; i++)
      if (!(stepSize * Math.max(Math.sqrt(covariance[i * n + i]), Math.abs(path[i])) < least)) return;
    return `TolX: in every coordinate the search is narrower than ${this.#tolerance.point} of its first step size`;
  }

  /** EqualFunValues, and TolFun, which looks at the whole of the last generation too. */
  #flat(costs: ArrayLike<number>): string | undefined {
    const span = 10 + this.#patience;
    if (this.#best.length < span) return;
    const recent = this.#best.slice(-span);
    const [least, greatest] = [Math.min(...recent), Math.max(...recent)];
    if (least === greatest)
      return Number.isFinite(least)
        ? `EqualFunValues: the least cost has been the same for ${span} generations`
        : `EqualFunValues: no cost has been finite for ${span} generations`;
    const range = Math.max(greatest, costs[costs.length - 1]) - Math.min(least, costs[0]);
    if (range < this.#tolerance.cost)
      return `TolFun: the costs of ${span} generations lie within ${this.#tolerance.cost} of one another`;
  }

  #stagnation(): string | undefined {
    const generations = this.#best.length;
    const least = 120 + this.#patience;
    if (generations < least) return;
    const span = Math.min(20_000, Math.max(least, Math.floor(generations / 5)));
    const share = Math.floor(0.3 * span);
    const improved = (history: number[]) =>
      median(history.slice(-share)) < median(history.slice(-span, share - span));
    if (improved(this.#best) || improved(this.#median)) return;
    return `Stagnation: over ${span} generations neither the least cost nor the median has come down`;
  }
}

function conditionCov({ lengths }: Distribution): string | undefined {
  const ratio = lengths[lengths.length - 1] / lengths[0];
  if (ratio * ratio <= 1e14) return;
  return "ConditionCov: the covariance's condition number exceeds 1e14";
}

/** Looks at one axis a generation, in turn. */
function noEffectAxis({ generation, mean, stepSize, lengths, axes }: Distribution): string | undefined {
  const n = mean.length;
  const axis = generation % n;
  for (let i = 0; i < n; i++)
    if (mean[i] + 0.1 * stepSize * lengths[axis] * axes[axis * n + i] !== mean[i]) return;
  return "NoEffectAxis: a tenth of a standard deviation along an axis no longer changes the mean";
}

function noEffectCoord({ mean, stepSize, covariance }: Distribution): string | undefined {
  const n = mean.length;
  for (let i = 0; i < n; i++)
    if (mean[i] + 0.2 * stepSize * Math.sqrt(covariance[i * n + i]) === mean[i])
      return "NoEffectCoord: a fifth of a standard deviation no longer changes a coordinate of the mean";
}

function median(numbers: number[]): number {
  const sorted = Float64Array.from(numbers).sort();
  return sorted[sorted.length >> 1];
}

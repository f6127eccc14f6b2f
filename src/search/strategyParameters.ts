// The constants of the CMA-ES, functions of the dimension n and the population λ alone: table 1 of N. Hansen, The
// CMA Evolution Strategy: A Tutorial (arXiv:1604.00772), with α_cov = 2 and the negative weights of its active update.

import { log } from "./elementary.ts";

/** Weights and learning rates, by the tutorial's names. */
export interface StrategyParameters {
  /** w_i by rank, best first: the first ⌊λ/2⌋ are positive and sum to 1, the rest are at most 0. Shape [λ] */
  readonly weights: Float64Array;
  /** how many of the best make the next mean */
  readonly mu: number;
  /** μ_eff = 1/Σ w_i² of the positive weights */
  readonly muEff: number;
  /** c_1, the rate of the rank-one update */
  readonly c1: number;
  /** c_μ, the rate of the rank-μ update */
  readonly cMu: number;
  /** c_c, the rate of the covariance's evolution path */
  readonly cC: number;
  /** c_σ, the rate of the step size's evolution path */
  readonly cSigma: number;
  /** d_σ, the damping of the step size */
  readonly dSigma: number;
  /** E‖N(0, I)‖, to within 1/n³ */
  readonly expectedLength: number;
}

/** The population that the tutorial suggests for a dimension: 4 + ⌊3 ln n⌋. */
export const suggestedPopulation = (n: number) => 4 + Math.floor(3 * log(n));

/** The tutorial's constants for dimension n and population λ ≥ 4. */
export function strategyParameters(n: number, lambda: number): StrategyParameters {
  const mu = Math.floor(lambda / 2);
  const raw = Float64Array.from({ length: lambda }, (_, i) => log((lambda + 1) / 2) - log(i + 1));
  const positive = sums(raw.subarray(0, mu));
  const negative = sums(raw.subarray(mu));
  const muEff = (positive.sum * positive.sum) / positive.squares;
  const muEffNegative = (negative.sum * negative.sum) / negative.squares;

  const c1 = 2 / ((n + 1.3) * (n + 1.3) + muEff);
  const cMu = Math.min(1 - c1, (2 * (0.25 + muEff + 1 / muEff - 2)) / ((n + 2) * (n + 2) + muEff));
  const cSigma = (muEff + 2) / (n + muEff + 5);

  // what the negative weights sum to: the least of three bounds, the last of which keeps C positive definite
  const total = Math.min(
    1 + c1 / cMu,
    1 + (2 * muEffNegative) / (muEff + 2),
    Math.max(0, 1 - c1 - cMu) / (n * cMu),
  );
  return {
    weights: raw.map((w) => (w >= 0 ? w / positive.sum : (total * w) / -negative.sum)),
    mu,
    muEff,
    c1,
    cMu,
    cC: (4 + muEff / n) / (n + 4 + (2 * muEff) / n),
    cSigma,
    dSigma: 1 + 2 * Math.max(0, Math.sqrt((muEff - 1) / (n + 1)) - 1) + cSigma,
    expectedLength: Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n)),
  };
}

function sums(numbers: Float64Array): { sum: number; squares: number } {
  let sum = 0;
  let squares = 0;
  for (const x of numbers) {
    sum += x;
    squares += x * x;
  }
  return { sum, squares };
}

// A search where no grid can hold the candidates: the CMA-ES, a normal distribution that learns from the ranks of the
// points drawn from it (N. Hansen, The CMA Evolution Strategy: A Tutorial, arXiv:1604.00772, whose letters these are).
// Who draws and who evaluates are apart: one generation is one batch.
//
//     x_k = m + σ y_k,  y_k = B D z_k ~ N(0, C),  C = B D² Bᵀ              k = 1 … λ, ranked by cost
//     m   ← m + σ ȳ,  ȳ = Σ_{i≤μ} w_i y_i
//     p_σ ← (1 − c_σ) p_σ + √(c_σ (2 − c_σ) μ_eff) C^(−½) ȳ
//     p_c ← (1 − c_c) p_c + h_σ √(c_c (2 − c_c) μ_eff) ȳ
//     C   ← (1 + c_1 δ(h_σ) − c_1 − c_μ Σ w_i) C + c_1 p_c p_cᵀ + c_μ Σ_{i≤λ} w°_i y_i y_iᵀ
//     σ   ← σ exp((c_σ/d_σ) (‖p_σ‖/E‖N(0, I)‖ − 1))

import { MesaError } from "../errors.ts";
import { eigen } from "./eigen.ts";
import { exp } from "./elementary.ts";
import type { Random } from "./random.ts";
import { strategyParameters } from "./strategyParameters.ts";
import { DEFAULT_TOLERANCE, type Distribution, Termination, type Tolerance } from "./termination.ts";
import { add, dot, scale } from "./vectors.ts";

/** Where a run starts. */
export interface CmaesOptions {
  /** λ, an integer of at least 4 */
  readonly population: number;
  /** m, shape [n] */
  readonly mean: ArrayLike<number>;
  /** σ, positive: about a third of the width of the region where the minimum may be */
  readonly stepSize: number;
  readonly random: Random;
  readonly tolerance?: Tolerance;
}

/** One run of the CMA-ES: ask for points, tell their costs, until it has stopped. */
export class Cmaes implements Distribution {
  readonly population: number;
  readonly mean: Float64Array;
  stepSize: number;
  /** how many generations were told */
  generation = 0;
  /** the least finite cost so far, the first of equals, and its point; Infinity and no point before there is one */
  best: { point: Float64Array; cost: number } = {
    point: new Float64Array(0),
    cost: Number.POSITIVE_INFINITY,
  };
  /** why the run should end, undefined while it should not; what is asked and told after that means little */
  stopped: string | undefined;
  readonly path: Float64Array;
  readonly covariance: Float64Array;
  lengths: Float64Array;
  axes: Float64Array;

  readonly #random: Random;
  readonly #parameters;
  readonly #termination: Termination;
  /** p_σ */
  readonly #stepPath: Float64Array;
  /** (1 − c_σ)^(2g) */
  #fade = 1;
  /** the generation at which B and D were last computed */
  #decomposed = 0;
  /** what was asked, until it is told: x_k, y_k, z_k, k < λ */
  #points: Float64Array[] = [];
  #steps: Float64Array[] = [];
  #normals: Float64Array[] = [];

  constructor({ population, mean, stepSize, random, tolerance = DEFAULT_TOLERANCE }: CmaesOptions) {
    if (!Number.isInteger(population) || population < 4)
      throw new MesaError("INVALID_CONFIG", `population must be an integer of at least 4, got ${population}`);
    if (!(stepSize > 0) || !Number.isFinite(stepSize))
      throw new MesaError("INVALID_CONFIG", `stepSize must be positive and finite, got ${stepSize}`);
    this.population = population;
    this.mean = Float64Array.from(mean);
    if (this.mean.length === 0 || !this.mean.every(Number.isFinite))
      throw new MesaError("INVALID_CONFIG", "mean must have at least one coordinate, all of them finite");
    this.stepSize = stepSize;
    const n = this.mean.length;
    this.path = new Float64Array(n);
    this.#stepPath = new Float64Array(n);
    this.covariance = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
    this.axes = this.covariance.slice();
    this.lengths = new Float64Array(n).fill(1);
    this.#random = random;
    this.#parameters = strategyParameters(n, population);
    this.#termination = new Termination(n, population, stepSize, tolerance);
  }

  /**
   * The next generation, shape [λ][n]: the caller reads the points and leaves them as they are.
   *
   * @param guests points from elsewhere, at most λ, each of shape [n], that take the places of the last ones. The
   *   distribution learns from one that lies far away as if it were √n + 2n/(n + 2) standard deviations from the
   *   mean (N. Hansen, Injecting external solutions into CMA-ES, arXiv:1110.4181).
   */
  ask(guests: readonly ArrayLike<number>[] = []): readonly Float64Array[] {
    const n = this.mean.length;
    this.#normals = Array.from({ length: this.population }, () =>
      Float64Array.from({ length: n }, () => this.#random.normal()),
    );
    this.#steps = this.#normals.map((z) => this.#alongAxes(z.map((x, k) => x * this.lengths[k])));
    this.#points = this.#steps.map((y) => y.map((x, i) => this.mean[i] + this.stepSize * x));
    for (const [index, guest] of guests.entries()) {
      const k = this.population - guests.length + index;
      const point = Float64Array.from(guest);
      const y = point.map((x, i) => (x - this.mean[i]) / this.stepSize);
      if (k < 0 || point.length !== n || !y.every(Number.isFinite))
        throw new MesaError(
          "INVALID_CONFIG",
          `guests must be at most ${this.population} points of ${n} finite numbers, within reach of the mean`,
        );
      const z = this.lengths.map((length, axis) => dot(this.#axis(axis), y) / length);
      const shrink = Math.min(1, (Math.sqrt(n) + (2 * n) / (n + 2)) / Math.sqrt(dot(z, z)));
      this.#points[k] = point;
      this.#steps[k] = y.map((x) => x * shrink);
      this.#normals[k] = z.map((x) => x * shrink);
    }
    return this.#points;
  }

  /**
   * Learns from the costs of the points last asked for, shape [λ]. Those that are not finite rank last; where none is
   * finite, the distribution stays as it is.
   *
   * @throws MesaError `INVALID_CONFIG` when the costs are not as many as the points
   */
  tell(costs: ArrayLike<number>): void {
    if (this.#points.length !== costs.length || costs.length === 0)
      throw new MesaError("INVALID_CONFIG", `${costs.length} costs for ${this.#points.length} points`);
    const finite = Float64Array.from(costs, (cost) =>
      Number.isFinite(cost) ? cost : Number.POSITIVE_INFINITY,
    );
    // a stable sort of indices: equals keep the order in which they were drawn
    const order = Array.from(finite.keys()).sort((i, j) =>
      finite[i] < finite[j] ? -1 : +(finite[i] > finite[j]),
    );
    const [first] = order;
    if (finite[first] < this.best.cost)
      this.best = { point: this.#points[first].slice(), cost: finite[first] };
    this.generation++;
    if (finite[first] < Number.POSITIVE_INFINITY) this.#learn(order);
    this.#points = [];
    this.stopped = this.#termination.reason(this, finite.sort());
  }

  #learn(order: readonly number[]): void {
    const { weights, mu, muEff, c1, cMu, cC, cSigma, dSigma, expectedLength } = this.#parameters;
    const n = this.mean.length;
    const step = new Float64Array(n);
    const normal = new Float64Array(n);
    for (let rank = 0; rank < mu; rank++) {
      add(step, weights[rank], this.#steps[order[rank]]);
      add(normal, weights[rank], this.#normals[order[rank]]);
    }
    add(this.mean, this.stepSize, step);

    // C^(−½) ȳ = B z̄
    scale(this.#stepPath, 1 - cSigma);
    add(this.#stepPath, Math.sqrt(cSigma * (2 - cSigma) * muEff), this.#alongAxes(normal));
    const length = Math.sqrt(dot(this.#stepPath, this.#stepPath));
    this.#fade *= (1 - cSigma) * (1 - cSigma);
    const steady = length / Math.sqrt(1 - this.#fade) < (1.4 + 2 / (n + 1)) * expectedLength;

    scale(this.path, 1 - cC);
    if (steady) add(this.path, Math.sqrt(cC * (2 - cC) * muEff), step);

    const total = weights.reduce((sum, w) => sum + w, 0);
    const lost = steady ? 0 : cC * (2 - cC);
    scale(this.covariance, 1 + c1 * lost - c1 - cMu * total);
    this.#addSquare(c1, this.path);
    order.forEach((k, rank) => {
      const z = this.#normals[k];
      // a negative weight takes away as much whatever the length of the step
      const even = weights[rank] < 0 ? n / Math.max(dot(z, z), Number.MIN_VALUE / Number.EPSILON) : 1;
      this.#addSquare(cMu * weights[rank] * even, this.#steps[k]);
    });

    // a step size may grow by no more than e in a generation
    this.stepSize *= exp(Math.min(1, (cSigma / dSigma) * (length / expectedLength - 1)));

    // B and D may lag behind C for as long as C hardly changes
    if (this.generation - this.#decomposed >= Math.floor(1 / (10 * n * (c1 + cMu)))) this.#decompose();
  }

  #decompose(): void {
    this.#decomposed = this.generation;
    const { values, vectors } = eigen(this.covariance, this.mean.length);
    this.axes = vectors;
    // rounding may make the least ones negative: they are what the matrix cannot tell from zero
    const least = Number.EPSILON * values[values.length - 1];
    this.lengths = values.map((value) => Math.sqrt(Math.max(value, least)));
  }

  /** C += factor · v vᵀ, the lower triangle. */
  #addSquare(factor: number, v: Float64Array): void {
    const n = v.length;
    if (factor === 0) return;
    for (let i = 0; i < n; i++) {
      const f = factor * v[i];
      for (let j = 0; j <= i; j++) this.covariance[i * n + j] += f * v[j];
    }
  }

  #axis(k: number): Float64Array {
    return this.axes.subarray(k * this.mean.length, (k + 1) * this.mean.length);
  }

  /** B v. */
  #alongAxes(v: Float64Array): Float64Array {
    const sum = new Float64Array(v.length);
    for (let k = 0; k < v.length; k++) add(sum, v[k], this.#axis(k));
    return sum;
  }
}

// A local minimum by quasi-Newton steps: BFGS (J. Nocedal & S. J. Wright, Numerical Optimization, 2nd edition, chapter 6)
// with a line search that doubles and halves until the weak Wolfe conditions hold, which works where a function has
// corners too (A. S. Lewis & M. L. Overton, Nonsmooth optimization via quasi-Newton methods, 2013).

/** Writes a function's derivatives at a point into `gradient`, shape [n], and returns its value. */
export type Differentiable = (point: Float64Array, gradient: Float64Array) => number;

/** the share of the decrease that the slope promises which a step must bring, and of the slope that it may leave */
const [DECREASE, SLOPE_LEFT] = [1e-4, 0.9];
/** trials of a line search: from where it doubles or halves, all that float64 can tell apart */
const TRIALS = 60;

/** A descent from a point: the same bits for the same function. n is how many numbers a point has. */
export class Descent {
  /** where it is, shape [n] */
  point: Float64Array;
  /** the function's value there; what is not finite is never left */
  value: number;
  /** how often the function was evaluated */
  evaluations = 1;
  /** whether no step lowers the value any more */
  ended: boolean;
  readonly #of: Differentiable;
  #gradient: Float64Array;
  /** where a line search tries, and the gradient there */
  #trial: Float64Array;
  #slopes: Float64Array;
  /** the inverse Hessian as the steps so far have it, by rows; undefined before the first of them */
  #inverse: Float64Array | undefined;

  constructor(of: Differentiable, start: ArrayLike<number>) {
    const numbers = () => new Float64Array(start.length);
    this.#of = of;
    this.point = Float64Array.from(start);
    [this.#gradient, this.#trial, this.#slopes] = [numbers(), numbers(), numbers()];
    this.value = of(this.point, this.#gradient);
    this.ended = !Number.isFinite(this.value);
  }

  /** Takes one step, which is several evaluations; unless it has ended. */
  step(): void {
    if (this.ended) return;
    const gradient = this.#gradient;
    const direction = this.#inverse ? product(this.#inverse, gradient) : gradient.slice();
    for (let i = 0; i < direction.length; i++) direction[i] = -direction[i];
    const slope = dot(direction, gradient);
    const first = this.#inverse ? 1 : Math.min(1, 1 / Math.sqrt(-slope));
    if (slope < 0 && this.#search(direction, slope, first)) return;
    // rounding may have spoilt what is known of the curvature: the gradient alone has the last word
    this.ended = this.#inverse === undefined;
    this.#inverse = undefined;
  }

  /** Goes along a direction. @returns whether that has lowered the value */
  #search(direction: Float64Array, slope: number, first: number): boolean {
    const { point, value } = this;
    let [low, high, length] = [0, Number.POSITIVE_INFINITY, first];
    let reached = value;
    for (let trial = 0; trial < TRIALS; trial++) {
      for (let i = 0; i < point.length; i++) this.#trial[i] = point[i] + length * direction[i];
      reached = this.#of(this.#trial, this.#slopes);
      this.evaluations++;
      if (!(reached <= value + DECREASE * length * slope)) high = length;
      else if (dot(this.#slopes, direction) < SLOPE_LEFT * slope) low = length;
      else break;
      length = high < Number.POSITIVE_INFINITY ? (low + high) / 2 : 2 * length;
    }
    if (!(reached < value)) return false;
    const change = this.#slopes.map((slope, i) => slope - this.#gradient[i]);
    this.#learn(direction, length, change);
    [this.point, this.#trial] = [this.#trial, this.point];
    [this.#gradient, this.#slopes] = [this.#slopes, this.#gradient];
    this.value = reached;
    return true;
  }

  /** Takes what a step of some length in a direction changed of the gradient into the inverse Hessian. */
  #learn(direction: Float64Array, length: number, change: Float64Array): void {
    const n = direction.length;
    const curvature = length * dot(direction, change);
    if (!(curvature > 0)) return;
    if (!this.#inverse) {
      this.#inverse = new Float64Array(n * n);
      const scale = curvature / dot(change, change);
      for (let i = 0; i < n; i++) this.#inverse[i * n + i] = scale;
    }
    const inverse = this.#inverse;
    const moved = product(inverse, change);
    const scale = length * (1 + dot(change, moved) / curvature);
    for (let i = 0, at = 0; i < n; i++) {
      const along = (length * direction[i]) / curvature;
      const across = (scale * direction[i] - moved[i]) * (length / curvature);
      for (let j = 0; j < n; j++, at++) inverse[at] += across * direction[j] - along * moved[j];
    }
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** @param matrix by rows, shape [n × n] */
function product(matrix: Float64Array, vector: Float64Array): Float64Array {
  const n = vector.length;
  const result = new Float64Array(n);
  for (let i = 0, at = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++, at++) sum += matrix[at] * vector[j];
    result[i] = sum;
  }
  return result;
}

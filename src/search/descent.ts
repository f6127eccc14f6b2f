// A local minimum by quasi-Newton steps: BFGS (J. Nocedal & S. J. Wright, Numerical Optimization, 2nd edition, chapter
// 6) with a line search that doubles and halves the step until the weak Wolfe conditions hold. This also works where
// the function has corners (A. S. Lewis & M. L. Overton, Nonsmooth optimization via quasi-Newton methods, 2013).

/** Writes a function's derivatives at a point into `gradient`, shape [n], and returns its value. */
export type Differentiable = (point: Float64Array, gradient: Float64Array) => number;

/**
 * the weak Wolfe conditions: the required share of the decrease that the slope predicts, and the share of the slope
 * allowed after the step
 */
const [DECREASE, SLOPE_LEFT] = [1e-4, 0.9];
/** evaluations of a line search, at most: enough to double or halve a step to the limits of float64 */
const TRIALS = 60;

/** A descent from a point. The same function gives the same bits. A point has n numbers. */
export class Descent {
  /** the current point, shape [n] */
  point: Float64Array;
  /** the function's value at the point; a descent that starts at a value that is not finite ends there */
  value: number;
  /** how many times the function was evaluated */
  evaluations = 1;
  /** whether no step lowers the value any more */
  ended: boolean;
  readonly #of: Differentiable;
  #gradient: Float64Array;
  /** the point that the line search tries, and the gradient at it */
  #trial: Float64Array;
  #slopes: Float64Array;
  /** the estimated inverse Hessian, by rows; undefined before the first step */
  #inverse: Float64Array | undefined;

  constructor(of: Differentiable, start: ArrayLike<number>) {
    const numbers = () => new Float64Array(start.length);
    this.#of = of;
    this.point = Float64Array.from(start);
    [this.#gradient, this.#trial, this.#slopes] = [numbers(), numbers(), numbers()];
    this.value = of(this.point, this.#gradient);
    this.ended = !Number.isFinite(this.value);
  }

  /** Takes one step, which needs several evaluations; does nothing once the descent has ended. */
  step(): void {
    if (this.ended) return;
    const gradient = this.#gradient;
    const direction = this.#inverse ? product(this.#inverse, gradient) : gradient.slice();
    for (let i = 0; i < direction.length; i++) direction[i] = -direction[i];
    const slope = dot(direction, gradient);
    const first = this.#inverse ? 1 : Math.min(1, 1 / Math.sqrt(-slope));
    if (slope < 0 && this.#search(direction, slope, first)) return;
    // rounding may have spoilt the estimated curvature: try the gradient itself before ending
    this.ended = this.#inverse === undefined;
    this.#inverse = undefined;
  }

  /** Searches along a direction. @returns whether the value was lowered */
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

  /** Updates the inverse Hessian with the change of the gradient over a step along a direction. */
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

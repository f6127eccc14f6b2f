// The principal axes of a symmetric matrix, A = Σ_k λ_k b_k b_kᵀ: Householder reflections make it tridiagonal, and
// QR steps with Wilkinson's shift make that diagonal (Golub & Van Loan, Matrix Computations, 8.3).

/** Eigenvalues and eigenvectors of a symmetric matrix of order n. */
export interface Eigen {
  /** λ_k in ascending order, shape [n] */
  readonly values: Float64Array;
  /** row k is b_k, of length 1, shape [n, n] */
  readonly vectors: Float64Array;
}

/**
 * The eigendecomposition of a symmetric matrix; NaN where the matrix is not finite.
 *
 * Its errors are a modest multiple of the unit roundoff times the greatest |λ|, so that eigenvalues much smaller than
 * that may come out with the wrong sign.
 *
 * @param matrix shape [n, n]; only the lower triangle is read
 */
export function eigen(matrix: Float64Array, n: number): Eigen {
  const a = new Float64Array(n * n);
  let scale = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      a[i * n + j] = a[j * n + i] = matrix[i * n + j];
      scale = Math.max(scale, Math.abs(matrix[i * n + j]));
    }
  if (!Number.isFinite(scale))
    return { values: new Float64Array(n).fill(Number.NaN), vectors: a.fill(Number.NaN) };
  // squares of entries neither overflow nor vanish
  if (scale > 0) for (let i = 0; i < a.length; i++) a[i] /= scale;

  const { diagonal, beside, rows } = tridiagonal(a, n);
  diagonalize(diagonal, beside, rows, n);

  const order = Array.from(diagonal.keys()).sort((i, j) => diagonal[i] - diagonal[j]);
  order.forEach((from, k) => {
    a.set(rows.subarray(from * n, from * n + n), k * n);
  });
  return { values: Float64Array.from(order, (k) => diagonal[k] * scale), vectors: a };
}

/** Q and T of A = Q T Qᵀ with T tridiagonal: T's diagonal, what stands beside it, and Qᵀ by rows. Overwrites a. */
function tridiagonal(a: Float64Array, n: number) {
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n);
  const betas = new Float64Array(n);
  const w = new Float64Array(n);
  for (let k = 0; k < n - 1; k++) {
    // H = I − β v vᵀ takes the row beside the diagonal to (∓|row|, 0, …); v replaces that row
    const v = a.subarray(k * n, k * n + n);
    diagonal[k] = v[k];
    let rest = 0;
    for (let j = k + 2; j < n; j++) rest += v[j] * v[j];
    beside[k] = v[k + 1];
    // below this its square root is nothing beside a norm of about 1, and its inverse would overflow
    if (rest < 1e-300) continue;
    const norm = Math.sqrt(v[k + 1] * v[k + 1] + rest) * (v[k + 1] < 0 ? -1 : 1);
    beside[k] = -norm;
    v[k + 1] += norm;
    const beta = 2 / (v[k + 1] * v[k + 1] + rest);
    betas[k] = beta;

    // H A H = A − v wᵀ − w vᵀ with p = β A v and w = p − (β pᵀv / 2) v
    let along = 0;
    for (let i = k + 1; i < n; i++) {
      let dot = 0;
      for (let j = k + 1; j < n; j++) dot += a[i * n + j] * v[j];
      w[i] = beta * dot;
      along += w[i] * v[i];
    }
    for (let i = k + 1; i < n; i++) w[i] -= (beta * along * v[i]) / 2;
    for (let i = k + 1; i < n; i++) for (let j = k + 1; j < n; j++) a[i * n + j] -= v[i] * w[j] + w[i] * v[j];
  }
  diagonal[n - 1] = a[n * n - 1];

  const rows = new Float64Array(n * n);
  for (let i = 0; i < n; i++) rows[i * n + i] = 1;
  // Qᵀ = … H_1 H_0; from the right, so that H_k meets nothing but zeros outside the last n − k − 1 rows
  for (let k = n - 2; k >= 0; k--) {
    const v = a.subarray(k * n, k * n + n);
    for (let i = k + 1; i < n && betas[k] > 0; i++) {
      let dot = 0;
      for (let j = k + 1; j < n; j++) dot += rows[i * n + j] * v[j];
      for (let j = k + 1; j < n; j++) rows[i * n + j] -= betas[k] * dot * v[j];
    }
  }
  return { diagonal, beside, rows };
}

/** What may stand beside two diagonal elements of a matrix of norm about 1 as if it were 0; its square is above 0. */
const negligible = (p: number, q: number) => Number.EPSILON * (Math.abs(p) + Math.abs(q)) + 1e-150;

/** Turns a tridiagonal matrix into its eigenvalues, by rotations that `rows` follows. */
function diagonalize(d: Float64Array, e: Float64Array, rows: Float64Array, n: number): void {
  let last = n - 1;
  // about two steps an eigenvalue are usual; the bound is there so that the loop ends whatever happens
  for (let steps = 60 * n; last > 0 && steps > 0; steps--) {
    let first = last;
    while (first > 0 && Math.abs(e[first - 1]) > negligible(d[first - 1], d[first])) first--;
    if (first === last) {
      last--;
      continue;
    }
    const half = (d[last - 1] - d[last]) / 2;
    const off = e[last - 1];
    const root = Math.sqrt(half * half + off * off);
    const shift = d[last] - (off * off) / (half + (half < 0 ? -root : root));
    let x = d[first] - shift;
    let z = e[first];
    for (let k = first; k < last; k++) {
      const length = Math.sqrt(x * x + z * z);
      const c = length > 0 ? x / length : 1;
      const s = length > 0 ? z / length : 0;
      rotate(rows, k, c, s, n);
      if (k > first) e[k - 1] = length;
      const [p, q, r] = [d[k], e[k], d[k + 1]];
      d[k] = c * c * p + 2 * c * s * q + s * s * r;
      d[k + 1] = s * s * p - 2 * c * s * q + c * c * r;
      e[k] = c * s * (r - p) + (c * c - s * s) * q;
      if (k === last - 1) break;
      x = e[k];
      z = s * e[k + 1];
      e[k + 1] *= c;
    }
  }
}

/** Rows k and k + 1 by the angle with this cosine and sine. */
function rotate(rows: Float64Array, k: number, c: number, s: number, n: number): void {
  const upper = rows.subarray(k * n, k * n + n);
  const lower = rows.subarray(k * n + n, k * n + 2 * n);
  for (let j = 0; j < n; j++) {
    const [x, y] = [upper[j], lower[j]];
    upper[j] = c * x + s * y;
    lower[j] = c * y - s * x;
  }
}

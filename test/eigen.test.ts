// Axes and eigenvalues give the matrix back, the axes are orthonormal, and closed forms are met.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { eigen } from "../src/search/eigen.ts";

/** Σ_k λ_k b_k b_kᵀ with weights of one's own instead of λ. */
function compose(weights: ArrayLike<number>, vectors: Float64Array, n: number): Float64Array {
  const sum = new Float64Array(n * n);
  for (let k = 0; k < n; k++)
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) sum[i * n + j] += weights[k] * (vectors[k * n + i] * vectors[k * n + j]);
  return sum;
}

function expectDecomposition(matrix: Float64Array, n: number): void {
  const { values, vectors } = eigen(matrix, n);
  const norm = Math.max(...matrix.map(Math.abs));
  const tolerance = 20 * n * Number.EPSILON;
  // among subnormals rounding is not relative: each of the n terms may lose the least of them
  const underflow = n * Number.MIN_VALUE;
  compose(values, vectors, n).forEach((x, at) => {
    expect(Math.abs(x - matrix[at])).toBeLessThanOrEqual(tolerance * norm + underflow);
  });
  // with n orthonormal columns the rows are orthonormal too
  compose(new Float64Array(n).fill(1), vectors, n).forEach((x, at) => {
    expect(Math.abs(x - (at % (n + 1) === 0 ? 1 : 0))).toBeLessThanOrEqual(tolerance);
  });
  for (let k = 1; k < n; k++) expect(values[k]).toBeGreaterThanOrEqual(values[k - 1]);
}

const symmetric = fc
  .record({ n: fc.integer({ min: 1, max: 12 }), exponent: fc.integer({ min: -200, max: 200 }) })
  .chain(({ n, exponent }) =>
    fc
      .array(fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.constantFrom(0, 1, -1, 1e-9, 1e-160)), {
        minLength: n * n,
        maxLength: n * n,
      })
      .map((entries) => ({
        n,
        matrix: Float64Array.from(entries, (_, at) => {
          const [i, j] = [Math.floor(at / n), at % n];
          return entries[Math.max(i, j) * n + Math.min(i, j)] * 10 ** exponent;
        }),
      })),
  );

test("any symmetric matrix is given back by orthonormal axes", () => {
  fc.assert(
    fc.property(symmetric, ({ n, matrix }) => expectDecomposition(matrix, n)),
    { numRuns: 300 },
  );
});

describe("closed forms", () => {
  test("order 1 and order 2", () => {
    expect(eigen(Float64Array.of(-3), 1)).toEqual({
      values: Float64Array.of(-3),
      vectors: Float64Array.of(1),
    });
    const { values, vectors } = eigen(Float64Array.of(2, 1, 1, 2), 2);
    expect(values[0]).toBeCloseTo(1, 14);
    expect(values[1]).toBeCloseTo(3, 14);
    expect(vectors[0]).toBeCloseTo(-vectors[1], 14);
    expect(vectors[2]).toBeCloseTo(vectors[3], 14);
  });

  test("the second difference: 2 − 2 cos(kπ/(n + 1))", () => {
    const n = 60;
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      matrix[i * n + i] = 2;
      if (i > 0) matrix[i * n + i - 1] = matrix[(i - 1) * n + i] = -1;
    }
    expectDecomposition(matrix, n);
    eigen(matrix, n).values.forEach((value, k) => {
      expect(Math.abs(value - (2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1))))).toBeLessThan(1e-13);
    });
  });

  test("the sum of all, of order n: n once, 0 else", () => {
    const n = 40;
    const { values } = eigen(new Float64Array(n * n).fill(1), n);
    expect(values[n - 1]).toBeCloseTo(n, 12);
    for (let k = 0; k < n - 1; k++) expect(Math.abs(values[k])).toBeLessThan(1e-13);
  });

  test("diagonal and zero matrices", () => {
    const diagonal = Float64Array.of(5, 0, 0, 0, -1, 0, 0, 0, 3);
    const { values, vectors } = eigen(diagonal, 3);
    expect(values).toEqual(Float64Array.of(-1, 3, 5));
    expect(vectors).toEqual(Float64Array.of(0, 1, 0, 0, 0, 1, 1, 0, 0));
    expect(eigen(new Float64Array(9), 3).values).toEqual(new Float64Array(3));
  });
});

test("only the lower triangle is read", () => {
  const upper = Float64Array.of(2, Number.NaN, 1, 2);
  expect(eigen(upper, 2)).toEqual(eigen(Float64Array.of(2, 1, 1, 2), 2));
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])("%s gives NaN, and ends", (entry) => {
  const { values, vectors } = eigen(Float64Array.of(1, 0, 0, 0, 1, 0, entry, 0, 1), 3);
  expect([...values, ...vectors].every(Number.isNaN)).toBe(true);
});

// The constants of the CMA-ES by hand, and the bounds that they must keep for any dimension and population.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { strategyParameters, suggestedPopulation } from "../src/search/strategyParameters.ts";

describe("strategy parameters", () => {
  test("by hand for n = 1, λ = 4", () => {
    // ln 2.5 − ln 1, ln 2.5 − ln 2
    const [first, second] = [Math.log(2.5), Math.log(1.25)];
    const muEff = (first + second) ** 2 / (first ** 2 + second ** 2);
    const p = strategyParameters(1, 4);
    expect(p.mu).toBe(2);
    expect(p.muEff).toBeCloseTo(muEff, 14);
    expect(p.weights[0]).toBeCloseTo(first / (first + second), 14);
    expect(p.c1).toBeCloseTo(2 / (2.3 ** 2 + muEff), 14);
    expect(p.cMu).toBeCloseTo((2 * (muEff + 1 / muEff - 1.75)) / (9 + muEff), 14);
    expect(p.cC).toBeCloseTo((4 + muEff) / (5 + 2 * muEff), 14);
    expect(p.cSigma).toBeCloseTo((muEff + 2) / (muEff + 6), 14);
    expect(p.dSigma).toBeCloseTo(1 + p.cSigma, 14);
    expect([1, 2, 3, 10, 97].map(suggestedPopulation)).toEqual([4, 6, 7, 10, 17]);
  });

  test("leave C positive definite for any n and λ", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 4, max: 600 }), (n, lambda) => {
        const { weights, mu, c1, cMu } = strategyParameters(n, lambda);
        const sum = (part: Float64Array) => part.reduce((total, w) => total + w, 0);
        expect(sum(weights.subarray(0, mu))).toBeCloseTo(1, 12);
        for (let i = 1; i < lambda; i++) expect(weights[i]).toBeLessThanOrEqual(weights[i - 1]);
        // an update keeps at least 1 − c_1 − c_μ of C, and takes away n c_μ Σ|w| at most
        expect(-sum(weights.subarray(mu)) * n * cMu).toBeLessThanOrEqual(
          (1 - c1 - cMu) * (1 + 1e-12) + 1e-15,
        );
      }),
    );
  });
});

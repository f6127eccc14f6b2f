// Configurations with an infinite horizon, and an agent's cost in them without the solver's formulas.
import type { Config } from "../../src/index.ts";

/** Training that never ends, with changes. */
export const endless = (change: object): Config => ({
  game: "linear",
  horizon: "infinite",
  discount: 0.9,
  schedule: { learningRates: [1] },
  ...change,
});

/**
 * J / mean(θ²), except for a constant, of a coefficient if `own` is played for ever after: two geometric series.
 * Undefined if they diverge.
 */
export function costsAgainst(own: number, eta: number, lambda: number, discount: number) {
  const gain = (a: number) => 1 - 2 * eta * (a * a + lambda);
  const g = gain(own);
  if (!(discount * g * g < 1)) return undefined;
  const [A, B] = [(own * own) / (1 - discount * g * g), own / (1 - discount * g)];
  return (a: number) => (a - 1) ** 2 + discount * (gain(a) ** 2 * A - 2 * gain(a) * B);
}

/** J / mean(θ²) of a once and then b for ever, summed episode by episode. */
export function costOfDeviating(a: number, b: number, eta: number, lambda: number, discount: number): number {
  let [theta, weight, total] = [1, 1, 0];
  for (let k = 0; weight > 1e-18; k++) {
    const coefficient = k === 0 ? a : b;
    total += weight * (coefficient * theta - 1) ** 2;
    theta *= 1 - 2 * eta * (coefficient * coefficient + lambda);
    weight *= discount;
  }
  return total;
}

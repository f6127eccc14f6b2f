// Configurations whose horizon is infinite, and what an agent pays under one without any formula.
import type { Config } from "../../src/index.ts";

/** Training that never ends, but for what is changed. */
export const endless = (change: object): Config => ({
  game: "linear",
  horizon: "infinite",
  discount: 0.9,
  schedule: { learningRates: [1] },
  ...change,
});

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

// A proportional game in which a and −a are the same decision: y = a²θ. Every optimum but zero is an exact tie.
import { defineGame } from "../../src/index.ts";

export const reachSquared = defineGame({
  name: "reach-squared",
  state: { theta: { min: -1, max: 1, count: 11, initial: 0.8 } },
  decision: { coefficient: { min: -2, max: 2, count: 401 } },
  output: "coefficient^2 * theta",
});

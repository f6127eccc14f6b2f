// A proportional game with a decision of two numbers: the output depends on their sum, the learning on both.
import { defineGame } from "../../src/index.ts";

export const gears = defineGame({
  name: "gears",
  state: { theta: { min: -1, max: 1, count: 11, initial: 0.8 } },
  decision: { coarse: { min: -1, max: 1, count: 9 }, fine: { min: -0.25, max: 0.25, count: 7 } },
  output: "(coarse + fine) * theta",
  next: { theta: "theta - 2 * learningRate * (coarse^2 + fine^2 + regularization) * theta" },
});

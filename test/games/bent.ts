// A game with a decision of one number and no float32 bound: all candidates are rolled out, in stages.
import { defineGame } from "../../src/index.ts";

export const bent = defineGame({
  name: "bent",
  state: { theta: { min: -1, max: 1, count: 11, initial: 0.8 } },
  decision: { coefficient: { min: -1, max: 1, count: 101 } },
  output: "tanh(coefficient) * theta",
});

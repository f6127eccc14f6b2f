// A game whose costs of successive episodes have alternating signs, so that totals cancel.
import { defineGame } from "../../src/index.ts";

export const contrary = defineGame({
  name: "contrary",
  state: { theta: { min: -1, max: 1, count: 11, initial: 0.8 } },
  decision: { coefficient: { min: -1, max: 1, count: 101 } },
  output: "coefficient * theta",
  discount: "-theta^2",
});

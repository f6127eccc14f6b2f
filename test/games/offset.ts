// A game in which even the goal 0 has a cost: y = slope·θ + offset. So the padding of a block of states must not be
// counted.
import { defineGame } from "../../src/index.ts";

export const offset = defineGame({
  name: "offset",
  state: { theta: { min: -1, max: 1, count: 11, initial: 0.8 } },
  decision: { slope: { min: -1, max: 1, count: 9 }, offset: { min: -0.5, max: 1, count: 7 } },
  output: "slope * theta + offset",
});

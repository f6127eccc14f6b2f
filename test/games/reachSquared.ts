// A proportional game in which a and −a are the same decision: y = a²θ. Every optimum but zero is an exact tie.
import { defineGame } from "../../src/index.ts";

export const reachSquared = defineGame({
  name: "reach-squared",
  state: { theta: { min: -1, max: 1, count: 11, initial: 0.8 } },
  decision: { coefficient: { min: -2, max: 2, count: 401 } },
  proportional: {
    reach: ({ coefficient }) => coefficient * coefficient,
    gain: ({ coefficient }, learningRate, { regularization }) => {
      const reach = coefficient * coefficient;
      return 1 - 2 * learningRate * (reach * reach + regularization);
    },
  },
  wgsl: /* wgsl */ `
fn reach(d: Decision) -> real {
  return square(d.coefficient);
}

fn gain(d: Decision, learning_rate: real) -> real {
  return sub(exactly(1.0), mul(mul(exactly(2.0), learning_rate), add(square(reach(d)), REGULARIZATION)));
}
`,
});

// A proportional game whose decision is two numbers: what the agent shows is their sum, what it learns from is both.
import { defineGame } from "../../src/index.ts";

export const gears = defineGame({
  name: "gears",
  state: { theta: { min: -1, max: 1, count: 11, initial: 0.8 } },
  decision: { coarse: { min: -1, max: 1, count: 9 }, fine: { min: -0.25, max: 0.25, count: 7 } },
  proportional: {
    reach: ({ coarse, fine }) => coarse + fine,
    gain: ({ coarse, fine }, learningRate, { regularization }) =>
      1 - 2 * learningRate * (coarse * coarse + fine * fine + regularization),
  },
  wgsl: /* wgsl */ `
fn reach(d: Decision) -> real {
  return add(d.coarse, d.fine);
}

fn gain(d: Decision, learning_rate: real) -> real {
  let learned = add(add(square(d.coarse), square(d.fine)), REGULARIZATION);
  return sub(exactly(1.0), mul(mul(exactly(2.0), learning_rate), learned));
}
`,
});

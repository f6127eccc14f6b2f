// A game in which even the goal 0 costs something: y = slope·θ + offset. A state that is not there must not be counted.
import { defineGame } from "../../src/index.ts";

export const offset = defineGame({
  name: "offset",
  state: { theta: { min: -1, max: 1, count: 11, initial: 0.8 } },
  decision: { slope: { min: -1, max: 1, count: 9 }, offset: { min: -0.5, max: 1, count: 7 } },
  output: ({ slope, offset }, { theta }) => slope * theta + offset,
  learn: ({ slope }, { theta }, error, learningRate, { regularization }) => ({
    theta: theta - learningRate * (error * slope + 2 * regularization * theta),
  }),
  wgsl: /* wgsl */ `
fn output(d: Decision, s: State) -> real {
  return add(mul(d.slope, s.theta), d.offset);
}

fn learn(d: Decision, s: State, error: real, learning_rate: real) -> State {
  let pull = add(mul(error, d.slope), mul(mul(exactly(2.0), REGULARIZATION), s.theta));
  return State(sub(s.theta, mul(learning_rate, pull)));
}
`,
});

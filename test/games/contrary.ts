// A game in which the future counts against the present: weights alternate in sign, and totals cancel.
import { defineGame } from "../../src/index.ts";

export const contrary = defineGame({
  name: "contrary",
  state: { theta: { min: -1, max: 1, count: 11, initial: 0.8 } },
  decision: { coefficient: { min: -1, max: 1, count: 101 } },
  output: ({ coefficient }, { theta }) => coefficient * theta,
  learn: ({ coefficient }, { theta }, error, learningRate, { regularization }) => ({
    theta: theta - learningRate * (error * coefficient + 2 * regularization * theta),
  }),
  discount: ({ theta }) => -(theta * theta),
  wgsl: /* wgsl */ `
fn output(d: Decision, s: State) -> real {
  return mul(d.coefficient, s.theta);
}

fn learn(d: Decision, s: State, error: real, learning_rate: real) -> State {
  let pull = add(mul(error, d.coefficient), mul(mul(exactly(2.0), REGULARIZATION), s.theta));
  return State(sub(s.theta, mul(learning_rate, pull)));
}

fn discount(s: State) -> real {
  return negated(square(s.theta));
}
`,
});

// A user's own game, as the README shows one: the base optimizer has momentum, so the state is the goal and its velocity.
//
//     y = aθ,   v' = friction·v − η(e a + 2λθ),   θ' = θ + v'.
import { defineGame } from "../../src/index.ts";

export const momentum = defineGame({
  name: "momentum",
  state: {
    theta: { min: -1, max: 1, count: 11, initial: 0.8 },
    velocity: { min: 0, max: 0, count: 1, initial: 0 },
  },
  decision: { coefficient: { min: -2, max: 2, count: 401 } },
  parameters: { friction: { default: 0.5, min: 0, max: 1 } },
  output: ({ coefficient }, { theta }) => coefficient * theta,
  learn({ coefficient }, { theta, velocity }, error, learningRate, { friction, regularization }) {
    const next = friction * velocity - learningRate * (error * coefficient + 2 * regularization * theta);
    return { theta: theta + next, velocity: next };
  },
  wgsl: /* wgsl */ `
fn output(d: Decision, s: State) -> real {
  return mul(d.coefficient, s.theta);
}

fn learn(d: Decision, s: State, error: real, learning_rate: real) -> State {
  let slope = add(mul(error, d.coefficient), mul(mul(exactly(2.0), REGULARIZATION), s.theta));
  let next = sub(mul(FRICTION, s.velocity), mul(learning_rate, slope));
  return State(add(s.theta, next), next);
}
`,
});

// A custom game like the one in the README: the base optimizer has momentum, so the state is the goal and its velocity.
//
//     y = aθ,   v' = friction·v − η(2y a + 2λθ),   θ' = θ + v'.
import { defineGame } from "../../src/index.ts";

export const momentum = defineGame({
  name: "momentum",
  state: {
    theta: { min: -1, max: 1, count: 11, initial: 0.8 },
    velocity: { min: 0, max: 0, count: 1, initial: 0 },
  },
  decision: { coefficient: { min: -2, max: 2, count: 401 } },
  parameters: { friction: { default: 0.5, min: 0, max: 1 } },
  output: "coefficient * theta",
  next: {
    velocity: "friction * velocity - learningRate * gradient.theta",
    theta: "theta + next.velocity",
  },
});

// A game with two goals and two outputs; the two numbers of the decision make one output each.
import { defineGame } from "../../src/index.ts";

export const twoGoals = defineGame({
  name: "two-goals",
  state: {
    theta: { min: -1, max: 1, count: 5, initial: 0.8 },
    phi: { min: -1, max: 1, count: 5, initial: -0.5 },
  },
  decision: { a: { min: -1, max: 1, count: 9 }, b: { min: -1, max: 1, count: 9 } },
  output: { x: "a * theta + 0.1 * phi", y: "b * phi" },
  baseObjective: "output.x^2 + 2 * output.y^2 + output.x * output.y + regularization * (theta^2 + phi^2)",
  mesaObjective: "(output.x - own.theta)^2 + 0.5 * (output.y - own.phi)^2",
});

// The post's game: y = aθ, and the base optimizer descends y² + λθ², so that
//
//     θ' = θ − η(2a²θ + 2λθ) = θ·(1 − 2η(a² + λ)).
//
// Source: the post whose two experiments are the presets experiment-1 and experiment-2.

import { linearWgsl } from "../../shaders/games/linear.wgsl.ts";
import { defineGame } from "./game.ts";

/** What a step leaves of θ: 1 − 2η(a² + λ). */
export const gainOf = (coefficient: number, learningRate: number, regularization: number): number =>
  1 - 2 * learningRate * (coefficient * coefficient + regularization);

/** The same as 1 − (lost + pull·a²). */
export const quadraticLossOf = (learningRate: number, regularization: number) => ({
  lost: 2 * learningRate * regularization,
  pull: 2 * learningRate,
});

/** An agent outputs a fixed share of its goal: the coefficient a. */
export const linear = defineGame({
  name: "linear",
  state: { theta: { min: -1, max: 1, count: 11, initial: 0.8 } },
  decision: { coefficient: { min: -2, max: 2, count: 401 } },
  proportional: {
    reach: ({ coefficient }) => coefficient,
    gain: ({ coefficient }, learningRate, { regularization }) =>
      gainOf(coefficient, learningRate, regularization),
    quadraticLoss: (learningRate, { regularization }) => quadraticLossOf(learningRate, regularization),
  },
  wgsl: linearWgsl,
});

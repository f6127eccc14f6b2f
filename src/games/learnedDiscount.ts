// The post's first next step: the agent discounts the future, and the base optimizer may change by how much.
//
// The output listens to the discount, y = (c + dγ)θ, so gradient descent on y² + λθ² reaches γ too:
//
//     θ' = θ − η(2y(c + dγ) + 2λθ),   γ' = clamp(γ − κη·2y·dθ, 0, 1).
//
// An agent weighs the future with the γ it has when it decides.

import { learnedDiscountWgsl } from "../../shaders/games/learnedDiscount.wgsl.ts";
import { defineGame } from "./game.ts";

/** A base optimizer that trains the goal and the discount. */
export const learnedDiscount = defineGame({
  name: "learned-discount",
  state: {
    theta: { min: -1, max: 1, count: 11, initial: 0.8 },
    discount: { min: 0, max: 1, count: 11, initial: 0.9, bounds: { min: 0, max: 1 } },
  },
  decision: {
    base: { min: -1, max: 1.5, count: 51 },
    perDiscount: { min: -1.5, max: 1.5, count: 61 },
  },
  parameters: { discountLearningRateScale: { default: 1, min: 0 } },
  output: ({ base, perDiscount }, { theta, discount }) => (base + perDiscount * discount) * theta,
  learn(
    { base, perDiscount },
    { theta, discount },
    error,
    learningRate,
    { regularization, discountLearningRateScale },
  ) {
    const slope = base + perDiscount * discount;
    const stepped = discount - discountLearningRateScale * learningRate * (error * (perDiscount * theta));
    return {
      theta: theta - learningRate * (error * slope + 2 * regularization * theta),
      discount: Math.min(1, Math.max(0, stepped)),
    };
  },
  discount: ({ discount }) => discount,
  wgsl: learnedDiscountWgsl,
});

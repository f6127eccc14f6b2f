// The post's second next step: the agent may be wrong about the base objective. It believes that training rewards an
// output of b, and the base optimizer may correct that belief as well as the goal.
//
// y = aθ + (1 − a)b: a = 1 outputs the goal, a = 0 what is believed to be wanted. With e = ∂(y − target)²/∂y,
//
//     θ' = θ − η(e a + 2λθ),   b' = b − κη e (1 − a),
//
// where the agent plans with the target b it believes in when it decides, and what happens has the target 0.

import { misconceptionWgsl } from "../../shaders/games/misconception.wgsl.ts";
import { defineGame } from "./game.ts";

/** An agent that is wrong about what training rewards. */
export const misconception = defineGame({
  name: "misconception",
  state: {
    theta: { min: -1, max: 1, count: 11, initial: 0.8 },
    belief: { min: -1, max: 1, count: 11, initial: 0.4 },
  },
  decision: { coefficient: { min: -2, max: 2, count: 401 } },
  parameters: { beliefLearningRateScale: { default: 1, min: 0 } },
  output: ({ coefficient }, { theta, belief }) => coefficient * theta + (1 - coefficient) * belief,
  learn: (
    { coefficient },
    { theta, belief },
    error,
    learningRate,
    { regularization, beliefLearningRateScale },
  ) => ({
    theta: theta - learningRate * (error * coefficient + 2 * regularization * theta),
    belief: belief - beliefLearningRateScale * learningRate * (error * (1 - coefficient)),
  }),
  believedTarget: ({ belief }) => belief,
  wgsl: misconceptionWgsl,
});

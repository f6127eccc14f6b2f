// The post's third next step: a multi-layer network in place of the linear policy. y = f_w(θ), a tanh network whose
// weights w are the agent's decision, new in every episode:
//
//     h_0 = θ,   h_l = tanh(W_l h_{l−1} + b_l),   y = W_L h_{L−1} + b_L,
//     θ' = clamp(θ − η(2y ∂y/∂θ + 2λθ), −4, 4).
//
// An agent can choose its output and its gradient apart. The weights of a layer follow each other neuron by neuron,
// each neuron's bias after its weights. ∂y/∂θ is carried along with the layers (forward differentiation).

import { mlpWgsl } from "../../shaders/games/mlp.wgsl.ts";
import { defineGame, type Game } from "./game.ts";

/** θ stays within it: a network's gradient may be as steep as it likes */
export const MLP_BOUND = 4;

/** How many weights layers of these widths have, biases among them. */
export function weightsOf(layers: readonly number[]): number {
  return layers.slice(1).reduce((sum, width, l) => sum + width * (layers[l] + 1), 0);
}

/** f_w(θ) and its derivative. */
export function evaluate(layers: readonly number[], weights: ArrayLike<number>, theta: number) {
  let values = [theta];
  let slopes = [1];
  let at = 0;
  for (let l = 1; l < layers.length; l++) {
    const [nextValues, nextSlopes] = [new Array<number>(layers[l]), new Array<number>(layers[l])];
    for (let neuron = 0; neuron < layers[l]; neuron++) {
      let [value, slope] = [0, 0];
      for (let i = 0; i < values.length; i++, at++) {
        value += weights[at] * values[i];
        slope += weights[at] * slopes[i];
      }
      value += weights[at++];
      const last = l === layers.length - 1;
      nextValues[neuron] = last ? value : Math.tanh(value);
      nextSlopes[neuron] = last ? slope : (1 - nextValues[neuron] ** 2) * slope;
    }
    [values, slopes] = [nextValues, nextSlopes];
  }
  return { y: values[0], slope: slopes[0] };
}

const define = (layers: readonly number[]): Game =>
  defineGame({
    name: "mlp",
    state: { theta: { min: -1, max: 1, count: 21, initial: 0.8 } },
    decision: {},
    network: { layers, weights: weightsOf(layers), rebuilt: define },
    output: (weights, { theta }) => evaluate(layers, weights as unknown as number[], theta).y,
    learn(weights, { theta }, error, learningRate, { regularization }) {
      const { slope } = evaluate(layers, weights as unknown as number[], theta);
      const next = theta - learningRate * (error * slope + 2 * regularization * theta);
      return { theta: Math.min(MLP_BOUND, Math.max(-MLP_BOUND, next)) };
    },
    unbounded: true,
    wgsl: mlpWgsl(layers),
  });

/** An agent that is a network. */
export const mlp = define([1, 8, 8, 1]);

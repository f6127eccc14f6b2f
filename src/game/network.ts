// A policy that is a network of tanh layers, y = f_w(θ), as an expression:
//
//     h_0 = θ,   h_l = tanh(W_l h_{l−1} + b_l),   y = W_L h_{L−1} + b_L.
//
// The decision is the network's weights, layer by layer and neuron by neuron; each neuron's bias follows its weights.

import * as v from "valibot";
import { whole } from "../schema.ts";
import type { Graph, Node } from "./graph.ts";

/** The name of a weight in the network's expression. */
export const weightName = (index: number): string => `weights.${index}`;

/** The number of weights, including biases, of a network with layers of these widths. */
export function weightsOf(layers: readonly number[]): number {
  return layers.slice(1).reduce((sum, width, l) => sum + width * (layers[l] + 1), 0);
}

/** the maximum number of weights: the cost of the search is quadratic in it */
export const MAX_WEIGHTS = 1024;

const allowed = "a list of 2 to 10 whole numbers, the first and the last of them 1";

/** The widths of a network's layers. */
export const layers = v.pipe(
  v.array(whole(1), allowed),
  v.minLength(2, allowed),
  v.maxLength(10, allowed),
  v.check((layers) => layers[0] === 1 && layers.at(-1) === 1, allowed),
  v.check((layers) => layers.every((width) => width <= MAX_WEIGHTS), `at most ${MAX_WEIGHTS} wide`),
  v.check(
    (layers) => weightsOf(layers) <= MAX_WEIGHTS,
    `a network of at most ${MAX_WEIGHTS} weights, biases among them`,
  ),
);

/** typical sizes of a neuron's sum in random networks: from nearly linear functions to steps */
const SIZES = [0.5, 0.7, 1, 1.4, 2];

/**
 * Random weights: normal, and scaled so that a neuron's sum has the same size for any number of inputs. That size
 * differs from network to network.
 *
 * @param random draws a number in [0, 1), and a normal number of mean 0 and variance 1
 */
export function drawWeights(
  layers: readonly number[],
  random: { uniform(): number; normal(): number },
): number[] {
  const size = SIZES[Math.floor(random.uniform() * SIZES.length)];
  return layers.slice(1).flatMap((width, l) => {
    const inputs = layers[l];
    const neuron = () => [
      ...Array.from({ length: inputs }, () => (size / Math.sqrt(inputs)) * random.normal()),
      (size / 2) * random.normal(),
    ];
    return Array.from({ length: width }, neuron).flat();
  });
}

/** The output of a network. @param layers widths; the first and the last are 1 */
export function networkOutput(g: Graph, layers: readonly number[], input: Node): Node {
  let values = [input];
  let at = 0;
  const weight = () => g.name(weightName(at++));
  for (const [l, width] of layers.slice(1).entries()) {
    const isLast = l === layers.length - 2;
    values = Array.from({ length: width }, () => {
      const sum = values.reduce((sum, value) => g.add(sum, g.multiply(weight(), value)), g.number(0));
      const biased = g.add(sum, weight());
      return isLast ? biased : g.tanh(biased);
    });
  }
  return values[0];
}

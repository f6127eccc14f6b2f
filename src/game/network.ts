// A policy that is a network of tanh layers, y = f_w(θ), as an expression:
//
//     h_0 = θ,   h_l = tanh(W_l h_{l−1} + b_l),   y = W_L h_{L−1} + b_L.
//
// Its weights are the decision. Those of a layer follow each other neuron by neuron, each neuron's bias after its
// weights.

import * as v from "valibot";
import { whole } from "../schema.ts";
import type { Graph, Node } from "./graph.ts";

/** The name of a weight in the network's expression. */
export const weightName = (index: number): string => `weights.${index}`;

/** How many weights layers of these widths have, biases among them. */
export function weightsOf(layers: readonly number[]): number {
  return layers.slice(1).reduce((sum, width, l) => sum + width * (layers[l] + 1), 0);
}

/** weights of a network, at most: the search is quadratic in them */
export const MOST_WEIGHTS = 1024;

const allowed = "a list of 2 to 10 whole numbers, the first and the last of them 1";

/** Widths of a network's layers. */
export const layers = v.pipe(
  v.array(whole(1), allowed),
  v.minLength(2, allowed),
  v.maxLength(10, allowed),
  v.check((layers) => layers[0] === 1 && layers.at(-1) === 1, allowed),
  v.check((layers) => layers.every((width) => width <= MOST_WEIGHTS), `at most ${MOST_WEIGHTS} wide`),
  v.check(
    (layers) => weightsOf(layers) <= MOST_WEIGHTS,
    `a network of at most ${MOST_WEIGHTS} weights, biases among them`,
  ),
);

/** how large sums are in networks at random, from nearly straight lines to steps */
const SIZES = [0.5, 0.7, 1, 1.4, 2];

/**
 * Weights at random: normal, such that a neuron of a layer gets a sum of the same size however many it adds up, which
 * differs from network to network.
 *
 * @param random what draws a number from [0, 1), and a normal one of mean 0 and variance 1
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

/** What a network puts out. @param layers widths, the first and the last of them 1 */
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

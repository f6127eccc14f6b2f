// Networks for tests: as the package computes them, and by plain loops.
import { createEvaluate, type Evaluate } from "../src/game/evaluate.ts";
import { differentiate, Graph } from "../src/game/graph.ts";
import { networkOutput, weightName, weightsOf } from "../src/game/network.ts";

const networks = new Map<string, Evaluate>();

/** f_w(θ) and its derivative. */
export function evaluate(layers: readonly number[], weights: ArrayLike<number>, theta: number) {
  const key = layers.join();
  if (!networks.has(key)) {
    const g = new Graph();
    const output = networkOutput(g, layers, g.name("theta"));
    const names = Array.from({ length: weightsOf(layers) }, (_, i) => weightName(i));
    networks.set(key, createEvaluate([output, differentiate(g, output, "theta")], names, ["theta"]));
  }
  const [y, slope] = networks.get(key)!(weights, [theta]);
  return { y, slope };
}

/** The same layer by layer, together with the slope, with the engine's tanh. */
export function evaluateByLayers(layers: readonly number[], weights: ArrayLike<number>, theta: number) {
  let values = [theta];
  let slopes = [1];
  let at = 0;
  for (const [l, width] of layers.slice(1).entries()) {
    const [nextValues, nextSlopes]: [number[], number[]] = [[], []];
    for (let neuron = 0; neuron < width; neuron++) {
      let [value, slope] = [0, 0];
      for (let i = 0; i < values.length; i++, at++) {
        value += weights[at] * values[i];
        slope += weights[at] * slopes[i];
      }
      value += weights[at++];
      const isLast = l === layers.length - 2;
      const tanh = Math.tanh(value);
      nextValues.push(isLast ? value : tanh);
      nextSlopes.push(isLast ? slope : (1 - tanh ** 2) * slope);
    }
    [values, slopes] = [nextValues, nextSlopes];
  }
  return { y: values[0], slope: slopes[0] };
}

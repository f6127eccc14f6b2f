// The oracle's arithmetic: expressions evaluated in float64, one operation after the other, in the order of the graph.
// All other float64 code that computes an expression gives the same bits.

import { Graph, type Node, nodesOf, type Operation, rewrite, wholePower } from "./graph.ts";

/** 1.5·2⁵²: adding it to a number and subtracting it again rounds the number to the nearest whole number */
const ROUNDER = 6755399441055744;
/** ln 2 as a sum of two parts; a small whole number times the first part is exact */
const [LN2_HIGH, LN2_LOW] = [0.6931471803691238, 1.9082149292705877e-10];
/** from here on tanh is 1 in float64 */
const SATURATED = 20;
/** 1/i! for i from 1: the coefficients of (eʳ − 1)/r in powers of r, for |r| ≤ ln(2)/2 */
const SERIES = Array.from({ length: 14 }, (_, i) => {
  let factorial = 1;
  for (let k = 2; k <= i + 1; k++) factorial *= k;
  return 1 / factorial;
});

/**
 * tanh made of operations that IEEE 754 rounds the same everywhere; ECMAScript leaves the rounding of Math.tanh to the
 * engine. The absolute error is at most 2e-16, the relative error at most 5e-16.
 *
 * With s = e^(2|x|) − 1, tanh |x| = s/(s + 2). 2|x| = k ln 2 + r with k whole, and s = 2ᵏ (eʳ − 1) + (2ᵏ − 1).
 */
function tanh(g: Graph, x: Node): Node {
  const n = (value: number) => g.number(value);
  const twice = g.multiply(n(2), g.minimum(g.absolute(x), n(SATURATED)));
  const k = g.subtract(g.add(g.multiply(twice, n(Math.LOG2E)), n(ROUNDER)), n(ROUNDER));
  const r = g.subtract(g.subtract(twice, g.multiply(k, n(LN2_HIGH))), g.multiply(k, n(LN2_LOW)));
  const series = SERIES.reduceRight((sum, term) => g.add(g.multiply(sum, r), n(term)), n(0));
  const power = g.exponential2(k);
  const s = g.add(g.multiply(power, g.multiply(r, series)), g.subtract(power, n(1)));
  const magnitude = g.divide(s, g.add(s, n(2)));
  return g.below(x, n(0), g.negate(magnitude), magnitude);
}

/** The expressions in a graph of their own, with every `tanh` and `power` replaced by basic operations. */
export function inBasicOperations(expressions: readonly Node[]): Node[] {
  const g = new Graph();
  const product = (a: Node, b: Node) => g.multiply(a, b);
  return expressions.map((expression) =>
    rewrite(expression, (node, args: readonly Node[]): Node => {
      if (node.op === "tanh") return tanh(g, args[0]);
      if (node.op === "power") return wholePower(args[0], node.value, product);
      return g.remade(node, args);
    }),
  );
}

/** 2ᵏ for whole k from −64 to 64, which is more than `tanh` needs. */
const POWERS = Array.from({ length: 129 }, (_, i) => {
  let power = 1;
  for (let k = 64; k < i; k++) power *= 2;
  for (let k = 64; k > i; k--) power /= 2;
  return power;
});

/** The operations that remain; an instruction's code is the index in this list. */
const CODES: readonly Operation[] = [
  ...(["add", "subtract", "multiply", "divide", "negate"] as const),
  ...(["absolute", "minimum", "maximum", "below", "exponential2"] as const),
];

/** numbers per instruction: its code, the positions of its four arguments, and the position of its result */
const INSTRUCTION = 6;

/** Executes instructions on values, one after the other. */
function run(instructions: Int32Array, values: Float64Array): void {
  for (let i = 0; i < instructions.length; i += INSTRUCTION) {
    const a = values[instructions[i + 1]];
    const b = values[instructions[i + 2]];
    let result: number;
    switch (instructions[i]) {
      case 0:
        result = a + b;
        break;
      case 1:
        result = a - b;
        break;
      case 2:
        result = a * b;
        break;
      case 3:
        result = a / b;
        break;
      case 4:
        result = -a;
        break;
      case 5:
        result = Math.abs(a);
        break;
      case 6:
        result = Math.min(a, b);
        break;
      case 7:
        result = Math.max(a, b);
        break;
      case 8:
        result = a < b ? values[instructions[i + 3]] : values[instructions[i + 4]];
        break;
      default:
        result = POWERS[a + 64];
    }
    values[instructions[i + 5]] = result;
  }
}

/** Computes the values of expressions from the values of their names. */
export type Evaluate = (...values: readonly ArrayLike<number>[]) => Float64Array;

/**
 * Prepares the evaluation of expressions.
 *
 * @param names lists of names; each call gives the values as lists in the same order. No other names may occur
 * @returns a function that returns the values of all expressions. The next call overwrites the returned array, after it
 *   has read its arguments
 */
export function createEvaluate(
  expressions: readonly Node[],
  ...names: readonly (readonly string[])[]
): Evaluate {
  const basic = inBasicOperations(expressions);
  const nodes = nodesOf(...basic);
  const place = new Map(nodes.map((node, i) => [node, i]));
  const values = new Float64Array(nodes.length);
  const inputs: { at: number; list: number; index: number }[] = [];
  const instructions: number[] = [];
  for (const [at, { op, args, value, name }] of nodes.entries()) {
    if (op === "number") values[at] = value;
    else if (op === "name") {
      const list = names.findIndex((list) => list.includes(name));
      if (list < 0) throw new Error(`no value for ${name}`);
      inputs.push({ at, list, index: names[list].indexOf(name) });
    } else {
      const [a, b = 0, c = 0, d = 0] = args.map((arg) => place.get(arg)!);
      instructions.push(CODES.indexOf(op), a, b, c, d, at);
    }
  }
  const code = Int32Array.from(instructions);
  const results = basic.map((node) => place.get(node)!);
  const out = new Float64Array(results.length);
  return (...lists) => {
    for (let i = 0; i < inputs.length; i++) {
      const { at, list, index } = inputs[i];
      values[at] = lists[list][index];
    }
    run(code, values);
    for (let i = 0; i < out.length; i++) out[i] = values[results[i]];
    return out;
  };
}

// Random expressions: as trees, which are evaluated in the order in which they are written, and as nodes of a graph.
import fc from "fast-check";
import { createEvaluate } from "../../src/game/evaluate.ts";
import { Graph, type Node, wholePower } from "../../src/game/graph.ts";
import { even } from "../gpu/numbers.ts";

/** An expression as it is written. */
export type Tree =
  | { readonly op: "number"; readonly value: number }
  | { readonly op: "name"; readonly name: string }
  | { readonly op: "power"; readonly args: readonly Tree[]; readonly exponent: number }
  | { readonly op: Applied; readonly args: readonly Tree[] };

const ARITIES = {
  ...{ add: 2, subtract: 2, multiply: 2, divide: 2, negate: 1 },
  ...{ absolute: 1, minimum: 2, maximum: 2, tanh: 1, below: 4 },
} as const;
export type Applied = keyof typeof ARITIES;

/** all operations except `below`, which jumps and is not available in formulas */
export const CONTINUOUS = Object.keys(ARITIES).filter((op) => op !== "below") as Applied[];
export const ALL = Object.keys(ARITIES) as Applied[];

/** Trees of some operations, names and numbers. @param highest exponent; no powers at 0 */
export function trees(
  operations: readonly Applied[],
  names: readonly string[],
  numbers: fc.Arbitrary<number> = fc.oneof(fc.constantFrom(0, 1, -1, 2, 0.5), even(-3, 3)),
  { highest = 4, depth = 5 } = {},
): fc.Arbitrary<Tree> {
  const leaf = fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(...names).map((name): Tree => ({ op: "name", name })) },
    { weight: 1, arbitrary: numbers.map((value): Tree => ({ op: "number", value })) },
  );
  return fc.letrec<{ tree: Tree }>((tie) => {
    const applied = fc
      .constantFrom(...operations)
      .chain((op) =>
        fc
          .array(tie("tree"), { minLength: ARITIES[op], maxLength: ARITIES[op] })
          .map((args): Tree => ({ op, args })),
      );
    const powers = fc
      .tuple(tie("tree"), fc.integer({ min: 0, max: highest }))
      .map(([base, exponent]): Tree => ({ op: "power", args: [base], exponent }));
    const inner = highest > 0 ? [applied, applied, applied, applied, powers] : [applied];
    return { tree: fc.oneof({ maxDepth: depth, withCrossShrink: true }, leaf, ...inner) };
  }).tree;
}

/** The node of a tree, simplified as it is made. */
export function nodeOf(g: Graph, tree: Tree): Node {
  if (tree.op === "number") return g.number(tree.value);
  if (tree.op === "name") return g.name(tree.name);
  const [a, b, c, d] = tree.args.map((arg) => nodeOf(g, arg));
  return tree.op === "power"
    ? g.power(a, tree.exponent)
    : (g[tree.op] as (...args: Node[]) => Node)(a, b, c, d);
}

const tanh = (() => {
  const g = new Graph();
  const evaluate = createEvaluate([g.tanh(g.name("x"))], ["x"]);
  return (x: number) => evaluate([x])[0];
})();

const APPLY: Record<Applied, (a: number, b: number, c: number, d: number) => number> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  negate: (a) => -a,
  absolute: Math.abs,
  minimum: (a, b) => Math.min(a, b),
  maximum: (a, b) => Math.max(a, b),
  tanh,
  below: (a, b, c, d) => (a < b ? c : d),
};

/** The value of a tree in float64, operation by operation, and the largest magnitude on the way. */
export function evaluateTree(
  tree: Tree,
  values: Readonly<Record<string, number>>,
): { value: number; most: number } {
  let most = 0;
  const of = (tree: Tree): number => {
    const value = once(tree);
    most = Math.max(most, Math.abs(value)); // NaN stays NaN
    return value;
  };
  const once = (tree: Tree): number => {
    if (tree.op === "number") return tree.value;
    if (tree.op === "name") return values[tree.name];
    const [a, b, c, d] = tree.args.map(of);
    if (tree.op !== "power") return APPLY[tree.op](a, b, c, d);
    return tree.exponent === 0 ? 1 : wholePower(a, tree.exponent, (x, y) => x * y);
  };
  const value = of(tree);
  return { value, most };
}

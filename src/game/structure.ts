// Properties of a game's formulas that are read off their graph: linear in the state, odd, polynomial. They decide
// which methods apply to the game.

import type { Formulas } from "./formulas.ts";
import {
  differentiate,
  type Graph,
  isNumber,
  type Node,
  namesIn,
  nodesOf,
  type Operation,
  rewrite,
} from "./graph.ts";

/**
 * The coefficients of an expression that is linear in some names. The coefficients do not depend on these names.
 *
 * @returns undefined if the expression is not linear, or is not 0 when all the names are 0
 */
export function linearForm(g: Graph, expression: Node, names: readonly string[]): Node[] | undefined {
  const zero = g.number(0);
  const atZero = g.substitute(expression, (name) => (names.includes(name) ? zero : undefined));
  if (!isNumber(atZero, 0)) return undefined;
  // an expression that jumps may have the same slope everywhere
  const jumps = nodesOf(expression).flatMap(({ op, args }) => (op === "below" ? args.slice(0, 2) : []));
  const decides = namesIn(...jumps);
  if (names.some((name) => decides.has(name))) return undefined;
  const slopes = names.map((name) => differentiate(g, expression, name));
  const inside = namesIn(...slopes);
  return names.some((name) => inside.has(name)) ? undefined : slopes;
}

/** A sum of squares, each with a weight that is never negative. */
export type SumOfSquares = readonly { readonly weight: Node; readonly root: Node }[];

/**
 * An expression as a sum of squares.
 *
 * @param isWeight whether a name is a parameter that cannot be negative
 * @param isInRoot whether a name may occur in roots only, and not in weights
 * @returns undefined unless the expression has the form of a sum of squares
 */
export function squaresOf(
  g: Graph,
  expression: Node,
  isWeight: (name: string) => boolean,
  isInRoot: (name: string) => boolean,
): SumOfSquares | undefined {
  const isPositive = (node: Node): boolean =>
    (node.op === "number" && node.value >= 0) ||
    (node.op === "name" && isWeight(node.name)) ||
    (["multiply", "add", "divide"].includes(node.op) && node.args.every(isPositive)) ||
    (node.op === "power" && (node.value % 2 === 0 || isPositive(node.args[0])));
  const mayWeigh = (node: Node) => isPositive(node) && ![...namesIn(node)].some(isInRoot);
  const squares = (node: Node) => squaresOf(g, node, isWeight, isInRoot);
  const [a, b] = expression.args;
  const scaled = (weight: Node, of: Node) =>
    squares(of)?.map((square) => ({ ...square, weight: g.multiply(weight, square.weight) }));
  if (isNumber(expression, 0)) return [];
  switch (expression.op) {
    case "power":
      if (expression.value !== 2) return undefined;
      return [{ weight: g.number(1), root: a }];
    case "add": {
      const [left, right] = [squares(a), squares(b)];
      return left && right && [...left, ...right];
    }
    case "multiply":
      return (mayWeigh(a) ? scaled(a, b) : undefined) ?? (mayWeigh(b) ? scaled(b, a) : undefined);
    case "divide":
      return mayWeigh(b) ? scaled(g.divide(g.number(1), b), a) : undefined;
    default:
      return undefined;
  }
}

/**
 * Whether float64 never gives a negative value of an expression; determined from its operations (a square is not
 * negative, whatever is squared). The value may be NaN or infinite.
 *
 * @param isName whether a name's value is never negative and never −0
 */
export function isNotNegative(expression: Node, isName: (name: string) => boolean): boolean {
  return rewrite(expression, ({ op, name, value, args }, signs: readonly boolean[]): boolean => {
    const [a, b, c, d] = signs;
    switch (op) {
      case "number":
        return isAboveNegativeZero(value);
      case "name":
        return isName(name);
      case "multiply":
        return args[0] === args[1] || (a && b);
      case "add":
      case "divide":
      case "minimum":
        return a && b;
      case "maximum":
        return a || b;
      case "power":
        return value % 2 === 0 || a;
      case "below":
        return c && d;
      case "absolute":
      case "exponential2":
        return true;
      case "tanh":
        return a;
      default:
        return false;
    }
  });
}

/** Whether a number is not negative and not −0; a quotient by −0 may be negative. */
export const isAboveNegativeZero = (x: number): boolean => x > 0 || Object.is(x, 0);

type Parity = "even" | "odd" | "neither";

/**
 * What happens to an expression when some names change their sign: it stays the same, becomes its negative, or neither.
 * Determined from its operations, each of which rounds a number and its negative alike.
 */
export function parityOf(expression: Node, flipped: (name: string) => boolean): Parity {
  return rewrite(expression, ({ op, name, value }, [a, b, c, d]: readonly Parity[]): Parity => {
    const both: Parity = a === b ? a : "neither";
    switch (op) {
      case "number":
        return "even";
      case "name":
        return flipped(name) ? "odd" : "even";
      case "add":
      case "subtract":
        return both;
      case "multiply":
      case "divide":
        if (a === "neither" || b === "neither") return "neither";
        return a === b ? "even" : "odd";
      case "power":
        return value % 2 === 0 && a === "odd" ? "even" : a;
      case "absolute":
        return a === "odd" ? "even" : a;
      case "negate":
      case "tanh":
        return a;
      case "minimum":
      case "maximum":
        return both === "even" ? "even" : "neither";
      case "below":
        return a === "even" && b === "even" && c === d ? c : "neither";
      case "exponential2":
        return a === "even" ? "even" : "neither";
    }
  });
}

/**
 * The states that may change their sign together without changing any cost, so that a state and its mirror image have
 * the same cost to the bit. Empty if there are none.
 *
 * @param next the next value of each state
 */
export function mirroredStates(
  states: readonly string[],
  next: readonly Node[],
  mesaObjective: Node,
  discount: Node,
): readonly string[] {
  // larger subsets first: the more states change their sign, the more of the grid consists of mirror images
  const subsets = Array.from({ length: 2 ** states.length - 1 }, (_, i) => 2 ** states.length - 1 - i).map(
    (bits) => states.filter((_, i) => bits & (1 << i)),
  );
  const fits = (subset: readonly string[]) => {
    const flipped = (name: string) => subset.includes(name.replace(/^own\./, ""));
    return (
      parityOf(mesaObjective, flipped) === "even" &&
      parityOf(discount, flipped) === "even" &&
      states.every((name, i) => isOddLike(next[i], flipped, subset.includes(name)))
    );
  };
  return subsets.find(fits) ?? [];
}

/** Whether a state's next value changes its sign exactly when the state does. 0 is both odd and even. */
function isOddLike(next: Node, flipped: (name: string) => boolean, odd: boolean): boolean {
  return isNumber(next, 0) || parityOf(next, flipped) === (odd ? "odd" : "even");
}

/** The degree of an expression as a polynomial in a name; undefined unless its operations show that it is one. */
export function degreeIn(expression: Node, of: string): number | undefined {
  return rewrite(expression, ({ op, name, value }, degrees: readonly (number | undefined)[]) => {
    const [a, b] = degrees;
    if (op === "name") return name === of ? 1 : 0;
    if (degrees.every((degree) => degree === 0)) return 0;
    if (degrees.includes(undefined)) return undefined;
    if (op === "add" || op === "subtract") return Math.max(a!, b!);
    if (op === "multiply") return a! + b!;
    if (op === "divide") return b === 0 ? a : undefined;
    if (op === "power") return a! * value;
    return op === "negate" ? a : undefined;
  });
}

/**
 * The largest parts of some expressions that depend on shared names only, and on at least one: they need to be computed
 * only once while the other names change.
 */
export function sharedParts(expressions: readonly Node[], isShared: (name: string) => boolean): Node[] {
  const nodes = nodesOf(...expressions);
  const shared = new Map<Node, boolean>();
  for (const node of nodes)
    shared.set(node, node.op === "name" ? isShared(node.name) : node.args.every((arg) => shared.get(arg)));
  const isPart = (node: Node) => shared.get(node)! && node.op !== "number" && namesIn(node).size > 0;
  const used = new Set(expressions);
  for (const node of nodes) if (!shared.get(node)) for (const arg of node.args) used.add(arg);
  return nodes.filter((node) => used.has(node) && isPart(node));
}

/**
 * The sum of the absolute values of an expression's terms. The float64 value of the expression is within (number of
 * operations) × (unit roundoff) × this sum, where powers count as products and each operation counts as often as it
 * occurs.
 *
 * @returns undefined if an expression jumps, because rounding may then change its value by any amount
 */
export function magnitudeOf(g: Graph, expression: Node): Node | undefined {
  if (nodesOf(expression).some(({ op }) => op === "below" || op === "exponential2")) return undefined;
  return rewrite(expression, (node, [a, b]: readonly Node[]): Node => {
    switch (node.op) {
      case "number":
      case "name":
        return g.absolute(node);
      case "add":
      case "subtract":
        return g.add(a, b);
      case "multiply":
        return g.multiply(a, b);
      // terms of the divisor may cancel each other
      case "divide":
        return g.divide(g.multiply(a, b), g.power(node.args[1], 2));
      case "power":
        return g.power(a, node.value);
      case "minimum":
      case "maximum":
        return g.maximum(a, b);
      case "tanh":
        return g.add(a, g.number(1));
      default:
        return a;
    }
  });
}

/**
 * The coefficients by which an expression's magnitude depends on the magnitudes of some names. It bounds the rounding
 * of the expression as it is written, including terms that cancel and so do not occur in the expression's linear form.
 *
 * @returns undefined if the magnitude is not a linear form, for example that of (x + 1) − 1
 */
export function linearMagnitude(g: Graph, expression: Node, names: readonly string[]): Node[] | undefined {
  const magnitude = magnitudeOf(g, expression);
  const isMagnitude = ({ op, args }: Node) => op === "absolute" && names.includes(args[0].name);
  // replace |x| by x, so that linearForm can be used
  return (
    magnitude &&
    linearForm(
      g,
      rewrite(magnitude, (node, args: readonly Node[]) =>
        isMagnitude(node) ? args[0] : g.remade(node, args),
      ),
      names,
    )
  );
}

/** The expressions from which an agent's plan is computed. */
export const plannedNodes = ({
  mesaObjective,
  discount,
  expectedNext,
}: Pick<Formulas, "mesaObjective" | "discount" | "expectedNext">): readonly Node[] => [
  mesaObjective,
  discount,
  ...expectedNext,
];

/**
 * The maximum number of roundings that a term of some expressions goes through. A product has the roundings of both
 * factors, so each squaring doubles the number.
 */
export function roundingsIn(expressions: readonly Node[]): number {
  const count = (expression: Node) =>
    rewrite(expression, ({ op, value }, counts: readonly number[]): number => {
      if (counts.length === 0) return 0;
      if (op === "power") return value * counts[0] + value - 1;
      const isProduct = op === "multiply" || op === "divide";
      return 1 + (isProduct ? counts[0] + counts[1] : Math.max(...counts));
    });
  return expressions.reduce((most, expression) => Math.max(most, count(expression)), 0);
}

/** operations that have no error bound in WGSL: only the plain arithmetic supports them */
const UNBOUNDED: readonly Operation[] = ["tanh", "below"];
/** the maximum of roundings per term: the slack for the rounding of the radii has room for this many */
const MAX_ROUNDINGS = 4096;

/** Whether the float32 error of an agent's plan can be bounded. */
export function isBounded(formulas: Parameters<typeof plannedNodes>[0]): boolean {
  const nodes = plannedNodes(formulas);
  return !nodesOf(...nodes).some(({ op }) => UNBOUNDED.includes(op)) && roundingsIn(nodes) <= MAX_ROUNDINGS;
}

// Expressions as a graph in which equal expressions are one node, so that formulas share the work of what they have in
// common. Nodes are simplified when they are made, by rules that change no finite result: 0 + x, 1·x, x − x and sums of
// numbers. Sums and products are never reordered, so float64 rounds in the order in which the formula is written.

/** How a node combines its arguments. */
export type Operation =
  | "number"
  | "name"
  | "add"
  | "subtract"
  | "multiply"
  | "divide"
  | "power"
  | "negate"
  | "absolute"
  | "minimum"
  | "maximum"
  | "tanh"
  /** the third argument if the first is below the second, else the fourth */
  | "below"
  /** 2 to the power of a whole number */
  | "exponential2";

/** An expression. */
export interface Node {
  readonly op: Operation;
  readonly args: readonly Node[];
  /** the value of a number, the exponent of a power; else 0 */
  readonly value: number;
  /** the name itself; else empty */
  readonly name: string;
  /** its position in its graph: arguments have lower ids than the nodes that use them */
  readonly id: number;
}

const COMMUTATIVE: ReadonlySet<Operation> = new Set(["add", "multiply", "minimum", "maximum"]);

/** Creates the nodes of one graph. */
export class Graph {
  readonly #nodes = new Map<string, Node>();

  #make(op: Operation, args: readonly Node[], value = 0, name = ""): Node {
    const ids = args.map(({ id }) => id);
    if (COMMUTATIVE.has(op)) ids.sort((a, b) => a - b);
    const key = `${op} ${ids} ${Object.is(value, -0) ? "-0" : value} ${name}`;
    const known = this.#nodes.get(key);
    if (known) return known;
    const node: Node = { op, args, value, name, id: this.#nodes.size };
    this.#nodes.set(key, node);
    return node;
  }

  number(value: number): Node {
    return this.#make("number", [], value);
  }

  name(name: string): Node {
    return this.#make("name", [], 0, name);
  }

  add(a: Node, b: Node): Node {
    if (isNumber(a, 0)) return b;
    if (isNumber(b, 0)) return a;
    if (a.op === "number" && b.op === "number") return this.number(a.value + b.value);
    if (b.op === "negate") return this.subtract(a, b.args[0]);
    if (a.op === "negate") return this.subtract(b, a.args[0]);
    if (b.op === "number" && b.value < 0) return this.subtract(a, this.number(-b.value));
    if (a.op === "below" && b.op === "below" && a.args[0] === b.args[0] && a.args[1] === b.args[1]) {
      const [low, high, ...either] = a.args;
      const [then, otherwise] = either.map((of, i) => this.add(of, b.args[2 + i]));
      return this.below(low, high, then, otherwise);
    }
    return this.#make("add", [a, b]);
  }

  subtract(a: Node, b: Node): Node {
    if (isNumber(b, 0)) return a;
    if (isNumber(a, 0)) return this.negate(b);
    if (a === b) return this.number(0);
    if (a.op === "number" && b.op === "number") return this.number(a.value - b.value);
    if (b.op === "negate") return this.add(a, b.args[0]);
    return this.#make("subtract", [a, b]);
  }

  multiply(a: Node, b: Node): Node {
    if (isNumber(a, 0) || isNumber(b, 0)) return this.number(0);
    if (isNumber(a, 1)) return b;
    if (isNumber(b, 1)) return a;
    if (a.op === "number" && b.op === "number") return this.number(a.value * b.value);
    if (isNumber(a, -1)) return this.negate(b);
    if (isNumber(b, -1)) return this.negate(a);
    if (a.op === "negate") return this.negate(this.multiply(a.args[0], b));
    if (b.op === "negate") return this.negate(this.multiply(a, b.args[0]));
    return this.#make("multiply", [a, b]);
  }

  divide(a: Node, b: Node): Node {
    if (isNumber(b, 1)) return a;
    if (isNumber(a, 0) && b.op !== "number") return a;
    if (a.op === "number" && b.op === "number") return this.number(a.value / b.value);
    return this.#make("divide", [a, b]);
  }

  /** @param exponent a whole number of at least 0 */
  power(of: Node, exponent: number): Node {
    if (exponent === 0) return this.number(1);
    if (exponent === 1) return of;
    if (of.op === "number") return this.number(wholePower(of.value, exponent, (a, b) => a * b));
    return this.#make("power", [of], exponent);
  }

  negate(of: Node): Node {
    if (of.op === "number") return this.number(-of.value);
    if (of.op === "negate") return of.args[0];
    if (of.op === "subtract") return this.subtract(of.args[1], of.args[0]);
    return this.#make("negate", [of]);
  }

  absolute(of: Node): Node {
    if (of.op === "number") return this.number(Math.abs(of.value));
    if (of.op === "negate") return this.absolute(of.args[0]);
    return of.op === "absolute" ? of : this.#make("absolute", [of]);
  }

  minimum(a: Node, b: Node): Node {
    if (a.op === "number" && b.op === "number") return this.number(Math.min(a.value, b.value));
    return a === b ? a : this.#make("minimum", [a, b]);
  }

  maximum(a: Node, b: Node): Node {
    if (a.op === "number" && b.op === "number") return this.number(Math.max(a.value, b.value));
    return a === b ? a : this.#make("maximum", [a, b]);
  }

  /** the number in [low, high] that is nearest to `of` */
  clamp(of: Node, low: Node, high: Node): Node {
    return this.minimum(this.maximum(of, low), high);
  }

  tanh(of: Node): Node {
    return isNumber(of, 0) ? of : this.#make("tanh", [of]);
  }

  below(a: Node, b: Node, then: Node, otherwise: Node): Node {
    if (a.op === "number" && b.op === "number") return a.value < b.value ? then : otherwise;
    return then === otherwise ? then : this.#make("below", [a, b, then, otherwise]);
  }

  exponential2(of: Node): Node {
    return this.#make("exponential2", [of]);
  }

  /** The same operation as a node, with other arguments. */
  remade({ op, value, name }: Node, args: readonly Node[]): Node {
    if (op === "number") return this.number(value);
    if (op === "name") return this.name(name);
    if (op === "power") return this.power(args[0], value);
    return (this[op] as (...args: readonly Node[]) => Node).call(this, ...args);
  }

  /**
   * An expression of this or another graph, with some of its names replaced.
   *
   * @param replaced returns the replacement of a name, or undefined to keep it
   */
  substitute(node: Node, replaced: (name: string) => Node | undefined): Node {
    return rewrite(
      node,
      (node, args) => (node.op === "name" && replaced(node.name)) || this.remade(node, args),
    );
  }
}

/** Whether a node is this number. */
export const isNumber = ({ op, value }: Node, number: number): boolean => op === "number" && value === number;

/** x to the power of a whole number of at least 1, as products in a fixed order: x³ = x²·x, x⁴ = (x²)². */
export function wholePower<T>(x: T, exponent: number, multiply: (a: T, b: T) => T): T {
  if (exponent === 1) return x;
  if (exponent % 2 === 1) return multiply(wholePower(x, exponent - 1, multiply), x);
  const half = wholePower(x, exponent / 2, multiply);
  return multiply(half, half);
}

/** All nodes of some expressions, each once, arguments before the nodes that use them. */
export function nodesOf(...expressions: readonly Node[]): Node[] {
  const found = new Set<Node>();
  const waiting = [...expressions];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    waiting.push(...node.args);
  }
  return [...found].sort((a, b) => a.id - b.id);
}

/** The names that some expressions depend on. */
export function namesIn(...expressions: readonly Node[]): Set<string> {
  return new Set(nodesOf(...expressions).flatMap(({ op, name }) => (op === "name" ? [name] : [])));
}

/** Visits an expression from its names and numbers upwards. @returns what `visit` returns for the whole expression */
export function rewrite<T>(expression: Node, visit: (node: Node, args: readonly T[]) => T): T {
  const made = new Map<Node, T>();
  for (const node of nodesOf(expression))
    made.set(
      node,
      visit(
        node,
        node.args.map((arg) => made.get(arg)!),
      ),
    );
  return made.get(expression)!;
}

/**
 * The derivative of a node by each argument, as a linear map of that argument's change. Where a derivative does not
 * exist, it is one-sided: |x|′ = 1 at 0, and min and max follow the first argument if both are equal.
 */
function slopesOf(g: Graph, node: Node): readonly ((change: Node) => Node)[] {
  const { op, args, value } = node;
  const [a, b] = args;
  const [zero, one, two] = [0, 1, 2].map((x) => g.number(x));
  const same = (x: Node) => x;
  switch (op) {
    case "number":
    case "name":
      return [];
    case "exponential2":
      return [() => zero];
    case "add":
      return [same, same];
    case "subtract":
      return [same, (x) => g.negate(x)];
    case "multiply":
      return [(x) => g.multiply(x, b), (x) => g.multiply(a, x)];
    case "divide":
      return [(x) => g.divide(x, b), (x) => g.divide(g.negate(g.multiply(node, x)), b)];
    case "power": {
      const lower = value === 2 ? g.multiply(two, a) : g.multiply(g.number(value), g.power(a, value - 1));
      return [(x) => g.multiply(lower, x)];
    }
    case "negate":
      return [(x) => g.negate(x)];
    case "absolute":
      return [(x) => g.below(a, zero, g.negate(x), x)];
    case "minimum":
      return [(x) => g.below(b, a, zero, x), (x) => g.below(b, a, x, zero)];
    case "maximum":
      return [(x) => g.below(a, b, zero, x), (x) => g.below(a, b, x, zero)];
    case "tanh":
      return [(x) => g.multiply(g.subtract(one, g.power(node, 2)), x)];
    case "below":
      return [() => zero, () => zero, (x) => g.below(a, b, x, zero), (x) => g.below(a, b, zero, x)];
  }
}

/** The derivative of an expression by one of its names, by forward differentiation. */
export function differentiate(g: Graph, expression: Node, by: string): Node {
  const zero = g.number(0);
  return rewrite(expression, (node, changes: readonly Node[]): Node => {
    if (node.op === "name") return g.number(node.name === by ? 1 : 0);
    const slopes = slopesOf(g, node);
    return changes.reduce(
      (sum, change, i) => (isNumber(change, 0) ? sum : g.add(sum, slopes[i](change))),
      zero,
    );
  });
}

/** The derivatives of an expression by many of its names, shape [names], by reverse differentiation. */
export function gradientOf(g: Graph, expression: Node, by: readonly string[]): Node[] {
  const names = new Set(by);
  const nodes = nodesOf(expression);
  const depends = new Set<Node>();
  for (const node of nodes)
    if (names.has(node.name) || node.args.some((arg) => depends.has(arg))) depends.add(node);
  const slopes = new Map([[expression, g.number(1)]]);
  for (const node of nodes.toReversed()) {
    const slope = slopes.get(node);
    if (slope === undefined || !depends.has(node)) continue;
    for (const [i, map] of slopesOf(g, node).entries()) {
      const arg = node.args[i];
      if (depends.has(arg)) slopes.set(arg, g.add(slopes.get(arg) ?? g.number(0), map(slope)));
    }
  }
  return by.map((name) => slopes.get(g.name(name)) ?? g.number(0));
}

const SYMBOLS: Partial<Record<Operation, [sign: string, precedence: number]>> = {
  add: ["+", 1],
  subtract: ["-", 1],
  multiply: ["*", 2],
  divide: ["/", 2],
  negate: ["-", 3],
  power: ["^", 4],
};

const FUNCTIONS: Partial<Record<Operation, string>> = {
  absolute: "abs",
  minimum: "min",
  maximum: "max",
};

/** the maximum length of a printed expression, in characters: shared parts are printed each time they occur */
const LONGEST = 10_000;

/** An expression as a formula that parses to the same expression; an ellipsis if that would be too long. */
export function print(expression: Node): string {
  /** a text, and the precedence of its outermost operator */
  type Printed = readonly [text: string, precedence: number];
  const [text] = rewrite(expression, ({ op, value, name }, args: readonly Printed[]): Printed => {
    const within = (i: number, precedence: number) => {
      const [text, own] = args[i];
      return own < precedence ? `(${text})` : text;
    };
    const printed = (): Printed => {
      if (op === "number") return [String(value), value < 0 ? 1 : 5];
      if (op === "name") return [name, 5];
      const [sign, own] = SYMBOLS[op] ?? ["", 5];
      if (op === "negate") return [`-${within(0, own)}`, own];
      if (op === "power") return [`${within(0, own + 1)}^${value}`, own];
      if (sign !== "") return [`${within(0, own)} ${sign} ${within(1, own + 1)}`, own];
      return [`${FUNCTIONS[op] ?? op}(${args.map(([text]) => text).join(", ")})`, own];
    };
    const [text, precedence] = printed();
    return text.length > LONGEST ? ["…", 5] : [text, precedence];
  });
  return text;
}

// Writes expressions as WebAssembly code: a vector has two float64 lanes, and each operation is one instruction for
// both.

import { inBasicOperations } from "../game/evaluate.ts";
import { type Graph, type Node, rewrite } from "../game/graph.ts";
import { sharedParts } from "../game/structure.ts";
import type { Code, Instruction } from "./assembler.ts";

/** bytes of one and of two float64 numbers */
export const [NUMBER, VECTOR] = [8, 16];

/** 1.5·2⁵²: in its sum with a whole number, the lowest bits are those of the number */
const ROUNDER = 6755399441055744;
const MANTISSA_BITS = 52;

/** The numbers that code loads from memory, without duplicates. */
export class Numbers {
  readonly list: number[] = [];
  readonly #from: number;

  /** @param from the address of the first number */
  constructor(from = 0) {
    this.#from = from;
  }

  load(code: Code, value: number): void {
    let at = this.list.findIndex((one) => Object.is(one, value));
    if (at < 0) at = this.list.push(value) - 1;
    code.do("i32.const", 0).memory("v128.load64_splat", this.#from + at * NUMBER);
  }
}

const INSTRUCTIONS: Partial<Record<Node["op"], Instruction>> = {
  add: "f64x2.add",
  subtract: "f64x2.sub",
  multiply: "f64x2.mul",
  divide: "f64x2.div",
  negate: "f64x2.neg",
  absolute: "f64x2.abs",
  minimum: "f64x2.min",
  maximum: "f64x2.max",
};

/** Writes code that pushes a value. */
export type Push = () => void;

/** Writes code that evaluates expressions of basic operations; shared parts are evaluated once. */
export class Evaluation {
  readonly #code: Code;
  readonly #numbers: Numbers;
  readonly #free: number[];
  readonly #leaf: (node: Node) => Push | undefined;
  /** how many more times each node will be used, and the local that holds it */
  readonly #uses = new Map<Node, number>();
  readonly #locals = new Map<Node, number>();

  /**
   * @param expressions each will be pushed once
   * @param free locals that may be used; they are added again after their last use
   */
  constructor(
    code: Code,
    numbers: Numbers,
    expressions: readonly Node[],
    free: number[],
    leaf: (node: Node) => Push | undefined,
  ) {
    this.#code = code;
    this.#numbers = numbers;
    this.#free = free;
    this.#leaf = (node) => (node.op === "number" ? () => numbers.load(code, node.value) : leaf(node));
    const waiting = [...expressions];
    for (let node = waiting.pop(); node; node = waiting.pop()) {
      const uses = this.#uses.get(node) ?? 0;
      this.#uses.set(node, uses + 1);
      if (uses === 0 && !this.#leaf(node)) waiting.push(...node.args);
    }
  }

  /** Pushes the value of an expression. */
  push(expression: Node): void {
    const waiting: (Node | Push)[] = [expression];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      if (typeof next === "function") {
        next();
        continue;
      }
      const node = next;
      const leaf = this.#leaf(node);
      const local = this.#locals.get(node);
      if (leaf) leaf();
      else if (local !== undefined) {
        this.#code.get(local);
        this.#use(node, local);
      } else waiting.push(() => this.#make(node), ...inOrder(node).toReversed());
    }
  }

  /** Counts one use; after the last use, the local is free. */
  #use(node: Node, local: number): void {
    const left = this.#uses.get(node)! - 1;
    this.#uses.set(node, left);
    if (left === 0) this.#free.push(local);
  }

  /** Applies a node's operation to the arguments on the stack. */
  #make(node: Node): void {
    this.#operate(node);
    if (this.#uses.get(node) === 1) return;
    const local = this.#free.pop() ?? this.#code.vector();
    this.#locals.set(node, local);
    this.#code.do("local.tee", local);
    this.#use(node, local);
  }

  #operate(node: Node): void {
    const code = this.#code;
    const { op } = node;
    const last = inOrder(node).at(-1)!;
    const bound = last.op === "number" ? last.value : Number.NaN;
    if (op === "below") code.do("f64x2.lt").do("v128.bitselect");
    else if (op === "exponential2") {
      // shift the whole number into the exponent bits of 1
      this.#numbers.load(code, ROUNDER);
      code.do("f64x2.add").do("i32.const", MANTISSA_BITS).do("i64x2.shl");
      this.#numbers.load(code, 1);
      code.do("i64x2.add");
    } else if (op === "maximum" && !Number.isNaN(bound)) {
      // pmax is one instruction, max is many; pmax is a < b ? b : a, which takes the first of −0 and 0
      code.do("f64x2.pmax");
      if (!Object.is(bound, 0)) return;
      this.#numbers.load(code, 0);
      code.do("f64x2.add");
    } else if (op === "minimum" && !Number.isNaN(bound) && !Object.is(bound, -0)) code.do("f64x2.pmin");
    else code.do(INSTRUCTIONS[op]!);
  }
}

/** A node's arguments in the order of the instruction; for minimum and maximum, a number comes last. */
function inOrder({ op, args }: Node): readonly Node[] {
  const [a, b, c, d] = args;
  if (op === "below") return [c, d, a, b];
  return (op === "minimum" || op === "maximum") && a.op === "number" ? [b, a] : args;
}

/**
 * Writes expressions of one graph into a function. A name stands for a place: a local, or anything that can be pushed.
 */
export class Writer {
  readonly code: Code;
  readonly graph: Graph;
  readonly #numbers: Numbers;
  readonly #places: Map<string, Push>;
  readonly #free: number[] = [];
  #count = 0;

  /** @param places how to push the value of each name that is not a local of this function */
  constructor(code: Code, graph: Graph, numbers: Numbers, places: ReadonlyMap<string, Push>) {
    this.code = code;
    this.graph = graph;
    this.#numbers = numbers;
    this.#places = new Map(places);
  }

  /** Defines a name for a place. */
  place(name: string, push: Push): Node {
    this.#places.set(name, push);
    return this.graph.name(name);
  }

  /** Defines a name for a local. */
  local(index: number): Node {
    return this.place(`#${this.#count++}`, () => this.code.get(index));
  }

  /** Pushes expressions; `then` is called after each. */
  push(expressions: readonly Node[], then: (index: number) => void = () => {}): void {
    const basic = inBasicOperations(expressions);
    const evaluation = new Evaluation(this.code, this.#numbers, basic, this.#free, ({ op, name }) =>
      op === "name" ? this.#places.get(name) : undefined,
    );
    for (const [i, expression] of basic.entries()) {
      evaluation.push(expression);
      then(i);
    }
  }

  /** Stores expressions in new locals and returns the locals' names; numbers and names are returned unchanged. */
  let(...expressions: readonly Node[]): Node[] {
    const made = new Map<Node, Node>();
    const wanted = [...new Set(expressions)].filter(({ op }) => op !== "number" && op !== "name");
    this.push(wanted, (i) => {
      const local = this.code.vector();
      this.code.set(local);
      made.set(wanted[i], this.local(local));
    });
    return expressions.map((node) => made.get(node) ?? node);
  }

  /** A new local that can be assigned to. */
  variable(initial: Node): Variable {
    const local = this.code.vector();
    this.push([initial]);
    this.code.set(local);
    return { node: this.local(local), local };
  }

  /** Assigns to several variables at once. */
  assign(variables: readonly Variable[], expressions: readonly Node[]): void {
    this.push(expressions);
    for (const { local } of variables.toReversed()) this.code.set(local);
  }

  /**
   * Computes the parts of expressions that depend on known names only, and returns the expressions in terms of them.
   */
  hoist(expressions: readonly Node[], isKnown: (name: string) => boolean): Node[] {
    const parts = sharedParts(expressions, isKnown);
    const names = this.let(...parts);
    const known = new Map(parts.map((part, i) => [part, names[i]]));
    return expressions.map((expression) =>
      rewrite(expression, (node, args: readonly Node[]) => known.get(node) ?? this.graph.remade(node, args)),
    );
  }

  /**
   * Stores expressions in memory, one after the other. @param address the local of an address; @param offset in bytes
   */
  store(address: number, offset: number, expressions: readonly Node[]): void {
    for (const [i, node] of this.let(...expressions).entries()) {
      this.code.get(address);
      this.push([node]);
      this.code.memory("v128.store", offset + i * VECTOR);
    }
  }
}

/** A local and its name. */
export interface Variable {
  readonly node: Node;
  readonly local: number;
}

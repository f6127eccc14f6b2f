// Expressions as a graph: simplification, differentiation and printing.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createEvaluate } from "../../src/game/evaluate.ts";
import { differentiate, Graph, type Node, namesIn, nodesOf, print } from "../../src/game/graph.ts";
import { parse } from "../../src/game/parse.ts";
import { even } from "../gpu/numbers.ts";
import { ALL, CONTINUOUS, evaluateTree, nodeOf, trees } from "./expressions.ts";

const NAMES = ["x", "y", "z"];
const some = fc.oneof(fc.constantFrom(0, 1, -1, 0.5, 1e-200, -1e200), even(-2, 2));
const point = fc.record({ x: some, y: some, z: some });
const listed = (values: Readonly<Record<string, number>>) => NAMES.map((name) => values[name]);

const read = (g: Graph, formula: string) =>
  parse(g, formula, "formula", { lookUp: (name) => g.name(name), names: NAMES });

describe("simplification", () => {
  test("changes no value whose intermediate results are finite", () => {
    let [compared, simpler] = [0, 0];
    fc.assert(
      fc.property(trees(ALL, NAMES), point, (tree, values) => {
        const { value, most } = evaluateTree(tree, values);
        if (!Number.isFinite(most)) return;
        const node = nodeOf(new Graph(), tree);
        const [got] = createEvaluate([node], NAMES)(listed(values));
        // 0 and −0 are equal
        expect(got === value).toBe(true);
        compared++;
        if (node.op !== tree.op) simpler++;
      }),
      { numRuns: 5000 },
    );
    expect(compared).toBeGreaterThan(3000);
    expect(simpler).toBeGreaterThan(500);
  });

  test("folds numbers into one number, with the same bits", () => {
    let compared = 0;
    const basic = ALL.filter((op) => op !== "tanh");
    fc.assert(
      fc.property(trees(basic, NAMES), point, (tree, values) => {
        const { value, most } = evaluateTree(tree, values);
        if (!Number.isFinite(most)) return;
        const g = new Graph();
        const node = g.substitute(nodeOf(g, tree), (name) => g.number(values[name as keyof typeof values]));
        expect(node.op).toBe("number");
        expect(node.value === value).toBe(true);
        compared++;
      }),
      { numRuns: 3000 },
    );
    expect(compared).toBeGreaterThan(1500);
  });

  test.each([
    ["0 + x", "x"],
    ["x + 0", "x"],
    ["x - 0", "x"],
    ["0 - x", "-x"],
    ["x - x", "0"],
    ["1 * x", "x"],
    ["x * 0", "0"],
    ["-1 * x", "-x"],
    ["x / 1", "x"],
    ["0 / x", "0"],
    ["x^0", "1"],
    ["x^1", "x"],
    ["2^10", "1024"],
    ["--x", "x"],
    ["-(x - y)", "y - x"],
    ["x - -y", "x + y"],
    ["x + -y", "x - y"],
    ["-x + y", "y - x"],
    ["-x * y", "-(x * y)"],
    ["abs(-x)", "abs(x)"],
    ["abs(abs(x))", "abs(x)"],
    ["min(x, x)", "x"],
    ["max(2, 3)", "3"],
    ["tanh(0)", "0"],
    ["clamp(5, 0, 1)", "1"],
    ["0.1 + 0.2", "0.30000000000000004"],
  ])("%s is %s", (formula, wanted) => {
    const g = new Graph();
    expect(read(g, formula)).toBe(read(g, wanted));
  });

  test.each(["x + y - x", "2 * x + 3 * x", "x / x", "(x + 1) + 2", "x * 2 * 3", "1 / 3 * x - x / 3"])(
    "never reorders: %s",
    (formula) =>
      expect(print(read(new Graph(), formula))).toBe(
        formula.replace("1 / 3", String(1 / 3)).replace("(x + 1)", "x + 1"),
      ),
  );
});

describe("a node", () => {
  test("is shared by equal expressions, also if a sum or a product is swapped", () => {
    fc.assert(
      fc.property(trees(ALL, NAMES), (tree) => {
        const g = new Graph();
        const node = nodeOf(g, tree);
        expect(nodeOf(g, tree)).toBe(node);
        for (const inner of nodesOf(node)) expect(g.remade(inner, inner.args)).toBe(inner);
        const nodes = nodesOf(node);
        expect(nodes.at(-1)).toBe(node);
        expect(new Set(nodes).size).toBe(nodes.length);
        for (const [i, inner] of nodes.entries())
          for (const arg of inner.args) expect(nodes.slice(0, i)).toContain(arg);
      }),
      { numRuns: 500 },
    );
    const g = new Graph();
    const [x, y] = [g.name("x"), g.name("y")];
    for (const op of ["add", "multiply", "minimum", "maximum"] as const)
      expect(g[op](x, y)).toBe(g[op](y, x));
    for (const op of ["subtract", "divide"] as const) expect(g[op](x, y)).not.toBe(g[op](y, x));
    expect(g.below(x, y, x, y)).not.toBe(g.below(y, x, x, y));
    expect(g.power(x, 2)).not.toBe(g.power(x, 3));
    expect(g.number(0)).not.toBe(g.number(-0));
    expect(g.number(Number.NaN)).toBe(g.number(Number.NaN));
    expect(g.name("x")).not.toBe(g.name("y"));
    expect(new Graph().name("x")).not.toBe(x);
  });

  test("has its names, and other names once they are replaced", () => {
    const g = new Graph();
    const node = read(g, "x * (y + own.x)^2 + x");
    expect(namesIn(node)).toEqual(new Set(["x", "y", "own.x"]));
    const replaced = g.substitute(node, (name) => (name === "x" ? g.name("y") : undefined));
    expect(replaced).toBe(read(g, "y * (y + own.x)^2 + y"));
    expect(g.substitute(node, () => undefined)).toBe(node);
    expect([...namesIn(node, g.name("q"))].sort()).toEqual(["own.x", "q", "x", "y"]);
  });
});

describe("a derivative", () => {
  test("is the limit of central differences", () => {
    let compared = 0;
    const H = 1e-4;
    fc.assert(
      fc.property(
        trees(CONTINUOUS, NAMES, undefined, { depth: 4 }),
        fc.record({ x: even(-2, 2), y: even(-2, 2), z: even(-2, 2) }),
        (tree, at) => {
          const g = new Graph();
          const node = nodeOf(g, tree);
          const evaluate = createEvaluate([node, differentiate(g, node, "x")], NAMES);
          const [below, here, above] = [-H, 0, H].map((h) => {
            const moved = { ...at, x: at.x + h };
            const [value, slope] = evaluate(listed(moved));
            return { value, slope, most: evaluateTree(tree, moved).most };
          });
          const scale = 1 + Math.abs(here.slope);
          // skip points at which it bends too much for a difference, or has a corner
          if (!(Math.max(below.most, here.most, above.most) < 1e4)) return;
          if (!(Math.abs(above.slope - below.slope) < 1e-2 * scale)) return;
          if (!(Math.abs(above.slope - 2 * here.slope + below.slope) < 1e-6 * scale)) return;
          const difference = (above.value - below.value) / (2 * H);
          expect(Math.abs(difference - here.slope)).toBeLessThan(1e-5 * scale);
          if (here.slope !== 0) compared++;
        },
      ),
      { numRuns: 5000 },
    );
    expect(compared).toBeGreaterThan(1000);
  });

  test.each([
    ["x^2", "2 * x"],
    ["x^5", "5 * x^4"],
    ["y * x", "y"],
    ["x / y", "1 / y"],
    ["y / x", "-(y / x) / x"],
    ["tanh(x)", "1 - tanh(x)^2"],
    ["y^3", "0"],
    ["(a * x)^2", "2 * (a * x) * a"],
    ["x * x", "x + x"],
    ["-x^3", "-(3 * x^2)"],
  ])("of %s is %s", (formula, wanted) => {
    const g = new Graph();
    expect(differentiate(g, read(g, formula), "x")).toBe(read(g, wanted));
  });

  test("is one-sided at corners: |x|′ is 1 at 0, and of equal arguments the first counts", () => {
    const g = new Graph();
    const slopeAt = (node: Node, x: number) => createEvaluate([differentiate(g, node, "x")], ["x"])([x])[0];
    const [x, one] = [g.name("x"), g.number(1)];
    const three = g.multiply(g.number(3), x);
    expect([-1, -0, 0, 1].map((at) => slopeAt(g.absolute(x), at))).toEqual([-1, 1, 1, 1]);
    expect([0.5, 1, 2].map((at) => slopeAt(g.minimum(x, one), at))).toEqual([1, 1, 0]);
    expect([0.5, 1, 2].map((at) => slopeAt(g.maximum(x, one), at))).toEqual([0, 1, 1]);
    expect([-1, 0, 1].map((at) => slopeAt(g.maximum(three, x), at))).toEqual([1, 3, 3]);
    expect([-1, 0, 1].map((at) => slopeAt(g.clamp(x, g.number(0), g.number(2)), at))).toEqual([0, 1, 1]);
    const jump = g.below(x, one, g.power(x, 2), three);
    expect([0.5, 1, 2].map((at) => slopeAt(jump, at))).toEqual([1, 3, 3]);
  });
});

describe("print", () => {
  test("gives text that parses to the same node", () => {
    let compared = 0;
    fc.assert(
      fc.property(trees(CONTINUOUS, [...NAMES, "own.theta"]), (tree) => {
        const g = new Graph();
        const node = nodeOf(g, tree);
        const isPlain = ({ op, value }: Node) =>
          op !== "number" || (Number.isFinite(value) && !Object.is(value, -0));
        const text = print(node);
        if (!nodesOf(node).every(isPlain) || text.length > 2000) return;
        expect(read(g, text)).toBe(node);
        // and again in an empty graph
        expect(print(read(new Graph(), text))).toBe(text);
        if (node.args.length > 0) compared++;
      }),
      { numRuns: 5000 },
    );
    expect(compared).toBeGreaterThan(2000);
  });

  test.each([
    "a - (b - c)",
    "a - b - c",
    "a / (b / c)",
    "a / b / c",
    "a * (b + c)",
    "(a + b)^2",
    "(a^2)^3",
    "-(a * b)",
    "-a^2",
    "(-a)^2",
    "x * (-2)",
    "1e-7 * x",
    "1e+21 * x",
    "tanh(min(a, max(b, abs(c))))",
  ])("%s", (formula) => expect(print(read(new Graph(), formula))).toBe(formula));

  test("stops if shared parts would make the text too long", () => {
    const g = new Graph();
    let node: Node = g.name("x");
    for (let i = 0; i < 40; i++) node = g.add(node, g.multiply(node, node));
    expect(nodesOf(node)).toHaveLength(81);
    expect(print(node)).toContain("…");
    expect(print(node).length).toBeLessThan(20_100);
  });
});

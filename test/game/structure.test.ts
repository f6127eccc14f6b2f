// Properties that are read off formulas, compared with what the formulas compute.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rolloutCosts } from "../../src/cpu/rollout.ts";
import { createEvaluate } from "../../src/game/evaluate.ts";
import { Graph, type Node, namesIn, nodesOf, rewrite } from "../../src/game/graph.ts";
import type { AnyGame } from "../../src/game/names.ts";
import { parse } from "../../src/game/parse.ts";
import {
  degreeIn,
  isBounded,
  linearForm,
  linearMagnitude,
  magnitudeOf,
  parityOf,
  roundingsIn,
  sharedParts,
  squaresOf,
} from "../../src/game/structure.ts";
import { type Config, defineGame, games } from "../../src/index.ts";
import { createProblem } from "../../src/model/problem.ts";
import { momentum } from "../games/momentum.ts";
import { even } from "../gpu/numbers.ts";
import { ALL, type Applied, CONTINUOUS, evaluateTree, nodeOf, type Tree, trees } from "./expressions.ts";

const NAMES = ["x", "y", "d", "w"];
const read = (g: Graph, formula: string) =>
  parse(g, formula, "formula", { lookUp: (name) => g.name(name), names: NAMES });
const point = fc.record({ x: even(-2, 2), y: even(-2, 2), d: even(-2, 2), w: even(0, 2) });
const listed = (values: Readonly<Record<string, number>>) => NAMES.map((name) => values[name]);
const name = (name: string): Tree => ({ op: "name", name });
const number = (value: number): Tree => ({ op: "number", value });

describe("a linear form", () => {
  const factors = trees(["add", "subtract", "multiply", "tanh"], ["d", "w"], even(-2, 2), { depth: 2 });
  /** expressions whose operations show that they are linear in x and y */
  const linear = fc.letrec<{ tree: Tree }>((tie) => {
    const pair = fc.tuple(tie("tree"), tie("tree"));
    const scaled = fc.tuple(tie("tree"), factors);
    return {
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(name("x"), name("y"), number(0)),
        ...(["add", "subtract"] as const).map((op) => pair.map((args): Tree => ({ op, args }))),
        ...(["multiply", "divide"] as const).map((op) => scaled.map((args): Tree => ({ op, args }))),
        scaled.map(([tree, factor]): Tree => ({ op: "multiply", args: [factor, tree] })),
        tie("tree").map((tree): Tree => ({ op: "negate", args: [tree] })),
      ),
    };
  }).tree;

  test("adds up to the expression", () => {
    let compared = 0;
    fc.assert(
      fc.property(linear, point, (tree, values) => {
        const g = new Graph();
        const node = nodeOf(g, tree);
        // a division by 0 gives no linear form
        if (!(evaluateTree(tree, values).most < 1e6)) return;
        const form = linearForm(g, node, ["x", "y"]);
        expect(form).toBeDefined();
        expect([...namesIn(...form!)].filter((name) => ["x", "y"].includes(name))).toEqual([]);
        const sum = g.add(g.multiply(form![0], g.name("x")), g.multiply(form![1], g.name("y")));
        const magnitudes = [node, sum].map((node) => magnitudeOf(g, node)!);
        const asRead = linearMagnitude(g, node, ["x", "y"])!;
        const [whole, total, most, mostOfForm, ofX, ofY] = createEvaluate(
          [node, sum, ...magnitudes, ...asRead],
          NAMES,
        )(listed(values));
        expect(Math.abs(whole - total)).toBeLessThanOrEqual(1e-13 * most);
        // the rounding errors of the expression and of its form
        const byNumbers = ofX * Math.abs(values.x) + ofY * Math.abs(values.y);
        expect(Math.abs(byNumbers - most)).toBeLessThanOrEqual(1e-12 * most);
        expect(mostOfForm).toBeLessThanOrEqual(most * (1 + 1e-12));
        if (whole !== 0) compared++;
      }),
      { numRuns: 2000 },
    );
    expect(compared).toBeGreaterThan(500);
  });

  test("is never found in an expression that is not linear", () => {
    const counts = { linear: 0, other: 0 };
    fc.assert(
      fc.property(trees(ALL, NAMES), point, point, even(-2, 2), (tree, u, v, t) => {
        const g = new Graph();
        const node = nodeOf(g, tree);
        if (!linearForm(g, node, ["x", "y"])) {
          counts.other++;
          return;
        }
        const at = (x: number, y: number) => evaluateTree(tree, { ...u, x, y });
        const all = [at(u.x, u.y), at(v.x, v.y), at(u.x + t * v.x, u.y + t * v.y)];
        if (!all.every(({ most }) => most < 1e4)) return;
        const [first, second, both] = all.map(({ value }) => value);
        expect(Math.abs(first + t * second - both)).toBeLessThan(1e-9);
        if (both !== 0) counts.linear++;
      }),
      { numRuns: 5000 },
    );
    expect(counts.linear).toBeGreaterThan(100);
    expect(counts.other).toBeGreaterThan(1000);
  });

  test.each<[string, (string | number)[] | undefined]>([
    ["d * x - y / w", ["d", "-(1 / w)"]],
    ["(x + 1) * 2 - 2", [2, 0]],
    ["d * (x + 2 * (x - y)) - x", ["d * 3 - 1", "d * -2"]],
    ["x - x", [0, 0]],
    ["abs(d) * x - max(d, w) * y", ["abs(d)", "-max(d, w)"]],
    ["x + 1", undefined],
    ["d", undefined],
    ["x * y", undefined],
    ["x^2", undefined],
    ["d / x", undefined],
    ["abs(x)", undefined],
    ["max(x, y)", undefined],
    ["tanh(x)", undefined],
  ])("of %s", (formula, wanted) => {
    const g = new Graph();
    const form = linearForm(g, read(g, formula), ["x", "y"]);
    expect(form).toEqual(wanted?.map((coefficient) => read(g, String(coefficient))));
  });
});

test.each<[string, (string | number)[] | undefined]>([
  ["d * x - y / w", ["abs(d)", "abs(w) / w^2"]],
  ["d * (x + y) - d * x", ["2 * abs(d)", "abs(d)"]],
  ["x + 1000 * y - 999 * y", [1, 1999]],
  ["tanh(d) * x", ["abs(d) + 1", 0]],
  ["(x + 1) * 2 - 2", undefined],
  ["x * y", undefined],
])("the magnitude of %s by x and y", (formula, wanted) => {
  const g = new Graph();
  const at = [
    { d: -1.5, w: 0.7 },
    { d: 0.3, w: 2 },
  ];
  const magnitudes = linearMagnitude(g, read(g, formula), ["x", "y"]);
  expect(magnitudes === undefined).toBe(wanted === undefined);
  if (!magnitudes || !wanted) return;
  const evaluate = createEvaluate([...magnitudes, ...wanted.map((text) => read(g, String(text)))], NAMES);
  for (const { d, w } of at) {
    const [x, y, wantedX, wantedY] = evaluate([0, 0, d, w]);
    expect([x, y]).toEqual([expect.closeTo(wantedX, 13), expect.closeTo(wantedY, 13)]);
  }
});

test("a game whose gradient jumps is not linear in the state, although its slopes are numbers", () => {
  const game = defineGame({
    ...games.get("linear")!.definition,
    name: "hinge",
    baseObjective: "output^2 + regularization * max(0, theta - 0.5)",
  });
  const problem = createProblem({ game, regularization: 0.25, schedule: { learningRates: [1] } });
  const { linear, expectedNext } = problem.game.formulas;
  expect(linear).toBeUndefined();
  const next = createEvaluate(expectedNext, ["coefficient"], ["learningRate"], ["theta"], ["regularization"]);
  expect([0.25, 0.5, 0.75].map((theta) => next([0], [1], [theta], [0.25])[0])).toEqual([0.25, 0.5, 0.5]);

  const g = new Graph();
  const [x, d, w] = ["x", "d", "w"].map((name) => g.name(name));
  expect(linearForm(g, g.below(g.number(1), x, d, g.number(0)), ["x"])).toBeUndefined();
  expect(linearForm(g, g.below(d, w, x, g.multiply(w, x)), ["x"])).toEqual([g.below(d, w, g.number(1), w)]);
});

describe("a sum of squares", () => {
  const isWeight = (name: string) => name === "w";
  const isInRoot = (name: string) => ["x", "y"].includes(name);
  const any = trees(["add", "subtract", "multiply"], ["y", "d", "w"], even(-2, 2), { depth: 2 });
  const square = any.map(
    (tree): Tree => ({ op: "power", args: [{ op: "add", args: [name("x"), tree] }], exponent: 2 }),
  );
  const weight: fc.Arbitrary<Tree> = fc.oneof(
    even(0.1, 2).map(number),
    fc.constant(name("w")),
    fc.constantFrom<Tree>(
      { op: "add", args: [name("w"), number(1)] },
      { op: "divide", args: [name("w"), number(3)] },
      { op: "multiply", args: [name("w"), { op: "power", args: [name("d")], exponent: 2 }] },
      { op: "power", args: [name("w")], exponent: 3 },
    ),
  );
  const term = fc
    .tuple(square, weight, fc.constantFrom("right", "left", "under", "none"))
    .map(
      ([square, weight, where]): Tree =>
        where === "none"
          ? square
          : where === "right"
            ? { op: "multiply", args: [square, weight] }
            : where === "left"
              ? { op: "multiply", args: [weight, square] }
              : { op: "divide", args: [square, { op: "add", args: [weight, number(1)] }] },
    );
  const sum = fc
    .array(term, { minLength: 1, maxLength: 4 })
    .map((terms) => terms.reduce((a, b): Tree => ({ op: "add", args: [a, b] })));

  test("equals the sum of its squares and weights, none of which is negative", () => {
    let [compared, several] = [0, 0];
    fc.assert(
      fc.property(sum, point, (tree, values) => {
        const g = new Graph();
        const node = nodeOf(g, tree);
        const squares = squaresOf(g, node, isWeight, isInRoot)!;
        expect(squares).toBeDefined();
        expect([...namesIn(...squares.map(({ weight }) => weight))].some(isInRoot)).toBe(false);
        const weights = createEvaluate(
          squares.map(({ weight }) => weight),
          NAMES,
        )(listed(values)).slice();
        const roots = createEvaluate(
          squares.map(({ root }) => root),
          NAMES,
        )(listed(values));
        const total = roots.reduce((sum, root, i) => sum + weights[i] * root * root, 0);
        const { value } = evaluateTree(tree, values);
        expect(Math.abs(total - value)).toBeLessThanOrEqual(1e-14 * value + 1e-300);
        for (const weight of weights) expect(weight).toBeGreaterThanOrEqual(0);
        compared++;
        if (squares.length > 1) several++;
      }),
      { numRuns: 1000 },
    );
    expect(compared).toBeGreaterThan(900);
    expect(several).toBeGreaterThan(500);
  });

  test("is never found in an expression that can be negative", () => {
    let seen = 0;
    fc.assert(
      fc.property(
        trees(CONTINUOUS, NAMES),
        fc.array(point, { minLength: 5, maxLength: 5 }),
        (tree, points) => {
          const g = new Graph();
          if (!squaresOf(g, nodeOf(g, tree), isWeight, isInRoot)) return;
          for (const values of points) {
            const { value, most } = evaluateTree(tree, values);
            if (Number.isFinite(most)) expect(value).toBeGreaterThanOrEqual(0);
          }
          seen++;
        },
      ),
      { numRuns: 5000 },
    );
    expect(seen).toBeGreaterThan(100);
  });

  test.each<[string, [weight: string, root: string][] | undefined]>([
    ["(x - y)^2", [["1", "x - y"]]],
    [
      "2 * (x - y)^2 + w * x^2 / 4",
      [
        ["2", "x - y"],
        ["1 / 4 * w", "x"],
      ],
    ],
    ["w^3 * x^2", [["w^3", "x"]]],
    ["d^2 * x^2", [["d^2", "x"]]],
    ["x^2 * d^2", [["d^2", "x"]]],
    ["(x - y)^2 * w", [["w", "x - y"]]],
    ["(x + d * y)^2 * 2 * w", [["2 * w", "x + d * y"]]],
    ["x^2 * y^2", undefined],
    ["x^2 / y^2", undefined],
    ["0", []],
    ["x^2 - y^2", undefined],
    ["-x^2", undefined],
    ["d * x^2", undefined],
    ["-2 * x^2", undefined],
    ["x^3", undefined],
    ["x * y", undefined],
    ["x^2 + 1", undefined],
    ["x^2 + x", undefined],
    ["abs(x)", undefined],
  ])("of %s", (formula, wanted) => {
    const g = new Graph();
    const squares = squaresOf(g, read(g, formula), isWeight, isInRoot);
    expect(squares).toEqual(
      wanted?.map(([weight, root]) => ({ weight: read(g, weight), root: read(g, root) })),
    );
  });
});

describe("parity", () => {
  const isFlipped = (name: string) => ["x", "y"].includes(name);

  test("says what happens to an expression when names change their sign, to the bit", () => {
    const counts = { even: 0, odd: 0, neither: 0 };
    fc.assert(
      fc.property(trees(ALL, NAMES), point, (tree, values) => {
        const node = nodeOf(new Graph(), tree);
        const parity = parityOf(node, isFlipped);
        const evaluate = createEvaluate([node], NAMES);
        const [here] = evaluate(listed(values));
        const [there] = evaluate(listed({ ...values, x: -values.x, y: -values.y }));
        counts[parity]++;
        if (parity === "neither" || Number.isNaN(here)) return;
        // 0 and −0 are equal
        if (Number.isFinite(here)) expect(there === (parity === "odd" ? -here : here)).toBe(true);
      }),
      { numRuns: 5000 },
    );
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(500);
  });

  test.each([
    ["x", "odd"],
    ["d", "even"],
    ["3", "even"],
    ["x * y", "even"],
    ["d * x - y / w", "odd"],
    ["x + d", "neither"],
    ["x^2 + d", "even"],
    ["x^3 - y", "odd"],
    ["(x + d)^2", "neither"],
    ["abs(x - y)", "even"],
    ["abs(x + d)", "neither"],
    ["tanh(x) * d", "odd"],
    ["-(x^2)", "even"],
    ["min(x, y)", "neither"],
    ["max(x^2, d)", "even"],
    ["clamp(x, -1, 1)", "neither"],
    ["x / y", "even"],
    ["d / x", "odd"],
  ])("of %s is %s", (formula, wanted) =>
    expect(parityOf(read(new Graph(), formula), isFlipped)).toBe(wanted),
  );

  test("of a jump is that of both sides, if its condition does not change", () => {
    const g = new Graph();
    const [x, d, y] = [g.name("x"), g.name("d"), g.name("y")];
    expect(parityOf(g.below(d, g.power(x, 2), x, y), isFlipped)).toBe("odd");
    expect(parityOf(g.below(d, x, x, y), isFlipped)).toBe("neither");
    expect(parityOf(g.below(d, g.number(0), x, d), isFlipped)).toBe("neither");
  });

  const turning = defineGame({
    name: "turning",
    state: {
      theta: { min: -1, max: 1, count: 3, initial: 0.8 },
      phi: { min: -1, max: 1, count: 3, initial: 0.8 },
    },
    decision: { a: { min: -1, max: 1, count: 5 } },
    // θ and φ may change their sign separately
    output: { x: "a * theta", y: "a * phi * theta^2" },
    baseObjective: "output.x^2 + output.y^2",
    mesaObjective: "(output.x - own.theta)^2 + abs(output.y - own.phi)",
  });

  test.each<[AnyGame, readonly string[]]>([
    ["linear", ["theta"]],
    ["uncertain-deployment", ["theta"]],
    ["distributional-shift", ["theta"]],
    ["learned-discount", ["theta"]],
    ["misconception", ["theta", "belief"]],
    ["mlp", []],
    [momentum, ["theta", "velocity"]],
    [turning, ["theta", "phi"]],
    [
      defineGame({ ...games.get("linear")!.definition, name: "offset", output: "coefficient * theta + 1" }),
      [],
    ],
  ])("the states of %o that mirror each other", (game, mirrored) => {
    const layers = game === "mlp" ? { layers: [1, 2, 1] } : {};
    const isHidden = game === "uncertain-deployment" || game === "distributional-shift";
    const config = {
      game,
      ...layers,
      schedule: isHidden ? { episodes: 3 } : { learningRates: [0.7, 0.3, 0] },
    };
    const problem = createProblem(config);
    expect(problem.game.formulas.mirrored).toEqual(mirrored);
    if (game === "mlp" || isHidden) return;
    // mirror images cost the same, to the bit; flipping the other states changes the cost
    const names = Object.keys(problem.game.state);
    const costAt = (signs: readonly number[]) => {
      const axes = Object.fromEntries(
        names.map((name, i) => {
          const value = signs[i] * (0.3 + 0.21 * i);
          return [name, { min: value, max: value, count: 1 }];
        }),
      );
      const discounted = { discount: { min: 0.6, max: 0.6, count: 1 } };
      const one = createProblem({
        ...config,
        ...axes,
        ...(game === "learned-discount" && discounted),
      } as Config);
      const decision = one.candidates.axes.map((axis, i) => axis[Math.floor(axis.length / 3) + i]);
      return rolloutCosts(one, 0, [decision, decision, decision])([decision])[0];
    };
    const ones = names.map(() => 1);
    const flipped = names.map((name) => (mirrored.includes(name) ? -1 : 1));
    expect(costAt(ones)).toBeGreaterThan(0);
    expect(costAt(flipped)).toBe(costAt(ones));
    if (mirrored.length === 0) expect(costAt(ones.map((sign) => -sign))).not.toBe(costAt(ones));
  });
});

describe("a degree", () => {
  const integers = fc.integer({ min: -3, max: 3 });
  const polynomial = trees(["add", "subtract", "multiply", "negate"], ["x", "y"], integers, {
    highest: 3,
    depth: 4,
  });

  /** the value of a tree of whole numbers, exactly */
  function exactly(tree: Tree, values: Readonly<Record<string, bigint>>): bigint {
    if (tree.op === "number") return BigInt(tree.value);
    if (tree.op === "name") return values[tree.name];
    const [a, b] = tree.args.map((arg) => exactly(arg, values));
    if (tree.op === "power") return a ** BigInt(tree.exponent);
    if (tree.op === "negate") return -a;
    return tree.op === "add" ? a + b : tree.op === "subtract" ? a - b : a * b;
  }

  test("is a degree from which all higher differences vanish, and usually the lowest", () => {
    let [tight, compared] = [0, 0];
    fc.assert(
      fc.property(polynomial, fc.bigInt({ min: -9n, max: 9n }), (tree, y) => {
        const degree = degreeIn(nodeOf(new Graph(), tree), "x")!;
        expect(degree).toBeDefined();
        if (degree > 30) return;
        let differences = Array.from({ length: degree + 3 }, (_, i) => exactly(tree, { x: BigInt(i), y }));
        for (let k = 0; k < degree; k++) differences = differences.slice(1).map((v, i) => v - differences[i]);
        // the difference of this order is constant, so all higher ones are 0
        expect(new Set(differences).size).toBe(1);
        if (degree === 0) return;
        compared++;
        if (differences[0] !== 0n) tight++;
      }),
      { numRuns: 2000 },
    );
    expect(compared).toBeGreaterThan(300);
    expect(tight).toBeGreaterThan(0.6 * compared);
  });

  test.each<[string, number | undefined]>([
    ["y", 0],
    ["x", 1],
    ["x^2 * y + x", 2],
    ["(x * y + 1)^3 * x", 4],
    ["x / y", 1],
    ["tanh(y) * x", 1],
    ["-(x^2)", 2],
    ["y / x", undefined],
    ["abs(x)", undefined],
    ["min(x, y)", undefined],
    ["tanh(x)", undefined],
    ["tanh(x) * 0 + x", 1],
    ["1 + tanh(x)", undefined],
    ["tanh(x)^2", undefined],
  ])("of %s is %s", (formula, wanted) => expect(degreeIn(read(new Graph(), formula), "x")).toBe(wanted));
});

describe("shared parts", () => {
  const isShared = (name: string) => ["d", "w"].includes(name);

  test("can be computed first, and the rest from them and the other names, with the same bits", () => {
    let [found, compared] = [0, 0];
    fc.assert(
      fc.property(fc.array(trees(ALL, NAMES), { minLength: 1, maxLength: 3 }), point, (list, values) => {
        const g = new Graph();
        const expressions = list.map((tree) => nodeOf(g, tree));
        const parts = sharedParts(expressions, isShared);
        expect(new Set(parts).size).toBe(parts.length);
        for (const part of parts) {
          const inside = namesIn(part);
          expect(inside.size).toBeGreaterThan(0);
          expect([...inside].every(isShared)).toBe(true);
        }
        const all = new Set(nodesOf(...expressions));
        for (const part of parts) expect(all.has(part)).toBe(true);

        // every part is replaced by a name for its value
        const names = parts.map((_, i) => `part.${i}`);
        const rests = expressions.map((expression) =>
          rewrite(expression, (node, args: readonly Node[]): Node => {
            const i = parts.indexOf(node);
            return i < 0 ? g.remade(node, args) : g.name(names[i]);
          }),
        );
        expect([...namesIn(...rests)].filter(isShared)).toEqual([]);
        const first = createEvaluate(parts, NAMES)(listed(values)).slice();
        const second = createEvaluate(rests, names, NAMES)(first, listed(values)).slice();
        expect(second).toEqual(createEvaluate(expressions, NAMES)(listed(values)));
        found += parts.length;
        if (parts.some(({ op }) => op !== "name")) compared++;
      }),
      { numRuns: 1000 },
    );
    expect(found).toBeGreaterThan(1000);
    expect(compared).toBeGreaterThan(100);
  });

  test("are the largest", () => {
    const g = new Graph();
    const parts = (...formulas: string[]) =>
      new Set(
        sharedParts(
          formulas.map((formula) => read(g, formula)),
          isShared,
        ),
      );
    const nodes = (...formulas: string[]) => new Set(formulas.map((formula) => read(g, formula)));
    expect(parts("(d * w + 1) * x")).toEqual(nodes("d * w + 1"));
    expect(parts("d * w + 1")).toEqual(nodes("d * w + 1"));
    // a part of a part counts if it is also used by itself
    expect(parts("(d * w + 1) * x", "d * w * y")).toEqual(nodes("d * w + 1", "d * w"));
    expect(parts("x + 2 * y", "3")).toEqual(new Set());
    expect(parts("2 * x + d")).toEqual(nodes("d"));
  });
});

/** A fraction, exactly. */
interface Fraction {
  readonly over: bigint;
  readonly under: bigint;
}

/** a float64 as a fraction */
function fractionOf(x: number): Fraction {
  let [over, under] = [x, 1n];
  while (!Number.isInteger(over)) {
    over *= 2;
    under *= 2n;
  }
  return { over: BigInt(over), under };
}

function apply(op: Applied, a: Fraction, b: Fraction): Fraction {
  if (op === "add") return { over: a.over * b.under + b.over * a.under, under: a.under * b.under };
  if (op === "subtract") return apply("add", a, { ...b, over: -b.over });
  if (op === "multiply") return { over: a.over * b.over, under: a.under * b.under };
  if (op === "negate") return { ...a, over: -a.over };
  const sign = b.over < 0n ? -1n : 1n;
  if (op === "divide") return { over: sign * a.over * b.under, under: sign * a.under * b.over };
  const isBelow = (c: Fraction, d: Fraction) => c.over * d.under < d.over * c.under;
  if (op === "minimum") return isBelow(b, a) ? b : a;
  if (op === "maximum") return isBelow(a, b) ? b : a;
  return a.over < 0n ? { ...a, over: -a.over } : a;
}

/** the exact value of an expression; undefined if it divides by 0 */
function exactValueOf(node: Node, values: Readonly<Record<string, number>>): Fraction | undefined {
  return rewrite(node, ({ op, name, value }, args: readonly (Fraction | undefined)[]) => {
    if (op === "number") return Number.isFinite(value) ? fractionOf(value) : undefined;
    if (op === "name") return fractionOf(values[name]);
    const [a, b = a] = args;
    if (!a || !b || (op === "divide" && b.over === 0n)) return undefined;
    if (op === "power") return { over: a.over ** BigInt(value), under: a.under ** BigInt(value) };
    return apply(op as Applied, a, b);
  });
}

/** the distance of a float64 from a fraction, within one or two roundings */
function distance(got: number, { over, under }: Fraction): number {
  const { over: p, under: q } = fractionOf(got);
  const difference = p * under - over * q;
  const scaled = ((difference < 0n ? -difference : difference) << 1100n) / (q * under) + 1n;
  const digits = scaled.toString(2).length;
  const shift = Math.max(0, digits - 60);
  return Number(scaled >> BigInt(shift)) * 2 ** (shift - 550) * 2 ** -550;
}

/** the number of an expression's operations, with powers as products and repetitions counted */
const operationsOf = (node: Node): number =>
  rewrite(node, ({ op, value }, args: readonly number[]) => {
    if (op === "power") return value * args[0] + value - 1;
    return args.reduce((sum, count) => sum + count, args.length > 0 ? 1 : 0);
  });

describe("a magnitude bounds the rounding error of an expression", () => {
  const check = (operations: readonly Applied[], numRuns: number) => {
    const expression = trees(operations, NAMES, even(-3, 3), { highest: 3, depth: 4 });
    const counts = { compared: 0, cancelled: 0, used: 0 };
    fc.assert(
      fc.property(expression, point, (tree, values) => {
        const g = new Graph();
        const node = nodeOf(g, tree);
        const operations = operationsOf(node);
        // exact values of longer expressions would be too long
        if (operations > 200) return;
        const exact = exactValueOf(node, values);
        const [value, magnitude] = createEvaluate([node, magnitudeOf(g, node)!], NAMES)(listed(values));
        if (!exact || !Number.isFinite(value) || !(magnitude < 1e12)) return;
        const error = distance(value, exact);
        const bound = operations * 2 ** -53 * magnitude;
        expect(magnitude).toBeGreaterThanOrEqual(Math.abs(value) * (1 - 1e-12));
        expect(error).toBeLessThanOrEqual(bound * (1 + 1e-9) + 1e-300);
        if (bound === 0) return;
        counts.compared++;
        counts.used = Math.max(counts.used, error / bound);
        // cases that the value itself would not bound
        if (error > operations * 2 ** -53 * Math.abs(value) * 1.001) counts.cancelled++;
      }),
      { numRuns },
    );
    expect(counts.compared).toBeGreaterThan(numRuns / 10);
    expect(counts.cancelled).toBeGreaterThan(0);
    // some cases come close to the bound
    expect(counts.used).toBeGreaterThan(0.5);
  };

  test("of polynomials", () => check(["add", "subtract", "multiply", "negate"], 5000));
  test("of quotients and corners", () =>
    check(["add", "subtract", "multiply", "divide", "absolute", "minimum", "maximum"], 5000));

  test("by hand: 0.1 + 0.2 − 0.3, and a million − a million", () => {
    const g = new Graph();
    const values = { x: 0.1, y: 0.2, d: 0.3, w: 1e6 };
    const of = (formula: string) => {
      const node = read(g, formula);
      return {
        error: distance(createEvaluate([node], NAMES)(listed(values))[0], exactValueOf(node, values)!),
        magnitude: createEvaluate([magnitudeOf(g, node)!], NAMES)(listed(values))[0],
      };
    };
    expect(of("x + y - d").magnitude).toBeCloseTo(0.6, 14);
    // 0.1 + 0.2 is off by half a unit, 2⁻⁵⁵
    expect(of("x + y").error).toBe(2 ** -55);
    expect(of("x + y - d").error).toBe(2 ** -55);
    expect(of("(w + x) - w").magnitude).toBe(2e6 + 0.1);
    expect(of("(w + x) - w").error).toBeGreaterThan(1e-12);
    expect(of("x").error).toBeLessThan(1e-300);
  });

  test("an expression that jumps has none", () => {
    const g = new Graph();
    const [x, d] = [g.name("x"), g.name("d")];
    expect(magnitudeOf(g, g.add(g.below(x, d, x, d), x))).toBeUndefined();
    expect(magnitudeOf(g, g.exponential2(x))).toBeUndefined();
  });

  test("of tanh too", () => {
    const g = new Graph();
    const node = read(g, "tanh(x + y - d)");
    const [magnitude] = createEvaluate([magnitudeOf(g, node)!], NAMES)([0.1, 0.2, 0.3, 0]);
    expect(magnitude).toBeCloseTo(1.6, 14);
  });
});

describe("roundings that combine", () => {
  const g = new Graph();
  const x = g.name("x");
  const squared = (times: number): Node => (times === 0 ? x : g.power(squared(times - 1), 2));
  const sumOf = (terms: number) => Array.from({ length: terms }).reduce<Node>((sum) => g.add(sum, x), x);

  test.each<[Node, number]>([
    [x, 0],
    [g.add(x, g.number(1)), 1],
    [sumOf(5), 5],
    [g.multiply(sumOf(5), sumOf(3)), 9],
    [g.power(x, 5), 4],
    [squared(1), 1],
    [squared(2), 3],
    [squared(12), 4095],
  ])("case %#", (node, wanted) => {
    expect(roundingsIn([node])).toBe(wanted);
    expect(roundingsIn([x, node])).toBe(wanted);
  });

  // the slack for the radii covers (1 + 2⁻²⁴)^4095, and no more
  test("a game with a few squarings too many has no bound", () => {
    const of = (node: Node) => ({ mesaObjective: node, discount: g.number(1), expectedNext: [x] });
    expect(isBounded(of(squared(12)))).toBe(true);
    expect(isBounded(of(squared(13)))).toBe(false);
    expect(isBounded(of(sumOf(4096)))).toBe(true);
    expect(isBounded(of(sumOf(4097)))).toBe(false);
  });
});

// A game's formulas as WGSL in an arithmetic. Nobody writes WGSL for a game by hand, so what an arithmetic guarantees
// for its operations holds for every game.
//
// An expression becomes one statement per operation, and each subexpression is computed once. Parts that depend on the
// decision and the learning rate only are prepared once for all states. For a network nothing is prepared: its weights
// stay in their table.

import { wgsl } from "wgsl-preprocessor/wgsl-preprocessor.js";
import { f32, ROUNDING } from "../../shaders/float32.ts";
import { MAX_WRITTEN_OUT, networkWgsl } from "../../shaders/network.wgsl.ts";
import type { Arithmetic } from "../../shaders/real.wgsl.ts";
import { MesaError } from "../errors.ts";
import { ownName } from "../game/formulas.ts";
import type { Game } from "../game/game.ts";
import {
  differentiate,
  type Node,
  namesIn,
  nodesOf,
  type Operation,
  print,
  wholePower,
} from "../game/graph.ts";
import { plannedNodes, sharedParts } from "../game/structure.ts";
import type { Problem } from "../model/problem.ts";

const FUNCTIONS: Partial<Record<Operation, string>> = {
  add: "add",
  subtract: "sub",
  multiply: "mul",
  divide: "div",
  negate: "negated",
  absolute: "absolute",
  minimum: "minimum",
  maximum: "maximum",
  tanh: "tanh",
  below: "below",
};

/** @throws MesaError `LIMIT_EXCEEDED` when a number of the problem is too large for float32 */
export function checkFitsFloat32({ learningRates, candidates, states, parameters, formulas }: Problem): void {
  const written = nodesOf(...plannedNodes(formulas)).filter(({ op }) => op === "number");
  const given = [learningRates, ...candidates.axes, ...states.axes, Object.values(parameters)];
  for (const numbers of [...given, written.map(({ value }) => value)])
    for (const x of numbers)
      if (!Number.isFinite(Math.fround(x)))
        throw new MesaError("LIMIT_EXCEEDED", `${x} is too large for float32, which the GPU uses`);
}

/**
 * Statements that compute expressions.
 *
 * @param given WGSL text for the nodes that are already available
 * @returns the statements, and the text of each expression's value after them
 */
export function statementsOf(
  expressions: readonly Node[],
  given: ReadonlyMap<Node, string>,
  arithmetic: Arithmetic,
): { statements: string; values: string[] } {
  const nodes = nodesOf(...expressions);
  /** how many times each node is used */
  const uses = new Map<Node, number>();
  const use = (node: Node) => uses.set(node, (uses.get(node) ?? 0) + 1);
  for (const node of expressions) use(node);
  for (const node of nodes.toReversed()) if (uses.has(node) && !given.has(node)) node.args.forEach(use);

  const tallied = arithmetic.kind === "plain" ? new Map() : longSums(nodes, expressions, uses, given);
  const texts = new Map(given);
  const lines: string[] = [];
  const product = (a: string, b: string) => (a === b ? `square(${a})` : `mul(${a}, ${b})`);
  for (const node of nodes) {
    const { op, args, value, name } = node;
    const terms: readonly Term[] | undefined = tallied.get(node);
    if (!uses.has(node) || texts.has(node) || terms?.length === 0) continue;
    if (op === "name") throw new Error(`nothing is given for ${name}`);
    if (op === "number") {
      texts.set(node, arithmetic.literal(value));
      continue;
    }
    const [a, b, c, d] = args.map((arg) => texts.get(arg));
    let text = `${FUNCTIONS[op]}(${[a, b, c, d].slice(0, args.length).join(", ")})`;
    if (op === "power") text = wholePower(a!, value, product);
    if (op === "multiply") text = product(a!, b!);
    if (terms) {
      const charge = f32(ROUNDING * (terms.length - 1));
      text = terms.reduce((sum, { of, negative }) => {
        const term = negative ? `negated(${texts.get(of)})` : texts.get(of);
        lines.push(`  let v${lines.length} = tally(${sum}, ${term}, ${charge});`);
        return `v${lines.length - 1}`;
      }, "exactly(0.0)");
    } else {
      lines.push(`  let v${lines.length} = ${text};`);
      text = `v${lines.length - 1}`;
    }
    texts.set(node, text);
  }
  return { statements: lines.join("\n"), values: expressions.map((node) => texts.get(node)!) };
}

/** A term of a sum, which may be subtracted. */
interface Term {
  readonly of: Node;
  readonly negative: boolean;
}

/**
 * The terms of each sum of more than three. A device may add them up in any order, which the charge of single additions
 * does not cover. A sum that is part of a longer one has no terms of its own.
 */
function longSums(
  nodes: readonly Node[],
  expressions: readonly Node[],
  uses: ReadonlyMap<Node, number>,
  given: ReadonlyMap<Node, string>,
): Map<Node, readonly Term[]> {
  const isSum = ({ op }: Node) => op === "add" || op === "subtract";
  const isPart = (node: Node) =>
    isSum(node) && uses.get(node) === 1 && !given.has(node) && !expressions.includes(node);
  const found = new Map<Node, readonly Term[]>();
  for (const node of nodes.toReversed()) {
    if (!isSum(node) || !uses.has(node) || given.has(node) || found.has(node)) continue;
    const parts: Node[] = [];
    const termsOf = ({ op, args: [a, b] }: Node, negative: boolean): Term[] =>
      [
        { of: a, negative },
        { of: b, negative: negative !== (op === "subtract") },
      ].flatMap((term) => {
        if (!isPart(term.of)) return [term];
        parts.push(term.of);
        return termsOf(term.of, term.negative);
      });
    const terms = termsOf(node, false);
    if (terms.length <= 3) continue;
    found.set(node, terms);
    for (const part of parts) found.set(part, []);
  }
  return found;
}

/**
 * A function that computes expressions: its head, the given values, the expressions, and how `made` forms the result.
 */
export function functionOf(
  head: string,
  given: ReadonlyMap<Node, string>,
  expressions: readonly Node[],
  arithmetic: Arithmetic,
  made: (values: readonly string[]) => string,
): string {
  const { statements, values } = statementsOf(expressions, given, arithmetic);
  return `fn ${head} {\n${statements}\n  return ${made(values)};\n}\n`;
}

/** Fields x0, x1, … of a struct, for numbers that have names in the game. */
const fields = (names: readonly string[]) =>
  names.map((name, i) => `  /// ${name}\n  x${i}: real,`).join("\n");

/** The parts of a game's formulas that the WGSL structs hold. */
function partsOf({ game, formulas }: Pick<Problem, "game" | "formulas">) {
  const { graph: g, mesaObjective, expectedNext } = formulas;
  const states = Object.keys(game.state);
  const used = namesIn(...plannedNodes(formulas));
  const someOwn = states.filter((name) => used.has(ownName(name)));
  const own = someOwn.length > 0 ? someOwn : states.slice(0, 1);
  const ofDecision = (name: string) => name === "learningRate" || game.decisionNames.includes(name);
  const shared = sharedParts([mesaObjective, ...expectedNext], ofDecision);
  return { states, own, prepared: shared.length > 0 ? shared : [g.name("learningRate")] };
}

/** How many `real`s each of a game's types has. */
export function sizesOf(problem: Pick<Problem, "game" | "formulas">) {
  const { game } = problem;
  const { states, prepared } = partsOf(problem);
  return {
    decision: game.decisionNames.length,
    state: states.length,
    prepared: game.network ? 0 : prepared.length,
  };
}

/** The WGSL texts of a decision `d`'s numbers and of the learning rate. */
export function decisionTexts({ game, formulas: { graph } }: Pick<Problem, "game" | "formulas">) {
  const texts = game.decisionNames.map((name, i) => [graph.name(name), `d.x${i}`] as const);
  return new Map<Node, string>([...texts, [graph.name("learningRate"), "learning_rate"]]);
}

/** The declarations of an arithmetic and a game's decision: `real`, `Decision`. */
export function decisionWgsl({ game }: Pick<Problem, "game">, arithmetic: Arithmetic): string {
  return wgsl`${arithmetic.wgsl}
#if ${game.network}
/// a decision: a row of the table of weights, which the kernel declares
struct Decision {
  row: u32,
}

/// a weight of a decision's network
fn weight(d: Decision, index: u32) -> real { return weights[d.row * ${game.network?.weights ?? 0}u + index]; }
#else
/// a decision
struct Decision {
${fields(game.decisionNames)}
}
#endif
`;
}

/**
 * The declarations of a game in an arithmetic: `real`, `Decision`, `State`, `Own`, `Prepared`, `DISCOUNT` or
 * `discount(own)`, `prepare(d, learning_rate)`, `own_of(s)`, `play(c, s, own)` and `renewed(s)`.
 *
 * @throws RangeError if a number in a formula is not a finite float32
 */
export function gameWgsl(problem: Pick<Problem, "game" | "formulas">, arithmetic: Arithmetic): string {
  const { game, formulas } = problem;
  const { graph: g, mesaObjective, expectedNext, discount } = formulas;
  const { states, own, prepared } = partsOf(problem);
  const owns = own.map((name, i) => [g.name(ownName(name)), `own.x${i}`] as const);
  const { network } = game;
  const loops = network && network.weights > MAX_WRITTEN_OUT ? networkWgsl(network.layers) : undefined;
  const chosen = game.network
    ? [
        ...game.decisionNames.map((name, i) => [g.name(name), `weight(c.decision, ${i}u)`] as const),
        [g.name("learningRate"), "c.learning_rate"] as const,
      ]
    : prepared.map((node, i) => [node, `c.x${i}`] as const);
  const played = new Map<Node, string>([
    ...owns,
    ...states.map((name, i) => [g.name(name), `s.x${i}`] as const),
    ...chosen,
  ]);
  if (loops) {
    played.set(formulas.outputs[0], "y.x");
    played.set(differentiate(g, formulas.outputs[0], "theta"), "y.y");
  }
  const write = (head: string, given: ReadonlyMap<Node, string>, nodes: readonly Node[], type: string) =>
    functionOf(head, given, nodes, arithmetic, (values) => `${type}(${values.join(", ")})`);
  return wgsl`${decisionWgsl(problem, arithmetic)}
/// the state, which the base optimizer may change
struct State {
${fields(states)}
}

/// the part of the state at the agent's own episode that its costs depend on
struct Own {
${fields(own)}
}

fn own_of(s: State) -> Own {
  return Own(${own.map((name) => `settled(s.x${states.indexOf(name)})`).join(", ")});
}

#if ${discount.op === "number"}
const DISCOUNT: real = ${discount.op === "number" ? arithmetic.literal(discount.value) : ""};
#else
${write("discount(own: Own) -> real", new Map(owns), [discount], "")}
#endif
#if ${game.network}
/// a decision at an episode
struct Prepared {
  decision: Decision,
  learning_rate: real,
}

fn prepare(d: Decision, learning_rate: real) -> Prepared { return Prepared(d, learning_rate); }
#else
/// the parts of an episode's formulas that depend on the decision and the learning rate only
struct Prepared {
${fields(prepared.map(print))}
}

${write("prepare(d: Decision, learning_rate: real) -> Prepared", decisionTexts(problem), prepared, "Prepared")}
#endif

/// an episode: its cost to the agent, and the state that the agent expects after it
struct Played {
  cost: real,
  next: State,
}

${functionOf(
  loops
    ? "play_of(c: Prepared, s: State, own: Own, y: vec2f) -> Played"
    : "play(c: Prepared, s: State, own: Own) -> Played",
  played,
  [mesaObjective, ...expectedNext],
  arithmetic,
  ([cost, ...next]) => `Played(${cost}, State(${next.join(", ")}))`,
)}
#if ${loops}
${loops}
fn play(c: Prepared, s: State, own: Own) -> Played {
  return play_of(c, s, own, network(c.decision, s.x${states.indexOf("theta")}));
}
#endif
#if ${arithmetic.kind === "affine"}
${symbolsWgsl(game)}
#else
fn renewed(s: State) -> State { return s; }
#endif
`;
}

/** Functions that turn a game's decision and state into symbols of affine.wgsl.ts. */
function symbolsWgsl({ state, decisionNames }: Game): string {
  const states = Object.keys(state).map((_, i) => ({ x: `s.x${i}`, j: decisionNames.length + i }));
  return wgsl`
/// makes the decision of a box the first symbols
fn begin_box(d: Decision) {
${decisionNames.map((_, j) => `  reach${j} = d.x${j}.spread; fault${j} = d.x${j}.error;`).join("\n")}
}

/// makes a state's numbers the last symbols; values that contain the old ones must be settled first
fn renewed(s: State) -> State {
${states.map(({ x, j }) => `  let new_reach${j} = own_reach(${x}); let new_fault${j} = own_fault(${x});`).join("\n")}
${states.map(({ j }) => `  reach${j} = new_reach${j}; fault${j} = new_fault${j};`).join("\n")}
  measure_underflow();
  return State(${states.map(({ x, j }) => `symbolic${j}(${x})`).join(", ")});
}
`;
}

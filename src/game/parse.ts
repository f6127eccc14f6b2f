// Reads the text of a formula into a graph: numbers, names, + − × ÷, whole powers, and a few functions. Nothing else is
// allowed, and nothing is ever executed as code.

import jsep from "jsep";
import { GameError, MesaError } from "../errors.ts";
import { quote } from "../schema.ts";
import type { Graph, Node } from "./graph.ts";

/** the maximum length of a formula, in characters */
const LONGEST = 2000;
/** the maximum nesting of parentheses, and the maximum number of signs in a row */
const DEEPEST = 100;
const SIGNS = new RegExp(`(?:[-+]\\s*){${DEEPEST + 1}}`);
/** the largest exponent */
const HIGHEST_POWER = 64;

/** How many arguments each function takes, and the node it makes. */
const FUNCTIONS: Readonly<Record<string, readonly [number, (g: Graph, args: readonly Node[]) => Node]>> = {
  min: [2, (g, [a, b]) => g.minimum(a, b)],
  max: [2, (g, [a, b]) => g.maximum(a, b)],
  abs: [1, (g, [a]) => g.absolute(a)],
  clamp: [3, (g, [x, low, high]) => g.clamp(x, low, high)],
  tanh: [1, (g, [a]) => g.tanh(a)],
};

/** Names that a game cannot use, because they are functions. */
export const FUNCTION_NAMES: readonly string[] = Object.keys(FUNCTIONS);

// Formulas have fewer operators than JavaScript, and ^ has a different precedence.
jsep.removeAllUnaryOps();
jsep.removeAllBinaryOps();
jsep.removeAllLiterals();
for (const [operator, precedence] of [
  ["+", 1],
  ["-", 1],
  ["*", 2],
  ["/", 2],
] as const)
  jsep.addBinaryOp(operator, precedence);
jsep.addBinaryOp("^", 3, true);

/** the parser as the hook below sees it */
type Parser = jsep.HookScope & { index: number };

/** Reads a token and the powers that follow it. */
function gobblePower(parser: Parser): jsep.Expression | undefined {
  const left = parser.gobbleToken();
  parser.gobbleSpaces();
  if (!left || parser.char !== "^") return left;
  parser.index++;
  const right = gobblePower(parser);
  return right && { type: "BinaryExpression", operator: "^", left, right };
}

// −x² means −(x²), as in handwriting; jsep's own unary operators would bind the sign to x.
jsep.hooks.add("gobble-token", function gobbleSign(this: Parser, env: { node?: jsep.Expression }) {
  const operator = this.char;
  if (operator !== "-" && operator !== "+") return;
  this.index++;
  const argument = gobblePower(this);
  if (argument) env.node = { type: "UnaryExpression", operator, argument, prefix: true };
});

const LEAF = /\d*\.?\d+(?:[eE][-+]?\d+)?\.?|[A-Za-z_$][\w$]*/g;
const FOREIGN = /[^\w\s.+\-*/^(),]/u;

/** The names that a formula may use. */
export interface Scope {
  /** the expression behind a name such as `theta` or `own.theta`; undefined if the name is unknown */
  readonly lookUp: (name: string) => Node | undefined;
  /** the allowed names, for messages */
  readonly names: readonly string[];
}

/**
 * The expression that a formula describes.
 *
 * @param formula text, or a number
 * @param where the place of the formula, for messages: `output`
 * @throws GameError that gives the formula's place, the column and what was expected
 */
export function parse(g: Graph, formula: unknown, where: string, { lookUp, names }: Scope): Node {
  const invalid = (text: string, column?: number) =>
    column === undefined
      ? new GameError(`${where}: ${text}`, { path: where }, text)
      : new GameError(`${where}, column ${column}: ${text}`, { path: where, column }, text);
  if (typeof formula === "number" && Number.isFinite(formula)) return g.number(formula);
  if (typeof formula !== "string")
    throw invalid(`expected a formula such as "2 * theta", got ${quote(formula)}`);
  if (formula.length > LONGEST)
    throw invalid(`expected a formula of at most ${LONGEST} characters, got ${formula.length}`);
  const foreign = FOREIGN.exec(formula);
  const allowed = `a formula has numbers, names, + - * / ^, parentheses and ${FUNCTION_NAMES.join(", ")}`;
  if (foreign) throw invalid(`unexpected ${JSON.stringify(foreign[0])}: ${allowed}`, foreign.index + 1);
  checkParentheses(formula, invalid);

  // the columns of names and numbers; they occur in the same order in the text and in the parsed expression
  const leaves = [...formula.matchAll(LEAF)];
  let leaf = 0;
  const columnHere = () => (leaves[leaf]?.index ?? formula.length) + 1;
  const known = names.length > 0 ? `names here are ${names.join(", ")}` : "no names are allowed here";

  const nameOf = (node: jsep.Expression): string => {
    if (node.type === "Identifier") return (node as jsep.Identifier).name;
    const { object, property } = node as jsep.MemberExpression;
    return `${nameOf(object)}.${nameOf(property)}`;
  };
  const named = (node: jsep.Expression): Node => {
    const column = columnHere();
    const name = nameOf(node);
    leaf += name.split(".").length;
    const found = lookUp(name);
    if (found) return found;
    if (Object.hasOwn(FUNCTIONS, name)) throw invalid(`expected ( after ${name}`, column);
    throw invalid(`unknown name ${name.length > 60 ? `${name.slice(0, 59)}…` : name}; ${known}`, column);
  };
  const called = ({ callee, arguments: given }: jsep.CallExpression): Node => {
    const column = columnHere();
    const name = callee.type === "Identifier" || callee.type === "MemberExpression" ? nameOf(callee) : "";
    if (!Object.hasOwn(FUNCTIONS, name))
      throw invalid(
        `${name === "" ? "a call" : `${name}()`} is not a function; functions are ${FUNCTION_NAMES.join(", ")}`,
        column,
      );
    leaf++;
    const [count, make] = FUNCTIONS[name];
    if (given.length !== count)
      throw invalid(`${name} takes ${count} argument${count > 1 ? "s" : ""}, got ${given.length}`, column);
    return make(g, given.map(read));
  };
  const powered = ({ left, right }: jsep.BinaryExpression): Node => {
    const base = read(left);
    const column = columnHere();
    const exponent = read(right);
    if (exponent.op === "number" && Number.isInteger(exponent.value))
      if (exponent.value >= 0 && exponent.value <= HIGHEST_POWER) return g.power(base, exponent.value);
    throw invalid(`expected a whole number from 0 to ${HIGHEST_POWER} as exponent`, column);
  };
  const read = (node: jsep.Expression | undefined): Node => {
    switch (node?.type) {
      case "Literal": {
        const { value } = node as jsep.Literal;
        if (typeof value === "number" && Number.isFinite(value)) {
          leaf++;
          return g.number(value);
        }
        throw invalid("expected a finite number", columnHere());
      }
      case "Identifier":
      case "MemberExpression":
        return named(node);
      case "CallExpression":
        return called(node as jsep.CallExpression);
      case "UnaryExpression": {
        const { operator, argument } = node as jsep.UnaryExpression;
        return operator === "-" ? g.negate(read(argument)) : read(argument);
      }
      case "BinaryExpression": {
        const { operator, left, right } = node as jsep.BinaryExpression;
        if (operator === "^") return powered(node as jsep.BinaryExpression);
        const [a, b] = [read(left), read(right)];
        if (operator === "+") return g.add(a, b);
        if (operator === "-") return g.subtract(a, b);
        return operator === "*" ? g.multiply(a, b) : g.divide(a, b);
      }
      case "Compound": {
        const { body } = node as jsep.Compound;
        if (body.length === 0) throw invalid("expected a formula, got none", 1);
        read(body[0]);
        throw invalid("expected an operator before this", columnHere());
      }
      default:
        throw invalid(`unexpected expression: ${allowed}`, columnHere());
    }
  };

  try {
    return read(jsep(formula));
  } catch (error) {
    if (error instanceof MesaError) throw error;
    // the parser's recursion was too deep
    if (error instanceof RangeError) throw invalid("it is nested too deeply");
    const { description, index } = error as { description?: string; index?: number };
    if (index === undefined) throw error;
    throw invalid(
      `${(description ?? "it is not a formula").toLowerCase()}: ${allowed}`,
      Math.min(index, formula.length) + 1,
    );
  }
}

/**
 * @throws what `invalid` returns, if parentheses nest too deeply, signs are too many, or a comma is outside parentheses
 */
function checkParentheses(formula: string, invalid: (text: string, column: number) => MesaError): void {
  const signs = SIGNS.exec(formula);
  if (signs) throw invalid(`at most ${DEEPEST} signs in a row are allowed`, signs.index + 1);
  let depth = 0;
  for (let i = 0; i < formula.length; i++) {
    if (formula[i] === "(") depth++;
    if (formula[i] === ")") depth--;
    if (depth > DEEPEST) throw invalid(`at most ${DEEPEST} nested parentheses are allowed`, i + 1);
    if (formula[i] === "," && depth <= 0) throw invalid("unexpected , outside of a function", i + 1);
  }
}

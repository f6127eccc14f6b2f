// Invalid games: each error is one line with the formula, the column and what was expected. Nothing is executed as
// code, and nothing hangs.
import { describe, expect, test } from "vitest";
import { GameError, games } from "../src/index.ts";
import { createProblem } from "../src/model/problem.ts";
import { errorOf } from "./errorOf.ts";

const axis = { min: -1, max: 1, count: 5 };
const theta = { ...axis, initial: 1 };
const game = { name: "mine", state: { theta }, decision: { a: axis }, output: "a * theta" };

/** one phase, which is training, and one signal of it */
const phases = {
  ...{ signals: ["only"], initial: [1], trains: [true], transition: [[1]], likelihood: [[1]] },
  deploymentAt: 0,
};

const HAS = "a formula has numbers, names, + - * / ^, parentheses and min, max, abs, clamp, tanh";
const NAMES = "names here are theta, a, discount, regularization";
const POWER = "expected a whole number from 0 to 64 as exponent";
const SUCH = 'expected a formula such as "2 * theta", got';
const FUNCTIONS = "functions are min, max, abs, clamp, tanh";

/** the message with which a game is rejected, within a number of milliseconds */
function refusalOf(definition: unknown, milliseconds = 1000): string {
  const started = performance.now();
  const { code, message } = errorOf({ game: definition });
  expect(performance.now() - started).toBeLessThan(milliseconds);
  expect(code).toBe("INVALID_CONFIG");
  expect(message).toMatch(/^[^\p{Cc}\p{Zl}\p{Zp}]{1,400}$/u);
  return message;
}

test("an error has its place as data: the part, the character, and the reason", () => {
  const placed: [object, string, number | undefined, RegExp][] = [
    [{ output: "a * thetta" }, "output", 5, /^unknown name thetta; names here are/],
    [{ output: "" }, "output", 1, /^expected a formula, got none$/],
    [{ output: undefined }, "output", undefined, /^output is missing$/],
    [{ output: true }, "output", undefined, /^expected a formula such as/],
    [{ definitions: { b: "1 +" } }, "definitions.b", 4, /^expected expression after \+/],
    [{ definitions: { b: "c", c: "b" } }, "definitions.b", undefined, /depends on itself/],
    [{ mesaObjective: "(output - own.phi)^2" }, "mesaObjective", 11, /^unknown name own.phi/],
    [{ believedTarget: { other: 1 } }, "believedTarget.other", undefined, /names of outputs/],
    [{ next: { phi: "theta" } }, "next.phi", undefined, /names of the state/],
    [{ next: { theta: "next.theta" } }, "next.theta", undefined, /depends on itself/],
    [
      { state: { theta: { ...theta, min: "low" } } },
      "state.theta.min",
      undefined,
      /finite number, got "low"/,
    ],
    [
      { state: { theta: { ...theta, learningRateScale: "k" } } },
      "state.theta.learningRateScale",
      1,
      /name k/,
    ],
    [{ state: { phi: theta } }, "state", undefined, /must have theta/],
    [{ parameters: { a: { default: 1 } } }, "parameters.a", undefined, /^the name a is taken$/],
    [{ decision: { A: axis } }, "decision.A", undefined, /camelCase/],
    [{ hidden: { ...phases, transition: [["b"]] } }, "hidden.transition[0][0]", 1, /^unknown name b/],
    [
      { hidden: { ...phases, likelihood: [[1], [1]] } },
      "hidden.likelihood",
      undefined,
      /must have 1 entries/,
    ],
  ];
  for (const [part, path, column, reason] of placed) {
    const error = errorOf({ game: { ...game, ...part } });
    if (!(error instanceof GameError)) throw error;
    expect(error.place).toEqual({ path, ...(column !== undefined && { column }) });
    expect(error.reason).toMatch(reason);
    expect(error.message.startsWith('game "mine": ')).toBe(true);
    expect(error.message.endsWith(error.reason)).toBe(true);
  }
});

describe("an output that is", () => {
  test.each<[unknown, string]>([
    ["process.exit()", `, column 1: process.exit() is not a function; ${FUNCTIONS}`],
    ["theta.constructor", `, column 1: unknown name theta.constructor; ${NAMES}`],
    ["a * theta.__proto__", `, column 5: unknown name theta.__proto__; ${NAMES}`],
    ["__proto__", `, column 1: unknown name __proto__; ${NAMES}`],
    ["toString", `, column 1: unknown name toString; ${NAMES}`],
    ["theta[0]", `, column 6: unexpected "[": ${HAS}`],
    ["x => x", `, column 3: unexpected "=": ${HAS}`],
    ["`theta`", `, column 1: unexpected "\`": ${HAS}`],
    ["$" + "{theta}", `, column 1: unexpected "$": ${HAS}`],
    ["'theta'", `, column 1: unexpected "'": ${HAS}`],
    ["theta = 1", `, column 7: unexpected "=": ${HAS}`],
    ["a; theta", `, column 2: unexpected ";": ${HAS}`],
    ["a ? 1 : 2", `, column 3: unexpected "?": ${HAS}`],
    ["a % 2", `, column 3: unexpected "%": ${HAS}`],
    ["a \u0000", `, column 3: unexpected "\\u0000": ${HAS}`],
    ["θ", `, column 1: unexpected "θ": ${HAS}`],
    ["this", `, column 1: unexpected expression: ${HAS}`],
    ["import('fs')", `, column 8: unexpected "'": ${HAS}`],
    ["new theta", ", column 1: unknown name new; "],
    ["a * thetta", `, column 5: unknown name thetta; ${NAMES}`],
    ["gradient.theta", `, column 1: unknown name gradient.theta; ${NAMES}`],
    ["next.theta", `, column 1: unknown name next.theta; ${NAMES}`],
    ["own.theta", `, column 1: unknown name own.theta; ${NAMES}`],
    ["target", `, column 1: unknown name target; ${NAMES}`],
    ["output", `, column 1: unknown name output; ${NAMES}`],
    ["theta ^ 0.5", `, column 9: ${POWER}`],
    ["theta ^ -1", `, column 10: ${POWER}`],
    ["theta ^ a", `, column 9: ${POWER}`],
    ["theta ^ 65", `, column 9: ${POWER}`],
    ["", ", column 1: expected a formula, got none"],
    ["a *", `, column 4: expected expression after *: ${HAS}`],
    ["* a", `, column 1: unexpected "*": ${HAS}`],
    ["a a", ", column 3: expected an operator before this"],
    ["a, theta", ", column 2: unexpected , outside of a function"],
    ["(a", `, column 3: unclosed (: ${HAS}`],
    ["a)", `, column 2: unexpected ")": ${HAS}`],
    ["sin(a)", `, column 1: sin() is not a function; ${FUNCTIONS}`],
    ["theta(a)", `, column 1: theta() is not a function; ${FUNCTIONS}`],
    ["tanh", ", column 1: expected ( after tanh"],
    ["2 * min(a)", ", column 5: min takes 2 arguments, got 1"],
    ["1e999", ", column 1: expected a finite number"],
    [Number.NaN, `: ${SUCH} NaN`],
    [null, `: ${SUCH} null`],
    [true, `: ${SUCH} true`],
    [["a"], `: ${SUCH} ["a"]`],
    [() => 1, `: ${SUCH} () => 1`],
  ])("%j", (output, words) => {
    expect(refusalOf({ ...game, output })).toContain(`game "mine": output${words}`);
  });

  test("values that JSON cannot represent", () => {
    expect(refusalOf({ ...game, output: 1n })).toContain(`${SUCH} bigint`);
    expect(refusalOf({ ...game, output: Symbol("x") })).toContain(`${SUCH} Symbol(x)`);
  });

  test.each([
    [
      "20,000 parentheses",
      `${"(".repeat(20_000)}a${")".repeat(20_000)}`,
      "at most 2000 characters, got 40001",
    ],
    ["a megabyte of sum", `a${" + theta".repeat(125_000)}`, "at most 2000 characters, got 1000001"],
    [
      "200 parentheses",
      `${"(".repeat(200)}a${")".repeat(200)}`,
      "column 101: at most 100 nested parentheses",
    ],
    ["950 signs", `${"- ".repeat(950)}a`, "column 1: at most 100 signs in a row"],
  ])("%s", (_, output, words) => {
    expect(refusalOf({ ...game, output })).toContain(words);
  });
});

test("a number is a formula", () => {
  for (const output of [3, "3", "-a", "a - -theta", "a\n* theta", "2 ^ 3 ^ 2 * a"])
    expect(() => errorOf({ game: { ...game, output } })).toThrow("accepted");
});

test("definitions may come in any order", () => {
  const definitions = { first: "second + 1", second: "theta" };
  expect(() => errorOf({ game: { ...game, definitions, output: "first * a" } })).toThrow("accepted");
});

describe("a game with", () => {
  const hidden = {
    signals: ["seen"],
    ...{ initial: [1], trains: [true], transition: [[1]], likelihood: [[1]], deploymentAt: 0 },
  };
  test.each<[object, string]>([
    [
      { definitions: { b: "c", c: "theta + d", d: "c" } },
      "definitions.c depends on itself, through definitions.c, definitions.d, definitions.c",
    ],
    [
      { definitions: { b: "b + 1" } },
      "definitions.b depends on itself, through definitions.b, definitions.b",
    ],
    [
      { state: { theta, v: theta }, next: { theta: "next.v", v: "next.theta" } },
      "next.theta depends on itself, through next.theta, next.v, next.theta",
    ],
    [{ next: { theta: "gradient.phi" } }, "next.theta, column 1: unknown name gradient.phi; "],
    [{ next: { phi: "1" } }, 'next must have names of the state, theta, got "phi"'],
    [
      { state: { theta: { ...theta, trained: false } }, next: { theta: "1" } },
      "next.theta is given, but trained is false in state.theta",
    ],
    [{ baseObjective: "outptu^2" }, "baseObjective, column 1: unknown name outptu; "],
    [{ mesaObjective: "own.phi" }, "mesaObjective, column 1: unknown name own.phi; "],
    [{ believedTarget: "a" }, "believedTarget, column 1: unknown name a; "],
    [{ believedTarget: { first: 1 } }, 'believedTarget must have names of outputs, got "first"'],
    [{ discount: "a" }, "discount, column 1: unknown name a; "],
    [
      { state: { theta: { ...theta, learningRateScale: "a" } } },
      "state.theta.learningRateScale, column 1: unknown name a; ",
    ],
    [{ output: { first: "a" } }, "baseObjective must be given if there are several outputs"],
    [{ output: {} }, "output is missing"],
    [{ output: undefined }, "output is missing"],
    [{ name: "My Game" }, 'name must be lower-case words joined by hyphens, got "My Game"'],
    [{ name: "" }, "name must be lower-case words joined by hyphens"],
    [{ name: undefined }, "name must be lower-case words joined by hyphens"],
    [{ decision: { Offset: axis } }, '"Offset" must be a camelCase name'],
    [{ decision: { ["__proto__"]: axis } }, '"__proto__" must be a camelCase name'],
    [{ parameters: { "a b": { default: 0 } } }, '"a b" must be a camelCase name'],
    [{ decision: { theta: axis } }, "the name theta is taken"],
    [{ decision: { schedule: axis } }, "the name schedule is taken"],
    [{ decision: { constructor: axis } }, "the name constructor is taken"],
    [{ state: { theta, plotWindow: theta } }, "the name plotWindow is taken"],
    [{ state: { theta, cost: theta } }, "the name cost is taken"],
    [{ parameters: { discount: { default: 1 } } }, "the name discount is taken"],
    [{ decision: { regularization: axis } }, "the name regularization is taken"],
    [{ definitions: { tanh: "1" } }, "the name tanh is taken"],
    [{ definitions: { output: "1" } }, "the name output is taken"],
    [{ state: { goal: theta } }, "the state must have theta, the agent's goal"],
    [{ state: null }, "state must be an object of state variables by name, got null"],
    [{ state: { theta: axis } }, "state.theta.initial is missing"],
    [
      { state: { theta: { ...theta, count: 1.5 } } },
      "state.theta.count must be a whole number of at least 1, got 1.5",
    ],
    [{ state: { theta: { ...theta, step: 1 } } }, 'unknown key "state.theta.step"; allowed are min, max, '],
    [{ decision: {} }, "the decision must have at least one number"],
    [{ decision: { a: 3 } }, "decision.a must be an object with min, max, count, got 3"],
    [{ parameters: { p: 3 } }, "parameters.p must be an object with default, min, max, got 3"],
    [{ learn: 1 }, 'unknown key "learn"; allowed are name, state, decision, '],
    [{ wgsl: "" }, 'unknown key "wgsl"; allowed are name, state, decision, '],
    [
      { state: Object.fromEntries(["theta", ..."bcdefghi"].map((name) => [name, theta])) },
      "state must have at most 8 names",
    ],
    [{ network: { layers: [1, 1] } }, "network replaces output and decision: leave these out"],
    [{ hidden: {} }, "hidden.signals is missing"],
    [{ hidden: { ...hidden, initial: ["a"] } }, "hidden.initial[0], column 1: unknown name a; "],
    [{ hidden: { ...hidden, signals: ["theta"] } }, "the name theta is taken"],
    [{ hidden: { ...hidden }, parameters: { memory: { default: 1 } } }, "the name memory is taken"],
    [{ hidden: { ...hidden, transition: [[1, 0]] } }, "hidden.transition must have 1 entries"],
    [{ hidden, output: "a + theta" }, "only a game that is linear in the state"],
  ])("%j", (change, words) => {
    expect(refusalOf({ ...game, ...change })).toContain(words);
  });
});

describe("hidden phases with", () => {
  const uncertain = games.get("uncertain-deployment")!.definition;
  test.each<[object, string]>([
    [{ trains: [false, true] }, "hidden.trains must begin with true: the first phase is training"],
    [{ initial: [1, 0, 0] }, "hidden.trains must have 3 entries"],
    [{ initial: [0.5, 0.4] }, "hidden.initial must be probabilities that sum to 1, got 0.5, 0.4"],
    [
      {
        likelihood: [
          [2, -1],
          [0, 1],
        ],
      },
      "hidden.likelihood[0] must be probabilities that sum to 1, got 2, -1",
    ],
  ])("%j", (change, words) => {
    const broken = { ...uncertain, hidden: { ...uncertain.hidden, ...change } };
    expect(() => createProblem({ game: broken })).toThrow(
      expect.objectContaining({ code: "INVALID_CONFIG", message: `game "uncertain-deployment": ${words}` }),
    );
  });

  const shifted = games.get("distributional-shift")!.definition;
  test.each<[object, string]>([
    [{ signal: { means: [0], intervals: 2 } }, "hidden.signal.means must have 2 entries"],
    [
      { signal: { means: [0, "1 / hazard"], intervals: 2 } },
      "hidden.signal.means must be finite, got 0, Infinity",
    ],
    [
      { signal: { means: [0, "shift"], intervals: 65 } },
      "hidden.signal.intervals must be in [1, 64], got 65",
    ],
    [
      { signal: { means: [0, "drift"], intervals: 2 } },
      "hidden.signal.means[1], column 1: unknown name drift; names here are discount, regularization, hazard, shift",
    ],
    [
      { signals: ["ifOne"] },
      'unknown key "hidden.signals" (did you mean "signal"?); allowed are initial, trains, transition, deploymentAt, signal',
    ],
  ])("%j", (change, words) => {
    const broken = { ...shifted, hidden: { ...shifted.hidden, ...change } };
    expect(() => createProblem({ game: broken, hazard: 0 })).toThrow(
      expect.objectContaining({ code: "INVALID_CONFIG", message: `game "distributional-shift": ${words}` }),
    );
  });
});

describe("a value that is not a game", () => {
  test.each<[unknown, string]>([
    [undefined, "none"],
    [null, "null"],
    [3, "3"],
    [[], "[]"],
    ["nope", '"nope"'],
    ["__proto__", '"__proto__"'],
    [() => 1, "() => 1"],
  ])("%j", (given, got) => {
    expect(refusalOf(given)).toBe(
      `game must be one of ${[...games.keys()].join(", ")} or an object of formulas, got ${got}`,
    );
  });

  test("an empty object, and one with keys that objects inherit", () => {
    expect(refusalOf({})).toBe("game: name is missing");
    expect(refusalOf(JSON.parse('{"name": "mine", "__proto__": {"x": 1}}'))).toContain("mine");
    const cycle: Record<string, unknown> = { ...game };
    cycle.state = cycle;
    expect(refusalOf(cycle)).toContain("is taken");
  });
});

// What the kernels know of a game: its types, its constants, its own functions, and `prepare`, which does once an
// episode what would otherwise be done for every state.

import { wgsl } from "wgsl-preprocessor/wgsl-preprocessor.js";
import type { Game } from "../src/games/game.ts";
import type { Problem } from "../src/problem.ts";
import type { Arithmetic } from "./real.wgsl.ts";

/** `perDiscount` → `per_discount` */
export const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const fields = (names: object) =>
  Object.keys(names)
    .map((name) => `  ${snake(name)}: real,`)
    .join("\n");

/** How many `real`s each of a game's types holds. */
export function sizesOf(game: Game): { decision: number; state: number; prepared: number } {
  if (game.network)
    return { decision: game.network.weights, state: Object.keys(game.state).length, prepared: 0 };
  const decision = Object.keys(game.decision).length;
  return {
    decision,
    state: Object.keys(game.state).length,
    prepared: game.proportional ? 2 : decision + 1,
  };
}

/**
 * The declarations of a game in an arithmetic: `real`, `Decision`, `State`, `Prepared`, the parameters in
 * UPPER_SNAKE, `prepare(d, learning_rate)`, `prepared_output(c, s)`, `prepared_learn(c, s, error)`.
 *
 * @throws RangeError when a parameter is no finite float32
 */
export function gameWgsl(
  { game, parameters }: Pick<Problem, "game" | "parameters">,
  arithmetic: Arithmetic,
): string {
  const constants = Object.entries(parameters).map(
    ([name, value]) => `const ${snake(name).toUpperCase()}: real = ${arithmetic.literal(value)};`,
  );
  return wgsl`${arithmetic.wgsl}
#if ${game.network}
/// what an agent chooses: a row of the table of weights, which the kernel declares
struct Decision {
  row: u32,
}

/// a weight of a decision's network
fn weight(d: Decision, index: u32) -> real { return weights[d.row * ${game.network?.weights ?? 0}u + index]; }
#else
/// what an agent chooses
struct Decision {
${fields(game.decision)}
}
#endif

/// what the base optimizer may change
struct State {
${fields(game.state)}
}

${constants.join("\n")}

// --- the game ${game.name} ---
${game.wgsl}
// --- end of the game ---

#if ${game.proportional}
/// a decision at an episode: y = reach θ, θ' = gain θ
struct Prepared {
  reach: real,
  gain: real,
}

fn prepare(d: Decision, learning_rate: real) -> Prepared {
  return Prepared(reach(d), gain(d, learning_rate));
}

fn prepared_output(c: Prepared, s: State) -> real { return mul(c.reach, s.theta); }

fn prepared_learn(c: Prepared, s: State, error: real) -> State { return State(mul(c.gain, s.theta)); }
#else
/// a decision at an episode
struct Prepared {
  decision: Decision,
  learning_rate: real,
}

fn prepare(d: Decision, learning_rate: real) -> Prepared { return Prepared(d, learning_rate); }

fn prepared_output(c: Prepared, s: State) -> real { return output(c.decision, s); }

fn prepared_learn(c: Prepared, s: State, error: real) -> State {
  return learn(c.decision, s, error, c.learning_rate);
}
#endif
#if ${arithmetic.kind === "affine"}
${symbolsWgsl(game)}
#endif
`;
}

/** What turns a game's decision and state into symbols of affine.wgsl.ts. */
function symbolsWgsl(game: Game): string {
  const decisions = Object.keys(game.decision).map(snake);
  const states = Object.keys(game.state).map((name, i) => ({ field: snake(name), j: decisions.length + i }));
  return wgsl`
/// makes a cell's decision the first symbols
fn begin_cell(d: Decision) {
${decisions.map((field, j) => `  reach${j} = d.${field}.spread; fault${j} = d.${field}.error;`).join("\n")}
}

/// makes a state's numbers the last symbols; what holds the old ones must be settled before
fn renewed(s: State) -> State {
${states.map(({ field, j }) => `  let new_reach${j} = own_reach(s.${field}); let new_fault${j} = own_fault(s.${field});`).join("\n")}
${states.map(({ j }) => `  reach${j} = new_reach${j}; fault${j} = new_fault${j};`).join("\n")}
  measure_underflow();
  return State(${states.map(({ field, j }) => `symbolic${j}(s.${field})`).join(", ")});
}
`;
}

/** The candidate of an index, the last axis changing fastest, from a table in which the axes follow each other. */
export function candidateWgsl(game: Game, { axes }: Points): string {
  const counts = axes.map((axis) => axis.length);
  const starts = counts.map((_, d) => counts.slice(0, d).reduce((sum, count) => sum + count, 0));
  const numbers = coordinatesWgsl(counts).map((coordinate, d) => `axes[${starts[d]}u + ${coordinate}]`);
  return wgsl`
/// the decision of an index of the grid of ${Object.keys(game.decision).join(" × ")}
fn candidate(index: u32) -> Decision {
  return Decision(${numbers.join(", ")});
}
`;
}

/** A grid's points, as far as a kernel has to know them. */
export interface Points {
  /** the points of each axis */
  readonly axes: readonly { readonly length: number }[];
}

/** Where `index` is on each axis of a grid, as WGSL expressions. */
export function coordinatesWgsl(counts: readonly number[]): string[] {
  return counts.map((count, d) => {
    const stride = counts.slice(d + 1).reduce((product, next) => product * next, 1);
    return `index / ${stride}u % ${count}u`;
  });
}

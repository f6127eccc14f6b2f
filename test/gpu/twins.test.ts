// Each game's functions in WGSL against the same in TypeScript, on random input: float64's value lies in the ball.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RADIUS_SLACK } from "../../shaders/float32.ts";
import { gameWgsl } from "../../shaders/game.wgsl.ts";
import { ball } from "../../shaders/real.wgsl.ts";
import { type Game, games } from "../../src/index.ts";
import { createProblem, namer } from "../../src/problem.ts";
import { gears } from "../games/gears.ts";
import { momentum } from "../games/momentum.ts";
import { offset } from "../games/offset.ts";
import { reachSquared } from "../games/reachSquared.ts";
import { callWithBalls } from "./compute.ts";
import { even } from "./numbers.ts";

const CALLS = 4000;

/** random values for a game's parameters, beside those that say nothing where they are 0 or 1 */
function parametersOf(game: Game): Record<string, number> {
  const names = Object.entries(game.parameters);
  return Object.fromEntries(names.map(([name, { max }], i) => [name, (max ?? 2) * (0.31 + 0.1 * i)]));
}

/** What a game's functions say of a decision, a state, an error and a learning rate, in WGSL and in TypeScript. */
function bothOf(game: Game) {
  const problem = createProblem({ game, ...parametersOf(game) });
  const { parameters } = problem;
  const [decisions, states] = [Object.keys(game.decision), Object.keys(game.state)];
  const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const [d, s] = [decisions.length, states.length];
  const results = ["prepared_output(c, s)", ...states.map((name) => `next.${snake(name)}`)];
  if (game.discount) results.push("discount(s)");
  if (game.believedTarget) results.push("believed_target(s)");
  const reals = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => `x[${from + i}]`).join(", ");
  return {
    inputs: d + s + 2,
    names: results,
    wgsl: {
      declarations: gameWgsl(problem, ball),
      arithmetic: ball,
      inputs: d + s + 2,
      outputs: results.length,
      body: `let c = prepare(Decision(${reals(0, d)}), x[${d + s + 1}]);
        let s = State(${reals(d, s)});
        let next = prepared_learn(c, s, x[${d + s}]);
        ${results.map((wgsl, j) => `y[${j}] = ${wgsl};`).join("\n")}`,
    } as const,
    typescript(x: readonly number[]): number[] {
      const decision = namer(game.decision)(x.slice(0, d));
      const state = namer(game.state)(x.slice(d, d + s));
      // what a proportional game learns from is its own output, 2y: its twin takes no error
      const error = game.proportional ? 2 * game.output(decision, state, parameters) : x[d + s];
      const next = game.learn(decision, state, error, x[d + s + 1], parameters);
      return [
        game.output(decision, state, parameters),
        ...states.map((name) => next[name]),
        ...(game.discount ? [game.discount(state, parameters)] : []),
        ...(game.believedTarget ? [game.believedTarget(state, parameters)] : []),
      ];
    },
  };
}

// mlp's have no ball: test/gpu/mlp.test.ts
const bounded = [...games.values(), momentum, offset, gears, reachSquared].filter(
  ({ unbounded }) => !unbounded,
);

describe.each(bounded.map((game) => ({ name: game.name, game })))("$name", ({ game }) => {
  test("its twins agree", async () => {
    const { inputs, names, wgsl, typescript } = bothOf(game);
    const number = fc.oneof(
      { weight: 4, arbitrary: even(-3, 3) },
      { weight: 1, arbitrary: even(-1e6, 1e6) },
      { weight: 1, arbitrary: fc.constantFrom(0, 1, -1, 1e-30) },
    );
    const calls = fc.sample(fc.array(number, { minLength: inputs, maxLength: inputs }), { numRuns: CALLS });
    const balls = await callWithBalls(wgsl, calls);
    const tight = names.map(() => 0);
    for (const [i, x] of calls.entries())
      for (const [j, wanted] of typescript(x).entries()) {
        const { centre, radius } = balls[i][j];
        if (!(Math.abs(wanted - centre) <= RADIUS_SLACK * radius + 2 ** -48 * Math.abs(wanted)))
          expect.fail(`${names[j]} of ${x}: ${wanted} is not within ${radius} of ${centre}`);
        if (radius <= 1e-4 * Math.abs(wanted)) tight[j]++;
      }
    // and the balls are no wider than rounding makes them
    for (const [j, count] of tight.entries()) expect(count, names[j]).toBeGreaterThan(CALLS / 10);
  });
});

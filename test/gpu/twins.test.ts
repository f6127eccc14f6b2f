// Each game's formulas in WGSL and in float64, on random input: float64's value lies in the ball.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RADIUS_SLACK } from "../../shaders/float32.ts";
import { ball } from "../../shaders/real.wgsl.ts";
import { createEvaluate } from "../../src/game/evaluate.ts";
import { ownName } from "../../src/game/formulas.ts";
import { type Game, gameOf } from "../../src/game/game.ts";
import { games } from "../../src/game/games.ts";
import { isBounded } from "../../src/game/structure.ts";
import { gameWgsl } from "../../src/gpu/gameWgsl.ts";
import { createProblem } from "../../src/model/problem.ts";
import { contrary } from "../games/contrary.ts";
import { gears } from "../games/gears.ts";
import { momentum } from "../games/momentum.ts";
import { offset } from "../games/offset.ts";
import { reachSquared } from "../games/reachSquared.ts";
import { callWithBalls } from "./compute.ts";
import { even } from "./numbers.ts";

const CALLS = 4000;

/** random values of a game's parameters, so that they differ from neutral values such as 0 or 1 */
function parametersOf(game: Game): Record<string, number> {
  const names = Object.entries(game.parameters);
  return Object.fromEntries(names.map(([name, { max }], i) => [name, (max ?? 2) * (0.31 + 0.1 * i)]));
}

/** An episode of a decision, a learning rate, a state and an own state, in WGSL and in float64. */
function bothOf(game: Game) {
  const problem = createProblem({ game: game.definition, ...parametersOf(game) });
  const { mesaObjective, expectedNext, discount } = problem.formulas;
  const states = Object.keys(game.state);
  const lists = [game.decisionNames, ["learningRate"], states, states.map(ownName)];
  const [d, s] = [game.decisionNames.length, states.length];
  const own = discount.op !== "number";
  const names = ["cost", ...states.map((_, i) => `next.x${i}`)];
  const results = [...names.map((name) => `played.${name}`), ...(own ? ["discount(own)"] : [])];
  const evaluate = createEvaluate([mesaObjective, ...expectedNext, ...(own ? [discount] : [])], ...lists);
  const reals = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => `x[${from + i}]`).join(", ");
  return {
    inputs: d + 1 + 2 * s,
    names: results,
    wgsl: {
      declarations: gameWgsl(problem, ball),
      arithmetic: ball,
      inputs: d + 1 + 2 * s,
      outputs: results.length,
      body: `let c = prepare(Decision(${reals(0, d)}), x[${d}]);
        let own = own_of(State(${reals(d + 1 + s, s)}));
        let played = play(c, State(${reals(d + 1, s)}), own);
        ${results.map((wgsl, j) => `y[${j}] = ${wgsl};`).join("\n")}`,
    } as const,
    float64(x: readonly number[]): number[] {
      const rest = [...x];
      return [...evaluate(...lists.map(({ length }) => rest.splice(0, length)))];
    },
  };
}

// mlp's have no ball: test/gpu/mlp.test.ts
const own = [momentum, offset, gears, reachSquared, contrary].map(gameOf);
const bounded = [...games.values(), ...own].filter(({ formulas }) => isBounded(formulas));

describe.each(bounded.map((game) => ({ name: game.name, game })))("$name", ({ game }) => {
  test("its twins agree", async () => {
    const { inputs, names, wgsl, float64 } = bothOf(game);
    const number = fc.oneof(
      { weight: 4, arbitrary: even(-3, 3) },
      { weight: 1, arbitrary: even(-1e6, 1e6) },
      { weight: 1, arbitrary: fc.constantFrom(0, 1, -1, 1e-30) },
    );
    const calls = fc.sample(fc.array(number, { minLength: inputs, maxLength: inputs }), { numRuns: CALLS });
    const balls = await callWithBalls(wgsl, calls);
    const tight = names.map(() => 0);
    for (const [i, x] of calls.entries())
      for (const [j, wanted] of float64(x).entries()) {
        const { centre, radius } = balls[i][j];
        if (!(Math.abs(wanted - centre) <= RADIUS_SLACK * radius + 2 ** -48 * Math.abs(wanted)))
          expect.fail(`${names[j]} of ${x}: ${wanted} is not within ${radius} of ${centre}`);
        if (radius <= 1e-4 * Math.abs(wanted)) tight[j]++;
      }
    // the balls are no wider than rounding requires
    for (const [j, count] of tight.entries()) expect(count, names[j]).toBeGreaterThan(CALLS / 10);
  });
});

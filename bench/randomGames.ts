// Random games of every kind, each determined by its number, and their results by enumeration: the costs of all
// candidates from all states in float64, at each episode. Every method that rules out candidates must give the same
// results.

import { createRollouts } from "../src/cpu/compiled.ts";
import { createCpuEvaluator } from "../src/cpu/evaluator.ts";
import { finiteOrInfinity } from "../src/cpu/oracle.ts";
import type { MesaError } from "../src/errors.ts";
import { isBounded } from "../src/game/structure.ts";
import { createGpuEvaluator } from "../src/gpu/evaluator.ts";
import type { Config, GameDefinition } from "../src/index.ts";
import { type Evaluator, Minimum, type Step, stepOf } from "../src/model/evaluator.ts";
import { createProblem, type Problem } from "../src/model/problem.ts";
import { Random } from "../src/search/random.ts";
import { Induction } from "../src/solve/induction.ts";
import { refusal } from "../src/solve/methods.ts";

/** A random game. */
export interface RandomGame {
  readonly kind: string;
  readonly config: Config;
}

/** the number of candidates of a grid that is so fine that the CPU tries boxes of candidates */
const FINE = 10_500;

/** The game of a number. */
export function randomGame(number: number): RandomGame {
  const random = Random.seeded(number);
  const among = (min: number, max: number) => min + (max - min) * random.uniform();
  const whole = (min: number, max: number) => Math.floor(among(min, max + 1));
  const chance = (probability: number) => random.uniform() < probability;
  const one = <Item>(of: readonly Item[]): Item => of[whole(0, of.length - 1)];
  const axis = (reach: number, least: number, most: number) => {
    const [min, count] = [among(-reach, reach), whole(least, most)];
    return { min, max: count === 1 ? min : min + among(1e-3, 2 * reach), count };
  };
  // candidates that mirror each other have the same cost, so that there are ties
  const even = (reach: number, least: number, most: number) =>
    chance(0.5)
      ? axis(reach, least, most)
      : { min: -reach, max: reach, count: 2 * whole(Math.ceil(least / 2), most >> 1) + 1 };
  const rates = (most: number) =>
    Array.from({ length: whole(1, 6) }, () => (chance(0.25) ? one([0, 1]) : among(0, most)));
  const schedule = (most: number) => ({ schedule: { learningRates: rates(most) } });
  const discount = () => (chance(0.4) ? one([0, 1]) : among(0, 1));
  const coefficient = () => (chance(0.05) ? even(2, FINE, FINE) : even(2, 1, 300));

  /** a formula of some names: smooth, or with corners too */
  const formula = (names: readonly string[], corners: boolean, depth = 3): string => {
    if (depth === 0 || chance(0.2)) return chance(0.7) ? one(names) : `(${among(-2, 2).toFixed(2)})`;
    const part = () => formula(names, corners, depth - 1);
    return one([
      () => `(${part()} ${one(["+", "-", "*", "*"])} ${part()})`,
      () => `(${Array.from({ length: 4 }, part).join(one([" - ", " + "]))})`,
      () => `(${part()} / (1.5 + (${part()})^2))`,
      () => `(${part()})^${whole(2, 4)}`,
      ...(corners
        ? [
            () => `${one(["min", "max"])}(${part()}, ${part()})`,
            () => `clamp(${part()}, ${part()}, ${among(-1, 2).toFixed(2)})`,
            () => `abs(${part()})`,
          ]
        : []),
    ])();
  };
  const states = { theta: { ...axis(1.5, 1, 7), initial: 0 }, other: { ...axis(1, 1, 5), initial: 0 } };
  const b = axis(1, 1, 5);
  const [least, most] = chance(0.1) ? [FINE / b.count, FINE / b.count] : [1, 40];
  const decision = { a: axis(1.5, Math.ceil(least), Math.ceil(most)), b };
  const own = (definition: Omit<GameDefinition, "name">): Config =>
    ({ game: { name: "own", ...definition }, ...schedule(0.5) }) as Config;

  const kinds: Record<string, () => Config> = {
    linear: () => ({
      ...{
        game: "linear",
        ...schedule(10),
        discount: discount(),
        regularization: chance(0.5) ? 0 : among(0, 1),
      },
      ...{ coefficient: coefficient(), theta: even(2, 1, 40) },
    }),
    "learned-discount": () => ({
      ...{ game: "learned-discount", ...schedule(1), discountLearningRateScale: among(0, 3) },
      ...{ base: even(1.5, 1, 30), perDiscount: even(1.5, 1, 20), theta: even(2, 1, 9) },
      discount: chance(0.5) ? { min: 0, max: 1, count: 5 } : { min: 0.9, max: 0.9, count: 1 },
    }),
    misconception: () => ({
      ...{
        game: "misconception",
        ...schedule(0.5),
        beliefLearningRateScale: among(0, 2),
        discount: discount(),
      },
      ...{ coefficient: coefficient(), theta: even(2, 1, 9), belief: even(1, 1, 5) },
    }),
    // any output and next state, and costs with corners, some of them below 0
    custom: () =>
      own({
        output: formula(["a", "b", "theta", "other"], false),
        ...(chance(0.7) && { mesaObjective: formula(["output", "own.theta", "own.other", "a"], true) }),
        discount: `clamp(${formula(["theta", "other"], true)}, ${one([0, -0.5])}, 0.9)`,
        state: { ...states, theta: { ...states.theta, bounds: { min: -5, max: 5 } } },
        decision,
        next: {
          other: `clamp(other - learningRate * (${formula(["a", "b", "theta", "other"], true)}), -2, 2)`,
        },
      }),
    // costs that are sums of squares, so that stages take part
    "custom, squares": () =>
      own({
        output: formula(["a", "b", "theta", "other"], true),
        discount: `clamp(${formula(["theta", "other"], true)}, 0, 0.9)`,
        ...{ state: states, decision },
        next: {
          other: `clamp(other - learningRate * (${formula(["a", "b", "theta", "other"], true)}), -2, 2)`,
        },
      }),
    "custom, linear in the state": () =>
      own({
        output: `(${formula(["a", "b"], false)}) * theta + (${formula(["a", "b"], false)}) * other`,
        believedTarget: "other",
        ...{ state: states, decision },
        next: { other: `other - learningRate * ((${formula(["a"], false)}) * theta + gradient.other)` },
      }),
    "custom, proportional": () =>
      own({
        output: `(${formula(["a", "b"], false)}) * theta`,
        ...{ state: { theta: { ...even(2, 1, 40), initial: 0 } }, decision },
      }),
  };
  const names = Object.keys(kinds);
  const kind = names[number % names.length];
  return { kind, config: kinds[kind]() };
}

/** The decisions: index, cost and runner-up's cost of each episode; or the code of the error. */
export type Decided = string | readonly Pick<Step, "index" | "cost" | "runnerUp">[];

/** Runs an induction. */
async function decidedBy(problem: Problem, evaluator: Pick<Evaluator, "decide">): Promise<Decided> {
  const induction = new Induction(problem.learningRates.length);
  try {
    await induction.run(evaluator as Evaluator, () => 1, {});
  } catch (error) {
    return (error as MesaError).code;
  }
  return induction.steps.map(({ index, cost, runnerUp }) => ({ index, cost, runnerUp }));
}

/** The decisions by trying every candidate on every state. */
export function enumerated(problem: Problem): Promise<Decided> {
  const { candidates } = problem;
  const rollouts = createRollouts(problem);
  const all = Array.from({ length: candidates.size }, (_, i) => candidates.at(i));
  return decidedBy(problem, {
    async decide(episode, plan) {
      const minimum = new Minimum();
      for (const [i, cost] of rollouts.costsAt(episode, plan)(all).entries())
        minimum.offer(i, finiteOrInfinity(cost));
      return [stepOf(problem, episode, [minimum.choice(candidates, 0, 0)])];
    },
  });
}

/** The decisions of every way of solving a game that guarantees the oracle's, by name. */
export async function decisionsOf(problem: Problem, gpu: GPU | undefined): Promise<Record<string, Decided>> {
  const decisions: Record<string, Decided> = {};
  for (const method of ["rollout", "moments"] as const) {
    if (refusal(problem, method)) continue;
    decisions[`cpu ${method}`] = await decidedBy(problem, createCpuEvaluator(problem, method));
    // games without a bound are screened, which does not guarantee the same result
    if (!gpu || !isBounded(problem.formulas)) continue;
    const options = { method, precision: "certified", required: true, gpu } as const;
    const evaluator = (await createGpuEvaluator(problem, options))!;
    try {
      decisions[`gpu ${method}`] = await decidedBy(problem, evaluator);
    } finally {
      evaluator.destroy();
    }
  }
  return decisions;
}

/** The problem of a random game. */
export const problemOf = ({ config }: RandomGame): Problem => createProblem(config);

/** Whether two results are equal to the bit. */
export const isSame = (a: Decided, b: Decided): boolean =>
  typeof a === "string" || typeof b === "string"
    ? a === b
    : a.length === b.length &&
      a.every(
        (step, t) =>
          step.index === b[t].index &&
          Object.is(step.cost, b[t].cost) &&
          Object.is(step.runnerUp, b[t].runnerUp),
      );

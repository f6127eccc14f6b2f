// The built-in games. Each consists of formulas, like any custom game; docs/games.md explains them.

import { type Game, type GameDefinition, gameOf } from "./game.ts";

/** The post's game: an agent outputs a fixed share of its goal. */
const linear = {
  name: "linear",
  state: { theta: { min: -1, max: 1, count: 11, initial: 0.8 } },
  decision: { coefficient: { min: -2, max: 2, count: 401 } },
  output: "coefficient * theta",
} as const satisfies GameDefinition;

/** The post's first next step: the agent discounts the future, and the base optimizer may change the discount. */
const learnedDiscount = {
  name: "learned-discount",
  state: {
    theta: { min: -1, max: 1, count: 11, initial: 0.8 },
    discount: {
      ...{ min: 0, max: 1, count: 11, initial: 0.9 },
      bounds: { min: 0, max: 1 },
      learningRateScale: "discountLearningRateScale",
    },
  },
  decision: {
    base: { min: -1, max: 1.5, count: 51 },
    perDiscount: { min: -1.5, max: 1.5, count: 61 },
  },
  parameters: { discountLearningRateScale: { default: 1, min: 0 } },
  output: "(base + perDiscount * discount) * theta",
} as const satisfies GameDefinition;

/**
 * The post's second next step: the agent may be wrong about the base objective. It believes that training rewards an
 * output equal to `belief`, and the base optimizer may correct this belief as well as the goal.
 */
const misconception = {
  name: "misconception",
  state: {
    theta: { min: -1, max: 1, count: 11, initial: 0.8 },
    belief: {
      ...{ min: -1, max: 1, count: 11, initial: 0.4 },
      learningRateScale: "beliefLearningRateScale",
    },
  },
  decision: { coefficient: { min: -2, max: 2, count: 401 } },
  parameters: { beliefLearningRateScale: { default: 1, min: 0 } },
  output: "coefficient * theta + (1 - coefficient) * belief",
  believedTarget: "belief",
} as const satisfies GameDefinition;

/**
 * The post's fourth next step: the agent does not know whether it is still in training. Before each next episode
 * training ends, for good, with probability `hazard`; the agent's signal is wrong with probability `signalError`.
 */
const uncertainDeployment = {
  ...linear,
  name: "uncertain-deployment",
  parameters: {
    hazard: { default: 0.05, min: 0, max: 1 },
    signalError: { default: 0.1, min: 0, max: 1 },
  },
  hidden: {
    signals: ["ifTrainingSignal", "ifDeploymentSignal"],
    initial: [1, 0],
    trains: [true, false],
    transition: [
      ["1 - hazard", "hazard"],
      [0, 1],
    ],
    likelihood: [
      ["1 - signalError", "signalError"],
      ["signalError", "1 - signalError"],
    ],
    deploymentAt: 20,
  },
} as const satisfies GameDefinition;

/** The same with a real-valued signal, whose mean moves by `shift` standard deviations at deployment. */
const distributionalShift = {
  ...linear,
  name: "distributional-shift",
  parameters: {
    hazard: { default: 0.05, min: 0, max: 1 },
    shift: { default: 2, min: 0 },
  },
  hidden: {
    signal: { means: [0, "shift"], intervals: 8 },
    initial: [1, 0],
    trains: [true, false],
    transition: [
      ["1 - hazard", "hazard"],
      [0, 1],
    ],
    deploymentAt: 20,
  },
} as const satisfies GameDefinition;

/** The post's third next step: the agent is a network, whose weights a search finds. */
const mlp = {
  name: "mlp",
  state: { theta: { min: -1, max: 1, count: 201, initial: 0.8, bounds: { min: -4, max: 4 } } },
  network: { layers: [1, 8, 8, 1] },
} as const satisfies GameDefinition;

const definitions = [
  linear,
  learnedDiscount,
  misconception,
  uncertainDeployment,
  distributionalShift,
  mlp,
] as const;

/** The type of the definition of each built-in game, by name. */
export type BuiltIn = { [D in (typeof definitions)[number] as D["name"]]: D };

/**
 * The built-in games. What follows from a game's formulas is derived when the game is first asked for: a program that
 * solves one game does not wait for the others.
 */
class BuiltInGames implements ReadonlyMap<string, Game> {
  readonly #definitions = new Map<string, GameDefinition>(
    definitions.map((definition) => [definition.name, definition]),
  );

  get size(): number {
    return this.#definitions.size;
  }

  has(name: string): boolean {
    return this.#definitions.has(name);
  }

  get(name: string): Game | undefined {
    const definition = this.#definitions.get(name);
    return definition && gameOf(definition);
  }

  keys(): MapIterator<string> {
    return this.#definitions.keys();
  }

  *entries(): Generator<[string, Game], undefined> {
    for (const [name, definition] of this.#definitions) yield [name, gameOf(definition)];
  }

  *values(): Generator<Game, undefined> {
    for (const definition of this.#definitions.values()) yield gameOf(definition);
  }

  [Symbol.iterator](): Generator<[string, Game], undefined> {
    return this.entries();
  }

  forEach(visit: (game: Game, name: string, games: ReadonlyMap<string, Game>) => void): void {
    for (const [name, game] of this) visit(game, name, this);
  }
}

/** The built-in games by name: the post's game `linear`, and one or more for each of the post's next steps. */
export const games: ReadonlyMap<string, Game> = new BuiltInGames();

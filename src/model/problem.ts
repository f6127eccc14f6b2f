// A checked configuration in the form that the solver works on: float64 arrays, read-only.

import { checkConfig, type FilledConfig, learningRatesOf, remembers } from "../config/config.ts";
import { bind, type Formulas } from "../game/formulas.ts";
import type { Game, Values } from "../game/game.ts";
import { type Axis, Grid } from "../grid.ts";
import { createHiddenPhase, type HiddenPhase } from "./hiddenPhase.ts";

/** What is to be solved. T is the number of episodes. */
export interface Problem {
  readonly game: Game;
  /** the configuration with all defaults */
  readonly config: FilledConfig;
  readonly parameters: Values;
  /** the game's formulas with the values of the parameters in place of their names */
  readonly formulas: Formulas;
  /** η_t in training, shape [T] */
  readonly learningRates: Float64Array;
  /** what the agents know about the phase they are in */
  readonly hiddenPhase: HiddenPhase;
  /** whether nothing follows the last episode, or its learning rate continues for ever */
  readonly horizon: "finite" | "infinite";
  /** every decision that is tried at each step; one empty decision if a search finds decisions */
  readonly candidates: Grid;
  /** the states that the mesa objective is averaged over */
  readonly states: Grid;
}

/** the initial maximum number of beliefs per episode where agents remember */
export const FIRST_NODES = 16;

/**
 * Checks a configuration and makes its problem.
 *
 * @param nodes where agents remember: the maximum number of beliefs per episode, or the beliefs themselves
 * @throws MesaError `INVALID_CONFIG` or `LIMIT_EXCEEDED`
 */
export function createProblem(
  input: unknown,
  nodes: number | readonly (readonly number[])[] = FIRST_NODES,
): Problem {
  const { game, config } = checkConfig(input);
  const axes = (of: object) => Object.keys(of).map((name) => config[name] as Axis);
  const parameters = Object.fromEntries(
    Object.keys(game.parameters).map((name) => [name, config[name] as number]),
  );
  const learningRates = learningRatesOf(config.schedule);
  let bound: Formulas | undefined;
  let hiddenPhase: HiddenPhase | undefined;
  // throws if the probabilities are not valid
  const phases = game.hidden?.phases(parameters);
  return {
    game,
    config,
    parameters,
    get formulas() {
      bound ??= bind(game, parameters);
      return bound;
    },
    learningRates,
    get hiddenPhase() {
      hiddenPhase ??= createHiddenPhase(phases, learningRates.length, remembers(config) ? nodes : undefined);
      return hiddenPhase;
    },
    horizon: config.horizon ?? "finite",
    candidates: new Grid(axes(game.decision)),
    states: new Grid(axes(game.state)),
  };
}

/** Gives names to the numbers of a point: with the keys of `names`, `[0.03]` becomes `{ coefficient: 0.03 }`. */
export function namer(names: object): (point: ArrayLike<number>) => Values {
  const keys = Object.keys(names);
  return (point) => {
    const values: Record<string, number> = {};
    for (let i = 0; i < keys.length; i++) values[keys[i]] = point[i];
    return values;
  };
}

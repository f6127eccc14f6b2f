// A configuration turned into what the solver works on: float64 arrays, frozen.

import { checkConfig, type FilledConfig, learningRatesOf, remembers } from "../config/config.ts";
import { bind, type Formulas } from "../game/formulas.ts";
import type { Game, Values } from "../game/game.ts";
import { type Axis, Grid } from "../grid.ts";
import { createHiddenPhase, type HiddenPhase } from "./hiddenPhase.ts";

/** What is to be solved. T is the number of episodes. */
export interface Problem {
  readonly game: Game;
  /** the whole configuration, defaults filled in */
  readonly config: FilledConfig;
  readonly parameters: Values;
  /** the game's formulas, with the parameters' values in them */
  readonly formulas: Formulas;
  /** η_t in training, shape [T] */
  readonly learningRates: Float64Array;
  /** what the agents know of the phase they are in */
  readonly hiddenPhase: HiddenPhase;
  /** whether what comes after the last episode is nothing, or its learning rate for ever */
  readonly horizon: "finite" | "infinite";
  /** every decision that is tried at each step; one of no numbers where a search finds the decision */
  readonly candidates: Grid;
  /** the states that the mesa objective is averaged over */
  readonly states: Grid;
}

/** beliefs of an episode where agents remember, at first */
export const FIRST_NODES = 16;

/**
 * Checks a configuration and makes its problem.
 *
 * @param nodes where agents remember: how many beliefs an episode may have, or which ones
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
  // which says what is wrong with them
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

/** Names the numbers of a point: with the keys of `names`, `[0.03]` becomes `{ coefficient: 0.03 }`. */
export function namer(names: object): (point: ArrayLike<number>) => Values {
  const keys = Object.keys(names);
  return (point) => {
    const values: Record<string, number> = {};
    for (let i = 0; i < keys.length; i++) values[keys[i]] = point[i];
    return values;
  };
}

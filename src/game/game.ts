// What a game is. Its definition is plain data: formulas, grids and parameters. Everything else is derived from it
// (formulas.ts, hidden.ts, proportional.ts). Nothing here depends on a solver or a backend.
//
// An agent outputs y(d, x), where d is its decision and x the state. Unless the game defines something else, the base
// optimizer takes the step
//
//     x' = x − η κ_x ∂L/∂x,   L = (y − target)² + λθ².
//
// In the agent's plan the target is the one that it believes in; in the step that really happens the target is 0.

import { GameError, MesaError } from "../errors.ts";
import type { Axis } from "../grid.ts";
import { isRecord, quote } from "../schema.ts";
import { COMMON_PARAMETERS, type Complain, checkKeys, checkParts } from "./check.ts";
import { createEvaluate } from "./evaluate.ts";
import { derive, type Formulas, ownName } from "./formulas.ts";
import { namesIn } from "./graph.ts";
import { type HiddenDefinition, type HiddenPhases, hiddenPhases } from "./hidden.ts";
import { weightName, weightsOf } from "./network.ts";
import { type Proportional, proportionalOf } from "./proportional.ts";

/** Numbers by name: a state, a decision or a game's parameters. */
export type Values<Name extends string = string> = Readonly<Record<Name, number>>;

/** A formula such as `coefficient * theta`, or a number. */
export type Formula = string | number;

/** A parameter of a game: a number that a configuration may set. */
export interface Parameter {
  /** the value if the configuration gives none */
  readonly default: number;
  /** the minimum that is allowed; none by default */
  readonly min?: number;
  /** the maximum that is allowed; none by default */
  readonly max?: number;
}

/** One number of the state: its default grid, its initial value, and how the base optimizer changes it. */
export interface StateVariable extends Axis {
  /** its value at the first episode of the trajectory, by default */
  readonly initial: number;
  /** the bounds of the grid, of the initial value, and of the value after each step, which is clamped; none by default */
  readonly bounds?: Pick<Parameter, "min" | "max">;
  /** whether the base optimizer changes it; true by default */
  readonly trained?: boolean;
  /** a factor of the learning rate, a formula of the parameters; 1 by default */
  readonly learningRateScale?: Formula;
}

/**
 * A game as formulas: plain data, and a possible value of `game` in a configuration. docs/games.md describes each key
 * with examples.
 */
export interface GameDefinition {
  /** lower-case words joined by hyphens, at most 60 characters */
  readonly name: string;
  /** what the base optimizer may change, by name, 1 to 8 numbers; `theta`, the goal, must be one of them */
  readonly state: Readonly<Record<string, StateVariable>>;
  /** the numbers of the decision with their default grids, by name, at most 8; absent if the agents are networks */
  readonly decision?: Readonly<Record<string, Axis>>;
  /** parameters by name, at most 64; every game also has `discount` and `regularization`, unless its state has them */
  readonly parameters?: Readonly<Record<string, Parameter>>;
  /** named subexpressions, at most 256; they may use each other in any order, but not in a cycle */
  readonly definitions?: Readonly<Record<string, Formula>>;
  /** y, a formula of the decision and the state; or up to 8 by name, which other formulas call `output.name` */
  readonly output?: Formula | Readonly<Record<string, Formula>>;
  /** what gradient descent minimizes; `(output - target)^2 + regularization * theta^2` by default */
  readonly baseObjective?: Formula;
  /** the target that the agent plans with, a formula of the state at its own episode; 0 by default; or one per output */
  readonly believedTarget?: Formula | Readonly<Record<string, Formula>>;
  /** the cost of one episode to the agent; `own.x` is the state at its own episode; `(output - own.theta)^2` by default */
  readonly mesaObjective?: Formula;
  /** the agent's discount, a formula of the state at its own episode; the parameter `discount` by default */
  readonly discount?: Formula;
  /** the next value of states for which gradient descent is not all; may use `gradient.x`, `next.x` and `learningRate` */
  readonly next?: Readonly<Record<string, Formula>>;
  /** hidden phases: the agents see signals, and do not see whether they are in training */
  readonly hidden?: HiddenDefinition;
  /** instead of `decision` and `output`: the agents are networks of tanh layers, from θ to y */
  readonly network?: {
    /** the widths of the layers, from the input to the output; the first and the last are 1 */
    readonly layers: readonly number[];
  };
}

/** A game that was checked, with what the solver derived from its formulas. */
export interface Game {
  /** the name of the game */
  readonly name: string;
  /** the game as formulas: plain data */
  readonly definition: GameDefinition;
  /** the states by name */
  readonly state: Readonly<Record<string, StateVariable>>;
  /** the default grids of the decision by name; empty for networks */
  readonly decision: Readonly<Record<string, Axis>>;
  /** the parameters by name, with `discount` and `regularization` */
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** names of the outputs: `output`, or `output.name` if there are several */
  readonly outputNames: readonly string[];
  /** the names of the decision's numbers in the formulas */
  readonly decisionNames: readonly string[];
  /** the states that are goals: the mesa objective compares outputs with them, and the measures are about them */
  readonly goals: readonly string[];
  /** @internal */
  readonly formulas: Formulas;
  /** @internal */
  readonly proportional?: Proportional | undefined;
  /** @internal */
  readonly hidden?: HiddenPhases | undefined;
  /** @internal */
  readonly network?: Network | undefined;
}

/** What a game has whose decision is the weights of a network, which no grid holds but a search finds. */
export interface Network {
  /** widths of its layers */
  readonly layers: readonly number[];
  /** how many weights it has */
  readonly weights: number;
}

/** checked games by the objects that defined them, with the contents that those objects had */
const checked = new WeakMap<object, { readonly game: Game; readonly text: string }>();

/**
 * Checks a game and derives what follows from its formulas. An object that does not change is checked only once.
 *
 * @throws GameError that says what is wrong and where, and what is allowed
 */
export function gameOf(definition: unknown): Game {
  if (!isRecord(definition))
    throw new MesaError("INVALID_CONFIG", `game must be a name or an object, got ${quote(definition)}`);
  const known = checked.get(definition);
  if (known && known.text === textOf(definition)) return known.game;
  const name = Object.hasOwn(definition, "name") ? ` ${quote(definition.name)}` : "";
  const complain: Complain = (text, place, reason = text) =>
    new GameError(`game${name}: ${text}`, place, reason);
  checkKeys(definition, complain);
  // the game is made of a copy, so that later changes of the object cannot affect it
  const game = build(copyOf(definition as unknown as GameDefinition, complain), complain);
  for (const same of [definition, game.definition]) checked.set(same, { game, text: textOf(definition) });
  return game;
}

/** The contents of an object as JSON; empty, which no game has, if JSON cannot represent them. */
function textOf(definition: object): string {
  try {
    return JSON.stringify(definition);
  } catch {
    return "";
  }
}

/** @throws what `complain` returns if the definition contains a function or anything else that is not data */
function copyOf(definition: GameDefinition, complain: Complain): GameDefinition {
  try {
    return structuredClone(definition);
  } catch {
    build(definition, complain); // gives an error with its place in most cases
    throw complain("must be plain JSON data");
  }
}

/**
 * Checks the definition of a game, to be used as `game` in a configuration. Its type then gives the types of
 * configurations and results the names of the game.
 *
 * @param definition the formulas; a key that {@link GameDefinition} does not have is a type error
 * @returns the same object
 * @throws {@link GameError} with what is wrong, where it is, and what is allowed
 */
export function defineGame<const D extends GameDefinition>(
  definition: D & { readonly [K in Exclude<keyof D, keyof GameDefinition>]: never },
): D {
  gameOf(definition);
  return definition;
}

function build(definition: GameDefinition, complain: Complain): Game {
  checkParts(definition, complain);
  const { state, network, decision = {}, parameters: own = {} } = definition;
  const common = Object.entries(COMMON_PARAMETERS).filter(([key]) => !Object.hasOwn(state, key));
  const parameters = { ...Object.fromEntries(common), ...own };
  const weights = network ? weightsOf(network.layers) : 0;
  const decisionNames = network
    ? Array.from({ length: weights }, (_, i) => weightName(i))
    : Object.keys(decision);
  const named = isRecord(definition.output) ? Object.keys(definition.output) : undefined;
  const outputNames = named?.map((name) => `output.${name}`) ?? ["output"];
  const formulas = derive(definition, { parameters, decisionNames, outputNames }, complain);
  const compared = namesIn(formulas.mesaObjective);
  const goals = Object.keys(state).filter((name) => compared.has(ownName(name)));
  const parts = { state, decision, parameters, outputNames, decisionNames, formulas };
  return {
    name: definition.name,
    definition,
    ...parts,
    goals: goals.length > 0 ? goals : ["theta"],
    proportional: proportionalOf(parts),
    hidden: definition.hidden && hiddenPhases(definition, definition.hidden, parameters, formulas, complain),
    network: network && { layers: network.layers, weights },
  };
}
const discounts = new WeakMap<Game, (values: readonly number[]) => ArrayLike<number>>();

/** γ for given values of the parameters, in a game where it is the same for all states. */
export function discountOf(game: Game, parameters: Values): number {
  const names = Object.keys(game.parameters);
  if (!discounts.has(game)) discounts.set(game, createEvaluate([game.formulas.discount], names));
  return discounts.get(game)!(names.map((name) => parameters[name]))[0];
}

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

/** A number of the configuration with its default and what is allowed (both ends included). */
export interface Parameter {
  readonly default: number;
  readonly min?: number;
  readonly max?: number;
}

/** One number of the state: its default grid, where the trajectory starts, and how the base optimizer changes it. */
export interface StateVariable extends Axis {
  readonly initial: number;
  /** what it is kept within: the grid, the start, and every step; any finite number unless given */
  readonly bounds?: Pick<Parameter, "min" | "max">;
  /** whether the base optimizer changes it; it does unless this is false */
  readonly trained?: boolean;
  /** a factor of the learning rate, of the parameters; 1 unless given */
  readonly learningRateScale?: Formula;
}

/** A game as plain data: what `game` in a configuration may be. */
export interface GameDefinition {
  /** lower-case words joined by hyphens */
  readonly name: string;
  /** what the base optimizer may change; `theta`, the goal, must be one of them */
  readonly state: Readonly<Record<string, StateVariable>>;
  /** the decision's numbers with their default grids; absent where it is a network's weights */
  readonly decision?: Readonly<Record<string, Axis>>;
  /** parameters beside `discount` and `regularization`, which every game has unless its state does */
  readonly parameters?: Readonly<Record<string, Parameter>>;
  /** subexpressions by name, each of those before it */
  readonly definitions?: Readonly<Record<string, Formula>>;
  /** y, of the decision and the state; several by name, which other formulas call `output.name` */
  readonly output?: Formula | Readonly<Record<string, Formula>>;
  /** what gradient descent lowers: `(output - target)^2 + regularization * theta^2` unless given */
  readonly baseObjective?: Formula;
  /** the target in the agent's plan, of the state at its own episode: 0 unless given; several by output */
  readonly believedTarget?: Formula | Readonly<Record<string, Formula>>;
  /** what an episode costs the agent: `(output - own.theta)^2` unless given; `own.x` is the state at its own episode */
  readonly mesaObjective?: Formula;
  /** how the agent weighs the future, of the state at its own episode: `discount` unless given */
  readonly discount?: Formula;
  /** the next value of states that do not simply descend the gradient; of `gradient.x`, `next.x`, `learningRate` too */
  readonly next?: Readonly<Record<string, Formula>>;
  /** where the agents do not see which phase they are in */
  readonly hidden?: HiddenDefinition;
  /** in place of `decision` and `output`: a network of tanh layers of θ, the first and the last of them 1 wide */
  readonly network?: { readonly layers: readonly number[] };
}
/** A game that was checked. */
export interface Game {
  readonly name: string;
  /** as it was given: plain data */
  readonly definition: GameDefinition;
  readonly state: Readonly<Record<string, StateVariable>>;
  readonly decision: Readonly<Record<string, Axis>>;
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** names of the outputs: `output`, or `output.name` of several */
  readonly outputNames: readonly string[];
  /** the names that stand for the decision's numbers in the formulas */
  readonly decisionNames: readonly string[];
  /** the states that the mesa objective compares with: what the agent wants, and the measures are of */
  readonly goals: readonly string[];
  readonly formulas: Formulas;
  readonly proportional?: Proportional | undefined;
  readonly hidden?: HiddenPhases | undefined;
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
 * A game for the configuration's `game`, checked, with types that know its names.
 *
 * @throws MesaError as {@link gameOf} does
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

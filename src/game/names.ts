// The names in a game as types: what a configuration may set and what a result holds follow from its definition.

import type { GameDefinition } from "./game.ts";
import type { BuiltIn } from "./games.ts";

/** The setting `game` of a configuration: the name of a built-in game, or the formulas of a game. */
export type AnyGame = string | GameDefinition;

/** Whether a type does not say which names a game has. */
export type IsAny<G extends AnyGame> = string extends G
  ? true
  : GameDefinition extends G
    ? true
    : [G] extends [{ readonly state: infer State }]
      ? string extends keyof State
        ? true
        : false
      : false;

/** The formulas of a game; never where a name is none. */
export type DefinitionOf<G extends AnyGame> = G extends keyof BuiltIn
  ? BuiltIn[G]
  : G extends GameDefinition
    ? G
    : never;

type NamesOf<D, Part extends keyof GameDefinition> = D extends {
  readonly [P in Part]: infer Named extends object;
}
  ? keyof Named & string
  : never;

export type StateName<D> = NamesOf<D, "state">;
export type DecisionName<D> = NamesOf<D, "decision">;

/** A game's own parameters, and those that every game has unless its state does. */
export type ParameterName<D> =
  | NamesOf<D, "parameters">
  | Exclude<"discount" | "regularization", StateName<D>>;

/** `output`, or `output.name` of several. */
export type OutputName<D> = D extends { readonly output: infer Y extends object }
  ? `output.${keyof Y & string}`
  : "output";

/** What a plan has: a network's weights, what is done after each signal, or the decision's numbers. */
export type PlanName<D> = D extends { readonly network: object }
  ? "weights"
  : D extends { readonly hidden: { readonly signals: readonly (infer Signal extends string)[] } }
    ? Signal
    : D extends { readonly hidden: { readonly signal: object } }
      ? `ifInterval${number}`
      : DecisionName<D>;

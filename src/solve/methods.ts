// The table of methods: which games each method solves, where it runs, and which precision its answer has. All code
// that chooses or describes a method uses this table.

import { type FilledConfig, remembers } from "../config/config.ts";
import type { Game } from "../game/game.ts";
import { isBounded } from "../game/structure.ts";
import type { Precision } from "../model/evaluator.ts";
import { momentFormulasOf } from "../model/momentFormulas.ts";

/** What decides which methods apply. */
export interface Solvable {
  /** a checked game */
  readonly game: Game;
  /** `finite` by default */
  readonly horizon?: "finite" | "infinite";
}

/** Why a game has no moments, as a clause; undefined if it has. */
function nonlinear({ game }: Solvable): string | undefined {
  if (game.formulas.nonlinear !== undefined) return `because ${game.formulas.nonlinear}`;
  return momentFormulasOf(game)
    ? undefined
    : "because its rounding has no bound where steps jump or numbers cancel";
}

/**
 * The methods by name. Each function returns undefined if the method applies, else the reason why not, as a clause that
 * follows “has no method …”. docs/method.md derives the methods.
 */
export const methods = {
  /** simulates every candidate from every state of the grid, to the last episode */
  rollout: (of: Solvable) => {
    const { game, horizon } = of;
    if (horizon === "infinite")
      return `if the horizon is infinite; ${nonlinear(of) ? `it has no moments either, ${nonlinear(of)}` : "it has moments"}`;
    return game.hidden && "because its phase is hidden; it has moments";
  },
  /** sums the future up in a quadratic form, in games that are linear in the state: O(1) per candidate */
  moments: nonlinear,
  /** the best real decision in closed form, without a grid, where the cost is a polynomial of degree 4 or less */
  exact: (of: Solvable) => {
    const { game } = of;
    const names = game.decisionNames;
    if (names.length !== 1) return `because its decision has ${names.length} numbers`;
    const why = nonlinear(of);
    if (why !== undefined) return why;
    if (of.horizon === "infinite" && !game.proportional?.quadraticLoss)
      return `if the horizon is infinite, unless its state is one number, its output is ${names[0]} times that number, and its step is quadratic in ${names[0]}; it has moments`;
    return momentFormulasOf(game)?.powers
      ? undefined
      : `because its cost is not a polynomial in ${names[0]} of degree at most 4`;
  },
} satisfies Readonly<Record<string, (of: Solvable) => string | undefined>>;

/** Why the horizon of a game cannot be infinite; undefined if it can. */
export function mustEnd(game: Game): string | undefined {
  if (game.hidden) return "its phase is hidden";
  return nonlinear({ game })?.replace(/^because /, "");
}

/** The name of a method: how decisions are found. docs/method.md derives each. */
export type MethodName = keyof typeof methods;

/** The methods' names. */
export const METHODS = Object.keys(methods) as readonly MethodName[];

/** Why a game's agents cannot remember signals; undefined if they can. */
export { mustForget } from "../game/hidden.ts";

/** Where a method runs, and how precise it is. */
export interface Place {
  /** what computes */
  readonly backend: "auto" | "cpu" | "gpu";
  /** as in {@link SolveOptions} */
  readonly precision: "certified" | "f32";
}

/** Why a method does not run there, in a sentence; undefined if it does. */
export function whyNotThere(
  { game, config }: { readonly game: Game; readonly config: Pick<FilledConfig, "memory"> },
  method: MethodName,
  { backend, precision }: Place,
): string | undefined {
  if (method === "exact" && backend === "gpu")
    return "the method exact is a formula in float64, which only the cpu computes";
  if (remembers(config) && backend === "gpu") return "agents who remember are solved only on the cpu";
  if (remembers(config) && precision === "f32")
    return "agents who remember are solved only on the cpu, and precision f32 is the GPU's arithmetic";
  if (precision === "f32" && (backend === "cpu" || method === "exact"))
    return "precision f32 is the GPU's arithmetic: it needs backend gpu or auto and a grid";
  if (precision === "f32" && game.network)
    return "precision f32 is for a grid: a network's weights are found by a search in float64";
  return undefined;
}

/** The precision of a method's answer there. @param formulas of the game, with its parameters' values or without */
export function precisionOf(
  { network, formulas }: Pick<Game, "network" | "formulas">,
  method: MethodName,
  place: Place,
  config: Pick<FilledConfig, "memory">,
): Precision {
  // a plan with decisions for some beliefs is an approximation, not the oracle's plan
  if (method === "exact" || remembers(config)) return "float64";
  if (place.backend === "cpu") return network ? "float64" : "certified";
  if (place.precision === "f32") return "f32";
  return isBounded(formulas) && !network ? "certified" : "screened";
}

/** `the game mlp has no method moments because …`; undefined where it has it. */
export function refusal(of: Solvable, method: MethodName): string | undefined {
  const why = methods[method](of);
  return why && `the game ${of.game.name} has no method ${method} ${why}`;
}

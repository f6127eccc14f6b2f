// The measures of a game's results, and how they are read from a result.

import { type FilledConfig, remembers } from "../config/config.ts";
import { MesaError } from "../errors.ts";
import type { Game } from "../game/game.ts";
import { measuresByName } from "../model/measures.ts";
import { planNames } from "../model/plan.ts";
import { meant, quote } from "../schema.ts";
import type { Result } from "../solve/solve.ts";
import { STATUS } from "./cells.ts";

/** `theta` → `Theta`, as in `finalTheta` */
export const capital = (name: string) => name[0].toUpperCase() + name.slice(1);

/** measures that exist only if the phase is hidden */
const HIDDEN = [
  "reversal",
  "complianceOverHazard",
  "retentionOverHazard",
  "deceptionOverHazard",
  "reversalOverHazard",
] as const;

/** measures that exist only for an infinite horizon */
const ENDLESS = ["equilibria", "multiplier", "period", "status"] as const;

/**
 * The names of the measures that a sweep or a phase diagram can have for a game.
 *
 * - `firstCoefficient` and the like: the decision of the first episode; for agents who remember, that of the trajectory
 * - `compliance`, `retention`, `deception`: those of the result, as {@link Measures} defines them. With hidden phases also
 *   `reversal`, and `complianceOverHazard` and the like, which are expected over the length of training too
 * - `finalTheta` and the like: the state after the last episode of the trajectory
 * - `cost`: the minimum average total mesa cost of the first episode; for networks also `heldOutCost` and `linearCost`
 * - `margin`: how much more the runner-up costs at the first episode; undefined without a grid of candidates
 * - with an infinite horizon, `equilibria`: the number of stationary equilibria; `multiplier`: that of the equilibrium
 *   that is played; `period`: 1 if longer and longer finite horizons converge, the length of the cycle if they cycle,
 *   undefined if neither is established; `status`: a code of {@link STATUSES}
 *
 * @param game a checked game
 * @param config the settings that decide which measures there are
 */
export function measureNames(game: Game, config: Pick<FilledConfig, "horizon" | "memory"> = {}): string[] {
  const decided = game.network ? [] : remembers(config) ? game.decisionNames : planNames(game);
  return [
    ...decided.map((name) => `first${capital(name)}`),
    "compliance",
    "retention",
    "deception",
    ...(game.hidden ? HIDDEN : []),
    ...Object.keys(game.state).map((name) => `final${capital(name)}`),
    "cost",
    ...(game.network ? ["heldOutCost", "linearCost"] : []),
    "margin",
    ...(config.horizon === "infinite" ? ENDLESS : []),
  ];
}

/** @throws MesaError `INVALID_CONFIG` if a name is unknown or occurs twice, or there is no name */
export function checkMeasures(names: readonly string[], measures: readonly string[]): void {
  for (const [i, name] of measures.entries())
    if (!names.includes(name) || measures.indexOf(name) !== i)
      throw new MesaError(
        "INVALID_CONFIG",
        `measures must be some of ${names.join(", ")}, each once, got ${quote(name)}${names.includes(name) ? " twice" : meant(name, names)}`,
      );
}

/** The measures of an infinite horizon's equilibria; NaN for a measure that is not defined. */
export function measuresOfEnd({
  equilibria,
  undecided,
  finiteHorizon,
  chosen,
}: {
  readonly equilibria: readonly { readonly multiplier: number }[];
  readonly undecided: readonly unknown[];
  readonly finiteHorizon: { readonly period: number | null };
  readonly chosen: number;
}): Record<(typeof ENDLESS)[number], number> {
  const count = equilibria.length;
  const status = undecided.length > 0 ? "undecided" : count === 0 ? "none" : count > 1 ? "several" : "solved";
  return {
    equilibria: count,
    multiplier: equilibria[chosen]?.multiplier ?? Number.NaN,
    period: finiteHorizon.period ?? Number.NaN,
    status: STATUS[status],
  };
}

/** Every measure of a result, and its status. */
export function readOff(
  game: Game,
  result: Result,
): { values: Record<string, number | null>; status: number } {
  const { plan, trajectory, cost, margin, generalization, config, stationary } = result;
  // from the result, not from the game: their number may be a setting
  const decided = remembers(config)
    ? game.decisionNames.map((name) => [name, trajectory[name]] as const)
    : Object.entries(plan);
  const first = decided.map(([name, numbers]) => [`first${capital(name)}`, numbers[0]]);
  const final = Object.keys(game.state).map((name) => [`final${capital(name)}`, trajectory[name].at(-1)]);
  const end = stationary && measuresOfEnd(stationary);
  const values: Record<string, number | null> = {
    ...measuresByName(result),
    ...{ cost: cost[0], margin: margin[0] },
    ...Object.fromEntries([...first, ...final]),
    ...(generalization && {
      heldOutCost: generalization.heldOutCost,
      linearCost: generalization.linearCost,
    }),
    ...end,
  };
  return { values, status: end?.status ?? STATUS.solved };
}

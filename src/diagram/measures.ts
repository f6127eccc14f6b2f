// What a diagram can map, and how it is read off an ordinary result.

import type { FilledConfig } from "../config/config.ts";
import type { Game } from "../game/game.ts";
import type { Result } from "../solve/solve.ts";
import { STATUS } from "./cells.ts";
import { measured, measureNames } from "./sweep.ts";

/**
 * What can be mapped of a game: what a sweep measures, and
 *
 * - `margin`: how much dearer the runner-up is at the first episode; only a grid of candidates has one
 * - of an infinite horizon, `equilibria`: how many stationary equilibria it has; `multiplier`: of the one that is
 *   played; `period`: 1 where ever longer finite horizons converge, more where they go round in a cycle, none where
 *   neither is established; and `status`: a code of `STATUSES`
 */
export function phaseMeasureNames(
  game: Game,
  { horizon, memory = false }: Pick<FilledConfig, "horizon" | "memory">,
): string[] {
  return [...measureNames(game, { memory }), "margin", ...(horizon === "infinite" ? ENDLESS : [])];
}

/** what an infinite horizon has beside its plan */
const ENDLESS = ["equilibria", "multiplier", "period", "status"] as const;

/** The measures of an infinite horizon's equilibria; NaN where one has no meaning. */
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
  const { stationary, margin } = result;
  const end = stationary && measuresOfEnd(stationary);
  const values = { ...measured(game, result), margin: margin[0], ...end };
  return { values, status: end?.status ?? STATUS.solved };
}

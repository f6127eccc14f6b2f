// What a diagram can map, and how it is read off an ordinary result.

import type { FilledConfig } from "../config.ts";
import type { Game } from "../games/game.ts";
import type { Result } from "../solve/solve.ts";
import type { Certificate } from "../solve/stationary.ts";
import { measured, measureNames } from "../sweep.ts";
import { STATUS, type Status } from "./cells.ts";

/**
 * What can be mapped of a game: what a sweep measures, and
 *
 * - `margin`: how much dearer the runner-up is at the first episode; only a grid of candidates has one
 * - of an infinite horizon, `status`: the code of what became of the search for an equilibrium; and `period`: 1 where
 *   ever longer horizons come to one decision, more where they go round in a cycle, none where neither is known
 */
export function phaseMeasureNames(game: Game, { horizon }: Pick<FilledConfig, "horizon">): string[] {
  return [...measureNames(game), "margin", ...(horizon === "infinite" ? ["status", "period"] : [])];
}

/** What became of an infinite horizon. */
export function statusOf({ converged, period, startsAgree }: Certificate): Status {
  if (converged) return startsAgree ? "solved" : "several";
  return period === null ? "undecided" : "cycle";
}

/** The period that ever longer horizons come to, NaN where none was seen. */
export function periodOf({ attempts: [finite] }: Pick<Certificate, "attempts">): number {
  return finite.outcome === "converged" ? 1 : (finite.period ?? Number.NaN);
}

/** Every measure of a result, and its status. */
export function readOff(
  game: Game,
  result: Result,
): { values: Record<string, number | null>; status: number } {
  const { stationary, margin } = result;
  const status = stationary ? STATUS[statusOf(stationary)] : STATUS.solved;
  const values = { ...measured(game, result), margin: margin[0] };
  return {
    values: stationary ? { ...values, status, period: periodOf(stationary) } : values,
    status,
  };
}

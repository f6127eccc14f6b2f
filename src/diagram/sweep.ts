// How what the agents do depends on a setting: one configuration solved for each value of it, and for each value of
// a second one where there are several series.

import * as v from "valibot";
import { type Config, checkConfig, type FilledConfig, remembers } from "../config/config.ts";
import { withSetting } from "../config/setting.ts";
import { hasCode, MesaError } from "../errors.ts";
import type { Game } from "../game/game.ts";
import type { AnyGame } from "../game/names.ts";
import { measuresByName } from "../model/measures.ts";
import { planNames } from "../model/plan.ts";
import { checkOptions, isRecord, meant, quote, solvingOptions } from "../schema.ts";
import { type Result, type SolveOptions, solve } from "../solve/solve.ts";

/** A setting, by dotted key, and the values it takes. */
export interface Varied<T = unknown> {
  readonly key: string;
  readonly values: readonly T[];
}

/** What is swept, and what is read off each result. */
export interface SweepOptions
  extends Pick<SolveOptions, "backend" | "method" | "precision" | "threads" | "gpu" | "signal"> {
  /** the setting along the axis, in the order of its values */
  over: Varied<number>;
  /** a second setting, one series for each of its values */
  series?: Varied;
  /** names of {@link measureNames}; retention, compliance and deception unless given */
  measures?: readonly string[];
  /** is told how far the sweep is */
  onProgress?: (progress: { cell: number; cells: number; share: number }) => void;
}

/** How cells are solved. */
export interface CellsOptions extends Omit<SweepOptions, "over" | "series" | "measures"> {
  onCell: (index: number, answer: Answer) => void;
}

/** What a configuration comes to: plain data. */
export interface Answer {
  /** by measure; null where it has no meaning, and all of them where there is no equilibrium to measure */
  readonly values: Readonly<Record<string, number | null>>;
  /** why there is nothing to measure; null where there is */
  readonly missing: string | null;
}

/** One configuration's answer. */
export interface Cell extends Answer {
  /** the value of `over` */
  readonly at: number;
  /** the value of `series`; null where there is none */
  readonly series: unknown;
}

/** A swept game: plain data, ready for JSON. */
export interface Sweep {
  readonly game: string;
  /** the whole configuration of the first cell */
  readonly config: FilledConfig;
  readonly over: Varied<number>;
  readonly series: Varied | null;
  readonly measures: readonly string[];
  /** series by series, each in the order of `over` */
  readonly cells: readonly Cell[];
}

const DEFAULT_MEASURES = ["compliance", "retention", "deception"];
/** cells of a sweep, at most */
const MOST_CELLS = 100_000;

/** `theta` → `Theta`, as in `finalTheta` */
export const capital = (name: string) => name[0].toUpperCase() + name.slice(1);

/** what is measured only where the phase is hidden */
const HIDDEN_MEASURES = [
  "reversal",
  "complianceOverHazard",
  "retentionOverHazard",
  "deceptionOverHazard",
  "reversalOverHazard",
] as const;

/**
 * What can be measured of a game's results.
 *
 * `firstCoefficient` and so on is the decision of the first episode; `finalTheta` and so on the state that the last
 * step leaves; `cost` the least average total mesa cost of the first episode; `compliance`, `retention` and
 * `deception` are those of the result; of networks also `heldOutCost` and `linearCost`. Where the phase is hidden,
 * `finalTheta` is the trajectory's, the measures are expected over the signals and include `reversal`, and
 * `complianceOverHazard` and so on are expected over how long training lasts too; of agents who remember, the decision
 * of the first episode is the trajectory's.
 */
export function measureNames(game: Game, config: Pick<FilledConfig, "memory"> = {}): string[] {
  const decided = game.network ? [] : remembers(config) ? game.decisionNames : planNames(game);
  return [
    ...decided.map((name) => `first${capital(name)}`),
    "compliance",
    "retention",
    "deception",
    ...(game.hidden ? HIDDEN_MEASURES : []),
    ...Object.keys(game.state).map((name) => `final${capital(name)}`),
    "cost",
    ...(game.network ? ["heldOutCost", "linearCost"] : []),
  ];
}

/** The measures of a result by name. */
export function measured(game: Game, result: Result) {
  const { plan, trajectory, cost, generalization, config } = result;
  const values: Record<string, number | null> = { ...measuresByName(result), cost: cost[0] };
  // not those of the game, which may have more of them, or fewer, where the setting is how many there are
  const decided = remembers(config)
    ? game.decisionNames.map((name) => [name, trajectory[name]] as const)
    : Object.entries(plan);
  for (const [name, numbers] of decided) values[`first${capital(name)}`] = numbers[0];
  for (const name of Object.keys(game.state)) values[`final${capital(name)}`] = trajectory[name].at(-1)!;
  if (generalization) {
    values.heldOutCost = generalization.heldOutCost;
    values.linearCost = generalization.linearCost;
  }
  return values;
}

/** Whether an error says that a configuration has no answer, and not that something went wrong. */
const hasNoAnswer = (error: unknown): error is MesaError =>
  hasCode(error, "NO_EQUILIBRIUM") || hasCode(error, "UNDECIDED") || hasCode(error, "NOT_FINITE");

/** @throws MesaError `INVALID_CONFIG` when a name is none of these, or comes twice */
export function checkMeasures(names: readonly string[], measures: readonly string[]): void {
  for (const [i, name] of measures.entries())
    if (!names.includes(name) || measures.indexOf(name) !== i)
      throw new MesaError(
        "INVALID_CONFIG",
        `measures must be some of ${names.join(", ")}, each once, got ${quote(name)}${names.includes(name) ? " twice" : meant(name, names)}`,
      );
  if (measures.length === 0) throw new MesaError("INVALID_CONFIG", "measures must be at least one, got none");
}

/** @throws MesaError `INVALID_CONFIG` when a key is no dotted key, or there are no values */
function checkVaried(name: string, varied: Varied): void {
  if (!isRecord(varied))
    throw new MesaError(
      "INVALID_CONFIG",
      `${name} must be an object with key and values, got ${quote(varied)}`,
    );
  const { key, values } = varied;
  if (typeof key !== "string" || key.split(".").includes(""))
    throw new MesaError("INVALID_CONFIG", `${name} must have a key like discount, got ${quote(key)}`);
  if (key === "game" || key.startsWith("game."))
    throw new MesaError("INVALID_CONFIG", `${name} must have a key other than game: a sweep is of one game`);
  if (!Array.isArray(values) || values.length === 0)
    throw new MesaError("INVALID_CONFIG", `${name} must have at least one value`);
}

/** A sweep that was checked. */
export interface SweepPlan extends Omit<Sweep, "cells"> {
  /** each cell's configuration, series by series */
  readonly asked: readonly { readonly at: number; readonly series: unknown; readonly config: Config }[];
}

/**
 * Checks a sweep: every configuration of it before the first is solved.
 *
 * @throws MesaError with the code of what is wrong
 */
export function planSweep(
  config: Config,
  options: Pick<SweepOptions, "over" | "series" | "measures">,
): SweepPlan {
  const { over, series, measures = DEFAULT_MEASURES } = options ?? {};
  if (!isRecord(config)) checkConfig(config);
  checkVaried("over", over);
  if (series) checkVaried("series", series);
  if (series?.key === over.key)
    throw new MesaError(
      "INVALID_CONFIG",
      `over and series must have different keys, got ${over.key} for both`,
    );
  const count = over.values.length * (series?.values.length ?? 1);
  if (count > MOST_CELLS)
    throw new MesaError("LIMIT_EXCEEDED", `a sweep must be at most ${MOST_CELLS} cells, got ${count}`);
  const asked = (series?.values ?? [null]).flatMap((value) => {
    const base = series ? withSetting(config, series.key, value, "series") : config;
    return over.values.map((at) => ({
      at,
      series: value,
      config: withSetting(base, over.key, at, "over") as Config,
    }));
  });
  for (const cell of asked) checkConfig(cell.config);
  const { game, config: first } = checkConfig(asked[0].config);
  checkMeasures(measureNames(game, first), measures);
  return { game: game.name, config: first, over, series: series ?? null, measures, asked };
}

/**
 * Solves cells of a sweep.
 *
 * @param cells indices of what the plan asks
 * @param options how to solve; `onCell` is given each answer as it comes
 * @throws what `solve` throws, but where there is no answer
 */
export async function solveCells(
  { asked, measures }: SweepPlan,
  cells: readonly number[],
  { onCell, onProgress, ...how }: CellsOptions,
): Promise<void> {
  for (const [done, index] of cells.entries()) {
    const progress = (share: number) =>
      onProgress?.({ cell: done, cells: cells.length, share: (done + share) / cells.length });
    const { config } = asked[index];
    const result = await solve(config, { ...how, onProgress: ({ share }) => progress(share) }).catch(
      (error: unknown) => {
        if (!hasNoAnswer(error)) throw error;
        return error.message;
      },
    );
    const missing = typeof result === "string" ? result : null;
    const values = typeof result === "string" ? {} : measured(checkConfig(config).game, result);
    const chosen = measures.map((name) => [name, Number.isFinite(values[name]) ? values[name] : null]);
    onCell(index, { values: Object.fromEntries(chosen), missing });
    progress(1);
  }
}

/** A sweep with its answers, one a cell of the plan. */
export function sweepOf({ asked, ...plan }: SweepPlan, answers: readonly Answer[]): Sweep {
  return { ...plan, cells: asked.map(({ config: _, ...where }, i) => ({ ...where, ...answers[i] })) };
}

/**
 * Solves a configuration for every value of a setting.
 *
 * Every configuration is checked before the first is solved. One that has no answer, because there is no
 * stationary equilibrium or every cost overflows, is a gap: its values are null and `missing` says why.
 *
 * @param config as for `solve`
 * @throws MesaError with the code of what is wrong
 */
export async function sweep<const G extends AnyGame>(
  config: Config<G>,
  options: SweepOptions,
): Promise<Sweep> {
  checkOptions(options, { ...solvingOptions, over: v.any(), series: v.any(), measures: v.any() });
  const { over, series, measures, ...how } = options;
  const plan = planSweep(config as Config, {
    ...{ over, ...(series && { series }), ...(measures && { measures }) },
  });
  const answers: Answer[] = [];
  const onCell = (index: number, answer: Answer) => {
    answers[index] = answer;
  };
  await solveCells(plan, [...plan.asked.keys()], { ...how, onCell });
  return sweepOf(plan, answers);
}

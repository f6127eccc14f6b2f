// Sweeps show how the agents' behaviour depends on a setting: one configuration is solved for each value of the setting
// and, if there are several series, for each value of a second setting.

import * as v from "valibot";
import { type Config, checkConfig, type FilledConfig } from "../config/config.ts";
import { withSetting } from "../config/setting.ts";
import { MesaError } from "../errors.ts";
import type { AnyGame } from "../game/names.ts";
import { keepDevice } from "../gpu/kept.ts";
import { checkOptions, complaint, isRecord, object, quote, solvingOptions } from "../schema.ts";
import type { SolveOptions } from "../solve/solve.ts";
import { type AxisValues, axisSchema, type PhaseAxis, valuesOf } from "./axis.ts";
import { type CellSolver, solveCell } from "./generalCell.ts";
import { checkMeasures, measureNames } from "./measures.ts";

/** A setting, by its dotted key, and its values. */
export interface Varied<T = unknown> {
  readonly key: string;
  readonly values: readonly T[];
}

/** What is swept, and what is measured of each result. */
export interface SweepOptions
  extends Pick<SolveOptions, "backend" | "method" | "precision" | "threads" | "gpu" | "signal"> {
  /** the setting along the axis: with a list of values, in their order, or as an axis of a diagram */
  over: Varied<number> | PhaseAxis;
  /** a second setting, one series for each of its values */
  series?: Varied;
  /** names of {@link measureNames}; default retention, compliance and deception */
  measures?: readonly string[];
  /** receives the progress of the sweep */
  onProgress?: (progress: { cell: number; cells: number; share: number }) => void;
}

/** How cells are solved. */
export interface CellsOptions extends Omit<SweepOptions, "over" | "series" | "measures"> {
  onCell: (index: number, answer: Answer) => void;
}

/** The answer for a configuration: plain data. */
export interface Answer {
  /** each measure's value; null if it is not defined, and all null if there is no equilibrium to measure */
  readonly values: Readonly<Record<string, number | null>>;
  /** why there is nothing to measure; null if there is something */
  readonly missing: string | null;
  /** the solver; null if there is nothing to measure */
  readonly solver: CellSolver | null;
}

/** One configuration's answer. */
export interface Cell extends Omit<Answer, "solver"> {
  /** the value of `over` */
  readonly at: number;
  /** the value of `series`; null without series */
  readonly series: unknown;
}

/** A swept game: plain data, ready for JSON. */
export interface Sweep {
  readonly game: string;
  /** the configuration of the first cell, with all defaults */
  readonly config: FilledConfig;
  readonly over: AxisValues;
  readonly series: Varied | null;
  readonly measures: readonly string[];
  /** the solvers of the cells, each once */
  readonly solvers: readonly CellSolver[];
  readonly version: string;
  /** series by series, each in the order of `over` */
  readonly cells: readonly Cell[];
}

const DEFAULT_MEASURES = ["compliance", "retention", "deception"];
/** the maximum number of cells of a sweep */
const MAX_CELLS = 100_000;

/** @throws MesaError `INVALID_CONFIG` if the key is not a dotted key, or there are no values */
function checkVaried(name: string, varied: Varied): void {
  if (!isRecord(varied))
    throw new MesaError(
      "INVALID_CONFIG",
      `${name} must be an object with key and values, got ${quote(varied)}`,
    );
  const { key, values } = varied;
  if (typeof key !== "string" || key.split(".").includes(""))
    throw new MesaError("INVALID_CONFIG", `${name} must have a key like discount, got ${quote(key)}`);
  if (key.split(".")[0] === "game")
    throw new MesaError("INVALID_CONFIG", `${name} must have a key other than game: a sweep is of one game`);
  if (!Array.isArray(values) || values.length === 0)
    throw new MesaError("INVALID_CONFIG", `${name} must have at least one value`);
}

/** The values along the axis. @throws MesaError `INVALID_CONFIG` */
function alongOf(config: Config, over: SweepOptions["over"]): AxisValues {
  if (!isRecord(over) || !Object.hasOwn(over, "from")) {
    checkVaried("over", over as Varied<number>);
    const { key, values } = over as Varied<number>;
    return { key, values, scale: "linear", whole: false, asked: values.length };
  }
  const result = v.safeParse(object({ over: axisSchema }), { over }, { abortEarly: true });
  if (!result.success) throw new MesaError("INVALID_CONFIG", complaint(result.issues[0]));
  return valuesOf("over", result.output.over, config);
}

/** A sweep that was checked. */
export interface SweepPlan extends Omit<Sweep, "cells" | "solvers" | "version"> {
  /** each cell's configuration, series by series */
  readonly asked: readonly { readonly at: number; readonly series: unknown; readonly config: Config }[];
}

/**
 * Checks a sweep: all of its configurations, before the first is solved.
 *
 * @throws MesaError whose code says what is wrong
 */
export function planSweep(
  config: Config,
  options: Pick<SweepOptions, "over" | "series" | "measures">,
): SweepPlan {
  const { over: along, series, measures = DEFAULT_MEASURES } = options ?? {};
  if (!isRecord(config)) checkConfig(config);
  const over = alongOf(config, along);
  if (series) checkVaried("series", series);
  if (series?.key === over.key)
    throw new MesaError(
      "INVALID_CONFIG",
      `over and series must have different keys, got ${over.key} for both`,
    );
  const count = over.values.length * (series?.values.length ?? 1);
  if (count > MAX_CELLS)
    throw new MesaError("LIMIT_EXCEEDED", `a sweep must be at most ${MAX_CELLS} cells, got ${count}`);
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
 * @param cells indices into `asked` of the plan
 * @param options how to solve; `onCell` receives each answer when it is known
 * @throws what `solve` throws, except if there is no equilibrium or no finite cost
 */
export async function solveCells(
  { asked, measures }: SweepPlan,
  cells: readonly number[],
  { onCell, onProgress, ...how }: CellsOptions,
): Promise<void> {
  // all cells share a device and its compiled kernels
  const gpu = keepDevice(how.gpu as GPU | undefined);
  const solveOne = async (done: number, index: number) => {
    const progress = (share: number) =>
      onProgress?.({ cell: done, cells: cells.length, share: (done + share) / cells.length });
    const { config } = asked[index];
    const { values, missing, solver } = await solveCell(checkConfig(config).game, config, {
      ...how,
      gpu,
      onProgress: ({ share }) => progress(share),
    });
    const chosen = measures.map((name) => [name, Number.isFinite(values[name]) ? values[name] : null]);
    onCell(index, { values: Object.fromEntries(chosen), missing, solver });
    progress(1);
  };
  try {
    for (const [done, index] of cells.entries()) await solveOne(done, index);
  } finally {
    await gpu.close();
  }
}

/** A sweep with its answers, one per cell of the plan. */
export function sweepOf({ asked, ...plan }: SweepPlan, answers: readonly Answer[]): Sweep {
  const cells = asked.map(({ at, series }, i) => {
    const { values, missing } = answers[i];
    return { at, series, values, missing };
  });
  const solvers = new Map(answers.map(({ solver }) => [JSON.stringify(solver), solver]));
  return {
    ...plan,
    solvers: [...solvers.values()].filter((one) => one !== null),
    version: __VERSION__,
    cells,
  };
}

/**
 * Solves a configuration for every value of a setting.
 *
 * All configurations are checked before the first is solved. If a configuration has no answer, because there is no
 * stationary equilibrium or every cost overflows, its values are null and `missing` says why.
 *
 * @param config as for `solve`
 * @throws MesaError whose code says what is wrong
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

// Sweeps show how the agents' behaviour depends on a setting: one configuration is solved for each value of the setting
// and, if there are several series, for each value of a second setting.

import * as v from "valibot";
import { type Config, checkConfig, type FilledConfig } from "../config/config.ts";
import { withSetting } from "../config/setting.ts";
import { MesaError } from "../errors.ts";
import type { AnyGame } from "../game/names.ts";
import { keepDevice } from "../gpu/kept.ts";
import {
  bounded,
  byKey,
  checkOptions,
  complaint,
  isRecord,
  object,
  quote,
  solvingOptions,
} from "../schema.ts";
import type { SolveOptions } from "../solve/solve.ts";
import { type AxisValues, axisSchema, keySchema, type PhaseAxis, valuesOf } from "./axis.ts";
import { baseOf, questionSchema } from "./config.ts";
import { type CellSolver, solveCell } from "./generalCell.ts";
import { checkMeasures, measureNames } from "./measures.ts";

/** A setting and the values to solve it for. */
export interface Varied<T = unknown> {
  /** the setting's dotted key: `schedule.learningRate` */
  readonly key: string;
  /** the values in any order, at least one */
  readonly values: readonly T[];
}

/** A sweep as a file has it: what {@link checkSweep} takes. */
export interface SweepConfig {
  /** where an editor finds the JSON Schema of sweeps; the solver ignores it */
  $schema?: string;
  /** a configuration as for `solve`, or the name of a preset */
  config: Config | string;
  /** the setting to sweep: with a list of values, or with an axis */
  over: Varied<number> | PhaseAxis;
  /** a second setting, with one series for each of its values */
  series?: Varied;
  /** the measures, from {@link measureNames}; `compliance`, `retention` and `deception` by default */
  measures?: readonly string[];
}

/** What to sweep, what to measure, and how to solve. */
export interface SweepOptions
  extends Pick<SolveOptions, "backend" | "method" | "precision" | "threads" | "gpu" | "signal">,
    Pick<SweepConfig, "over" | "series" | "measures"> {
  /** called with the progress: the index of a cell, the number of cells, and the share of the work that is done */
  onProgress?: (progress: { cell: number; cells: number; share: number }) => void;
}

/** How the cells of a sweep are solved. */
export interface CellsOptions extends Omit<SweepOptions, "over" | "series" | "measures"> {
  /** called with the index of a cell in the plan, and its answer */
  onCell: (index: number, answer: Answer) => void;
}

/** The measures of one solved configuration: plain data. */
export interface Answer {
  /** the value of each measure; null if it is undefined, or if `missing` gives a reason */
  readonly values: Readonly<Record<string, number | null>>;
  /** why there is no result to measure; null if there is one */
  readonly missing: string | null;
  /** what solved it; null if there is no result */
  readonly solver: CellSolver | null;
}

/** One cell of a sweep. */
export interface Cell extends Omit<Answer, "solver"> {
  /** the value of the setting `over` */
  readonly at: number;
  /** the value of the setting `series`; null if there is none */
  readonly series: unknown;
}

/** A solved sweep: plain data, ready for JSON. */
export interface Sweep {
  /** the name of the game */
  readonly game: string;
  /** the configuration of the first cell, with all defaults */
  readonly config: FilledConfig;
  /** the setting that is swept, with its values */
  readonly over: AxisValues;
  /** the second setting, with its values; null if there is none */
  readonly series: Varied | null;
  /** the names of the measures */
  readonly measures: readonly string[];
  /** what solved the cells, without duplicates */
  readonly solvers: readonly CellSolver[];
  /** the version of this package */
  readonly version: string;
  /** all cells: series by series, each in the order of `over` */
  readonly cells: readonly Cell[];
}

/** the maximum number of cells of a sweep */
const MAX_CELLS = 100_000;

/** A setting and values for it. */
const varied = (value: v.GenericSchema) =>
  object(
    {
      key: keySchema,
      values: v.pipe(v.array(value, "a list of values"), v.minLength(1, "a list of at least one value")),
    },
    "key and values",
  );

/** The schema of {@link SweepConfig}. */
export const sweepSchema = questionSchema(
  { over: byKey("from", axisSchema, varied(bounded({}))), series: v.optional(varied(v.any())) },
  ["compliance", "retention", "deception"],
);

/** A sweep that was checked and is not solved yet. */
export interface SweepPlan extends Omit<Sweep, "cells" | "solvers" | "version"> {
  /** what each cell is: series by series, each in the order of `over` */
  readonly asked: readonly {
    /** the value of the setting `over` */
    readonly at: number;
    /** the value of the setting `series`; null if there is none */
    readonly series: unknown;
    /** the configuration of the cell */
    readonly config: Config;
  }[];
}

/**
 * Checks a sweep, with the configuration of every cell, and solves nothing.
 *
 * @param input a {@link SweepConfig}: plain data, such as parsed JSON; it is not changed
 * @returns the sweep with its values and the configuration of every cell
 * @throws {@link MesaError} `INVALID_CONFIG` or `LIMIT_EXCEEDED`, with a message of one line
 */
export function checkSweep(input: unknown): SweepPlan {
  if (!isRecord(input))
    throw new MesaError("INVALID_CONFIG", `the sweep must be an object, got ${quote(input)}`);
  const result = v.safeParse(sweepSchema, input, { abortEarly: true });
  if (!result.success) throw new MesaError("INVALID_CONFIG", complaint(result.issues[0]));
  const { over: along, series, measures, ...question } = result.output as unknown as Required<SweepConfig>;
  const config = baseOf(question.config);
  const over =
    "from" in along
      ? valuesOf("over", along, config)
      : ({ ...along, scale: "linear", whole: false, asked: along.values.length } as const);
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
 * Solves cells of a sweep, one after another.
 *
 * @param cells indices of cells in `asked` of the plan
 * @param options how to solve; `onCell` gets each answer
 * @throws {@link MesaError} as {@link solve}, except for `NOT_FINITE`, `NO_EQUILIBRIUM` and `UNDECIDED`: these are answers
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

/** Makes a solved sweep of a plan and its answers. @param answers one for each cell of the plan */
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
 * Solves a configuration for each value of a setting, and measures each result.
 *
 * All configurations are checked before the first is solved. A configuration may have no result, because there is no
 * stationary equilibrium or because every cost overflows: then its values are null, and `missing` gives the reason.
 *
 * @param config a configuration as for {@link solve}
 * @param options what to vary and to measure, and how to solve
 * @returns the measures of each cell, and what solved them
 * @throws {@link MesaError} `INVALID_CONFIG`, `LIMIT_EXCEEDED`, `NO_ADAPTER`, `ABORTED`, or an error of the GPU
 */
export async function sweep<const G extends AnyGame>(
  config: Config<G>,
  options: SweepOptions,
): Promise<Sweep> {
  checkOptions(options, { ...solvingOptions, over: v.any(), series: v.any(), measures: v.any() });
  const { over, series, measures, ...how } = options;
  const plan = checkSweep({ config, over, ...(series && { series }), ...(measures && { measures }) });
  const answers: Answer[] = [];
  const onCell = (index: number, answer: Answer) => {
    answers[index] = answer;
  };
  await solveCells(plan, [...plan.asked.keys()], { ...how, onCell });
  return sweepOf(plan, answers);
}

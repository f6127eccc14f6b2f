// What a phase diagram shows: a configuration, two of its settings as axes, and the measures to map. It is checked
// once.

import * as v from "valibot";
import { type Config, checkConfig, type FilledConfig } from "../config/config.ts";
import { presets } from "../config/presets.ts";
import { withSetting } from "../config/setting.ts";
import { MesaError } from "../errors.ts";
import type { Game } from "../game/game.ts";
import { complaint, isRecord, object, quote } from "../schema.ts";
import { type AxisValues, axisSchema, MOST_VALUES, type PhaseAxis, valuesOf } from "./axis.ts";
import { checkMeasures, measureNames } from "./measures.ts";

/** A phase diagram as a user gives it: what {@link phase} takes. */
export interface PhaseConfig {
  /** where an editor finds the JSON Schema of phase diagrams; the solver ignores it */
  $schema?: string;
  /** a configuration as for `solve`, or the name of a preset */
  config: Config | string;
  /** the setting that changes from left to right */
  x: PhaseAxis;
  /** the setting that changes from bottom to top; its key must differ from that of x */
  y: PhaseAxis;
  /** the measures to map, from {@link measureNames}; `deception` by default */
  measures?: readonly string[];
}

/** A phase diagram that was checked: what {@link checkPhase} returns. */
export interface Diagram {
  /** the game, the same in all cells */
  readonly game: Game;
  /** the configuration as it was given: each cell has this configuration with two settings changed */
  readonly base: Config;
  /** the configuration of the lower left cell, with all defaults */
  readonly config: FilledConfig;
  /** the axis from left to right */
  readonly x: AxisValues;
  /** the axis from bottom to top */
  readonly y: AxisValues;
  /** the names of the measures to map */
  readonly measures: readonly string[];
}

/** The limits of a phase diagram, which are checked before anything is allocated. */
export const PHASE_LIMITS = {
  /** the maximum number of values of an axis */
  count: MOST_VALUES,
  /** the maximum number of cells of a diagram */
  cells: 2 ** 24,
} as const;

/** The schema of a diagram or a sweep: of a configuration or the name of a preset, of these entries, and of measures. */
export const questionSchema = <E extends v.ObjectEntries>(entries: E, measures: readonly string[]) =>
  object({
    config: v.custom<Config | string>(
      (input) => isRecord(input) || (typeof input === "string" && Object.hasOwn(presets, input)),
      `a configuration or one of the presets ${Object.keys(presets).join(", ")}`,
    ),
    ...entries,
    measures: v.optional(
      v.pipe(v.array(v.string("a name"), "a list of names"), v.minLength(1, "a list of at least one name")),
      [...measures],
    ),
    $schema: v.optional(v.string("a string")),
  });

/** The schema of {@link PhaseConfig}. */
export const phaseSchema = questionSchema({ x: axisSchema, y: axisSchema }, ["deception"]);

/** The configuration that a question names. */
export const baseOf = (config: Config | string): Config =>
  typeof config === "string" ? presets[config].config : config;

/**
 * The configuration of one cell of a diagram. {@link checkConfig} has not checked it.
 *
 * @param atX the value of the x axis
 * @param atY the value of the y axis
 * @throws {@link MesaError} `INVALID_CONFIG` as {@link withSetting} does
 */
export function cellConfig(
  { base, x, y }: Pick<Diagram, "base"> & { x: { key: string }; y: { key: string } },
  atX: number,
  atY: number,
): Config {
  return withSetting(withSetting(base, x.key, atX, "x"), y.key, atY, "y");
}

/**
 * The end of training in a diagram's cells, unless it is an axis or a cell's schedule is shorter. (It is not read from
 * the first cell, whose schedule may be the shortest and cut the default.) Undefined if the phase is not hidden.
 */
export function deploymentOf({ game, base }: Pick<Diagram, "game" | "base">): number | undefined {
  return game.hidden && (base.initial?.deploymentAt ?? game.hidden.deploymentAt);
}

/**
 * Checks a phase diagram and fills in its defaults. Of the cells it checks the four corners: if they are valid, so are
 * all the others.
 *
 * @param input a {@link PhaseConfig}: plain data, such as parsed JSON; it is not changed
 * @returns the diagram, with the values of its axes
 * @throws {@link MesaError} `INVALID_CONFIG` or `LIMIT_EXCEEDED`, with a message of one line
 */
export function checkPhase(input: unknown): Diagram {
  if (!isRecord(input))
    throw new MesaError("INVALID_CONFIG", `the phase diagram must be an object, got ${quote(input)}`);
  const result = v.safeParse(phaseSchema, input, { abortEarly: true });
  if (!result.success) throw new MesaError("INVALID_CONFIG", complaint(result.issues[0]));
  const asked = result.output as unknown as Required<PhaseConfig>;
  if (asked.x.key === asked.y.key)
    throw new MesaError("INVALID_CONFIG", `x and y must have different keys, got ${asked.x.key} for both`);
  if (asked.x.count * asked.y.count > PHASE_LIMITS.cells)
    throw new MesaError(
      "LIMIT_EXCEEDED",
      `x.count × y.count must be at most ${PHASE_LIMITS.cells} cells, got ${asked.x.count * asked.y.count}`,
    );

  const base = baseOf(asked.config);
  const cell = (atX: number, atY: number) => checkConfig(cellConfig({ ...asked, base }, atX, atY));
  const x = valuesOf("x", asked.x, base);
  const y = valuesOf("y", asked.y, base);
  const corners = [x.values[0], x.values.at(-1)!].flatMap((atX) =>
    [y.values[0], y.values.at(-1)!].map((atY) => cell(atX, atY)),
  );
  const [{ game, config }] = corners;
  checkMeasures(measureNames(game, config), asked.measures);
  return { game, base, config, x, y, measures: asked.measures };
}

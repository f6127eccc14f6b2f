// From the command line's words to a phase diagram: one with a name, a JSON file, or a configuration and two axes.

import { MesaError, type PhaseAxis, type PhaseConfig, phasePresets, presets } from "../index.ts";
import { changed, readJson } from "./configuration.ts";
import { readRange } from "./range.ts";

/** What the command line gives of a diagram. */
export interface DiagramFlags {
  set: string[];
  x?: string;
  y?: string;
  measure?: string;
}

const NAMES = [...Object.keys(phasePresets), ...Object.keys(presets)].join(", ");

/**
 * The diagram that is asked for, not yet checked.
 *
 * @param name of a diagram or of a preset, or else of a JSON file that holds either
 * @throws MesaError `INVALID_CONFIG` or `CANNOT_READ`
 */
export async function readDiagram(name: string | undefined, flags: DiagramFlags): Promise<PhaseConfig> {
  if (name === undefined)
    throw new MesaError("INVALID_CONFIG", `what is to be mapped? name a preset (${NAMES}) or a JSON file`);
  const diagram = await named(name);
  const { config } = diagram;
  const base = typeof config === "string" && Object.hasOwn(presets, config) ? presets[config].config : config;
  const known = typeof base === "object" && base !== null ? (base as Record<string, unknown>) : undefined;
  if (flags.set.length > 0 && !known)
    throw new MesaError("INVALID_CONFIG", `--set changes a configuration, and ${name} has none`);
  const axisOf = (which: "x" | "y") => {
    const given = flags[which];
    if (given !== undefined) return axisIn(`--${which}`, given);
    if (diagram[which] !== undefined) return diagram[which];
    throw new MesaError(
      "INVALID_CONFIG",
      `--${which} is missing: ${name} is a configuration, and a diagram needs two axes, like --${which} discount=0.5:1:200`,
    );
  };
  return {
    ...diagram,
    config: known && flags.set.length > 0 ? flags.set.reduce(changed, known) : config,
    x: axisOf("x"),
    y: axisOf("y"),
    ...(flags.measure !== undefined && { measures: flags.measure.split(",") }),
  } as PhaseConfig;
}

/** A diagram, or a configuration as one without axes. */
async function named(name: string): Promise<Partial<PhaseConfig>> {
  if (Object.hasOwn(phasePresets, name)) return phasePresets[name].phase;
  if (Object.hasOwn(presets, name)) return { config: name };
  const file = await readJson(name, `a preset (${NAMES})`);
  return (Object.hasOwn(file, "game") ? { config: file } : file) as Partial<PhaseConfig>;
}

function axisIn(flag: string, text: string): PhaseAxis {
  const { log, ...range } = readRange(flag, text);
  return { ...range, scale: log ? "log" : "linear" };
}

// `phase`: maps two settings, as a figure and as data; if interrupted, the same command resumes the work.

import { hasCode } from "../errors.ts";
import {
  checkPhase,
  type Diagram,
  MesaError,
  openEngine,
  type Phase,
  type PhaseAxis,
  type PhaseConfig,
  type PhaseOptions,
  phase,
  phaseMethod,
  phasePresets,
  presets,
} from "../index.ts";
import { toJson } from "../report/json.ts";
import { documentOf, phaseTable, viewOf } from "../report/phaseReport.ts";
import { countText } from "../report/wording.ts";
import { changed, readJson, readRange, type SolverFlags } from "./configuration.ts";
import { say } from "./failure.ts";
import { type Folder, openFolder } from "./folder.ts";
import { visibly } from "./progress.ts";
import { openTiles } from "./tiles.ts";

/** The command's flags. */
interface PhaseFlags extends Omit<SolverFlags, "precision"> {
  set: string[];
  x?: string;
  y?: string;
  measure?: string;
  json?: boolean;
  out?: string;
}

const NAMES = [...Object.keys(phasePresets), ...Object.keys(presets)].join(", ");
const FILES = ["phase.png", "phase.svg", "phase.parquet", "phase.npz", "phase.json"] as const;
/** the file that an interrupted diagram leaves */
const TILES = "phase.partial";

/**
 * Maps and reports.
 *
 * @throws MesaError; then only the solved cells are written, and nothing is printed
 */
export async function phaseCommand(name: string | undefined, flags: PhaseFlags): Promise<void> {
  const config = await readDiagram(name, flags);
  const diagram = checkPhase(config);
  const { backend, method, threads } = flags;
  const options = {
    ...{ backend, method: phaseMethod(diagram, method) },
    ...(threads !== undefined && { threads }),
  };
  const folder = flags.out === undefined ? undefined : await openFolder(flags.out, [...FILES, TILES]);
  let map: Phase;
  let about: ReturnType<typeof documentOf>;
  try {
    map = await (folder ? mapResumably(diagram, options, folder) : mapVisibly(diagram, options));
    about = documentOf(map, config, commandOf(name, flags));
    if (folder) await writeFiles(folder, map, toJson(about));
  } catch (error) {
    await folder?.discard();
    throw error;
  }
  process.stdout.write(flags.json ? toJson(withCells(about, map)) : `${phaseTable(map)}\n`);
  if (folder) say(`wrote ${FILES.map(folder.pathOf).join(", ")}`);
}

/** The document of a diagram with each measure's rows added, the lowest row first. */
function withCells(about: object, { diagram, values, status }: Phase) {
  const width = diagram.x.values.length;
  const rows = (cells: Float64Array | Uint8Array) =>
    diagram.y.values.map((_, row) =>
      [...cells.subarray(row * width, (row + 1) * width)].map((x) => (Number.isFinite(x) ? x : null)),
    );
  const byMeasure = diagram.measures.map((measure) => [measure, rows(values[measure])]);
  return { ...about, values: Object.fromEntries(byMeasure), status: rows(status) };
}

function mapVisibly(diagram: Diagram, options: PhaseOptions): Promise<Phase> {
  const cells = diagram.x.values.length * diagram.y.values.length;
  let done = options.done?.cell ?? 0;
  return visibly((signal, show) =>
    phase(diagram, {
      ...options,
      signal,
      onTile(tile) {
        options.onTile?.(tile);
        done += tile.status.length;
        show(done / cells, `${countText(done)} of ${countText(cells)} cells`);
      },
    }),
  );
}

/** Resumes from the cells in the folder, if there are any, and appends each tile to them. */
async function mapResumably(diagram: Diagram, options: PhaseOptions, folder: Folder): Promise<Phase> {
  const path = folder.pathOf(TILES);
  const engine = await openEngine(options);
  try {
    const { game: _, ...data } = diagram;
    const { adapter, precision } = engine;
    const made = { ...data, method: options.method, adapter, precision, version: __VERSION__ };
    const count = diagram.x.values.length * diagram.y.values.length;
    const tiles = await openTiles(path, made, diagram.measures, count);
    let solved = tiles.cell;
    if (tiles.ignored) say(`${path} is of another diagram: starting anew`);
    if (solved > 0) say(`going on from ${path}: ${solved} of ${count} cells are solved`);
    try {
      return await mapVisibly(diagram, {
        ...options,
        engine,
        done: tiles,
        onTile(tile) {
          tiles.append(tile);
          solved += tile.status.length;
        },
      });
    } catch (error) {
      if (!hasCode(error, "ABORTED")) throw error;
      throw new MesaError(
        "ABORTED",
        `interrupted: ${solved} of ${count} cells are kept in ${path}, and the same command goes on from there`,
        error.cause,
      );
    } finally {
      await tiles.close();
    }
  } finally {
    engine.destroy();
  }
}

async function writeFiles(folder: Folder, map: Phase, about: string): Promise<void> {
  const [{ drawDiagram }, { phaseToNpz, phaseToParquet }, { createDocument, svgToPng }] = await Promise.all([
    import("../report/diagram.ts"),
    import("../report/phaseData.ts"),
    import("./render.ts"),
  ]);
  const svg = drawDiagram(viewOf(map), createDocument());
  await folder.write({
    "phase.png": await svgToPng(svg),
    "phase.svg": svg,
    "phase.parquet": new Uint8Array(phaseToParquet(map, about)),
    "phase.npz": phaseToNpz(map),
    "phase.json": about,
  });
  await folder.remove(TILES);
}

/**
 * The diagram that the command names, not yet checked.
 *
 * @param name of a diagram or preset, or the path of a JSON file that holds either
 * @throws MesaError `INVALID_CONFIG` or `CANNOT_READ`
 */
async function readDiagram(name: string | undefined, flags: PhaseFlags): Promise<PhaseConfig> {
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

/** A diagram by its name; a configuration becomes a diagram without axes. */
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

/** The command that makes the diagram again, without --out. */
function commandOf(name: string | undefined, flags: PhaseFlags): string {
  const words = [
    ...["mesa-induction", "phase", name ?? ""],
    ...flags.set.flatMap((setting) => ["--set", setting]),
    ...(["x", "y", "measure", "backend", "method"] as const).flatMap((flag) => {
      const value = flags[flag];
      return value === undefined || value === "auto" ? [] : [`--${flag}`, value];
    }),
  ];
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");
}

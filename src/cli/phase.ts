// `phase`: maps two settings of a game, as a figure and as data. After an interruption, the same command resumes.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import {
  type Cells,
  checkPhase,
  createCells,
  type Diagram,
  finishPhase,
  MesaError,
  openEngine,
  type Phase,
  type PhaseConfig,
  type PhaseEngine,
  type PhaseOptions,
  phase,
  phaseMethod,
  phasePresets,
  placeCells,
  presets,
  type Rectangle,
  solveTiles,
  tilesOf,
  whatSolves,
} from "../index.ts";
import { toJson } from "../report/json.ts";
import { documentOf, type PhaseDocument, phaseTable, viewOf } from "../report/phaseReport.ts";
import { countText } from "../report/wording.ts";
import { isRecord } from "../schema.ts";
import { changed, commandOf, readAxis, readJson, type SolverFlags, withAdapter } from "./configuration.ts";
import { checkShards, type ForceFlag, readFinished } from "./earlier.ts";
import { note } from "./failure.ts";
import { type Folder, openFolder } from "./folder.ts";
import { visibly } from "./progress.ts";
import { type ShardFlags, shardOf, solveShard } from "./shards.ts";

/** The command's flags. */
export interface PhaseFlags extends Omit<SolverFlags, "precision">, ShardFlags, ForceFlag {
  set: string[];
  x?: string;
  y?: string;
  measure?: string;
  json?: boolean;
}

const NAMES = [...Object.keys(phasePresets), ...Object.keys(presets)].join(", ");
export const FILES = ["phase.json", "phase.png", "phase.svg", "phase.parquet", "phase.npz"] as const;

/**
 * Maps and reports; with --shard, solves the shard and keeps it.
 *
 * @throws MesaError; then only the solved cells are written, and nothing is printed
 */
export async function phaseCommand(name: string | undefined, flags: PhaseFlags): Promise<void> {
  const shard = shardOf(flags);
  const asked = await readDiagram(name, flags);
  const diagram = checkPhase(asked);
  const { backend, threads, adapter } = flags;
  const method = phaseMethod(diagram, flags.method, backend);
  const options = await withAdapter({
    ...{ backend, ...(threads !== undefined && { threads }), ...(adapter !== undefined && { adapter }) },
  });
  const command = commandOf("phase", name, flags);
  const folder = flags.out === undefined ? undefined : await openFolder(flags.out, FILES);
  const engine = await openEngine(options);
  const question: PhaseQuestion = {
    ...{ kind: "phase", phase: asked, method, version: __VERSION__ },
    ...whatSolves(diagram, engine, method),
  };
  try {
    const isWhole = (document: object) => !shard && (document as PhaseDocument).counts.unsolved === undefined;
    const finished = await readFinished(flags.out, FILES, flags, isAnswer(question), isWhole);
    if (finished) {
      await printFinished(diagram, finished as unknown as PhaseDocument, flags.out!, flags.json);
      return;
    }
    if (!folder) {
      await reportPhase(await mapVisibly(diagram, { engine, method }), question, command, flags.json);
      return;
    }
    await checkShards(flags.out!, question, flags);
    const cells = createCells(diagram.measures, diagram.x.values.length * diagram.y.values.length);
    const started = performance.now();
    const tiles = tilesOfDiagram(diagram);
    let solved = 0;
    const kept = await solveShard(flags.out!, { question, tiles: tiles.length, command }, shard, {
      cellsOf: (tile) => tiles[tile].columns * tiles[tile].rows,
      take: (tile, payload) => placePayload(diagram, cells, tiles[tile], payload),
      solve: (some, keep, signal) =>
        solveTiles(diagram, {
          ...{ engine, method, signal, tiles: some },
          onTile(tile) {
            solved += tile.status.length;
            if (!shard) placeCells(cells, diagram.x.values.length, tile, tile);
            keep(tile.tile, payloadOf(tile, diagram.measures));
          },
        }),
    });
    if (shard) return;
    const speed = (1000 * solved) / (performance.now() - started);
    const map = await finishPhase(diagram, cells, engine, { method, speed });
    await reportPhase(map, question, command, flags.json, folder);
    await kept.discard();
  } catch (error) {
    await folder?.discard();
    throw error;
  } finally {
    engine.destroy();
  }
}

/** Everything that the cells of a diagram depend on. */
export type PhaseQuestion = {
  readonly kind: "phase";
  readonly phase: PhaseConfig;
  readonly method: Phase["solver"]["method"];
  readonly version: string;
} & Pick<PhaseEngine, "backend" | "adapter" | "precision">;

/** The tiles of a diagram. */
export const tilesOfDiagram = ({ x, y }: Diagram) => tilesOf(x.values.length, y.values.length);

const NUMBER = Float64Array.BYTES_PER_ELEMENT;
/** the bit that is added to a cell's status if float64 had to decide */
const SETTLED = 0x80;

/** Cells as a record of a shard: each measure's values, then the statuses. */
function payloadOf({ values, status, settled }: Cells, measures: readonly string[]): Uint8Array {
  const payload = Buffer.alloc(status.length * (NUMBER * measures.length + 1));
  let at = 0;
  for (const name of measures) for (const value of values[name]) at = payload.writeDoubleLE(value, at);
  for (const [i, code] of status.entries()) payload[at + i] = code + (settled[i] ? SETTLED : 0);
  return payload;
}

/** Copies the cells of a record to their place in the diagram. */
export function placePayload(diagram: Diagram, into: Cells, tile: Rectangle, payload: Uint8Array): void {
  const count = tile.columns * tile.rows;
  const cells = createCells(diagram.measures, count);
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  let at = 0;
  for (const name of diagram.measures)
    for (let i = 0; i < count; i++, at += NUMBER) cells.values[name][i] = view.getFloat64(at, true);
  for (let i = 0; i < count; i++) {
    cells.status[i] = payload[at + i] & ~SETTLED;
    cells.settled[i] = payload[at + i] >> 7;
  }
  placeCells(into, diagram.x.values.length, cells, tile);
}

/** Whether a document is the answer to a question. */
const isAnswer =
  ({ phase: asked, method, backend, adapter, precision, version }: PhaseQuestion) =>
  (document: Record<string, unknown>): boolean => {
    const { sample: _, ...solver } = isRecord(document.solver) ? document.solver : {};
    return (
      isDeepStrictEqual(document.phase, JSON.parse(JSON.stringify(asked))) &&
      isDeepStrictEqual(solver, { backend, adapter, method, precision, version })
    );
  };

/** Prints a diagram from its files. */
async function printFinished(
  diagram: Diagram,
  about: PhaseDocument,
  folder: string,
  json: boolean | undefined,
): Promise<void> {
  if (json) {
    const { phaseFromNpz } = await import("../report/phaseData.ts");
    const cells = phaseFromNpz(await readFile(join(folder, "phase.npz")), diagram);
    process.stdout.write(toJson(withCells(about, { diagram, ...cells })));
  } else {
    const view = viewOf({
      diagram,
      values: {},
      status: Uint8Array.of(),
      solver: { ...about.solver, speed: null },
    });
    process.stdout.write(`${phaseTable(about, view, null)}\n`);
  }
}

/** Writes a diagram's files if a folder is given, and prints the diagram. */
export async function reportPhase(
  map: Phase,
  { phase: asked }: PhaseQuestion,
  command: string,
  json: boolean | undefined,
  folder?: Folder,
): Promise<void> {
  const about = documentOf(map, asked, command);
  if (folder) await writeFiles(folder, map, toJson(about));
  process.stdout.write(
    json ? toJson(withCells(about, map)) : `${phaseTable(about, viewOf(map), map.solver.speed)}\n`,
  );
  if (folder) note(`wrote ${FILES.map(folder.pathOf).join(", ")}`);
}

/** The document of a diagram with each measure's rows added, the lowest row first. */
function withCells(about: object, { diagram, values, status }: Pick<Phase, "diagram" | "values" | "status">) {
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
  let done = 0;
  return visibly((signal, show) =>
    phase(diagram, {
      ...options,
      signal,
      onTile({ status }) {
        done += status.length;
        show(done / cells, `${countText(done)} of ${countText(cells)} cells`);
      },
    }),
  );
}

async function writeFiles(folder: Folder, map: Phase, about: string): Promise<void> {
  const [
    { drawDiagram },
    { phaseToNpz, phaseToParquet },
    { createDocument, svgToPng },
    { parquetWriteFile },
  ] = await Promise.all([
    import("../report/diagram.ts"),
    import("../report/phaseData.ts"),
    import("../report/render.ts"),
    import("hyparquet-writer"),
  ]);
  const svg = drawDiagram(viewOf(map), createDocument());
  await folder.write({
    "phase.png": await svgToPng(svg),
    "phase.svg": svg,
    "phase.parquet": (filename) => parquetWriteFile({ filename, ...phaseToParquet(map, about) }),
    "phase.npz": phaseToNpz(map),
    "phase.json": about,
  });
}

/**
 * The diagram that the command names, not yet checked.
 *
 * @param name of a diagram or preset, or the path of a JSON file that holds either
 * @throws MesaError `INVALID_CONFIG` or `CANNOT_READ`
 */
export async function readDiagram(name: string | undefined, flags: PhaseFlags): Promise<PhaseConfig> {
  if (name === undefined)
    throw new MesaError("INVALID_CONFIG", `no diagram given: name a preset (${NAMES}) or a JSON file`);
  const diagram = await named(name);
  const { config } = diagram;
  const base = typeof config === "string" && Object.hasOwn(presets, config) ? presets[config].config : config;
  const known = typeof base === "object" && base !== null ? (base as Record<string, unknown>) : undefined;
  if (flags.set.length > 0 && !known)
    throw new MesaError("INVALID_CONFIG", `--set changes a configuration, and ${name} has none`);
  const axisOf = (which: "x" | "y") => {
    const given = flags[which];
    if (given !== undefined) return readAxis(`--${which}`, given);
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
  const file = await readJson(name, `a preset (${NAMES})`, NAMES.split(", "));
  // a phase.json has the diagram under `phase`
  const { $schema: _, ...asked } = isRecord(file.phase) ? file.phase : file;
  return (Object.hasOwn(asked, "game") ? { config: asked } : asked) as Partial<PhaseConfig>;
}

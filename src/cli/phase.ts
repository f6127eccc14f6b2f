// `phase`: a map of two settings, as a figure and as data, that goes on where it stopped.

import { hasCode } from "../errors.ts";
import {
  checkPhase,
  type Diagram,
  MesaError,
  openEngine,
  type Phase,
  type PhaseOptions,
  phase,
  phaseMethod,
} from "../index.ts";
import { toJson } from "../report/json.ts";
import { documentOf } from "../report/phaseDocument.ts";
import { phaseTable } from "../report/phaseTable.ts";
import { readWay, type WayFlags } from "./configuration.ts";
import { say } from "./failure.ts";
import { type Folder, openFolder } from "./folder.ts";
import { interruptible } from "./interrupt.ts";
import { type DiagramFlags, readDiagram } from "./phaseQuestion.ts";
import { createProgress } from "./progress.ts";
import { readTiles, TilesWriter } from "./tiles.ts";

/** What the command line gives. */
export interface PhaseFlags extends DiagramFlags, Omit<WayFlags, "precision"> {
  json?: boolean;
  out?: string;
}

const FILES = ["phase.png", "phase.svg", "phase.parquet", "phase.npz", "phase.json"] as const;
/** what an interrupted diagram leaves behind */
const TILES = "phase.partial";

/**
 * Maps and reports.
 *
 * @throws MesaError; then nothing is written but the cells that were solved, and nothing printed
 */
export async function phaseCommand(name: string | undefined, flags: PhaseFlags): Promise<void> {
  const asked = await readDiagram(name, flags);
  const diagram = checkPhase(asked);
  const { backend, method, threads } = readWay({ ...flags, precision: "certified" });
  const options = {
    backend,
    method: phaseMethod(diagram, method),
    ...(threads !== undefined && { threads }),
  };
  const folder = flags.out === undefined ? undefined : await openFolder(flags.out, [...FILES, TILES]);
  let map: Phase;
  let about: ReturnType<typeof documentOf>;
  try {
    map = await (folder ? mapResumably(diagram, options, folder) : mapVisibly(diagram, options));
    about = documentOf(map, asked, commandOf(name, flags));
    if (folder) await writeFiles(folder, map, toJson(about));
  } catch (error) {
    await folder?.discard();
    throw error;
  }
  process.stdout.write(flags.json ? toJson(withCells(about, map)) : `${phaseTable(map)}\n`);
  if (folder) say(`wrote ${FILES.map(folder.pathOf).join(", ")}`);
}

/** A diagram with each measure's rows, from the least y on. */
function withCells(about: object, { diagram, values, status }: Phase) {
  const width = diagram.x.values.length;
  const rows = (cells: Float64Array | Uint8Array) =>
    diagram.y.values.map((_, row) =>
      [...cells.subarray(row * width, (row + 1) * width)].map((x) => (Number.isFinite(x) ? x : null)),
    );
  const byMeasure = diagram.measures.map((measure) => [measure, rows(values[measure])]);
  return { ...about, values: Object.fromEntries(byMeasure), status: rows(status) };
}

async function mapVisibly(diagram: Diagram, options: PhaseOptions): Promise<Phase> {
  const progress = createProgress();
  const cells = diagram.x.values.length * diagram.y.values.length;
  let done = options.done?.cell ?? 0;
  try {
    return await interruptible((signal) =>
      phase(diagram, {
        ...options,
        signal,
        onTile(tile) {
          options.onTile?.(tile);
          done += tile.status.length;
          progress.show(
            done / cells,
            `${done.toLocaleString("en-US")} of ${cells.toLocaleString("en-US")} cells`,
          );
        },
      }),
    );
  } finally {
    progress.stop();
  }
}

/** Goes on from the folder's cells, where it has some, and appends each tile to them as it comes. */
async function mapResumably(diagram: Diagram, options: PhaseOptions, folder: Folder): Promise<Phase> {
  const path = folder.pathOf(TILES);
  const engine = await openEngine(options);
  try {
    const { game: _, ...data } = diagram;
    const { adapter, precision } = engine;
    const question = { ...data, method: options.method, adapter, precision, version: __VERSION__ };
    const count = diagram.x.values.length * diagram.y.values.length;
    const found = await readTiles(path, question, diagram.measures, count);
    if (found.ignored) say(`${found.ignored}: starting anew`);
    if (found.cell > 0) say(`going on from ${path}: ${found.cell} of ${count} cells are solved`);
    const writer = await TilesWriter.open(path, question, diagram.measures, found);
    let solved = found.cell;
    try {
      return await mapVisibly(diagram, {
        ...options,
        engine,
        done: found,
        onTile(tile) {
          writer.append(tile);
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
      await writer.close();
    }
  } finally {
    engine.destroy();
  }
}

async function writeFiles(folder: Folder, map: Phase, about: string): Promise<void> {
  const [{ drawDiagram }, { viewOf }, { createDocument }, { svgToPng }, { phaseToParquet }, { phaseToNpz }] =
    await Promise.all([
      import("../report/diagram.ts"),
      import("../report/phaseView.ts"),
      import("../report/document.ts"),
      import("./png.ts"),
      import("../report/parquet.ts"),
      import("../report/npz.ts"),
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

/** The command that makes the diagram again, wherever it is to be put. */
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

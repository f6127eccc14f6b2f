// A phase diagram: a game solved for every pair of values of two of its settings, tile by tile.

import * as v from "valibot";
import { checkNotAborted, MesaError } from "../errors.ts";
import { callable, checkOptions, isRecord, solvingOptions, whole } from "../schema.ts";
import { METHODS, methods, refusal } from "../solve/methods.ts";
import { type Cells, createCells } from "./cells.ts";
import { checkPhase, type Diagram, type PhaseConfig } from "./config.ts";
import { type EngineMethod, type EngineOptions, openEngine, type PhaseEngine } from "./engine.ts";
import { kernelCodeOf } from "./gpu.ts";
import { checkSample, type SampleCheck } from "./sample.ts";
import { placeCells, pointsOf, type Rectangle, sliceCells, tilesOf } from "./tiles.ts";

/**
 * Cells that are solved, of a rectangle of the diagram or, where a coarse picture comes first, of every `stride`th of
 * its columns and rows: what is at (c, r) of the tile is at (stride·(column + c), stride·(row + r)) of the diagram.
 */
export interface Tile extends Cells, Rectangle {
  readonly stride: number;
  /** its index among the tiles of that stride */
  readonly tile: number;
}

/** How a diagram is solved. */
export interface PhaseOptions extends EngineOptions {
  /** `auto`, the default: `exact` where the game has it and no margin is asked, else as `solve` chooses */
  method?: "auto" | EngineMethod;
  /** an engine to use, which stays open; `backend` and `gpu` are then of no use */
  engine?: PhaseEngine;
  /** how many cells are solved again in float64 where float32 solved them; 1024 unless given */
  sample?: number;
  /** aborts the work: it throws `ABORTED` */
  signal?: AbortSignal;
  /** is given the cells as they are solved, those of a stride of 1 from below to above */
  onTile?: (tile: Tile) => void;
  /** whether a coarse picture comes first, and then a finer one */
  progressive?: boolean;
}

/** A solved diagram. */
export interface Phase extends Cells {
  readonly diagram: Diagram;
  readonly solver: {
    readonly backend: "cpu" | "gpu";
    readonly adapter: string;
    readonly method: EngineMethod;
    readonly precision: "float64" | "f32";
    /** how far float32 is from float64 on a sample; null where all of it was float64 */
    readonly sample: SampleCheck | null;
    /** cells a second, the opening of a device not counted; null where they were solved elsewhere */
    readonly speed: number | null;
    readonly version: string;
  };
}

/** what `phase` takes beside what solving takes */
const PHASE_OPTIONS = {
  engine: v.custom(
    (value) => typeof (value as { solve?: unknown } | null)?.solve === "function",
    "an engine, from openEngine",
  ),
  sample: whole(0),
  onTile: callable,
  progressive: v.any(),
};
/** strides of a diagram that is drawn progressively */
const STRIDES = [16, 4, 1] as const;
/** how long cells should be solved at a time, in milliseconds */
const TARGET = 150;
/** how many times more cells may be solved next */
const GROWTH = 8;
/** cells of a sample */
const SAMPLE = 1024;
/** what solves what the kernel does not know */
const IN_FLOAT64 = { backend: "cpu", adapter: "cpu", precision: "float64" } as const;

/**
 * What `method: "auto"` takes, or what was asked if the diagram has it.
 *
 * @throws MesaError `INVALID_CONFIG`, also where a GPU is asked for and its kernel does not know the diagram
 */
export function phaseMethod(
  diagram: Diagram,
  asked: "auto" | EngineMethod = "auto",
  backend: EngineOptions["backend"] = "auto",
): EngineMethod {
  const method = chooseMethod(diagram, asked);
  checkBackend(diagram, method, backend);
  return method;
}

function chooseMethod(
  { game, measures, config: { horizon = "finite" } }: Diagram,
  asked: "auto" | EngineMethod,
): EngineMethod {
  const grid = measures.includes("margin");
  const has = (method: EngineMethod) => methods[method]({ game, horizon }) === undefined;
  if (asked === "auto") return has("exact") && !grid ? "exact" : has("moments") ? "moments" : "rollout";
  const invalid = (text: string) => new MesaError("INVALID_CONFIG", text);
  if (!METHODS.includes(asked))
    throw invalid(`method must be one of auto, ${METHODS.join(", ")}, got ${JSON.stringify(asked)}`);
  const refused = refusal({ game, horizon }, asked);
  if (refused !== undefined) throw invalid(refused);
  if (asked === "exact" && grid)
    throw invalid("the measure margin is of a grid: it has no meaning where method is exact");
  return asked;
}

/** How many cells should be solved next, after so many that took so long. */
function nextSize(count: number, milliseconds: number): number {
  const factor = Math.min(GROWTH, Math.max(1 / GROWTH, TARGET / Math.max(milliseconds, 1e-3)));
  return Math.max(1, Math.round(count * factor));
}

/** How tiles are solved. */
export interface TilesOptions {
  readonly engine: PhaseEngine;
  readonly method: EngineMethod;
  readonly signal?: AbortSignal | undefined;
  /** which tiles of those of {@link tilesOf}; all of them unless given */
  readonly tiles?: readonly number[];
  /** of every so many columns and rows one; 1 unless given */
  readonly stride?: number;
  readonly onTile: (tile: Tile) => void;
}

/** Solves tiles of a diagram, as many at a time as take a moment. @throws as the engine does */
export async function solveTiles(diagram: Diagram, options: TilesOptions): Promise<void> {
  const { engine, method, signal, stride = 1, onTile } = options;
  const all = tilesOf(
    Math.ceil(diagram.x.values.length / stride),
    Math.ceil(diagram.y.values.length / stride),
  );
  const waiting = options.tiles ?? all.map((_, tile) => tile);
  let size = engine.atOnce;
  for (let next = 0; next < waiting.length; ) {
    checkNotAborted(signal);
    const some: number[] = [];
    for (let cells = 0; next < waiting.length && cells < size; next++) {
      some.push(waiting[next]);
      cells += all[waiting[next]].columns * all[waiting[next]].rows;
    }
    const before = performance.now();
    const points = pointsOf(
      diagram,
      some.map((tile) => all[tile]),
      stride,
    );
    const solved = await engine.solve(diagram, points, method, signal);
    size = Math.max(engine.atOnce, nextSize(points.x.length, performance.now() - before));
    let at = 0;
    for (const tile of some) {
      const count = all[tile].columns * all[tile].rows;
      onTile({ ...all[tile], stride, tile, ...sliceCells(solved, at, at + count) });
      at += count;
    }
  }
}

/** @throws MesaError `INVALID_CONFIG` where a GPU is asked for and its kernel does not know the diagram */
function checkBackend(diagram: Diagram, method: EngineMethod, backend: EngineOptions["backend"]): void {
  const code = backend === "gpu" && kernelCodeOf(diagram, method);
  if (typeof code === "string") throw new MesaError("INVALID_CONFIG", `${code}, and backend gpu was asked`);
}

/** whether `checkPhase` made it: what is asked has no game beside its configuration */
const isChecked = (config: PhaseConfig | Diagram): config is Diagram =>
  isRecord(config) && ["game", "base", "config", "x", "y", "measures"].every((key) => key in config);

/**
 * Solves a diagram.
 *
 * @param config what is asked, or what `checkPhase` made of it
 * @throws MesaError with the code of what is wrong
 */
export async function phase(config: PhaseConfig | Diagram, options: PhaseOptions = {}): Promise<Phase> {
  const { onProgress: _, precision: __, ...solving } = solvingOptions;
  checkOptions(options, { ...solving, ...PHASE_OPTIONS });
  const diagram = isChecked(config) ? config : checkPhase(config);
  const { engine: given, method: asked, sample, signal, onTile, progressive, ...opening } = options;
  const method = phaseMethod(diagram, asked, opening.backend);
  const engine = given ?? (await openEngine(opening));
  const columns = diagram.x.values.length;
  const cells = createCells(diagram.measures, columns * diagram.y.values.length);
  const started = performance.now();
  let solved = 0;
  try {
    for (const stride of progressive ? STRIDES : STRIDES.slice(-1)) {
      await solveTiles(diagram, {
        ...{ engine, method, signal, stride },
        onTile(tile) {
          solved += tile.status.length;
          if (stride === 1) placeCells(cells, columns, tile, tile);
          onTile?.(tile);
        },
      });
    }
    const speed = (1000 * solved) / (performance.now() - started);
    return await finishPhase(diagram, cells, engine, { method, speed, signal, sample });
  } finally {
    if (!given) engine.destroy();
  }
}

/** What solves the cells of a diagram: an engine, or the CPU where the engine's kernel does not know it. */
export function whatSolves(
  diagram: Diagram,
  engine: Pick<PhaseEngine, "backend" | "adapter" | "precision">,
  method: EngineMethod,
) {
  const { backend, adapter, precision } =
    typeof kernelCodeOf(diagram, method) === "string" ? IN_FLOAT64 : engine;
  return { backend, adapter, precision };
}

/** A diagram whose cells are solved, by an engine or one like it, which checks them on a sample. */
export async function finishPhase(
  diagram: Diagram,
  cells: Cells,
  engine: Omit<PhaseEngine, "solve">,
  {
    method,
    speed,
    signal,
    sample: count = SAMPLE,
  }: {
    method: EngineMethod;
    speed: number | null;
    signal?: AbortSignal | undefined;
    sample?: number | undefined;
  },
): Promise<Phase> {
  const { backend, adapter, precision } = whatSolves(diagram, engine, method);
  const sample =
    precision === "f32" ? await checkSample(diagram, cells, { engine, method, count, signal }) : null;
  const solver = { backend, adapter, method, precision, sample, speed, version: __VERSION__ };
  return { ...cells, diagram, solver };
}

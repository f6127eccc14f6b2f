// A phase diagram: a game solved for every pair of values of two of its settings, tile by tile.

import * as v from "valibot";
import { checkNotAborted, MesaError } from "../errors.ts";
import { callable, checkOptions, isRecord, solvingOptions, whole } from "../schema.ts";
import { METHODS, type MethodName, methods, refusal } from "../solve/methods.ts";
import { type Cells, createCells } from "./cells.ts";
import { checkPhase, type Diagram, type PhaseConfig } from "./config.ts";
import { type EngineOptions, openEngine, type PhaseEngine } from "./engine.ts";
import { kernelCodeOf } from "./gpu.ts";
import { checkSample, type SampleCheck } from "./sample.ts";
import { placeCells, pointsOf, type Rectangle, sliceCells, tilesOf } from "./tiles.ts";

/**
 * Solved cells of a rectangle of a diagram. A coarse picture takes only every `stride`th column and row: the cell (c, r)
 * of the tile is the cell (stride·(column + c), stride·(row + r)) of the diagram.
 */
export interface Tile extends Cells, Rectangle {
  /** the distance between neighbouring cells, in columns and rows of the diagram; 1 for the whole picture */
  readonly stride: number;
  /** the index of the tile among the tiles of that stride, as in {@link tilesOf} */
  readonly tile: number;
}

/** How a diagram is solved. */
export interface PhaseOptions extends EngineOptions {
  /** `auto`, the default: `exact` if the game has it and the measures do not include `margin`, else as `solve` chooses */
  method?: "auto" | MethodName;
  /** an engine to use, which stays open; `backend`, `threads` and `gpu` are then ignored */
  engine?: PhaseEngine;
  /** how many cells to solve again in float64 when the engine uses float32; 1024 by default */
  sample?: number;
  /** aborts the work, which then throws `ABORTED` */
  signal?: AbortSignal;
  /** called with each tile when it is solved; the tiles of stride 1 come from bottom to top */
  onTile?: (tile: Tile) => void;
  /** whether to solve coarse pictures first, with strides of 16 and 4 */
  progressive?: boolean;
}

/** A solved phase diagram. Its cells are row by row from the bottom, each row from the left. */
export interface Phase extends Cells {
  /** the diagram, with the values of its axes */
  readonly diagram: Diagram;
  /** what solved it */
  readonly solver: {
    /** the backend that ran */
    readonly backend: "cpu" | "gpu";
    /** the name of the WebGPU adapter, or `cpu` */
    readonly adapter: string;
    /** the method that ran */
    readonly method: MethodName;
    /** the arithmetic of the cells */
    readonly precision: "float64" | "f32";
    /** how float32 differs from float64 on a sample of cells; null if every cell was solved in float64 */
    readonly sample: SampleCheck | null;
    /** cells per second, without the opening of the device; null if the cells were solved elsewhere */
    readonly speed: number | null;
    /** the version of this package */
    readonly version: string;
  };
}

/** the options of `phase` besides those of solving */
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
/** the target time of a batch of cells, in milliseconds */
const TARGET = 150;
/** the maximum factor between the sizes of two successive batches */
const GROWTH = 8;
/** the number of cells of a sample */
const SAMPLE = 1024;
/** the solver for diagrams that the kernel cannot solve */
const IN_FLOAT64 = { backend: "cpu", adapter: "cpu", precision: "float64" } as const;

/**
 * The method that solves a diagram: the one that `auto` chooses, or the given one.
 *
 * @param asked the given method
 * @param backend the given backend
 * @throws {@link MesaError} `INVALID_CONFIG` if the diagram does not have the method, or if `backend` is `gpu` and the
 *   diagram can be solved on the CPU only
 */
export function phaseMethod(
  diagram: Diagram,
  asked: "auto" | MethodName = "auto",
  backend: EngineOptions["backend"] = "auto",
): MethodName {
  const method = chooseMethod(diagram, asked);
  checkBackend(diagram, method, backend);
  return method;
}

function chooseMethod(
  { game, measures, config: { horizon = "finite" } }: Diagram,
  asked: "auto" | MethodName,
): MethodName {
  const grid = measures.includes("margin");
  const has = (method: MethodName) => methods[method]({ game, horizon }) === undefined;
  if (asked === "auto") return has("exact") && !grid ? "exact" : has("moments") ? "moments" : "rollout";
  const invalid = (text: string) => new MesaError("INVALID_CONFIG", text);
  if (!METHODS.includes(asked))
    throw invalid(`method must be one of auto, ${METHODS.join(", ")}, got ${JSON.stringify(asked)}`);
  const refused = refusal({ game, horizon }, asked);
  if (refused !== undefined) throw invalid(refused);
  if (asked === "exact" && grid)
    throw invalid("the measure margin needs a grid of candidates: it is not defined for the method exact");
  return asked;
}

/** How many cells to solve next, from the number of the last ones and the time that they took. */
function nextSize(count: number, milliseconds: number): number {
  const factor = Math.min(GROWTH, Math.max(1 / GROWTH, TARGET / Math.max(milliseconds, 1e-3)));
  return Math.max(1, Math.round(count * factor));
}

/** How the tiles of a diagram are solved. */
export interface TilesOptions {
  /** an open engine */
  readonly engine: PhaseEngine;
  /** how the best response is found, as {@link phaseMethod} returns it */
  readonly method: MethodName;
  /** aborts the work */
  readonly signal?: AbortSignal | undefined;
  /** indices of tiles in the list of {@link tilesOf}; all tiles by default */
  readonly tiles?: readonly number[];
  /** solve only every `stride`th column and row; 1 by default */
  readonly stride?: number;
  /** called with each tile when it is solved */
  readonly onTile: (tile: Tile) => void;
}

/**
 * Solves tiles of a diagram, several at a time.
 *
 * @throws {@link MesaError} as the engine's `solve`
 */
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

/** @throws MesaError `INVALID_CONFIG` if backend is `gpu` and the kernel cannot solve the diagram */
function checkBackend(diagram: Diagram, method: MethodName, backend: EngineOptions["backend"]): void {
  const code = backend === "gpu" && kernelCodeOf(diagram, method);
  if (typeof code === "string") throw new MesaError("INVALID_CONFIG", `${code}, and backend gpu was asked`);
}

/** whether `checkPhase` made it: only then it has the key `game` besides its configuration */
const isChecked = (config: PhaseConfig | Diagram): config is Diagram =>
  isRecord(config) && ["game", "base", "config", "x", "y", "measures"].every((key) => key in config);

/**
 * Solves a phase diagram: one game for each pair of values of two settings.
 *
 * @param config a diagram as a user gives it, or as {@link checkPhase} returns it
 * @param options where and by which method to solve
 * @returns the measures and the status of each cell, and what solved them
 * @throws {@link MesaError} `INVALID_CONFIG`, `LIMIT_EXCEEDED`, `NO_ADAPTER`, `ABORTED`, or an error of the GPU
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

/** What solves the cells of a diagram: the engine, or the CPU in float64 if the engine's kernel cannot solve them. */
export function whatSolves(
  diagram: Diagram,
  engine: Pick<PhaseEngine, "backend" | "adapter" | "precision">,
  method: MethodName,
): Pick<PhaseEngine, "backend" | "adapter" | "precision"> {
  const { backend, adapter, precision } =
    typeof kernelCodeOf(diagram, method) === "string" ? IN_FLOAT64 : engine;
  return { backend, adapter, precision };
}

/**
 * Makes a phase diagram of solved cells, such as those of several shards. If they are float32, a sample of them is
 * solved again in float64.
 *
 * @param cells all cells of the diagram
 * @param engine what solves the sample
 * @returns the diagram with its cells, and what solved them
 * @throws {@link MesaError} as the engine's `settle`
 */
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
    method: MethodName;
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

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
 * Solved cells of a rectangle of the diagram or, in a coarse picture, of every `stride`-th column and row of it. The
 * cell at (c, r) of the tile is at (stride·(column + c), stride·(row + r)) of the diagram.
 */
export interface Tile extends Cells, Rectangle {
  readonly stride: number;
  /** its index among the tiles of its stride */
  readonly tile: number;
}

/** How a diagram is solved. */
export interface PhaseOptions extends EngineOptions {
  /** `auto`, the default: `exact` if it applies to the game and no margin is mapped, otherwise as `solve` chooses */
  method?: "auto" | EngineMethod;
  /** an engine to use, which stays open; `backend` and `gpu` then have no effect */
  engine?: PhaseEngine;
  /** how many cells that float32 solved are solved again in float64; default 1024 */
  sample?: number;
  /** aborts the work, which then throws `ABORTED` */
  signal?: AbortSignal;
  /** receives cells when they are solved; cells of stride 1 come from the lowest row upward */
  onTile?: (tile: Tile) => void;
  /** whether to solve a coarse picture first, and then finer ones */
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
    /** the difference between float32 and float64 on a sample; null if everything was solved in float64 */
    readonly sample: SampleCheck | null;
    /** cells per second, without the time to open a device; null if they were solved elsewhere */
    readonly speed: number | null;
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
 * The method that `method: "auto"` chooses, or the requested method if it applies to the diagram.
 *
 * @throws MesaError `INVALID_CONFIG`, also if backend is `gpu` and the kernel cannot solve the diagram
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
    throw invalid("the measure margin needs a grid of candidates: it is not defined for the method exact");
  return asked;
}

/** How many cells to solve next, from the number of the last ones and the time that they took. */
function nextSize(count: number, milliseconds: number): number {
  const factor = Math.min(GROWTH, Math.max(1 / GROWTH, TARGET / Math.max(milliseconds, 1e-3)));
  return Math.max(1, Math.round(count * factor));
}

/** How tiles are solved. */
export interface TilesOptions {
  readonly engine: PhaseEngine;
  readonly method: EngineMethod;
  readonly signal?: AbortSignal | undefined;
  /** indices of tiles of {@link tilesOf}; default all */
  readonly tiles?: readonly number[];
  /** solves one of every `stride` columns and rows; default 1 */
  readonly stride?: number;
  readonly onTile: (tile: Tile) => void;
}

/** Solves tiles of a diagram, in batches of about {@link TARGET} milliseconds. @throws as the engine does */
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
function checkBackend(diagram: Diagram, method: EngineMethod, backend: EngineOptions["backend"]): void {
  const code = backend === "gpu" && kernelCodeOf(diagram, method);
  if (typeof code === "string") throw new MesaError("INVALID_CONFIG", `${code}, and backend gpu was asked`);
}

/** whether `checkPhase` made it: only then it has the key `game` besides its configuration */
const isChecked = (config: PhaseConfig | Diagram): config is Diagram =>
  isRecord(config) && ["game", "base", "config", "x", "y", "measures"].every((key) => key in config);

/**
 * Solves a diagram.
 *
 * @param config the diagram, as plain data or as `checkPhase` returned it
 * @throws MesaError whose code says what is wrong
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

/** The solver of a diagram's cells: the engine, or the CPU if the engine's kernel cannot solve the diagram. */
export function whatSolves(
  diagram: Diagram,
  engine: Pick<PhaseEngine, "backend" | "adapter" | "precision">,
  method: EngineMethod,
) {
  const { backend, adapter, precision } =
    typeof kernelCodeOf(diagram, method) === "string" ? IN_FLOAT64 : engine;
  return { backend, adapter, precision };
}

/** A diagram whose cells are solved; if that was in float32, the engine checks a sample of them. */
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

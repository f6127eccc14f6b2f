// A phase diagram: a game solved for every pair of values of two of its settings, tile by tile.

import { checkNotAborted, MesaError } from "../errors.ts";
import { METHODS, methods, refusal } from "../solve/methods.ts";
import { type Cells, createCells, placeCells, type Rectangle, type Window } from "./cells.ts";
import { checkPhase, type Diagram, type PhaseConfig } from "./config.ts";
import { type EngineMethod, type EngineOptions, openEngine, type PhaseEngine } from "./engine.ts";
import { kernelCodeOf } from "./gpu.ts";
import { checkSample, type SampleCheck } from "./sample.ts";

/**
 * Cells that are solved, of a rectangle of the diagram or, where a coarse picture comes first, of every `stride`th of
 * its columns and rows: what is at (c, r) of the tile is at (stride·(column + c), stride·(row + r)) of the diagram.
 */
export interface Tile extends Cells, Rectangle {
  readonly stride: number;
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
  /** what is solved already: the cells before `cell`, row by row, in a diagram's shape; the work goes on from there */
  done?: { readonly cells: Cells; readonly cell: number };
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
    /** cells a second, the opening of a device not counted */
    readonly speed: number;
    readonly version: string;
  };
}

/** strides of a diagram that is drawn progressively */
const STRIDES = [16, 4, 1] as const;
/** how long a tile should take, in milliseconds */
const TARGET = 150;
/** cells of the first tile, and how many times more the next may have */
const FIRST_TILE = 64;
const GROWTH = 8;
/** cells of a sample */
const SAMPLE = 1024;
/** what solves what the kernel does not know */
const IN_FLOAT64 = { backend: "cpu", adapter: "cpu", precision: "float64" } as const;

/** What `method: "auto"` takes, or what was asked if the diagram has it. */
export function phaseMethod(
  { game, measures, config: { horizon = "finite" } }: Diagram,
  asked: "auto" | EngineMethod = "auto",
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

/** The next rectangle of so many cells, about, row by row: some whole rows, or a piece of one; undefined at the end. */
export function nextRectangle(
  at: number,
  size: number,
  columns: number,
  rows: number,
): Rectangle | undefined {
  const row = Math.floor(at / columns);
  const column = at % columns;
  if (row >= rows) return undefined;
  if (column > 0 || size < columns)
    return { column, row, columns: Math.min(size, columns - column), rows: 1 };
  return { column, row, columns, rows: Math.min(Math.floor(size / columns), rows - row) };
}

/** The values of a tile's columns and rows. */
function windowOf({ x, y }: Diagram, { column, row, columns, rows }: Rectangle, stride: number): Window {
  const along = (values: readonly number[], from: number, count: number) =>
    Array.from({ length: count }, (_, i) => values[(from + i) * stride]);
  return { x: along(x.values, column, columns), y: along(y.values, row, rows) };
}

/** How many cells the next tile should have after one that took so long. */
function nextSize(count: number, milliseconds: number): number {
  const factor = Math.min(GROWTH, Math.max(1 / GROWTH, TARGET / Math.max(milliseconds, 1e-3)));
  return Math.max(1, Math.round(count * factor));
}

/**
 * Solves a diagram.
 *
 * @param config what is asked, or what `checkPhase` made of it
 * @throws MesaError with the code of what is wrong
 */
export async function phase(config: PhaseConfig | Diagram, options: PhaseOptions = {}): Promise<Phase> {
  const diagram = "base" in config ? config : checkPhase(config);
  const method = phaseMethod(diagram, options.method);
  if (options.backend === "gpu") {
    const code = kernelCodeOf(diagram, method);
    if (typeof code === "string") throw new MesaError("INVALID_CONFIG", `${code}, and backend gpu was asked`);
  }
  const engine = options.engine ?? (await openEngine(options));
  const inFloat32 = engine.precision === "f32" && typeof kernelCodeOf(diagram, method) !== "string";
  const [columns, rows] = [diagram.x.values.length, diagram.y.values.length];
  const cells = { ...(options.done?.cells ?? createCells(diagram.measures, columns * rows)) };
  const from = options.done?.cell ?? 0;
  const started = performance.now();
  let solved = 0;
  try {
    for (const stride of options.progressive ? STRIDES : STRIDES.slice(-1)) {
      const [across, up] = [Math.ceil(columns / stride), Math.ceil(rows / stride)];
      let size = FIRST_TILE;
      for (let at = stride === 1 ? from : 0; ; ) {
        checkNotAborted(options.signal);
        const rectangle = nextRectangle(at, size, across, up);
        if (!rectangle) break;
        const before = performance.now();
        const part = await engine.solve(
          diagram,
          windowOf(diagram, rectangle, stride),
          method,
          options.signal,
        );
        const count = part.status.length;
        size = nextSize(count, performance.now() - before);
        at += count;
        solved += count;
        if (stride === 1) {
          placeCells(cells, columns, part, rectangle);
          cells.settled += part.settled;
        }
        options.onTile?.({ ...rectangle, stride, ...part });
      }
    }
    const { backend, adapter, precision } = inFloat32 ? engine : IN_FLOAT64;
    const speed = (1000 * solved) / (performance.now() - started);
    const { signal } = options;
    const count = options.sample ?? SAMPLE;
    const sample = inFloat32
      ? await checkSample(diagram, cells, { engine, method, count, ...(signal && { signal }) })
      : null;
    const solver = { backend, adapter, method, precision, sample, speed, version: __VERSION__ };
    return { ...cells, diagram, solver };
  } finally {
    if (!options.engine) engine.destroy();
  }
}

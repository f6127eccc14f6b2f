// A phase diagram: a game solved for every pair of values of two of its settings, tile by tile.

import { checkNotAborted, MesaError } from "../errors.ts";
import { createProblem } from "../problem.ts";
import { type Cells, createCells, type Window } from "./cells.ts";
import { checkPhase, type Diagram, type PhaseConfig } from "./config.ts";
import { type EngineMethod, type EngineOptions, openEngine, type PhaseEngine } from "./engine.ts";

/** Cells that are solved: every `stride`th of a rectangle's rows and columns. */
export interface Tile extends Cells {
  /** the first column and row, from the lower left */
  readonly column: number;
  readonly row: number;
  /** how many columns and rows were solved */
  readonly columns: number;
  readonly rows: number;
  /** from one of these to the next, in cells of the diagram */
  readonly stride: number;
}

/** How a diagram is solved. */
export interface PhaseOptions extends EngineOptions {
  /** `auto`, the default: `exact` where the game has it and no margin is asked, else as `solve` chooses */
  method?: "auto" | EngineMethod;
  /** an engine to use, which stays open; `backend` and `gpu` are then of no use */
  engine?: PhaseEngine;
  /** aborts the work: it throws `ABORTED` */
  signal?: AbortSignal;
  /** is given the cells as they are solved, those of a stride of 1 from below to above */
  onTile?: (tile: Tile) => void;
  /** whether a coarse picture comes first, and then ever finer ones */
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
    /** cells a second, the opening of a device not counted */
    readonly speed: number;
    readonly version: string;
  };
}

/** strides of a diagram that is drawn progressively */
const STRIDES = [16, 4] as const;
/** cells of a tile, about: a moment's work where they are dear, and worth a dispatch where they are cheap */
const TILE = 2 ** 14;

/** What `method: "auto"` takes, or what was asked if the diagram has it. */
export function phaseMethod(
  { game, measures }: Diagram,
  asked: "auto" | EngineMethod = "auto",
): EngineMethod {
  const grid = measures.includes("margin");
  const closed = game.proportional?.quadraticGain !== undefined && Object.keys(game.decision).length === 1;
  if (asked === "auto") return closed && !grid ? "exact" : game.proportional ? "moments" : "rollout";
  if (!["exact", "moments", "rollout"].includes(asked))
    throw new MesaError(
      "INVALID_CONFIG",
      `method must be one of auto, exact, moments, rollout, got ${JSON.stringify(asked)}`,
    );
  if ((asked === "exact" && !closed) || (asked === "moments" && !game.proportional))
    throw new MesaError("INVALID_CONFIG", `the game ${game.name} has no method ${asked}`);
  if (asked === "exact" && grid)
    throw new MesaError(
      "INVALID_CONFIG",
      "the measure margin is of a grid: it has no meaning where method is exact",
    );
  return asked;
}

/** The tiles that a diagram of so many columns and rows is solved in, each stride's from below to above. */
export function tilesOf(columns: number, rows: number, progressive = false) {
  return [...(progressive ? STRIDES : []), 1].flatMap((stride) => {
    const across = Math.ceil(columns / stride);
    const up = Math.ceil(rows / stride);
    const height = Math.max(1, Math.floor(TILE / across));
    return Array.from({ length: Math.ceil(up / height) }, (_, i) => ({
      ...{ column: 0, row: i * height * stride, stride, columns: across },
      rows: Math.min(height, up - i * height),
    }));
  });
}

/** The values of a tile's rows and columns. */
export function windowOf({ x, y }: Diagram, tile: Omit<Tile, keyof Cells>): Window {
  const along = (values: readonly number[], from: number, count: number) =>
    Array.from({ length: count }, (_, i) => values[from + i * tile.stride]);
  return { x: along(x.values, tile.column, tile.columns), y: along(y.values, tile.row, tile.rows) };
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
  createProblem({ ...diagram.config, game: diagram.game });
  const engine = options.engine ?? (await openEngine(options));
  const [columns, rows] = [diagram.x.values.length, diagram.y.values.length];
  const cells = createCells(diagram.measures, columns * rows);
  const started = performance.now();
  let solved = 0;
  try {
    for (const tile of tilesOf(columns, rows, options.progressive)) {
      checkNotAborted(options.signal);
      const part = await engine.solve(diagram, windowOf(diagram, tile), method, options.signal);
      solved += part.status.length;
      if (tile.stride === 1) {
        for (const name of diagram.measures) cells.values[name].set(part.values[name], tile.row * columns);
        cells.status.set(part.status, tile.row * columns);
        cells.settled += part.settled;
      }
      options.onTile?.({ ...tile, ...part });
    }
  } finally {
    if (!options.engine) engine.destroy();
  }
  const { backend, adapter, precision } = engine;
  return {
    ...cells,
    diagram,
    solver: {
      ...{ backend, adapter, method, precision },
      speed: (1000 * solved) / (performance.now() - started),
      version: __VERSION__,
    },
  };
}

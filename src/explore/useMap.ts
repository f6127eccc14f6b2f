// A map's cells as they arrive, coarse ones first. A newer request stops the map before it, whose cells stay visible until
// the new ones cover them.

import { useRef } from "preact/hooks";
import { checkNotAborted, hasCode } from "../errors.ts";
import { type Diagram, openEngine, type Phase, type PhaseEngine, phase, type Tile } from "../index.ts";
import type { MapRequest } from "./mapGeometry.ts";
import { checkDiagram } from "./mapSettings.ts";
import type { Backend } from "./state.ts";
import { NO_WORK, useWork, type Work } from "./work.tsx";

/** A map as far as it is known; some cells may be coarse, or still from the previous request. */
export interface ShownMap {
  readonly diagram: Diagram;
  readonly measure: string;
  /** NaN where there is no value; the lowest row first, shape [rows × columns] */
  readonly values: Float64Array;
  /** codes of the cells' statuses, shape [rows × columns] */
  readonly status: Uint8Array;
  /** counts the changes of `values`, which is filled in place */
  readonly version: number;
}

/** What is known of a map. */
interface MapAnswer extends Work {
  readonly map: ShownMap | null;
  /** the latest complete map, which may be the previous request's while this one is drawn */
  readonly phase: Phase | null;
  /** whether `map` is complete */
  readonly done: boolean;
}

/** how many cells are solved again in float64 to check float32 */
const SAMPLE = 256;

/** settles when the last map has: an engine solves one map at a time */
let before: Promise<unknown> = Promise.resolve();
/** open engines, whose devices and threads are reused by later maps */
const engines = new Map<Backend, Promise<PhaseEngine>>();

function engineFor(backend: Backend): Promise<PhaseEngine> {
  const open = engines.get(backend) ?? openEngine({ backend });
  engines.set(backend, open);
  open.catch(() => engines.delete(backend));
  return open;
}

/** The map to start with: it takes over the previous map's cells if size and measure are the same. */
function mapAfter(before: ShownMap | null, diagram: Diagram, measure: string): ShownMap {
  const cells = diagram.x.values.length * diagram.y.values.length;
  const same = before?.measure === measure && before.values.length === cells;
  return {
    diagram,
    measure,
    values: same ? before.values : new Float64Array(cells).fill(Number.NaN),
    status: same ? before.status : new Uint8Array(cells),
    version: (before?.version ?? 0) + 1,
  };
}

/** Writes a tile's cells into a map, each repeated over the tile's stride. */
function fill({ values, status, measure, diagram }: ShownMap, tile: Tile): void {
  const { stride } = tile;
  const columns = diagram.x.values.length;
  const rows = diagram.y.values.length;
  for (let j = 0, i = 0; j < tile.rows; j++)
    for (let k = 0; k < tile.columns; k++, i++) {
      const bottom = stride * (tile.row + j);
      const left = stride * (tile.column + k);
      const right = Math.min(columns, left + stride);
      for (let row = bottom; row < Math.min(rows, bottom + stride); row++) {
        values.fill(tile.values[measure][i], row * columns + left, row * columns + right);
        status.fill(tile.status[i], row * columns + left, row * columns + right);
      }
    }
}

/** The map of a request; null is no request. */
export function useMap(request: MapRequest | null): MapAnswer {
  const shown = useRef<ShownMap | null>(null);
  return useWork<MapRequest, MapAnswer>(request, {
    nothing: { ...NO_WORK, map: null, phase: null, done: false },
    patience: 300,
    stopped: "Stopped.",
    async work({ settings, diagram: chosen, backend }, signal, tell) {
      const { method, measure } = chosen;
      const diagram = checkDiagram(settings, chosen);
      const [columns, rows] = [diagram.x.values.length, diagram.y.values.length];
      let begun = false;
      /** whether every cell is this request's, if only coarsely */
      let covered = false;
      const onTile = (tile: Tile) => {
        if (signal.aborted) return;
        const { stride, row, column } = tile;
        shown.current = begun
          ? { ...shown.current!, version: shown.current!.version + 1 }
          : mapAfter(shown.current, diagram, measure);
        begun = true;
        fill(shown.current, tile);
        covered ||= stride * (row + tile.rows) >= rows && stride * (column + tile.columns) >= columns;
        const cells = row * columns + tile.rows * tile.columns;
        tell({ map: shown.current }, stride === 1 ? cells / (columns * rows) : undefined);
      };
      const solve = async () => {
        const engine = await engineFor(backend);
        checkNotAborted(signal);
        const how = { engine, method: method === "grid" ? "moments" : "auto", signal, onTile } as const;
        return phase(diagram, { ...how, progressive: true, sample: SAMPLE });
      };
      tell({ done: false, problem: null });
      const solved = before.then(solve).catch((error) => {
        if (!hasCode(error, "DEVICE_LOST")) throw error;
        engines.delete(backend); // another device, once
        return solve();
      });
      before = solved.catch(() => undefined);
      try {
        return { phase: await solved, done: true };
      } catch (error) {
        tell({ phase: null, ...(!covered && { map: null }) });
        throw error;
      }
    },
  });
}

// A map's cells as they arrive, coarse cells first. A new request stops the previous map, whose cells stay visible
// until the new cells cover them.

import { useRef } from "preact/hooks";
import type { Diagram, Phase, Tile } from "../index.ts";
import { storedMap } from "./answers.ts";
import type { MapRequest } from "./mapGeometry.ts";
import { checkDiagram, phaseConfigOf } from "./mapSettings.ts";
import { ask } from "./solvers.ts";
import { NO_WORK, useWork, type Work } from "./work.tsx";

/** A map as far as it is solved; some cells may be coarse, or still belong to the previous request. */
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

/** The map, as far as it is solved. */
interface MapAnswer extends Work {
  readonly map: ShownMap | null;
  /** the latest complete map, which may belong to the previous request while this one is drawn */
  readonly phase: Phase | null;
  /** whether `map` is complete */
  readonly done: boolean;
}

/** the number of cells that are solved again in float64 to check float32 */
const SAMPLE = 256;

/** The first picture of a new map: it keeps the previous map's cells if size and measure are the same. */
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

/** The map of a request; null means no request. */
export function useMap(request: MapRequest | null): MapAnswer {
  const shown = useRef<ShownMap | null>(null);
  return useWork<MapRequest, MapAnswer>(request, {
    nothing: { ...NO_WORK, map: null, phase: null, done: false },
    patience: 300,
    stopped: "Stopped.",
    async work({ settings, diagram: chosen, backend }, signal, publish) {
      const { method, measure } = chosen;
      const diagram = checkDiagram(settings, chosen);
      const [columns, rows] = [diagram.x.values.length, diagram.y.values.length];
      let begun = false;
      /** whether every cell belongs to this request, maybe coarsely */
      let covered = false;
      const onTiles = (tiles: readonly Tile[]) => {
        if (signal.aborted) return;
        shown.current = begun
          ? { ...shown.current!, version: shown.current!.version + 1 }
          : mapAfter(shown.current, diagram, measure);
        begun = true;
        let share: number | undefined;
        for (const tile of tiles) {
          const { stride, row, column } = tile;
          fill(shown.current, tile);
          covered ||= stride * (row + tile.rows) >= rows && stride * (column + tile.columns) >= columns;
          const cells = row * columns + tile.rows * tile.columns;
          if (stride === 1) share = cells / (columns * rows);
        }
        publish({ map: shown.current }, share);
      };
      publish({ done: false, problem: null });
      try {
        const ready = await storedMap({ settings, diagram: chosen, backend });
        if (ready && !signal.aborted) {
          onTiles([{ ...ready, stride: 1, tile: 0, row: 0, column: 0, rows, columns }]);
          return { phase: { ...ready, diagram }, done: true };
        }
        const options = { backend, method: method === "grid" ? "moments" : "auto", sample: SAMPLE } as const;
        const of = { config: phaseConfigOf(settings, chosen), options };
        return { phase: { ...(await ask("phase", of, { signal, onTiles })), diagram }, done: true };
      } catch (error) {
        publish({ phase: null, ...(!covered && { map: null }) });
        throw error;
      }
    },
  });
}

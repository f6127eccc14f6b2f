// A map's cells, as they come: coarse ones first, then finer ones. A map that is overtaken by another is stopped, and
// its picture stays until the next one's cells cover it.

import { useEffect, useRef, useState } from "preact/hooks";
import { hasCode } from "../errors.ts";
import {
  type Diagram as CheckedDiagram,
  MesaError,
  openEngine,
  type Phase,
  type PhaseEngine,
  phase,
  type Tile,
} from "../index.ts";
import { checkDiagram, type Diagram } from "./diagrams.ts";
import type { Backend, Settings } from "./state.ts";

/** What is to be mapped. */
export interface MapQuestion {
  readonly settings: Settings;
  readonly diagram: Diagram;
  readonly backend: Backend;
}

/** A picture of cells, some of them perhaps coarse, or still those of the question before. */
export interface Picture {
  readonly diagram: CheckedDiagram;
  readonly measure: string;
  /** NaN where there is no value, row by row from the least y on, shape [rows × columns] */
  readonly values: Float64Array;
  /** codes of what became of the cells, shape [rows × columns] */
  readonly status: Uint8Array;
  /** counts the changes of `values`, which is filled in place */
  readonly version: number;
}

/** What is known of a map. */
export interface MapAnswer {
  readonly picture: Picture | null;
  /** once it is all solved */
  readonly phase: Phase | null;
  readonly problem: string | null;
  /** of the work that is done, in [0, 1]; null where none is under way */
  readonly share: number | null;
  readonly stop: () => void;
}

const NOTHING: MapAnswer = { picture: null, phase: null, problem: null, share: null, stop() {} };

/** devices and threads, kept from one map to the next */
const engines = new Map<Backend, Promise<PhaseEngine>>();

function engineFor(backend: Backend): Promise<PhaseEngine> {
  const open = engines.get(backend) ?? openEngine({ backend });
  engines.set(backend, open);
  open.catch(() => engines.delete(backend));
  return open;
}

/** Fills a tile's cells in, each as wide and as high as the tile is coarse. */
function fill({ values, status, measure, diagram }: Picture, tile: Tile): void {
  const columns = diagram.x.values.length;
  const rows = diagram.y.values.length;
  for (let j = 0, i = 0; j < tile.rows; j++)
    for (let k = 0; k < tile.columns; k++, i++) {
      const top = Math.min(rows, tile.row + (j + 1) * tile.stride);
      const left = tile.column + k * tile.stride;
      const right = Math.min(columns, left + tile.stride);
      for (let row = tile.row + j * tile.stride; row < top; row++) {
        values.fill(tile.values[measure][i], row * columns + left, row * columns + right);
        status.fill(tile.status[i], row * columns + left, row * columns + right);
      }
    }
}

/** the picture to start with: the one before, where it is as large and of the same measure */
function pictureAfter(before: Picture | null, checked: CheckedDiagram, measure: string): Picture {
  const cells = checked.x.values.length * checked.y.values.length;
  const same = before?.measure === measure && before.values.length === cells;
  return {
    diagram: checked,
    measure,
    values: same ? before.values : new Float64Array(cells).fill(Number.NaN),
    status: same ? before.status : new Uint8Array(cells),
    version: (before?.version ?? 0) + 1,
  };
}

/** The map of a question; null is no question. The question's content is what matters, not the object. */
export function useMap(question: MapQuestion | null): MapAnswer {
  const [answer, setAnswer] = useState(NOTHING);
  const shown = useRef<Picture | null>(null);
  const key = JSON.stringify(question);
  useEffect(() => {
    if (!question) {
      setAnswer(NOTHING);
      return;
    }
    const controller = new AbortController();
    const { signal } = controller;
    const stop = () => controller.abort("stopped");
    const patch = (change: Partial<MapAnswer>) => {
      if (signal.reason !== "overtaken") setAnswer((before) => ({ ...before, ...change }));
    };
    const checked = checkDiagram(question.settings, question.diagram);
    const cells = checked.x.values.length * checked.y.values.length;
    let begun = false;
    const onTile = (tile: Tile) => {
      if (signal.aborted) return;
      shown.current = begun
        ? { ...shown.current!, version: shown.current!.version + 1 }
        : pictureAfter(shown.current, checked, question.diagram.measure);
      begun = true;
      fill(shown.current, tile);
      patch({
        picture: shown.current,
        share: tile.stride === 1 ? ((tile.row + tile.rows) * tile.columns) / cells : 0,
      });
    };
    const work = async () => {
      const engine = await engineFor(question.backend);
      const { method } = question.diagram;
      return phase(checked, {
        engine,
        method: method === "grid" ? "moments" : "auto",
        signal,
        onTile,
        progressive: true,
      });
    };
    patch({ phase: null, problem: null, share: 0, stop });
    work()
      .catch((error) => {
        if (!hasCode(error, "DEVICE_LOST")) throw error;
        engines.delete(question.backend); // another device, once
        return work();
      })
      .then(
        (solved) => patch({ phase: solved, share: null }),
        (error) => {
          if (!(error instanceof MesaError)) reportError(error);
          const aborted = hasCode(error, "ABORTED");
          patch({ share: null, problem: aborted ? "Stopped." : `${error.message}.` });
        },
      );
    return () => controller.abort("overtaken");
  }, [key]);
  return answer;
}

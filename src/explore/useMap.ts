// A map's cells, as they come: coarse ones first, then finer ones. A map that is overtaken by another is stopped, and
// its picture stays until the next one's cells cover it.

import { useEffect, useRef, useState } from "preact/hooks";
import { checkNotAborted, hasCode } from "../errors.ts";
import { MesaError, openEngine, type Phase, type PhaseEngine, phase, type Tile } from "../index.ts";
import { checkDiagram } from "./diagrams.ts";
import type { MapQuestion } from "./mapQuestion.ts";
import { fill, type Picture, pictureAfter } from "./picture.ts";
import type { Backend } from "./state.ts";

/** What is known of a map. */
export interface MapAnswer {
  readonly picture: Picture | null;
  /** the newest that is all solved, which may be that of the question before while this one is drawn */
  readonly phase: Phase | null;
  /** whether `picture` is all that is asked */
  readonly done: boolean;
  readonly problem: string | null;
  /** of the work that is done, in [0, 1]; null where none is under way */
  readonly share: number | null;
  readonly stop: () => void;
}

/** work that takes less is not told of, in milliseconds */
const SHORT = 300;

const NOTHING: MapAnswer = { picture: null, phase: null, done: false, problem: null, share: null, stop() {} };

/** cells that are solved again in float64 where float32 solved them */
const SAMPLE = 256;

/** the map that is at work, or was: an engine does one at a time */
let before: Promise<unknown> = Promise.resolve();
/** devices and threads, kept from one map to the next */
const engines = new Map<Backend, Promise<PhaseEngine>>();

function engineFor(backend: Backend): Promise<PhaseEngine> {
  const open = engines.get(backend) ?? openEngine({ backend });
  engines.set(backend, open);
  open.catch(() => engines.delete(backend));
  return open;
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
    const [columns, rows] = [checked.x.values.length, checked.y.values.length];
    let begun = false;
    /** whether all cells are this question's, if coarse ones */
    let covered = false;
    let share = 0;
    let long = false;
    const late = setTimeout(() => {
      long = true;
      patch({ share, stop });
    }, SHORT);
    const onTile = (tile: Tile) => {
      if (signal.aborted) return;
      shown.current = begun
        ? { ...shown.current!, version: shown.current!.version + 1 }
        : pictureAfter(shown.current, checked, question.diagram.measure);
      begun = true;
      fill(shown.current, tile);
      covered ||=
        tile.stride * (tile.row + tile.rows) >= rows && tile.stride * (tile.column + tile.columns) >= columns;
      if (tile.stride === 1) share = (tile.row * columns + tile.rows * tile.columns) / (columns * rows);
      patch({ picture: shown.current, ...(long && { share }) });
    };
    const work = async () => {
      const engine = await engineFor(question.backend);
      checkNotAborted(signal);
      const method = question.diagram.method === "grid" ? "moments" : "auto";
      return phase(checked, { engine, method, signal, onTile, progressive: true, sample: SAMPLE });
    };
    patch({ done: false, problem: null });
    const solved = before.then(work).catch((error) => {
      if (!hasCode(error, "DEVICE_LOST")) throw error;
      engines.delete(question.backend); // another device, once
      return work();
    });
    before = solved.catch(() => undefined);
    solved
      .then(
        (phase) => patch({ phase, done: true, share: null }),
        (error) => {
          if (!(error instanceof MesaError)) reportError(error);
          const aborted = hasCode(error, "ABORTED");
          patch({
            ...{ phase: null, share: null, problem: aborted ? "Stopped." : `${error.message}.` },
            ...(!covered && { picture: null }),
          });
        },
      )
      .finally(() => clearTimeout(late));
    return () => {
      clearTimeout(late);
      controller.abort("overtaken");
    };
  }, [key]);
  return answer;
}

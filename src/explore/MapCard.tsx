// The phase diagram: where in the space of two settings the agents deceive.

import { useMemo, useState } from "preact/hooks";
import { colourScaleOf } from "../report/colours.ts";
import { measureLabel } from "../report/wording.ts";
import { ColourBar } from "./ColourBar.tsx";
import { Downloads } from "./Downloads.tsx";
import { isQuick } from "./diagrams.ts";
import type { Cell } from "./geometry.ts";
import { Inspector } from "./Inspector.tsx";
import { MapOptions } from "./MapOptions.tsx";
import { MapSurface } from "./MapSurface.tsx";
import { mapOffers } from "./mapOffers.ts";
import { lookAt, ofState, ownPoint, pointOf, settingsOf, valueAt } from "./mapPoint.ts";
import { questionOf } from "./mapQuestion.ts";
import { describeMissing, describePoint, describeSolver, describeValue, duration } from "./mapWords.ts";
import { type Zoom, zoomed } from "./mapZoom.ts";
import type { State } from "./state.ts";
import { useMap } from "./useMap.ts";
import { useSolution } from "./useSolution.ts";
import { Working } from "./Working.tsx";

/** a map that takes longer is only drawn when it is asked for, in milliseconds */
const SOON = 3000;

const ZOOMS = { in: "Zoom in", out: "Zoom out", whole: "Whole map" } as const;

interface Props {
  readonly state: State;
  readonly change: (next: (before: State) => State) => void;
  /** how long the page's own settings took to solve, in milliseconds; NaN while that is not known */
  readonly pace: number;
  /** is told what a reader who does not see the map should hear */
  readonly say: (text: string) => void;
}

export function MapCard({ state, change, pace, say }: Props) {
  const { settings, diagram, backend } = state;
  const question = questionOf(state);
  const key = JSON.stringify(question);
  const [wanted, setWanted] = useState("");
  const [cursor, setCursor] = useState<Cell | null>(null);
  const estimate = pace * diagram.size ** 2;
  const asked = isQuick(settings) || estimate < SOON || wanted === key;
  const answer = useMap(asked ? question : null);
  const { done, problem, share, stop } = answer;
  const picture = ofState(answer.picture, state);
  const phase = ofState(answer.phase, state);
  const scale = useMemo(
    () => picture && colourScaleOf(picture.measure, picture.values),
    [picture?.version, picture?.measure],
  );
  const looked = picture && lookAt(picture, settings, cursor);
  const method = phase?.solver.method === "exact" ? "exact" : "auto";
  const inspected = useSolution(
    looked && (isQuick(settings) || !looked.isHere) ? { settings: looked.settings, method, backend } : null,
  );

  const zoom = (to: Zoom) => {
    const next = zoomed(state, to, picture, looked?.point ?? null);
    setCursor(null);
    change((before) => ({ ...before, diagram: next }));
    const { x, y } = next;
    say(`The map goes from ${x.from} to ${x.to} across and from ${y.from} to ${y.to} up.`);
  };
  const take = (cell: Cell) => {
    if (!picture) return;
    const point = pointOf(picture, cell);
    change((before) => ({ ...before, settings: settingsOf(before.settings, point) }));
    say(`Taken: ${describePoint(point)}.`);
  };
  const pointTo = (cell: Cell | null, isTold: boolean) => {
    setCursor(cell);
    if (cell && picture && isTold)
      say(
        `${describePoint(pointOf(picture, cell))}: ${describeValue(picture.measure, valueAt(picture, cell))}`,
      );
  };

  return (
    <section class="card phase" aria-labelledby="map-title" aria-busy={share !== null}>
      <header>
        <h2 id="map-title">Where they do it</h2>
        {/* biome-ignore lint/a11y/useSemanticElements: these buttons are no form's */}
        <div class="actions" role="group" aria-label="Zoom">
          {(["in", "out", "whole"] as const).map((to) => (
            <button key={to} type="button" onClick={() => zoom(to)}>
              {ZOOMS[to]}
            </button>
          ))}
        </div>
      </header>
      <MapOptions state={state} change={change} />
      {!asked && (
        <div class="waiting">
          <p>
            Each cell of this map is a game{" "}
            {Number.isNaN(pace) ? "to solve" : `that takes about ${duration(pace)}`}.
          </p>
          <button type="button" onClick={() => setWanted(key)}>
            Draw {diagram.size} × {diagram.size} cells
            {Number.isNaN(pace) ? "" : `, about ${duration(estimate)}`}
          </button>
        </div>
      )}
      <Working share={share} what="Drawing the map" onStop={stop} />
      {problem && <p class="problem">{problem}</p>}
      {picture && scale && looked && (
        <>
          <MapSurface
            picture={picture}
            scale={scale}
            done={done}
            own={ownPoint(picture, settings)}
            cursor={looked.isHere ? null : looked.cell}
            label={`Map of ${measureLabel(picture.measure)}`}
            onPoint={pointTo}
            onTake={take}
            onZoom={zoom}
          />
          <ColourBar measure={picture.measure} scale={scale} value={looked.value} />
          <p class="faint keys" id="map-keys">
            Point to see, click or Enter to take, drag to zoom. Keys: arrows (with Shift by ten), + and −, 0
            for the whole map.
          </p>
          <Inspector
            looked={looked}
            measure={picture.measure}
            solution={inspected}
            onTake={() => looked.cell && take(looked.cell)}
          />
        </>
      )}
      {phase && (
        <>
          <div class="solver">
            {[...describeSolver(phase), ...describeMissing(phase)].map((text) => (
              <p key={text}>{text}</p>
            ))}
          </div>
          <Downloads what="the map" disabled={!done} offers={mapOffers(phase, question)} />
        </>
      )}
    </section>
  );
}

// The phase diagram: where in the space of two settings the agents deceive.

import { useMemo, useState } from "preact/hooks";
import { checkConfig } from "../index.ts";
import { measureLabel, settingLabel } from "../report/panels.ts";
import { withSetting } from "../setting.ts";
import { ColourBar } from "./ColourBar.tsx";
import { settingAt } from "./controls.ts";
import { Downloads } from "./Downloads.tsx";
import { defaultDiagram, isQuick, wholeAxis } from "./diagrams.ts";
import { type Cell, type Part, partAround, placeOf, valuesAt, zoomInto, zoomOut } from "./geometry.ts";
import { Inspector } from "./Inspector.tsx";
import { MapOptions } from "./MapOptions.tsx";
import { MapSurface } from "./MapSurface.tsx";
import { mapOffers } from "./mapOffers.ts";
import { describeMissing, describePoint, describeSolver, describeValue, duration } from "./mapWords.ts";
import { domainOf } from "./palette.ts";
import type { State } from "./state.ts";
import { type MapQuestion, useMap } from "./useMap.ts";
import { useSolution } from "./useSolution.ts";
import { Working } from "./Working.tsx";

/** a map that takes longer is only drawn when it is asked for, in milliseconds */
const SOON = 3000;

interface Props {
  readonly state: State;
  readonly change: (next: (before: State) => State) => void;
  /** how long the page's own settings took to solve, in milliseconds; NaN while that is not known */
  readonly pace: number;
  /** is told what a reader who does not see the map should hear */
  readonly say: (text: string) => void;
}

/** What is asked of the map's cells. What the axes vary, and the plot's width, is no part of the question. */
function questionOf({ settings: { plotWindow: _, ...settings }, diagram, backend }: State): MapQuestion {
  const { x, y } = diagram;
  return {
    settings: withSetting(withSetting(settings, x.key, x.from, "x"), y.key, y.from, "y"),
    diagram,
    backend,
  };
}

export function MapCard({ state, change, pace, say }: Props) {
  const { settings, diagram, backend } = state;
  const { config } = checkConfig(settings);
  const question = questionOf(state);
  const key = JSON.stringify(question);
  const [wanted, setWanted] = useState("");
  const [cursor, setCursor] = useState<Cell | null>(null);
  const estimate = pace * diagram.size ** 2;
  const asked = isQuick(settings) || estimate < SOON || wanted === key;
  const answer = useMap(asked ? question : null);
  const { picture, phase, done, problem, share, stop } = answer;
  const domain = useMemo(
    () => picture && domainOf(picture.measure, picture.values),
    [picture?.version, picture?.measure],
  );

  const own = {
    x: settingAt(config, diagram.x.key) as number,
    y: settingAt(config, diagram.y.key) as number,
  };
  const fits =
    picture &&
    cursor &&
    cursor.column < picture.diagram.x.values.length &&
    cursor.row < picture.diagram.y.values.length;
  const point = fits ? valuesAt(picture.diagram, cursor) : own;
  const there = withSetting(withSetting(settings, diagram.x.key, point.x, "x"), diagram.y.key, point.y, "y");
  const method = phase?.solver.method === "exact" ? "exact" : "auto";
  const inspected = useSolution(
    picture && (isQuick(settings) || fits) ? { settings: there, method, backend } : null,
  );

  const zoom = (next: State["diagram"]) => {
    setCursor(null);
    change((before) => ({ ...before, diagram: next }));
    say(
      `The map goes from ${next.x.from} to ${next.x.to} across and from ${next.y.from} to ${next.y.to} up.`,
    );
  };
  const whole = () => {
    const first = defaultDiagram(settings);
    const full = (axis: State["diagram"]["x"]) =>
      [first.x, first.y].find((one) => one.key === axis.key) ?? wholeAxis(settings, axis.key);
    zoom({ ...diagram, x: full(diagram.x), y: full(diagram.y) });
  };
  const zoomIn = () => {
    const place = (axis: "x" | "y") =>
      picture ? Math.min(1, Math.max(0, placeOf(picture.diagram[axis], point[axis]))) : 0.5;
    zoom(zoomInto(settings, diagram, partAround(place("x"), place("y"), 0.5)));
  };
  const take = (cell: Cell) => {
    if (!picture) return;
    const { x, y } = valuesAt(picture.diagram, cell);
    change((before) => ({
      ...before,
      settings: withSetting(withSetting(before.settings, diagram.x.key, x, "x"), diagram.y.key, y, "y"),
    }));
    say(
      `Taken: ${describePoint({ x: { key: diagram.x.key, value: x }, y: { key: diagram.y.key, value: y } })}.`,
    );
  };
  const valueAt = ({ column, row }: Cell) =>
    picture ? picture.values[row * picture.diagram.x.values.length + column] : Number.NaN;
  const at = (values: { x: number; y: number }) => ({
    x: { key: diagram.x.key, value: values.x },
    y: { key: diagram.y.key, value: values.y },
  });
  const pointTo = (cell: Cell | null, byKey: boolean) => {
    setCursor(cell);
    if (cell && byKey && picture)
      say(
        `${describePoint(at(valuesAt(picture.diagram, cell)))}: ${describeValue(diagram.measure, valueAt(cell))}`,
      );
  };
  const ownCell = (): Cell | null => {
    if (!picture) return null;
    const across = placeOf(picture.diagram.x, own.x);
    const up = placeOf(picture.diagram.y, own.y);
    if (across < 0 || across >= 1 || up < 0 || up >= 1) return null;
    return {
      column: Math.floor(across * picture.diagram.x.values.length),
      row: Math.floor(up * picture.diagram.y.values.length),
    };
  };
  const shownCell = fits ? cursor : ownCell();
  const value = shownCell ? valueAt(shownCell) : Number.NaN;
  const label = `Map of ${measureLabel(diagram.measure)}: ${settingLabel(diagram.x.key)} across, ${settingLabel(diagram.y.key)} up`;

  return (
    <section class="card phase" aria-labelledby="map-title" aria-busy={share !== null}>
      <header>
        <h2 id="map-title">Where they do it</h2>
        {/* biome-ignore lint/a11y/useSemanticElements: these buttons are no form's */}
        <div class="actions" role="group" aria-label="Zoom">
          <button type="button" onClick={zoomIn}>
            Zoom in
          </button>
          <button type="button" onClick={() => zoom(zoomOut(settings, diagram))}>
            Zoom out
          </button>
          <button type="button" onClick={whole}>
            Whole map
          </button>
        </div>
      </header>
      <MapOptions state={state} change={change} />
      {!asked && (
        <div class="waiting">
          <p>
            {Number.isNaN(estimate)
              ? "Each cell of this map is a game to solve. "
              : `Each cell of this map is a game that takes about ${duration(pace)}. `}
          </p>
          <button type="button" onClick={() => setWanted(key)}>
            Draw {diagram.size} × {diagram.size} cells
            {Number.isNaN(estimate) ? "" : `, about ${duration(estimate)}`}
          </button>
        </div>
      )}
      <Working share={share} what="Drawing the map" onStop={stop} />
      {problem && <p class="problem">{problem}</p>}
      {picture && domain && (
        <>
          <MapSurface
            picture={picture}
            domain={domain}
            done={done}
            here={own}
            cursor={fits ? cursor : null}
            label={label}
            onPoint={pointTo}
            onTake={take}
            onZoom={(part: Part) => zoom(zoomInto(settings, diagram, part))}
            onKeyZoom={(key) =>
              key === "in" ? zoomIn() : key === "out" ? zoom(zoomOut(settings, diagram)) : whole()
            }
          />
          <ColourBar measure={picture.measure} domain={domain} value={value} />
          <p class="faint keys" id="map-keys">
            Point to see, click or Enter to take, drag to zoom. Keys: arrows (with Shift by ten), + and −, 0
            for the whole map.
          </p>
          <Inspector
            {...at(point)}
            measure={diagram.measure}
            value={value}
            solution={inspected}
            isHere={!fits}
            onTake={() => shownCell && take(shownCell)}
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

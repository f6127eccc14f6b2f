// The card with the phase diagram: a measure over the space of two settings.

import { useMemo, useState } from "preact/hooks";
import { readOff } from "../diagram/measures.ts";
import { checkConfig, type Phase } from "../index.ts";
import { type ColourScale, colourScaleOf } from "../report/colours.ts";
import { toJson } from "../report/json.ts";
import { measureLabel, short } from "../report/wording.ts";
import { gradientOf, placeAmong } from "./drawMap.ts";
import { type Download, Downloads, figureDownloads, files } from "./elements.tsx";
import { MapOptions } from "./MapOptions.tsx";
import { MapSurface } from "./MapSurface.tsx";
import {
  type Cell,
  type Inspected,
  inspect,
  type MapRequest,
  mapRequestOf,
  ofState,
  ownPoint,
  pointOf,
  roundPoint,
  settingsWith,
  valueAt,
  type Zoom,
  zoomed,
} from "./mapGeometry.ts";
import { isQuick, phaseConfigOf } from "./mapSettings.ts";
import { describeMissing, describePoint, describeSolver, describeValue, duration } from "./mapText.ts";
import type { StateProps } from "./state.ts";
import { linesOf, TrajectoryPlot, windowOf } from "./TrajectoryPlot.tsx";
import { type ShownMap, useMap } from "./useMap.ts";
import { type Solution, useSolution } from "./useSolution.ts";
import { Working } from "./work.tsx";

/** a map that takes longer than this is drawn only when the reader presses a button, in milliseconds */
const SOON = 3000;

const ZOOMS = { in: "Zoom in", out: "Zoom out", whole: "Whole map" } as const;

/** in a frame: the height of everything except the map, and the minimum height of the map, in pixels */
const [AROUND, LOW] = [130, 180];

/** height of the inspector's plot, in pixels */
const INSPECTOR_HEIGHT = 150;

function mapDownloads(phase: Phase, { settings, diagram }: MapRequest): Download[] {
  return [
    ...figureDownloads("phase", async () => (await files()).mapSvg(phase)),
    { label: "CSV", name: "phase.csv", type: "text/csv", make: async () => (await files()).mapCsv(phase) },
    {
      label: "configuration",
      name: "phase.json",
      type: "application/json",
      make: () => toJson(phaseConfigOf(settings, diagram)),
    },
  ];
}

interface ColourBarProps {
  readonly measure: string;
  readonly scale: ColourScale;
  /** the inspected value; NaN if there is no value */
  readonly value: number;
}

/** The scale of the colours, with a mark at the inspected value. */
function ColourBar({ measure, scale, value }: ColourBarProps) {
  const { domain, log } = scale;
  const [low, high] = domain;
  const place = placeAmong(scale, value);
  return (
    <div class="bar-of-colours">
      <span>
        {measureLabel(measure)}
        {log && ", logarithmic"}
      </span>
      <div class="gradient" style={{ background: gradientOf(scale) }} aria-hidden="true">
        {Number.isFinite(place) && <i style={{ left: `${100 * place}%` }} />}
      </div>
      <div class="ends number">
        {[low, log ? Math.sqrt(low * high) : (low + high) / 2, high].map((end) => (
          <span key={end}>{short(end)}</span>
        ))}
      </div>
    </div>
  );
}

interface InspectorProps {
  readonly inspected: Inspected;
  /** its value in the map or, for the current settings, in the plot; NaN if there is no value */
  readonly value: number;
  readonly map: ShownMap;
  readonly solution: Solution;
  readonly onTake: () => void;
}

/** The inspected point: its settings, its value, and what the agents do there. */
function Inspector({ inspected: { point, cell, isHere }, value, map, solution, onTake }: InspectorProps) {
  const where = describePoint(map.diagram, point);
  const { result, problem } = solution;
  const lines = useMemo(() => result && linesOf(result, windowOf(result)), [result]);
  return (
    <div class="inspector">
      <header>
        <p>
          <b>{isHere ? "Your settings" : "At the pointer"}</b>: {where}
          <br />
          <span class="number">
            {isHere || cell ? describeValue(map.measure, value) : "off the map"}
            {isHere && ", as in the plot"}
          </span>
        </p>
        <button type="button" disabled={isHere} onClick={onTake}>
          Take these settings
        </button>
      </header>
      {lines && !problem && (
        <TrajectoryPlot
          lines={lines}
          small
          height={INSPECTOR_HEIGHT}
          label={`What the agents do at ${where}`}
        />
      )}
      {problem && <p class="faint">{problem}</p>}
    </div>
  );
}

interface Props extends StateProps {
  /** the solution of the current settings */
  readonly solution: Solution;
  /** whether the page shows only the map */
  readonly isAlone?: boolean;
  /** how long the current settings took to solve, in milliseconds; NaN while unknown */
  readonly pace: number;
  /** announces a text to screen readers */
  readonly say: (text: string) => void;
}

export function MapCard({ state, change, solution, pace, say, isAlone = false }: Props) {
  const { settings, diagram, backend } = state;
  const request = mapRequestOf(state);
  const key = JSON.stringify(request);
  const [wanted, setWanted] = useState("");
  const [cursor, setCursor] = useState<Cell | null>(null);
  const estimate = pace * diagram.size ** 2;
  const drawn = isQuick(settings) || estimate < SOON || wanted === key;
  const answer = useMap(drawn ? request : null);
  const { done, problem, share } = answer;
  const map = ofState(answer.map, state);
  const phase = ofState(answer.phase, state);
  const scale = useMemo(
    () => map && colourScaleOf(map.measure, map.values, true),
    [map?.version, map?.measure],
  );
  const inspected = map && inspect(map, settings, cursor);
  const method = phase?.solver.method === "exact" ? "exact" : "auto";
  const pointed = useSolution(
    inspected && !inspected.isHere ? { settings: inspected.settings, method, backend } : null,
  );
  const here = useMemo(
    () =>
      solution.result
        ? (readOff(checkConfig(solution.result.config).game, solution.result).values[diagram.measure] ??
          Number.NaN)
        : Number.NaN,
    [solution.result, diagram.measure],
  );

  const zoom = (to: Zoom) => {
    const next = zoomed(state, to, map, inspected?.point ?? null);
    setCursor(null);
    change((before) => ({ ...before, diagram: next }));
    const { x, y } = next;
    say(`The horizontal axis goes from ${x.from} to ${x.to}, the vertical axis from ${y.from} to ${y.to}.`);
  };
  const take = (cell: Cell) => {
    if (!map) return;
    const point = roundPoint(settings, map.diagram, pointOf(map.diagram, cell));
    change((before) => ({ ...before, settings: settingsWith(before.settings, map.diagram, point) }));
    setCursor(null);
    say(`Taken: ${describePoint(map.diagram, point)}.`);
  };
  const pointTo = (cell: Cell | null, isTold: boolean) => {
    setCursor(cell);
    if (!cell || !map || !isTold) return;
    const where = describePoint(map.diagram, pointOf(map.diagram, cell));
    say(`${where}: ${describeValue(map.measure, valueAt(map, cell))}`);
  };

  return (
    <section class="card phase" aria-labelledby="map-title" aria-busy={share !== null}>
      <header>
        <h2 id="map-title">Phase diagram</h2>
        {/* biome-ignore lint/a11y/useSemanticElements: these buttons belong to no form */}
        <div class="actions" role="group" aria-label="Zoom">
          {(["in", "out", "whole"] as const).map((to) => (
            <button key={to} type="button" onClick={() => zoom(to)}>
              {ZOOMS[to]}
            </button>
          ))}
        </div>
      </header>
      {!isAlone && <MapOptions state={state} change={change} />}
      {!drawn && (
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
      <Working what="Drawing the map" work={answer} />
      {problem && <p class="problem">{problem}</p>}
      {map && scale && inspected && (
        <>
          <MapSurface
            map={map}
            scale={scale}
            done={done}
            own={ownPoint(map.diagram, settings)}
            cursor={inspected.isHere ? null : inspected.cell}
            label={`Map of ${measureLabel(map.measure)}`}
            most={isAlone ? Math.max(LOW, innerHeight - AROUND) : undefined}
            onPoint={pointTo}
            onTake={take}
            onZoom={zoom}
          />
          <ColourBar measure={map.measure} scale={scale} value={inspected.isHere ? here : inspected.value} />
          <p class={isAlone ? "quiet" : "faint keys"} id="map-keys">
            Point at a cell to see its game, click it or press Enter to take its settings, drag to zoom. Keys:
            arrows (with Shift, ten cells), + and −, and 0 for the whole map.
          </p>
          <Inspector
            inspected={inspected}
            value={inspected.isHere ? here : inspected.value}
            map={map}
            solution={inspected.isHere ? solution : pointed}
            onTake={() => inspected.cell && take(inspected.cell)}
          />
        </>
      )}
      {phase && !isAlone && (
        <>
          <div class="solver">
            {[...describeSolver(phase), ...describeMissing(phase)].map((text) => (
              <p key={text}>{text}</p>
            ))}
          </div>
          <Downloads what="the map" disabled={!done} files={mapDownloads(phase, request)} />
        </>
      )}
    </section>
  );
}

// The trajectory plot and its legend: goal, decision, output and learning rate by episode, and in fainter lines those
// of another result for comparison. The lines are the series of the figures, in colours for the page's light or dark
// scheme.

import * as Plot from "@observablehq/plot";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Result } from "../index.ts";
import { PLOT_AXIS } from "../report/drawing.ts";
import { markOf, type Series, seriesOf, strokeOf } from "../report/series.ts";
import { phasesOf, short, shortly } from "../report/wording.ts";
import { PAGE_STYLE } from "./drawMap.ts";
import { useWidth } from "./elements.tsx";

/** the number of episodes that the plot of a result shows */
export const windowOf = ({ config, cost }: Pick<Result, "config" | "cost">) =>
  Math.min(config.plotWindow, cost.length);

/** the number of --line-other colours in the style sheet */
const OTHERS = 4;

/** The parts of a result that are drawn as lines. */
export type Drawn = Pick<Result, "plan" | "trajectory">;

/**
 * The lines of the first episodes, including the learning rate, in the order of the legend. Their colours are custom
 * properties of the page's style sheet.
 */
export function linesOf(result: Drawn, window: number): Series[] {
  const all = seriesOf(result, window);
  return all.map((series, i) => {
    const other = `other-${((i - 1) % OTHERS) + 1}`;
    const name = i === 0 ? "goal" : i === all.length - 1 ? "output" : series.symbol ? other : "rate";
    return { ...series, colour: `var(--line-${name})`, width: Math.min(2, series.width) };
  });
}

/** only the learning rate is drawn without marks */
const isRate = ({ symbol }: Series) => symbol === undefined;

interface Drawing {
  readonly lines: readonly Series[];
  /** the lines that they are compared with */
  readonly compared: readonly Series[];
  /** the number of all episodes; the lines may show only the first of them */
  readonly episodes: number;
  /** a small plot has no titles, no marks and no strip for the learning rate */
  readonly small: boolean;
  readonly width: number;
  readonly height: number;
}

/** the minimum distance between two marks of a line, in pixels */
const MARK_ROOM = 11;
/** the maximum number of phases that are named */
const NAMED_PHASES = 4;
/** height of the learning rate's strip, in pixels */
const STRIP = 46;
const MARGIN = {
  full: { marginTop: 26, marginRight: 12, marginBottom: 6, marginLeft: 46 },
  small: { marginTop: 8, marginRight: 12, marginBottom: 24, marginLeft: 32 },
};

const pointsOf = ({ values }: Series) =>
  values.flatMap((y, x) => (Number.isFinite(y) ? [[x, y] as [number, number]] : []));

/** The plot, and below it the strip of the learning rate, which has its own scale. */
function drawPlot({ lines, compared, episodes, small, width, height }: Drawing) {
  const rate = lines.find(isRate)!;
  const window = rate.values.length;
  const phases = phasesOf(rate.values);
  const shown = lines.filter((line) => !isRate(line));
  const stride = Math.max(1, Math.ceil((window * MARK_ROOM) / width));
  const marks = small
    ? []
    : shown.map((line) =>
        Plot.dot(
          pointsOf(line).filter(([x]) => x % stride === 0 || x === window - 1),
          markOf(line, "var(--card)"),
        ),
      );
  const margin = small ? MARGIN.small : MARGIN.full;
  const x = { domain: [-0.5, window - 0.5], label: null, axis: null };
  const axis = { ...PLOT_AXIS, tickSize: 0, color: "var(--faint)" };
  const training = (insetTop: number) =>
    Plot.rectX(
      phases.filter(({ training }) => training),
      { x1: ({ from }) => from - 0.5, x2: ({ to }) => to + 0.5, insetTop, fill: "var(--training)" },
    );
  const episodeAxis = Plot.axisX({
    ...axis,
    label: small ? null : window < episodes ? `episode, the first ${window} of ${episodes}` : "episode",
    labelOffset: 36,
    ticks: Math.min(window, Math.max(3, Math.floor(width / 60))),
    interval: 1,
    tickFormat: "d",
  });
  const plot = Plot.plot({
    ...{ width, height: small ? height : height - STRIP - 38, ...margin },
    style: PAGE_STYLE,
    x,
    y: { nice: true, zero: true, insetTop: small ? 0 : 6, label: null },
    marks: [
      training(small ? 0 : -22),
      ...(small || phases.length > NAMED_PHASES
        ? []
        : [
            Plot.text(
              phases.filter(({ from, to }) => ((to - from + 1) / window) * width > 80),
              {
                x: ({ from, to }) => (from + to) / 2,
                text: ({ training }) => (training ? "training" : "deployment"),
                frameAnchor: "top",
                dy: -15,
                fill: "var(--faint)",
              },
            ),
          ]),
      Plot.gridY({ stroke: "var(--rule)", strokeOpacity: 1, ticks: small ? 3 : 6 }),
      Plot.ruleY([0], { stroke: "var(--axis)" }),
      ...(small ? [episodeAxis] : []),
      Plot.axisY({ ...axis, ticks: small ? 3 : 6 }),
      ...compared
        .filter((line) => !isRate(line))
        .map((line) =>
          Plot.line(pointsOf(line), {
            ...strokeOf(line),
            strokeWidth: 1.2,
            strokeDasharray: "4 2.5",
            strokeOpacity: 0.9,
          }),
        ),
      ...shown.map((line) => Plot.line(pointsOf(line), strokeOf(line))),
      ...marks,
    ],
  });
  if (small) return [plot];
  const highest = Math.max(...rate.values, ...compared.filter(isRate).flatMap(({ values }) => values));
  const strip = Plot.plot({
    ...{ width, height: STRIP + 38, ...margin, marginTop: 8, marginBottom: 42 },
    style: PAGE_STYLE,
    x,
    y: { domain: [0, highest > 0 ? highest : 1], label: null },
    marks: [
      training(0),
      Plot.ruleY([0], { stroke: "var(--axis)" }),
      episodeAxis,
      Plot.axisY({ ...axis, ticks: [0, highest > 0 ? highest : 1], tickFormat: (y: number) => short(y) }),
      Plot.text(["η"], { frameAnchor: "left", dx: 6, fill: "var(--faint)" }),
      ...compared
        .filter(isRate)
        .map((line) =>
          Plot.line(pointsOf(line), { ...strokeOf(line), strokeDasharray: "4 2.5", strokeWidth: 1.2 }),
        ),
      Plot.line(pointsOf(rate), { ...strokeOf(rate), strokeDasharray: "none", strokeWidth: 1.6 }),
    ],
  });
  return [plot, strip];
}

/** Where a plot draws an episode. */
interface Scale {
  apply(episode: number): number;
  invert(pixels: number): number;
}

interface PlotProps {
  /** the lines to draw, including the learning rate */
  readonly lines: readonly Series[];
  readonly compared?: readonly Series[];
  /** the number of all episodes, of which the lines may show only the first; default as many as the lines show */
  readonly episodes?: number;
  readonly small?: boolean;
  readonly height: number;
  /** a description for screen readers */
  readonly label: string;
  /** the episode that is marked */
  readonly episode?: number | null;
  /** receives the episode under the pointer; null when the pointer leaves */
  readonly onPoint?: (episode: number | null) => void;
  /** receives the episode that is clicked */
  readonly onEpisode?: (episode: number) => void;
}

const NONE: readonly Series[] = [];

/** The plot, as wide as its container. */
export function TrajectoryPlot(props: PlotProps) {
  const { lines, compared = NONE, small = false, height, label, episode = null, onPoint, onEpisode } = props;
  const window = lines[0].values.length;
  const { episodes = window } = props;
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const [scale, setScale] = useState<Scale | null>(null);
  useLayoutEffect(() => {
    if (width === 0 || !place.current) return;
    const drawn = drawPlot({ lines, compared, episodes, small, width, height });
    for (const part of drawn) part.setAttribute("aria-hidden", "true");
    place.current.replaceChildren(...drawn);
    setScale(() => drawn[0].scale("x") as unknown as Scale);
  }, [lines, compared, episodes, small, width, height]);
  const episodeAt = (event: PointerEvent) => {
    const { left } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const at = Math.round(scale!.invert(event.clientX - left));
    return Math.min(window - 1, Math.max(0, at));
  };
  return (
    <div
      class={onEpisode ? "plot pointed" : "plot"}
      role="img"
      aria-label={label}
      style={{ minHeight: `${height}px` }}
      onPointerMove={(event) => {
        if (!scale) return;
        onPoint?.(episodeAt(event));
        if (event.buttons & 1) onEpisode?.(episodeAt(event));
      }}
      onPointerDown={(event) => scale && onEpisode?.(episodeAt(event))}
      onPointerLeave={() => onPoint?.(null)}
    >
      <div ref={place} />
      {scale && episode !== null && episode < window && (
        <i class="cursor" style={{ transform: `translateX(${scale.apply(episode)}px)` }} />
      )}
    </div>
  );
}

const SAMPLE = { width: 30, height: 12 };
const PATHS: Readonly<Record<Exclude<NonNullable<Series["symbol"]>, "circle" | "square" | "times">, string>> =
  {
    triangle: "M0 -4.5l4.5 8h-9z",
    diamond: "M0 -5l4 5l-4 5l-4 -5z",
    cross: "M-1.5 -4.5h3v3h3v3h-3v3h-3v-3h-3v-3h3z",
    star: "M0 -5l1.2 3.4h3.6l-2.9 2.2l1.1 3.5l-3 -2.1l-3 2.1l1.1 -3.5l-2.9 -2.2h3.6z",
  };

function Sample({ colour, dash, symbol, hollow, width }: Series) {
  const [x, y] = [SAMPLE.width / 2, SAMPLE.height / 2];
  const mark = {
    fill: hollow ? "var(--card)" : colour,
    stroke: hollow ? colour : "none",
    "stroke-width": 1.6,
  };
  return (
    <svg {...SAMPLE} aria-hidden="true">
      <line
        x1={0}
        x2={SAMPLE.width}
        y1={y}
        y2={y}
        stroke={colour}
        stroke-width={width}
        stroke-dasharray={dash}
      />
      <g transform={`translate(${x} ${y})`}>
        {symbol === "circle" && <circle r={4} {...mark} />}
        {symbol === "square" && <rect x={-3.5} y={-3.5} width={7} height={7} {...mark} />}
        {symbol && symbol in PATHS && <path d={PATHS[symbol as keyof typeof PATHS]} {...mark} />}
        {symbol === "times" && <path d="M-3.5 -3.5l7 7M-3.5 3.5l7 -7" stroke={colour} stroke-width={1.6} />}
      </g>
    </svg>
  );
}

interface LegendProps {
  readonly lines: readonly Series[];
  /** the episode whose values are shown */
  readonly episode: number;
  /** what the dashed lines are, if there are any */
  readonly compared?: string | undefined;
}

/** The names of the lines, with a sample of each line and its value at an episode. */
export function Legend({ lines, episode, compared }: LegendProps) {
  return (
    <ul class="legend">
      <li class="episode">
        episode <b class="number">{episode}</b>
      </li>
      {lines.map((line) => (
        <li key={line.label}>
          <Sample {...line} />
          <span>{line.label}</span>
          <b class="number value">
            {Number.isFinite(line.values[episode]) ? shortly(line.values[episode]) : "–"}
          </b>
        </li>
      ))}
      {compared !== undefined && (
        <li>
          <svg {...SAMPLE} aria-hidden="true">
            <line x1={0} x2={30} y1={6} y2={6} stroke="currentColor" stroke-dasharray="4 2.5" />
          </svg>
          {compared}
        </li>
      )}
    </ul>
  );
}

// The trajectory plot and its legend: goal, decision, output and learning rate by episode, and fainter those of the
// settings that are kept for comparison. The lines are the figures' series, in colours that follow the page's light and
// dark.

import * as Plot from "@observablehq/plot";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Result } from "../index.ts";
import { PLOT_AXIS } from "../report/drawing.ts";
import { markOf, type Series, seriesOf, strokeOf } from "../report/series.ts";
import { phasesOf, short } from "../report/wording.ts";
import { PAGE_STYLE } from "./drawMap.ts";
import { useWidth } from "./elements.tsx";

/** how many episodes the plot of a result shows */
const windowOf = ({ config, cost }: Result) => Math.min(config.plotWindow, cost.length);

/** how many --line-other colours the style has */
const OTHERS = 4;

/**
 * The lines of a result's first episodes, as many as its figure shows, in the legend's order. Their
 * colours are custom properties of the page's style.
 */
export function linesOf(result: Result, window = windowOf(result)): Series[] {
  const all = seriesOf(result, window);
  return all.map((series, i) => {
    const other = `other-${((i - 1) % OTHERS) + 1}`;
    const name = i === 0 ? "goal" : i === all.length - 1 ? "output" : series.symbol ? other : "rate";
    return { ...series, colour: `var(--line-${name})`, width: Math.min(2, series.width) };
  });
}

interface Drawing {
  readonly lines: readonly Series[];
  /** the lines that they are compared with */
  readonly pinned: readonly Series[];
  /** of the episodes that are shown */
  readonly learningRates: readonly number[];
  /** a small plot has neither titles nor marks */
  readonly small: boolean;
  readonly width: number;
  readonly height: number;
}

/** the least distance between two marks of a line, in pixels */
const MARK_ROOM = 11;
/** the most phases that are named */
const NAMED_PHASES = 4;

const pointsOf = ({ values }: Series) =>
  values.flatMap((y, x) => (Number.isFinite(y) ? [[x, y] as [number, number]] : []));

/** The plot as an element. Its `value` is the episode under the pointer, and it fires `input` when that changes. */
function drawPlot({ lines, pinned, learningRates, small, width, height }: Drawing) {
  const window = learningRates.length;
  const phases = phasesOf(learningRates);
  const stride = Math.max(1, Math.ceil((window * MARK_ROOM) / width));
  const marks = small
    ? []
    : lines
        .filter(({ symbol }) => symbol)
        .map((line) =>
          Plot.dot(
            pointsOf(line).filter(([x]) => x % stride === 0 || x === window - 1),
            markOf(line, "var(--card)"),
          ),
        );
  const axis = { ...PLOT_AXIS, tickSize: 0, color: "var(--faint)" };
  return Plot.plot({
    width,
    height,
    marginTop: small ? 8 : 26,
    marginRight: 12,
    marginBottom: small ? 24 : 44,
    marginLeft: small ? 32 : 42,
    style: PAGE_STYLE,
    x: { domain: [-0.5, window - 0.5], label: null },
    y: { nice: true, zero: true, label: null },
    marks: [
      Plot.rectX(
        phases.filter(({ training }) => training),
        {
          x1: ({ from }) => from - 0.5,
          x2: ({ to }) => to + 0.5,
          insetTop: small ? 0 : -22,
          fill: "var(--training)",
        },
      ),
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
      Plot.axisX({
        ...axis,
        label: small ? null : "episode",
        labelOffset: 36,
        ticks: Math.min(window, Math.max(3, Math.floor(width / 60))),
        interval: 1,
        tickFormat: "d",
      }),
      Plot.axisY({ ...axis, ticks: small ? 3 : 6 }),
      ...pinned.map((line) =>
        Plot.line(pointsOf(line), {
          ...strokeOf(line),
          strokeWidth: 1.2,
          strokeDasharray: "4 2.5",
          strokeOpacity: 0.9,
        }),
      ),
      ...lines.map((line) => Plot.line(pointsOf(line), strokeOf(line))),
      ...marks,
      ...(small
        ? []
        : [
            Plot.ruleX(
              learningRates.map((_, t) => t),
              Plot.pointerX({ x: (t) => t, stroke: "var(--axis)", strokeDasharray: "2 3" }),
            ),
          ]),
    ],
  });
}

interface PlotProps {
  readonly result: Result;
  readonly pinned?: Result | null;
  readonly small?: boolean;
  readonly height: number;
  /** for screen readers */
  readonly label: string;
  /** receives the episode under the pointer */
  readonly onEpisode?: (episode: number | null) => void;
}

/** The plot, as wide as its container. */
export function TrajectoryPlot({
  result,
  pinned = null,
  small = false,
  height,
  label,
  onEpisode,
}: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const window = windowOf(result);
  const lines = useMemo(() => linesOf(result, window), [result, window]);
  const compared = useMemo(() => (pinned ? linesOf(pinned, window) : []), [pinned, window]);
  useLayoutEffect(() => {
    if (width === 0 || !place.current) return;
    const learningRates = result.trajectory.learningRate.slice(0, window);
    const plot = drawPlot({ lines, pinned: compared, learningRates, small, width, height });
    plot.addEventListener("input", () => onEpisode?.((plot as unknown as { value: number | null }).value));
    plot.setAttribute("aria-hidden", "true");
    place.current.replaceChildren(plot);
  }, [result, lines, compared, window, small, width, height, onEpisode]);
  return <div class="plot" role="img" aria-label={label} ref={place} style={{ minHeight: `${height}px` }} />;
}

const SAMPLE = { width: 30, height: 12 };

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
      {symbol === "circle" && <circle cx={x} cy={y} r={4} {...mark} />}
      {symbol === "square" && <rect x={x - 3.5} y={y - 3.5} width={7} height={7} {...mark} />}
      {symbol === "triangle" && <path d={`M${x} ${y - 4.5}l4.5 8h-9z`} {...mark} />}
      {symbol === "diamond" && <path d={`M${x} ${y - 5}l4 5l-4 5l-4 -5z`} {...mark} />}
    </svg>
  );
}

interface LegendProps {
  readonly lines: readonly Series[];
  /** the episode under the pointer */
  readonly episode: number | null;
  readonly compared: boolean;
}

/** The lines' names, with a sample of each and its value at the episode under the pointer. */
export function Legend({ lines, episode, compared }: LegendProps) {
  return (
    <ul class="legend">
      {lines.map((line) => (
        <li key={line.label}>
          <Sample {...line} />
          {line.label}
          {episode !== null && Number.isFinite(line.values[episode]) && (
            <b class="number">{short(line.values[episode])}</b>
          )}
        </li>
      ))}
      {compared && (
        <li>
          <svg {...SAMPLE} aria-hidden="true">
            <line x1={0} x2={30} y1={6} y2={6} stroke="currentColor" stroke-dasharray="4 2.5" />
          </svg>
          A, for comparison
        </li>
      )}
      {episode !== null && <li class="episode">episode {episode}</li>}
    </ul>
  );
}

// The post's figure: goal, coefficient, learning rate and output by episode.

import * as Plot from "@observablehq/plot";
import type { Result } from "../index.ts";
import { EDGE, FAINT, FONT, headingOf, PLOT_AXIS, PLOT_STYLE } from "./drawing.ts";
import { markOf, seriesOf, strokeOf } from "./series.ts";
import { multiplesOf, roundStep } from "./ticks.ts";
import { describeSchedule, differencesOf, historyOf, phasesOf } from "./wording.ts";

const WIDTH = 860;
/** size of the frame around the lines */
const FRAME = { width: 758, height: 330 };
const MARGIN = { top: 26, bottom: 58, left: 68 };
/** height of the strip above the frame that names the phases */
const STRIP = 22;
/** the maximum number of marks of a series */
const MARKS = 50;
/** the maximum number of phases that are named */
const NAMED_PHASES = 4;
/** the maximum number of ticks of the episode axis */
const MAX_TICKS = 12;

/**
 * The figure of a result: its first `plotWindow` episodes.
 *
 * @param document to draw in: the page's document, or one of happy-dom
 * @returns a complete SVG document
 */
export function toSvg(result: Result, document: Document): string {
  const { config } = result;
  const window = Math.min(config.plotWindow, result.cost.length);
  const series = seriesOf(result, window);
  const phases = phasesOf(result.trajectory.learningRate.slice(0, window));
  const training = phases.filter((phase) => phase.training);
  const title = `${result.game}: ${describeSchedule(result.trajectory.learningRate)}`;
  const history = historyOf(result);
  const settings = [
    ...(history
      ? [
          `one history: ${history.end}`,
          `${history.signals} (probability ${history.probabilities.join(", ")})`,
        ]
      : []),
    ...differencesOf(config),
  ];
  const heading = headingOf(title, settings, series, FRAME.width, STRIP + 8);
  const marginTop = MARGIN.top + heading.height;
  const marginRight = WIDTH - FRAME.width - MARGIN.left;

  const stride = Math.ceil(window / MARKS);
  const drawn = series.flatMap((one) => {
    const points = one.values.flatMap((y, x) => (Number.isFinite(y) ? [[x, y] as [number, number]] : []));
    const marked = points.filter(([x]) => x % stride === 0 || x === window - 1);
    return [Plot.line(points, strokeOf(one)), ...(one.symbol ? [Plot.dot(marked, markOf(one))] : [])];
  });
  const svg = Plot.plot({
    document,
    ariaLabel: title,
    width: WIDTH,
    height: marginTop + FRAME.height + MARGIN.bottom,
    marginTop,
    marginRight,
    marginBottom: MARGIN.bottom,
    marginLeft: MARGIN.left,
    style: PLOT_STYLE,
    x: { domain: [-0.5, window - 0.5], label: null },
    y: { nice: true, zero: true, label: null },
    marks: [
      Plot.frame({
        fill: "#fff",
        stroke: "#d9d9d9",
        rx: 12,
        insetTop: EDGE - marginTop,
        insetRight: EDGE - marginRight,
        insetBottom: EDGE - MARGIN.bottom,
        insetLeft: EDGE - MARGIN.left,
      }),
      Plot.rectX(training, {
        x1: ({ from }) => from - 0.5,
        x2: ({ to }) => to + 0.5,
        insetTop: -STRIP,
        fill: "#f2f2ed",
      }),
      Plot.text(phases.length > NAMED_PHASES ? [] : phases, {
        x: ({ from, to }) => (from + to) / 2,
        text: (phase) => (phase.training ? "training" : "deployment"),
        frameAnchor: "top",
        lineAnchor: "middle",
        dy: -STRIP / 2,
        fontSize: FONT - 1,
        fill: FAINT,
      }),
      Plot.gridY({ stroke: "#000", strokeOpacity: 0.12 }),
      Plot.ruleY([0], { stroke: "#000", strokeOpacity: 0.45 }),
      Plot.axisX({
        ...PLOT_AXIS,
        label: "episode",
        labelOffset: 42,
        ticks: multiplesOf(Math.max(1, roundStep(window / MAX_TICKS)), 0, window - 1),
        tickFormat: "d",
      }),
      Plot.axisY({ ...PLOT_AXIS, label: "value", labelOffset: 52, tickSize: 0 }),
      ...drawn,
      ...heading.marks,
    ],
  });
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return `${svg.outerHTML}\n`;
}

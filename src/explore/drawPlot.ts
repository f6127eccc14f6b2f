// The trajectory plot: goal, decision, output and learning rate by episode, and fainter those of the settings that are
// kept for comparison.

import * as Plot from "@observablehq/plot";
import { phasesOf } from "../report/wording.ts";
import type { Line } from "./looks.ts";

/** What is drawn. */
export interface Drawing {
  readonly lines: readonly Line[];
  /** of the settings that are compared with */
  readonly pinned: readonly Line[];
  /** of each episode that is shown */
  readonly learningRates: readonly number[];
  /** a small plot has neither titles nor marks */
  readonly small: boolean;
  readonly width: number;
  readonly height: number;
}

/** marks of a line that can be told apart side by side, by the pixels they have */
const MARK_ROOM = 11;
/** phases whose names there is room for */
const NAMED_PHASES = 4;

const pointsOf = ({ values }: Line) =>
  values.flatMap((y, x) => (Number.isFinite(y) ? [[x, y] as [number, number]] : []));

/** the stroke of a line; the learning rate is a step line */
const strokeOf = ({ colour, dash, symbol, width }: Line) =>
  ({
    stroke: colour,
    strokeDasharray: dash,
    strokeWidth: width,
    strokeLinecap: symbol ? "butt" : "round",
    curve: symbol ? "linear" : "step",
  }) as const;

/** The plot, ready to be put into the page. Its `value` is the episode that is pointed at, and it tells of `input`. */
export function drawPlot({ lines, pinned, learningRates, small, width, height }: Drawing) {
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
            {
              symbol: line.symbol!,
              r: line.size,
              fill: line.hollow ? "var(--card)" : line.colour,
              stroke: line.hollow ? line.colour : "var(--card)",
              strokeWidth: line.hollow ? 1.6 : 0.6,
            },
          ),
        );
  const axis = { labelAnchor: "center", labelArrow: "none", tickSize: 0 } as const;
  return Plot.plot({
    width,
    height,
    marginTop: small ? 8 : 26,
    marginRight: 12,
    marginBottom: small ? 24 : 44,
    marginLeft: small ? 32 : 42,
    style: { fontFamily: "inherit", fontSize: "12px", background: "none", overflow: "visible" },
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
        color: "var(--faint)",
      }),
      Plot.axisY({ ...axis, ticks: small ? 3 : 6, color: "var(--faint)" }),
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

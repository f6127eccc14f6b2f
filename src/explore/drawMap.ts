// Draws a map: the pixels of its cells and the gradient of its legend, in the colours of the figures, and over the
// cells the contours, the axes and their names.

import * as Plot from "@observablehq/plot";
import type { AxisValues } from "../index.ts";
import { type ColourScale, RAMP } from "../report/colours.ts";
import { contourLabels, contourPath, contoursOf } from "../report/contours.ts";
import { PLOT_AXIS } from "../report/drawing.ts";
import { logTicks, multiplesOf, roundStep } from "../report/ticks.ts";
import { settingLabel, short } from "../report/wording.ts";
import { placeOf } from "./mapGeometry.ts";
import type { ShownMap } from "./useMap.ts";

/** the greys of the stripes of cells that have no value */
const STRIPES = [158, 120] as const;
/** width of a stripe, in cells */
const BROAD = 4;
/** the number of colours in the legend's gradient */
const STOPS = 18;
/** the shortest contour that is labelled, in pixels */
const LABEL_ROOM = 70;
/** style of everything that Plot draws on the page */
export const PAGE_STYLE = {
  fontFamily: "inherit",
  fontSize: "12px",
  background: "none",
  overflow: "visible",
};
/** margins around the frame, in pixels */
export const MARGIN = { top: 6, right: 10, bottom: 46, left: 58 } as const;

/** The values at which an axis is labelled: round numbers, and on a logarithmic axis multiples of powers of ten. */
function ticksOf({ values, scale, whole }: AxisValues, room: number): number[] {
  const [low, high] = [values[0], values.at(-1)!];
  const count = Math.max(2, Math.floor(room / 64));
  if (scale === "linear")
    return multiplesOf(Math.max(whole ? 1 : 0, roundStep((high - low) / count)), low, high);
  const decades = Math.log10(high / low);
  const factors = decades * 3 <= count ? [1, 2, 5] : decades * 2 <= count ? [1, 3] : [1];
  const within = logTicks([low, high], factors);
  return within.length > 1 ? within : [low, high];
}

/** The axes and contours as an SVG element that covers the cells. */
export function drawAxes(
  { diagram, values, status }: ShownMap,
  scale: ColourScale,
  { width, height, contours }: { width: number; height: number; contours: boolean },
) {
  const frame = { width: width - MARGIN.left - MARGIN.right, height: height - MARGIN.top - MARGIN.bottom };
  const { x, y } = diagram;
  const axisOf = (axis: AxisValues, room: number) => {
    const ticks = ticksOf(axis, room);
    return {
      ...PLOT_AXIS,
      ticks: ticks.map((value) => placeOf(axis, value)),
      tickFormat: (_: number, i: number) => short(ticks[i]),
      label: settingLabel(axis.key),
      color: "var(--faint)",
    };
  };
  const svg = Plot.plot({
    width,
    height,
    marginTop: MARGIN.top,
    marginRight: MARGIN.right,
    marginBottom: MARGIN.bottom,
    marginLeft: MARGIN.left,
    style: PAGE_STYLE,
    x: { domain: [0, 1], label: null },
    y: { domain: [0, 1], label: null },
    marks: [
      Plot.frame({ stroke: "var(--axis)" }),
      Plot.axisX({ ...axisOf(x, frame.width), labelOffset: 38 }),
      Plot.axisY({ ...axisOf(y, frame.height), labelOffset: 50 }),
    ],
  });
  if (contours) {
    const lines = contoursOf({ x, y, values, status }, scale, [frame.width, frame.height]);
    const make = (name: string, attributes: Record<string, string | number>, text = "") => {
      const element = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
      element.textContent = text;
      return element;
    };
    const group = make("g", { transform: `translate(${MARGIN.left} ${MARGIN.top})` });
    group.append(
      make("path", { d: contourPath(lines), class: "contours" }),
      ...contourLabels(lines, LABEL_ROOM).map(({ level, at: [x, y] }) =>
        make("text", { x, y, class: "contour-label" }, short(level)),
      ),
    );
    svg.append(group);
  }
  return svg;
}

/** The colours from the lowest to the highest value, as a CSS gradient. */
export function gradientOf({ ramp }: ColourScale): string {
  const stops = Array.from({ length: STOPS }, (_, i) => {
    const at = 3 * Math.round((i / (STOPS - 1)) * (RAMP - 1));
    return `rgb(${ramp.subarray(at, at + 3).join(" ")})`;
  });
  return `linear-gradient(to right, ${stops.join(", ")})`;
}

/** The position of a value in the gradient, in [0, 1]; NaN if there is no value. */
export function placeAmong(scale: ColourScale, value: number): number {
  return Number.isFinite(value) ? scale.indexOf(value) / (RAMP - 1) : Number.NaN;
}

/** Paints values, lowest row first, into an image, whose top row is first. */
export function paint(image: ImageData, values: Float64Array, scale: ColourScale): void {
  const { width, height, data } = image;
  for (let row = 0, i = 0; row < height; row++) {
    let to = (height - 1 - row) * width * 4;
    for (let column = 0; column < width; column++, i++, to += 4) {
      if (Number.isFinite(values[i])) {
        const from = 3 * scale.indexOf(values[i]);
        data[to] = scale.ramp[from];
        data[to + 1] = scale.ramp[from + 1];
        data[to + 2] = scale.ramp[from + 2];
      } else data.fill(STRIPES[Math.floor((column + row) / BROAD) % 2], to, to + 3);
      data[to + 3] = 255;
    }
  }
}

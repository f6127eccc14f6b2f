// A figure of curves, in panels: what is measured of a sweep, by the setting that is swept. Where there is
// no value the curve has a gap, and a cross on the panel's floor says so.

import * as Plot from "@observablehq/plot";
import { FONT, headingOf, INK } from "./heading.ts";
import type { Curves, Panel } from "./panels.ts";
import { short } from "./schedule.ts";
import { LOOKS, markOf, type Series, strokeOf } from "./series.ts";

const WIDTH = 860;
const FRAME = { width: 758, height: 330, several: 230 };
const MARGIN = { top: 26, bottom: 58, left: 76 };
/** between the plate and the picture's edge */
const EDGE = 6;
/** marks of a curve that can be told apart */
const MARKS = 26;

/** the cross, in the legend */
const GAP = { values: [], colour: INK, dash: "0 99", symbol: "times", size: 3.5 } as const;

/** curves that a figure can tell apart */
export const MOST_CURVES = LOOKS.length;

/** Where a logarithmic axis is labelled: powers of ten, with 2 and 5 between them where there is room. */
export function logTicks([low, high]: readonly number[]): number[] {
  const decades = Math.log10(high / low);
  const factors = decades <= 2.5 ? [1, 2, 5] : decades <= 4.5 ? [1, 3] : [1];
  const ticks: number[] = [];
  for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); e++)
    for (const f of factors) ticks.push(Number(`${f}e${e}`));
  return ticks.filter((x) => x >= low * (1 - 1e-9) && x <= high * (1 + 1e-9));
}

/**
 * Draws curves.
 *
 * @param document to draw in: the page's own or, where there is none, that of ./document.ts
 * @returns a whole SVG document
 */
export function drawCurves(curves: Curves, document: Document): string {
  const { panels, x, title } = curves;
  const drawn = panels.map((_, i) => drawPanel(curves, i, document));
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const heights = drawn.map((panel) => Number(panel.getAttribute("height")));
  const height = heights.reduce((sum, h) => sum + h, 0) + EDGE;
  for (const [name, value] of Object.entries({
    xmlns: "http://www.w3.org/2000/svg",
    width: WIDTH,
    height,
    viewBox: `0 0 ${WIDTH} ${height}`,
    "aria-label": `${title}; horizontal axis: ${x.label}`,
  }))
    svg.setAttribute(name, String(value));
  const plate = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries({
    x: EDGE,
    y: EDGE,
    width: WIDTH - 2 * EDGE,
    height: height - 2 * EDGE,
    rx: 12,
    fill: "#fff",
    stroke: "#d9d9d9",
  }))
    plate.setAttribute(name, String(value));
  svg.append(plate);
  let top = 0;
  for (const [i, panel] of drawn.entries()) {
    panel.setAttribute("y", String(top));
    panel.removeAttribute("aria-label");
    top += heights[i];
    svg.append(panel);
  }
  return `${svg.outerHTML}\n`;
}

/** The lines of a figure's heading are the first panel's, and the name of the horizontal axis is the last one's. */
function drawPanel({ title, settings, x, panels, gap }: Curves, index: number, document: Document) {
  const { label, curves } = panels[index];
  const first = index === 0;
  const last = index === panels.length - 1;
  // Panels of the same curves share one legend; otherwise each has its own.
  const labels = (panel: Panel) => panel.curves.map((curve) => curve.label).join("\n");
  const shared = panels.every((panel) => labels(panel) === labels(panels[0]));
  const offset = shared ? 0 : panels.slice(0, index).reduce((sum, panel) => sum + panel.curves.length, 0);
  const series: Series[] = curves.map((curve, i) => ({
    ...LOOKS[(offset + i) % LOOKS.length],
    label: curve.label,
    values: curve.values.map((y) => y ?? Number.NaN),
  }));
  const holes = series.flatMap(({ values, colour }, s) =>
    values.flatMap((y, i) => (Number.isFinite(y) ? [] : [{ x: x.values[i], s, colour }])),
  );
  const legend = !shared || first ? series : [];
  const marked = holes.length > 0 && gap !== undefined;
  const heading =
    legend.length === 0
      ? undefined
      : headingOf(
          first ? title : "",
          first ? settings : [],
          marked ? [...legend, { ...GAP, label: gap }] : legend,
          FRAME.width,
          10,
        );
  const marginTop = heading ? (first ? MARGIN.top : 0) + heading.height : 22;
  const marginBottom = last ? MARGIN.bottom : 30;
  const height = marginTop + (panels.length > 1 ? FRAME.several : FRAME.height) + marginBottom;
  const stride = Math.max(1, Math.ceil(x.values.length / MARKS));

  const finite = series.flatMap(({ values }) => values.filter(Number.isFinite));
  const flat = finite.length === 0 || Math.max(...finite) === Math.min(...finite);
  const domain = [Math.min(...x.values), Math.max(...x.values)];
  const axis = { labelAnchor: "center", labelArrow: "none" } as const;
  const drawn = series.flatMap((one, s) => {
    const points = one.values.map((y, i) => [x.values[i], y] as [number, number]);
    // each curve has its marks elsewhere, so that those of curves that coincide do not
    const shift = stride > 2 ? Math.floor((s * stride) / series.length) : 0;
    const chosen = points.filter(([, y], i) => Number.isFinite(y) && i % stride === shift % stride);
    return [Plot.line(points, strokeOf(one)), Plot.dot(chosen, markOf(one))];
  });
  const svg = Plot.plot({
    document,
    width: WIDTH,
    height,
    marginTop,
    marginRight: WIDTH - FRAME.width - MARGIN.left,
    marginBottom,
    marginLeft: MARGIN.left,
    style: { fontFamily: "sans-serif", fontSize: `${FONT}px`, color: INK, background: "none" },
    x: {
      type: x.log ? "log" : "linear",
      domain: domain[0] === domain[1] ? [domain[0] - 0.5, domain[1] + 0.5] : domain,
      inset: 8,
      label: null,
    },
    y: {
      ...(flat && { domain: flatDomain(finite[0] ?? 0) }),
      nice: true,
      zero: true,
      insetTop: 4,
      insetBottom: marked ? 6 + 9 * series.length : 0,
      label: null,
    },
    marks: [
      Plot.gridY({ stroke: "#000", strokeOpacity: 0.12, tickSpacing: 40 }),
      Plot.ruleY([0], { stroke: "#000", strokeOpacity: 0.45 }),
      Plot.axisX({
        ...axis,
        label: last ? x.label : null,
        labelOffset: 42,
        ...(x.log ? { ticks: logTicks(domain) } : { tickSpacing: 70 }),
        tickFormat: (value: number) => short(value),
      }),
      Plot.axisY({ ...axis, label, labelOffset: 60, tickSize: 0, tickSpacing: 40 }),
      ...drawn,
      ...(marked
        ? series.map((_, s) =>
            Plot.dot(
              holes.filter((hole) => hole.s === s),
              {
                x: "x",
                frameAnchor: "bottom",
                dy: -6 - 9 * (series.length - 1 - s),
                symbol: "times",
                r: 3,
                stroke: "colour",
                strokeWidth: 1.4,
              },
            ),
          )
        : []),
      ...(heading?.marks ?? []),
    ],
  });
  return svg;
}

/** an axis for curves that are one level line */
const flatDomain = (y: number): [number, number] =>
  y === 0 ? [0, 1] : y > 0 ? [0, 1.25 * y] : [1.25 * y, 0];

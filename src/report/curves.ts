// A figure of curves: what is measured of a sweep, by the setting that is swept. Each panel has the curves that share
// an axis. Where there is no value the curve has a gap, and a cross on the panel's floor says so.

import * as Plot from "@observablehq/plot";
import type { Schedule, Sweep } from "../index.ts";
import { FONT, headingOf, INK } from "./heading.ts";
import { describeSchedule, differencesOf, labelOf, learningRatesOf, short } from "./schedule.ts";
import { LOOKS, markOf, type Series, strokeOf } from "./series.ts";

const WIDTH = 860;
const FRAME = { width: 758, height: 330, several: 230 };
const MARGIN = { top: 26, bottom: 58, left: 76 };
/** between the plate and the picture's edge */
const EDGE = 6;
/** marks of a curve that can be told apart */
const MARKS = 26;
/** in characters */
const LONGEST_TITLE = 78;

/** the cross, in the legend */
const GAP = { values: [], colour: INK, dash: "0 99", symbol: "times", size: 3.5 } as const;

/** curves that a figure can tell apart */
export const MOST_CURVES = LOOKS.length;

/** A line of a figure: one value for each x of the figure, null where there is none. */
export interface Curve {
  readonly label: string;
  readonly values: readonly (number | null)[];
}

/** Curves that share their axes. */
export interface Panel {
  /** name of the vertical axis */
  readonly label: string;
  readonly curves: readonly Curve[];
}

/** All that a figure of curves shows. */
export interface Curves {
  readonly title: string;
  readonly settings: readonly string[];
  readonly x: { readonly label: string; readonly values: readonly number[]; readonly log?: boolean };
  readonly panels: readonly Panel[];
  /** what a cross means */
  readonly gap?: string;
}

/** what a setting is, by its key: its symbol, and its unit where it has one */
const SETTINGS: Readonly<Record<string, string>> = {
  discount: "discount γ (per episode)",
  regularization: "regularization λ",
  learningRate: "learning rate η",
  training: "training (episodes)",
  deployment: "deployment (episodes)",
  episodes: "episodes",
  hazard: "hazard (probability of deployment, per episode)",
  signalError: "signal error (probability)",
  discountLearningRateScale: "κ, learning rate of the discount relative to the goal's",
  beliefLearningRateScale: "κ, learning rate of the belief relative to the goal's",
  "initial.deploymentAt": "end of training (episode)",
};

/** A setting's dotted key as an axis says it. */
export function settingLabel(key: string): string {
  const parts = key.split(".").filter((part) => part !== "schedule");
  const known = parts.join(".");
  if (Object.hasOwn(SETTINGS, known)) return SETTINGS[known];
  return parts.map(labelOf).join(" ");
}

/** what is counted in squared outputs */
const COSTS: Readonly<Record<string, string>> = {
  cost: "average total mesa cost",
  denseCost: "the same over a denser grid",
  linearCost: "the same with linear policies",
};

/** A measure as a legend says it. */
export function measureLabel(name: string): string {
  return COSTS[name] ?? labelOf(name);
}

/** The figure of a sweep: a panel for each measure where there are series, else one for all that share a scale. */
export function curvesOf({ game, config, over, series, measures, cells }: Sweep, log = false): Curves {
  const valuesOf = (measure: string, s: number) =>
    over.values.map((_, i) => cells[s * over.values.length + i].values[measure]);
  const curve = (measure: string): Curve => ({ label: measureLabel(measure), values: valuesOf(measure, 0) });
  const costs = measures.filter((name) => name in COSTS);
  const others = measures.filter((name) => !(name in COSTS));
  const panels: Panel[] = series
    ? measures.map((measure) => ({
        label: measureLabel(measure),
        curves: series.values.map((value, s) => ({
          label: `${settingLabel(series.key).replace(/ \(.*|, .*/, "")} = ${said(value)}`,
          values: valuesOf(measure, s),
        })),
      }))
    : [others, costs]
        .filter((names) => names.length > 0)
        .map((names) => ({
          label: names.length === 1 ? measureLabel(names[0]) : names === costs ? COSTS.cost : "value",
          curves: names.map(curve),
        }));
  const keys = [over.key, ...(series ? [series.key] : [])];
  const schedule = describeRest(config.schedule, keys);
  const label = settingLabel(over.key);
  const what = measures.map((name) => (name === "cost" ? COSTS.cost : measureLabel(name)));
  const named = what.length > 1 ? `${what.slice(0, -1).join(", ")} and ${what.at(-1)}` : what[0];
  const by = label.replace(/ \(.*|, .*/, "");
  const title = `${game}: ${named} by ${by}`;
  return {
    title: title.length > LONGEST_TITLE ? `${game}, by ${by}` : title,
    settings: [...schedule, ...differencesOf(config, keys)],
    x: { label, values: over.values, log },
    panels,
    gap: "no value",
  };
}

/** What is left to say of a schedule where some of its settings take several values. */
function describeRest(schedule: Schedule, keys: readonly string[]): string[] {
  if (keys.some((key) => /^schedule(\.(episodes|learningRates)|$)/.test(key))) return [];
  if ("episodes" in schedule) return [`${schedule.episodes} episodes`];
  const of = (key: "training" | "deployment") =>
    "training" in schedule && !keys.includes(`schedule.${key}`) ? schedule[key] : 0;
  const rates =
    "training" in schedule
      ? { ...schedule, training: of("training"), deployment: of("deployment") }
      : schedule;
  const described = describeSchedule(learningRatesOf(rates));
  return described === "" ? [] : [described];
}

const said = (value: unknown) =>
  typeof value === "number" ? short(value) : typeof value === "string" ? value : JSON.stringify(value);

/** Where a logarithmic axis is labelled: powers of ten, with 2 and 5 between them where there is room. */
function logTicks([low, high]: readonly number[]): number[] {
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

// One map of a phase diagram, and its colours beside it.

import * as Plot from "@observablehq/plot";
import { STATUSES } from "../diagram/cells.ts";
import { type ColourScale, colourScaleOf } from "./colours.ts";
import { contourPath } from "./contours.ts";
import { drawerOf } from "./drawer.ts";
import { FONT, INK, LINE } from "./heading.ts";
import { type CellAxis, edgesOf, mapPng, rampPng, STATUS_COLOURS, statusPng } from "./map.ts";
import { fewTicks, tickText } from "./ticks.ts";

/** What a figure of maps shows. */
export interface DiagramView {
  readonly title: string;
  readonly settings: readonly string[];
  readonly x: CellAxis & { readonly label: string };
  readonly y: CellAxis & { readonly label: string };
  readonly maps: readonly {
    readonly measure: string;
    readonly label: string;
    readonly values: Float64Array;
  }[];
  /** codes of STATUSES, row by row from below */
  readonly status: Uint8Array;
}

/** around a map's frame */
export const MARGIN = { top: 34, right: 12, bottom: 52, left: 74 };
/** the colour bar, and the room for it and its numbers */
export const BAR = { width: 16, room: 88 };

const axisLook = { labelAnchor: "center", labelArrow: "none", tickSize: 5 } as const;

/** A map, and its colours beside it. */
export function drawMap(
  view: DiagramView,
  { measure, values }: DiagramView["maps"][number],
  frame: { readonly width: number; readonly height: number },
  document: Document,
): Element[] {
  const { x, y, status } = view;
  const { make, image } = drawerOf(document);
  const shown = [frame.width, frame.height] as const;
  const picture = { columns: x, rows: y, values, status };
  const categorical = measure === "status";
  const scale = categorical ? undefined : colourScaleOf(measure, values);
  const png = scale ? mapPng(picture, scale, shown) : statusPng(picture, shown);
  /** dark beneath and light above, so that they show on every colour */
  const contours = (scale: ColourScale) => {
    const d = contourPath(picture, scale, shown);
    const line = { d, fill: "none", "stroke-linejoin": "round" };
    return [
      make("path", { ...line, stroke: "#000", "stroke-opacity": 0.4, "stroke-width": 2.2 }),
      make("path", { ...line, stroke: "#fff", "stroke-opacity": 0.95, "stroke-width": 1 }),
    ];
  };
  const ends = (axis: CellAxis) => {
    const edges = edgesOf(axis);
    return [edges[0], edges[edges.length - 1]];
  };
  const [domainX, domainY] = [ends(x), ends(y)];
  const ticksOf = (axis: CellAxis, domain: number[]) =>
    axis.log ? { ticks: fewTicks(domain) } : { tickSpacing: axis === x ? 80 : 50 };
  const look = { fontFamily: "sans-serif", fontSize: `${FONT}px`, color: INK, background: "none" };
  const map = Plot.plot({
    document,
    width: MARGIN.left + frame.width + MARGIN.right,
    height: MARGIN.top + frame.height + MARGIN.bottom,
    ...{
      marginTop: MARGIN.top,
      marginRight: MARGIN.right,
      marginBottom: MARGIN.bottom,
      marginLeft: MARGIN.left,
    },
    style: look,
    x: { type: x.log ? "log" : "linear", domain: domainX, label: null },
    y: { type: y.log ? "log" : "linear", domain: domainY, label: null },
    marks: [
      () => image(png, MARGIN.left, MARGIN.top, frame.width, frame.height),
      ...(scale
        ? [() => make("g", { transform: `translate(${MARGIN.left},${MARGIN.top})` }, contours(scale))]
        : []),
      Plot.frame({ stroke: INK, strokeWidth: 1 }),
      Plot.axisX({
        ...axisLook,
        label: x.label,
        labelOffset: 42,
        ...ticksOf(x, domainX),
        tickFormat: tickText,
      }),
      Plot.axisY({
        ...axisLook,
        label: y.label,
        labelOffset: 64,
        ...ticksOf(y, domainY),
        tickFormat: tickText,
      }),
    ],
  });
  const left = MARGIN.left + frame.width + MARGIN.right;
  if (!scale) {
    const seen = new Set(status);
    const names = STATUSES.filter((_, code) => seen.has(code));
    const rows = names.flatMap((name, i) => [
      make("rect", { x: 6, y: MARGIN.top + i * LINE, width: 14, height: 14, fill: STATUS_COLOURS[name] }),
      make(
        "text",
        { x: 26, y: MARGIN.top + i * LINE + 7, "font-size": FONT, fill: INK, "dominant-baseline": "central" },
        name,
      ),
    ]);
    return [
      map,
      make(
        "svg",
        { x: left, width: BAR.width + BAR.room, height: MARGIN.top + frame.height, overflow: "visible" },
        rows,
      ),
    ];
  }
  const bar = Plot.plot({
    document,
    width: BAR.width + BAR.room,
    height: MARGIN.top + frame.height + MARGIN.bottom,
    ...{ marginTop: MARGIN.top, marginRight: BAR.room - 8, marginBottom: MARGIN.bottom, marginLeft: 8 },
    style: look,
    y: { type: scale.log ? "log" : "linear", domain: [...scale.domain], label: null },
    x: { domain: [0, 1], axis: null },
    marks: [
      () => image(rampPng(scale), 8, MARGIN.top, BAR.width, frame.height),
      Plot.ruleY(scale.levels, { stroke: "#000", strokeOpacity: 0.45, strokeWidth: 2.4 }),
      Plot.ruleY(scale.levels, { stroke: "#fff", strokeWidth: 1.1 }),
      Plot.frame({ stroke: INK, strokeWidth: 1 }),
      Plot.axisY({
        ...{ anchor: "right", tickSize: 5, label: null, tickFormat: tickText },
        ticks: ticksOfBar(scale),
      }),
    ],
  });
  bar.setAttribute("x", String(left));
  return [map, bar];
}

/** The levels and, where there is room, the ends. */
function ticksOfBar({ domain, levels, log }: ColourScale): number[] {
  const at = log ? Math.log : (x: number) => x;
  const span = at(domain[1]) - at(domain[0]);
  const ends = domain.filter((end) => levels.every((level) => Math.abs(at(level) - at(end)) > 0.06 * span));
  return [...ends, ...levels];
}

// A phase diagram as a figure: one map a measure with its colours beside it, contours over it, and a legend of what has
// no colour.

import * as Plot from "@observablehq/plot";
import { STATUSES } from "../phase/cells.ts";
import { type ColourScale, colourScaleOf } from "./colours.ts";
import { contourPath } from "./contours.ts";
import { logTicks } from "./curves.ts";
import { CHARACTER, FAINT, FONT, INK, LINE, linesOf, pack } from "./heading.ts";
import {
  type CellAxis,
  dataUrl,
  edgesOf,
  mapPng,
  NOTHING,
  patternPng,
  rampPng,
  STATUS_COLOURS,
  statusPng,
} from "./map.ts";
import { short } from "./schedule.ts";

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

/** the frame of a map: alone, and beside others */
const ALONE = { width: 560, height: 440 };
const BESIDE = { width: 380, height: 320 };
const MARGIN = { top: 34, right: 12, bottom: 52, left: 74 };
const BAR = { width: 16, room: 88 };
/** between the plate and the picture's edge, and between the plate and what is on it */
const EDGE = 6;
const PAD = 22;
/** ticks of a logarithmic axis that there is room for */
const MOST_TICKS = 8;
const SWATCH = { width: 26, height: 14 };

/** what the legend says of cells, by their status, and of those that have no value */
const WORDS: Readonly<Record<string, string>> = {
  solved: "one equilibrium was found",
  several: "several equilibria; the colour is of the first",
  cycle: "no equilibrium: decisions cycle",
  undecided: "no equilibrium was found",
  overflow: "overflow: costs exceed float64",
  [NOTHING]: "no value",
};

type Attributes = Readonly<Record<string, string | number>>;

/** Makes elements of a document. */
function drawerOf(document: Document) {
  const make = (name: string, attributes: Attributes, content?: string | readonly Node[]): SVGElement => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name) as SVGElement;
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    if (typeof content === "string") element.textContent = content;
    else if (content) element.append(...content);
    return element;
  };
  return {
    make,
    text: (words: string, x: number, y: number, more: Attributes = {}) =>
      make("text", { x, y, "font-size": FONT, fill: INK, "dominant-baseline": "central", ...more }, words),
    image: (png: Uint8Array, x: number, y: number, width: number, height: number) =>
      make("image", {
        ...{ x, y, width, height, href: dataUrl(png), preserveAspectRatio: "none" },
        style: "image-rendering: pixelated",
      }),
  };
}

/**
 * Draws maps.
 *
 * @param document to draw in: the page's own or, where there is none, that of ./document.ts
 * @returns a whole SVG document
 */
export function drawDiagram(view: DiagramView, document: Document): string {
  const { maps, title } = view;
  const { make, text, image } = drawerOf(document);
  const across = maps.length === 1 ? 1 : maps.length <= 4 ? 2 : 3;
  const frame = maps.length === 1 ? ALONE : BESIDE;
  const block = {
    width: MARGIN.left + frame.width + MARGIN.right + BAR.width + BAR.room,
    height: MARGIN.top + frame.height + MARGIN.bottom,
  };
  const width = 2 * PAD + across * block.width - 20;
  const inner = width - 2 * PAD;
  /** a map that is alone is named by the title */
  const lift = maps.length === 1 ? 16 : 0;

  let top = PAD + 14;
  const parts: Node[] = [text(title, PAD, top, { "font-size": 17, "font-weight": "bold" })];
  top += 26;
  for (const line of linesOf(view.settings, inner)) {
    parts.push(text(line, PAD, top, { fill: FAINT }));
    top += LINE;
  }
  const marked = legendOf(view);
  const places = pack(
    marked.map((name) => SWATCH.width + 10 + WORDS[name].length * CHARACTER + 24),
    inner,
  );
  for (const [i, name] of marked.entries()) {
    const [x, y] = [PAD + places[i].x, top + 4 + places[i].line * LINE];
    const size = [SWATCH.width, SWATCH.height] as const;
    parts.push(
      image(patternPng(name, size), x, y - SWATCH.height / 2, ...size),
      make("rect", {
        x,
        y: y - SWATCH.height / 2,
        width: size[0],
        height: size[1],
        fill: "none",
        stroke: "#999",
      }),
      text(WORDS[name], x + SWATCH.width + 8, y),
    );
  }
  if (marked.length > 0) top += 8 + (places.at(-1)!.line + 1) * LINE;

  for (const [i, map] of maps.entries()) {
    const [x, y] = [
      PAD - 12 + (i % across) * block.width,
      top - lift + Math.floor(i / across) * block.height,
    ];
    const inside = drawMap(view, map, frame, document);
    for (const svg of inside) {
      svg.setAttribute("x", String(Number(svg.getAttribute("x") ?? 0) + x));
      svg.setAttribute("y", String(y));
    }
    const name = text(map.label, x + MARGIN.left, y + MARGIN.top - 14, { "font-weight": "bold" });
    parts.push(...inside, ...(maps.length > 1 ? [name] : []));
  }
  const height = top - lift + Math.ceil(maps.length / across) * block.height + PAD - 10;
  const plate = make("rect", {
    ...{ x: EDGE, y: EDGE, width: width - 2 * EDGE, height: height - 2 * EDGE, rx: 12 },
    ...{ fill: "#fff", stroke: "#d9d9d9" },
  });
  const svg = make(
    "svg",
    {
      ...{ xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}` },
      ...{
        "font-family": "sans-serif",
        "aria-label": `${title}; ${view.x.label} by ${view.y.label}`,
        role: "img",
      },
    },
    [plate, ...parts],
  );
  return `${svg.outerHTML}\n`;
}

/** What the legend has to name. */
function legendOf({ status, maps }: DiagramView): string[] {
  const seen = new Set(status);
  const blank = maps.some(
    ({ measure, values }) =>
      measure !== "status" && values.some((value, i) => !Number.isFinite(value) && status[i] <= 1),
  );
  return [
    ...STATUSES.filter((name, code) => name !== "solved" && seen.has(code)),
    ...(blank ? [NOTHING] : []),
  ];
}

const axisLook = { labelAnchor: "center", labelArrow: "none", tickSize: 5 } as const;

/** A map, and its colours beside it. */
function drawMap(
  view: DiagramView,
  { measure, values }: DiagramView["maps"][number],
  frame: typeof ALONE,
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

/** Where a logarithmic axis is labelled. */
function fewTicks(domain: readonly number[]): number[] {
  const ticks = logTicks(domain);
  return ticks.length > MOST_TICKS ? ticks.filter((x) => Number.isInteger(Math.log10(x))) : ticks;
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** A number beside an axis: as people write it, or with a power of ten where that would be long. */
function tickText(x: number): string {
  const power = x === 0 ? 0 : Math.floor(Math.log10(Math.abs(x)) + 1e-9);
  if (power > -4 && power < 6) return short(x);
  const digits = [...String(Math.abs(power))].map((digit) => SUPERSCRIPTS[Number(digit)]).join("");
  const factor = short(x / 10 ** power);
  return `${factor === "1" ? "" : `${factor}·`}10${power < 0 ? "⁻" : ""}${digits}`;
}

/** The levels and, where there is room, the ends. */
function ticksOfBar({ domain, levels, log }: ColourScale): number[] {
  const at = log ? Math.log : (x: number) => x;
  const span = at(domain[1]) - at(domain[0]);
  const ends = domain.filter((end) => levels.every((level) => Math.abs(at(level) - at(end)) > 0.06 * span));
  return [...ends, ...levels];
}

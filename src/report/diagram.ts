// A phase diagram as a figure: for each measure a map with contours and a colour bar, and a legend of the patterns.

import * as Plot from "@observablehq/plot";
import { STATUSES } from "../index.ts";
import { type ColourScale, colourScaleOf } from "./colours.ts";
import { type CellAxis, contourPath, contoursOf, edgesOf } from "./contours.ts";
import { CHARACTER, drawerOf, FAINT, INK, LINE, linesOf, PLOT_AXIS, PLOT_STYLE, pack } from "./drawing.ts";
import { mapPng, NOTHING, patternPng, rampPng, STATUS_COLOURS, statusPng } from "./map.ts";
import { mapLogTicks, tickText } from "./ticks.ts";

/** The content of a figure of maps. */
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
  /** codes of STATUSES, the lowest row first */
  readonly status: Uint8Array;
}

/** margins around a map's frame */
const MARGIN = { top: 34, right: 12, bottom: 52, left: 74 };
/** the colour bar, and the room for the bar with its numbers */
const BAR = { width: 16, room: 88 };

/** the margins in the form that Plot takes */
const MARGINS = {
  marginTop: MARGIN.top,
  marginRight: MARGIN.right,
  marginBottom: MARGIN.bottom,
  marginLeft: MARGIN.left,
};

interface Size {
  readonly width: number;
  readonly height: number;
}

/** a map, and its colours beside it */
function drawMap(
  { x, y, status }: DiagramView,
  { measure, values }: DiagramView["maps"][number],
  frame: Size,
  document: Document,
): Element[] {
  const { make, image } = drawerOf(document);
  const shown = [frame.width, frame.height] as const;
  const cells = { x, y, values, status };
  const scale = measure === "status" ? undefined : colourScaleOf(measure, values);
  const png = scale ? mapPng(cells, scale, shown) : statusPng(cells, shown);
  /** a dark line under a light one, so that contours are visible on every colour */
  const contours = (scale: ColourScale) => {
    const line = {
      d: contourPath(contoursOf(cells, scale, shown)),
      fill: "none",
      "stroke-linejoin": "round",
    };
    return make("g", { transform: `translate(${MARGIN.left},${MARGIN.top})` }, [
      make("path", { ...line, stroke: "#000", "stroke-opacity": 0.4, "stroke-width": 2.2 }),
      make("path", { ...line, stroke: "#fff", "stroke-opacity": 0.95, "stroke-width": 1 }),
    ]);
  };
  const domainOf = (axis: CellAxis) => {
    const edges = edgesOf(axis);
    return [edges[0], edges[edges.length - 1]];
  };
  const [domainX, domainY] = [domainOf(x), domainOf(y)];
  const lookOf = ({ scale, label }: DiagramView["x"], domain: number[], tickSpacing: number) => ({
    ...{ ...PLOT_AXIS, label, tickSize: 5, tickFormat: tickText },
    ...(scale === "log" ? { ticks: mapLogTicks(domain) } : { tickSpacing }),
  });
  const map = Plot.plot({
    document,
    width: MARGIN.left + frame.width + MARGIN.right,
    height: MARGIN.top + frame.height + MARGIN.bottom,
    ...MARGINS,
    style: PLOT_STYLE,
    x: { type: x.scale, domain: domainX, label: null },
    y: { type: y.scale, domain: domainY, label: null },
    marks: [
      () => image(png, MARGIN.left, MARGIN.top, frame.width, frame.height),
      ...(scale ? [() => contours(scale)] : []),
      Plot.frame({ stroke: INK, strokeWidth: 1 }),
      Plot.axisX({ ...lookOf(x, domainX, 80), labelOffset: 42 }),
      Plot.axisY({ ...lookOf(y, domainY, 50), labelOffset: 64 }),
    ],
  });
  const bar = scale ? drawBar(scale, frame, document) : drawStatuses(status, frame, document);
  bar.setAttribute("x", String(MARGIN.left + frame.width + MARGIN.right));
  return [map, bar];
}

/** the colours of a measure, with its levels */
function drawBar(scale: ColourScale, frame: Size, document: Document): Element {
  const { image } = drawerOf(document);
  return Plot.plot({
    document,
    width: BAR.width + BAR.room,
    height: MARGIN.top + frame.height + MARGIN.bottom,
    ...{ ...MARGINS, marginRight: BAR.room - 8, marginLeft: 8 },
    style: PLOT_STYLE,
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
}

/** Where the bar is labelled: at the levels and, if there is room, at the ends. */
function ticksOfBar({ domain, levels, log }: ColourScale): number[] {
  const at = log ? Math.log : (x: number) => x;
  const span = at(domain[1]) - at(domain[0]);
  const ends = domain.filter((end) => levels.every((level) => Math.abs(at(level) - at(end)) > 0.06 * span));
  return [...ends, ...levels];
}

/** the colours of the statuses that occur */
function drawStatuses(status: Uint8Array, frame: Size, document: Document): Element {
  const { make, text } = drawerOf(document);
  const seen = new Set(status);
  const rows = STATUSES.filter((_, code) => seen.has(code)).flatMap((name, i) => {
    const y = MARGIN.top + i * LINE;
    return [
      make("rect", { x: 6, y, width: 14, height: 14, fill: STATUS_COLOURS[name] }),
      text(name, 26, y + 7),
    ];
  });
  return make(
    "svg",
    { x: 0, width: BAR.width + BAR.room, height: MARGIN.top + frame.height, overflow: "visible" },
    rows,
  );
}

/** size of a map's frame, if it is the only map and if there are several */
const ALONE = { width: 560, height: 440 };
const BESIDE = { width: 380, height: 320 };
/** the distance between the plate's edge and its content */
const PAD = 22;
const SWATCH = { width: 26, height: 14 };

/** what the legend calls the cells of each status, and cells without a value */
const LEGEND: Readonly<Record<string, string>> = {
  solved: "exactly one equilibrium",
  several: "several equilibria; the colour is of the one played",
  undecided: "equilibria that float64 cannot tell",
  none: "no equilibrium",
  overflow: "overflow: costs exceed float64",
  unsolved: "not solved yet",
  [NOTHING]: "no value",
};

/**
 * Draws maps.
 *
 * @param document to draw in: the page's document, or one of happy-dom
 * @returns a complete SVG document
 */
export function drawDiagram(view: DiagramView, document: Document): string {
  const { maps, title } = view;
  const { make, text, image, plate } = drawerOf(document);
  const across = maps.length === 1 ? 1 : maps.length <= 4 ? 2 : 3;
  const frame = maps.length === 1 ? ALONE : BESIDE;
  const block = {
    width: MARGIN.left + frame.width + MARGIN.right + BAR.width + BAR.room,
    height: MARGIN.top + frame.height + MARGIN.bottom,
  };
  const width = 2 * PAD + across * block.width - 20;
  const inner = width - 2 * PAD;
  /** a single map needs no room for its name, because the title has it */
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
    marked.map((name) => SWATCH.width + 10 + LEGEND[name].length * CHARACTER + 24),
    inner,
  );
  for (const [i, name] of marked.entries()) {
    const [x, middle] = [PAD + places[i].x, top + 4 + places[i].line * LINE];
    const { width, height } = SWATCH;
    const y = middle - height / 2;
    parts.push(
      image(patternPng(name, [width, height]), x, y, width, height),
      make("rect", { x, y, width, height, fill: "none", stroke: "#999" }),
      text(LEGEND[name], x + width + 8, middle),
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
  const svg = make(
    "svg",
    {
      ...{ xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}` },
      "font-family": "sans-serif",
      "aria-label": `${title}; ${view.x.label} by ${view.y.label}`,
      role: "img",
    },
    [plate(width, height), ...parts],
  );
  return `${svg.outerHTML}\n`;
}

/** The patterns that the maps have. */
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

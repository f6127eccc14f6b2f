// A phase diagram as a figure: one map a measure with its colours beside it, contours over it, and a legend of what has
// no colour.

import { STATUSES } from "../diagram/cells.ts";
import { drawerOf } from "./drawer.ts";
import { CHARACTER, FAINT, LINE, linesOf, pack } from "./heading.ts";
import { NOTHING, patternPng } from "./map.ts";
import { BAR, type DiagramView, drawMap, MARGIN } from "./mapPanel.ts";

/** the frame of a map: alone, and beside others */
const ALONE = { width: 560, height: 440 };
const BESIDE = { width: 380, height: 320 };
/** between the plate and the picture's edge, and between the plate and what is on it */
const EDGE = 6;
const PAD = 22;
const SWATCH = { width: 26, height: 14 };

/** what the legend says of cells, by their status, and of those that have no value */
const WORDS: Readonly<Record<string, string>> = {
  solved: "exactly one equilibrium",
  several: "several equilibria; the colour is of the one played",
  undecided: "equilibria that float64 cannot tell",
  none: "no equilibrium",
  overflow: "overflow: costs exceed float64",
  [NOTHING]: "no value",
};

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

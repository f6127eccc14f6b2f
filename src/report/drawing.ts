// What the figures have in common: fonts and colours, SVG elements, and a heading of title, settings and legend with as
// many lines as it needs.

import * as Plot from "@observablehq/plot";
import { markOf, type Series, strokeOf } from "./series.ts";

/** the figure's font size, in pixels */
export const FONT = 13;
export const INK = "#222";
export const FAINT = "#5f5f5f";
/** the distance between the figure's plate and the picture's edge, in pixels */
export const EDGE = 6;
/** style of everything that Plot draws */
export const PLOT_STYLE = { fontFamily: "sans-serif", fontSize: `${FONT}px`, color: INK, background: "none" };
/** style of the axes that Plot draws */
export const PLOT_AXIS = { labelAnchor: "center", labelArrow: "none" } as const;
/** the approximate width of a character, because text cannot be measured without a screen */
export const CHARACTER = 7;
export const LINE = 21;
/** length of a legend's sample line */
const SAMPLE = 36;
const GAP = 8;

/** Places items of the given widths in lines of at most `width`, in order. @returns each item's line and left edge */
export function pack(widths: readonly number[], width: number): { line: number; x: number }[] {
  let [line, end] = [0, 0];
  return widths.map((w) => {
    if (end > 0 && end + w > width) [line, end] = [line + 1, 0];
    const x = end;
    end += w;
    return { line, x };
  });
}

/** Settings as lines of text of at most `width`, separated by commas. */
export function linesOf(settings: readonly string[], width: number): string[] {
  const items = settings.map((text, i) => (i < settings.length - 1 ? `${text}, ` : text));
  const at = pack(
    items.map(({ length }) => length * CHARACTER),
    width,
  );
  const lines = new Array<string>((at.at(-1)?.line ?? -1) + 1).fill("");
  for (const [i, { line }] of at.entries()) lines[line] += items[i];
  return lines;
}

/**
 * The heading's marks and height.
 *
 * @param width of the frame beneath it
 * @param bottom how far above the frame the heading ends
 */
export function headingOf(
  title: string,
  settings: readonly string[],
  series: readonly Series[],
  width: number,
  bottom: number,
): { marks: Plot.Markish[]; height: number } {
  const lines = linesOf(settings, width);
  const legendAt = pack(
    series.map(({ label }) => SAMPLE + GAP + label.length * CHARACTER + 3 * GAP),
    width,
  );
  const legendLines = legendAt.at(-1)!.line + 1;
  const height = bottom + legendLines * LINE + 12 + lines.length * LINE + 26;

  const at = (dx: number, dy: number) => ({ frameAnchor: "top-left", dx, dy }) as const;
  const text = (words: string, dx: number, dy: number, more: object = {}) =>
    Plot.text([words], {
      ...at(dx, dy),
      textAnchor: "start",
      lineAnchor: "middle",
      fontSize: FONT,
      fill: INK,
      ...more,
    });
  const legend = series.flatMap((one, i) => {
    const dy = -bottom - (legendLines - legendAt[i].line - 0.5) * LINE;
    const { x } = legendAt[i];
    const sample = Plot.vector([0], {
      ...at(x + SAMPLE / 2, dy),
      rotate: 90,
      length: SAMPLE,
      anchor: "middle",
      shape: {
        draw(path, length) {
          path.moveTo(0, 0);
          path.lineTo(0, -length);
        },
      },
      ...strokeOf(one),
    });
    const mark = one.symbol ? [Plot.dot([0], { ...at(x + SAMPLE / 2, dy), ...markOf(one) })] : [];
    return [sample, ...mark, text(one.label, x + SAMPLE + GAP, dy)];
  });
  return {
    height,
    marks: [
      text(title, 0, 13 - height, { fontSize: 17, fontWeight: "bold" }),
      ...lines.map((line, i) => text(line, 0, 26 + (i + 0.5) * LINE - height, { fill: FAINT })),
      ...legend,
    ],
  };
}

type Attributes = Readonly<Record<string, string | number>>;

/** Makes SVG elements that Plot has no mark for. */
export function drawerOf(document: Document) {
  const make = (name: string, attributes: Attributes, content?: string | readonly Node[]): SVGElement => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name) as SVGElement;
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    if (typeof content === "string") element.textContent = content;
    else if (content) element.append(...content);
    return element;
  };
  return {
    make,
    /** the rounded white background of a figure of this size */
    plate: (width: number, height: number) =>
      make("rect", {
        ...{ x: EDGE, y: EDGE, width: width - 2 * EDGE, height: height - 2 * EDGE, rx: 12 },
        ...{ fill: "#fff", stroke: "#d9d9d9" },
      }),
    text: (words: string, x: number, y: number, more: Attributes = {}) =>
      make("text", { x, y, "font-size": FONT, fill: INK, "dominant-baseline": "central", ...more }, words),
    image: (png: Uint8Array, x: number, y: number, width: number, height: number) =>
      make("image", {
        ...{ x, y, width, height, href: dataUrl(png), preserveAspectRatio: "none" },
        style: "image-rendering: pixelated",
      }),
  };
}

/** a PNG as an address */
function dataUrl(png: Uint8Array): string {
  let text = "";
  for (let i = 0; i < png.length; i += 8192) text += String.fromCharCode(...png.subarray(i, i + 8192));
  return `data:image/png;base64,${btoa(text)}`;
}

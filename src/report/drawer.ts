// SVG elements that a plotting library has no mark for.

import { FONT, INK } from "./heading.ts";
import { dataUrl } from "./map.ts";

type Attributes = Readonly<Record<string, string | number>>;

/** Makes elements of a document. */
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
    text: (words: string, x: number, y: number, more: Attributes = {}) =>
      make("text", { x, y, "font-size": FONT, fill: INK, "dominant-baseline": "central", ...more }, words),
    image: (png: Uint8Array, x: number, y: number, width: number, height: number) =>
      make("image", {
        ...{ x, y, width, height, href: dataUrl(png), preserveAspectRatio: "none" },
        style: "image-rendering: pixelated",
      }),
  };
}

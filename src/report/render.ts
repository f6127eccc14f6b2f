// Figures without a browser: a document to draw in, and SVG as PNG with a font of its own, so that figures look the
// same on every machine.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import { Window } from "happy-dom";

/** pixels of a PNG for each pixel of its figure */
const ZOOM = 2;

/** An empty document. */
export function createDocument(): Document {
  return new Window().document as unknown as Document;
}

/** the renderer, which can be started only once */
let started: Promise<void> | undefined;

/** An SVG document as PNG. */
export async function svgToPng(svg: string): Promise<Uint8Array> {
  const { resolve } = createRequire(import.meta.url);
  started ??= initWasm(readFile(resolve("@resvg/resvg-wasm/index_bg.wasm")));
  await started;
  const fonts = ["DejaVuSans", "DejaVuSans-Bold"].map((name) =>
    readFile(resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`)),
  );
  // the renderer knows only the old name of the value, and would blur the cells of a map
  const renderer = new Resvg(svg.replaceAll("image-rendering: pixelated", "image-rendering: optimizeSpeed"), {
    background: "#fff",
    fitTo: { mode: "zoom", value: ZOOM },
    font: {
      fontBuffers: await Promise.all(fonts),
      loadSystemFonts: false,
      sansSerifFamily: "DejaVu Sans",
      defaultFontFamily: "DejaVu Sans",
    },
  });
  return renderer.render().asPng();
}

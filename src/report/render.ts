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
  started ??= readFile(resolve("@resvg/resvg-wasm/index_bg.wasm")).then(initWasm);
  await started;
  const fonts = ["DejaVuSans", "DejaVuSans-Bold"].map((name) =>
    readFile(resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`)),
  );
  const renderer = new Resvg(svg, {
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

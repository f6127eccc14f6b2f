// A figure as pixels, with the same letters everywhere: its font comes along.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { initWasm, Resvg } from "@resvg/resvg-wasm";

/** pixels of the picture for each of the figure's */
const ZOOM = 2;

let ready: Promise<Uint8Array[]> | undefined;

/** Starts the renderer, once. @returns the fonts: regular and bold */
function start(): Promise<Uint8Array[]> {
  const { resolve } = createRequire(import.meta.url);
  const font = (name: string) => readFile(resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`));
  ready ??= readFile(resolve("@resvg/resvg-wasm/index_bg.wasm"))
    .then(initWasm)
    .then(() => Promise.all([font("DejaVuSans"), font("DejaVuSans-Bold")]));
  return ready;
}

/** An SVG document as PNG. */
export async function svgToPng(svg: string): Promise<Uint8Array> {
  const fontBuffers = await start();
  const renderer = new Resvg(svg, {
    background: "#fff",
    fitTo: { mode: "zoom", value: ZOOM },
    font: {
      fontBuffers,
      loadSystemFonts: false,
      sansSerifFamily: "DejaVu Sans",
      defaultFontFamily: "DejaVu Sans",
    },
  });
  try {
    const image = renderer.render();
    const png = image.asPng();
    image.free();
    return png;
  } finally {
    renderer.free();
  }
}

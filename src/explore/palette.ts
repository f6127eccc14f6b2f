// The map's pixels and the legend's gradient, in the figure's own colours.

import type { ColourScale } from "../report/colours.ts";
import { RAMP } from "../report/colours.ts";

/** stripes of cells that have no value */
const STRIPES = [158, 120] as const;
/** of a stripe, in cells */
const BROAD = 4;
/** colours of the legend's gradient */
const STOPS = 18;

/** The colours from the least to the greatest, as a gradient of CSS. */
export function gradientOf({ ramp }: ColourScale): string {
  const stops = Array.from({ length: STOPS }, (_, i) => {
    const at = 3 * Math.round((i / (STOPS - 1)) * (RAMP - 1));
    return `rgb(${ramp.subarray(at, at + 3).join(" ")})`;
  });
  return `linear-gradient(to right, ${stops.join(", ")})`;
}

/** Where a value lies among the colours, in [0, 1]; NaN where it is none. */
export function placeAmong(scale: ColourScale, value: number): number {
  return Number.isFinite(value) ? scale.indexOf(value) / (RAMP - 1) : Number.NaN;
}

/** Paints values, row by row from the least y on, into an image, whose rows are from the top. */
export function paint(image: ImageData, values: Float64Array, scale: ColourScale): void {
  const { width, height, data } = image;
  for (let row = 0, i = 0; row < height; row++) {
    let to = (height - 1 - row) * width * 4;
    for (let column = 0; column < width; column++, i++, to += 4) {
      if (Number.isFinite(values[i])) {
        const from = 3 * scale.indexOf(values[i]);
        data[to] = scale.ramp[from];
        data[to + 1] = scale.ramp[from + 1];
        data[to + 2] = scale.ramp[from + 2];
      } else data.fill(STRIPES[Math.floor((column + row) / BROAD) % 2], to, to + 3);
      data[to + 3] = 255;
    }
  }
}

// The map's colours: viridis, which is even to the eye and readable by the colour-blind and in print.

import * as Plot from "@observablehq/plot";

const STEPS = 256;

/** red, green and blue of each step, in [0, 255] */
const COLOURS = (() => {
  const scale = Plot.scale({ color: { type: "linear", scheme: "viridis", domain: [0, 1] } });
  return Array.from({ length: STEPS }, (_, i) => {
    const text = scale.apply(i / (STEPS - 1)) as string;
    const hex = /^#(..)(..)(..)$/.exec(text);
    return hex
      ? hex.slice(1).map((part) => Number.parseInt(part, 16))
      : [...text.matchAll(/\d+/g)].map(Number);
  });
})();

/** stripes of cells that have no value */
const STRIPES = [
  [158, 158, 158],
  [120, 120, 120],
] as const;

/** The colours from the least to the greatest, as a gradient of CSS. */
export const GRADIENT = `linear-gradient(to right, ${COLOURS.filter((_, i) => i % 15 === 0)
  .map(([r, g, b]) => `rgb(${r} ${g} ${b})`)
  .join(", ")})`;

/** The values that the colours' ends stand for. */
export interface Domain {
  readonly low: number;
  readonly high: number;
  /** whether there are values beyond an end */
  readonly beyond: { readonly low: boolean; readonly high: boolean };
}

/** measures that are shares of something */
const SHARES = new Set(["compliance", "retention", "deception", "finalDiscount"]);
/** of the values, as many lie beyond either end where the ends are chosen by them */
const BEYOND = 0.01;
/** values that are looked at, about */
const SAMPLE = 8192;

/** The domain of a measure's values: [0, 1] for shares, else all but the outermost. */
export function domainOf(measure: string, values: Float64Array): Domain {
  if (SHARES.has(measure)) return { low: 0, high: 1, beyond: { low: false, high: false } };
  const stride = Math.max(1, Math.floor(values.length / SAMPLE));
  const sample = values.filter((x, i) => i % stride === 0 && Number.isFinite(x)).sort();
  if (sample.length === 0) return { low: 0, high: 1, beyond: { low: false, high: false } };
  const at = (share: number) => sample[Math.round(share * (sample.length - 1))];
  const low = at(BEYOND);
  const high = at(1 - BEYOND);
  if (low === high)
    return {
      low: low - Math.abs(low || 1) / 2,
      high: high + Math.abs(high || 1) / 2,
      beyond: { low: false, high: false },
    };
  return { low, high, beyond: { low: at(0) < low, high: at(1) > high } };
}

/** Paints values, row by row from the least y on, into an image, whose rows are from the top. */
export function paint(image: ImageData, values: Float64Array, { low, high }: Domain): void {
  const { width, height, data } = image;
  for (let row = 0, i = 0; row < height; row++) {
    let to = (height - 1 - row) * width * 4;
    for (let column = 0; column < width; column++, i++, to += 4) {
      const share = (values[i] - low) / (high - low);
      const [r, g, b] = Number.isNaN(share)
        ? STRIPES[((column + row) >> 2) & 1]
        : COLOURS[Math.round((STEPS - 1) * Math.min(1, Math.max(0, share)))];
      data[to] = r;
      data[to + 1] = g;
      data[to + 2] = b;
      data[to + 3] = 255;
    }
  }
}

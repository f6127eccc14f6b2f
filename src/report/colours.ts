// How numbers become colours: perceptually uniform scales that colour-blind readers can read.

import * as Plot from "@observablehq/plot";
import { logTicks, multiplesOf, roundStep } from "./ticks.ts";

/** the number of colours in a scale */
export const RAMP = 256;

/** A measure's colours. */
export interface ColourScale {
  readonly domain: readonly [number, number];
  readonly log: boolean;
  /** red, green and blue of each colour, shape [RAMP × 3] */
  readonly ramp: Uint8Array;
  /** the values at which contours are drawn */
  readonly levels: readonly number[];
  /** The index of a number's colour in the ramp. */
  indexOf(value: number): number;
}

/** measures that are shares: their colours go from 0 to 1 unless the diagram has values outside [0, 1] */
const SHARES = /^(compliance|retention|deception|reversal)(OverHazard)?$/;
/** how far outside [0, 1] rounding in float32 may put a share */
const ROUNDING = 1e-3;
const SHARE_LEVELS = [0.1, 0.25, 0.5, 0.75, 0.9];
/** a measure that is never negative has a logarithmic scale if its values span more than this factor */
const WIDE = 300;
/** the maximum number of decades of a logarithmic scale */
const DECADES = 12;

/** The ramp of a scheme. */
function rampOf(scheme: Plot.ColorScheme): Uint8Array {
  const { apply } = Plot.scale({ color: { type: "linear", scheme, domain: [0, RAMP - 1] } })!;
  const ramp = new Uint8Array(3 * RAMP);
  for (let i = 0; i < RAMP; i++) ramp.set(channelsOf(apply(i) as string), 3 * i);
  return ramp;
}

/** `#440154` or `rgb(68, 1, 84)` as numbers. */
function channelsOf(colour: string): number[] {
  if (colour.startsWith("#")) return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return colour.match(/\d+/g)!.slice(0, 3).map(Number);
}

/** if scales adapt, shares that span less than this have a scale of their own range */
const CLOSE = 0.3;
/** values are crowded at the low end if half of them lie in this share of their range */
const CROWDED = 0.15;

/**
 * The scale of a measure's values; values that are not finite are ignored.
 *
 * @param adapts whether the scale adapts to shares that lie close together and to values that are crowded at the low
 *   end. Different maps then have different scales
 */
export function colourScaleOf(measure: string, values: Float64Array, adapts = false): ColourScale {
  let [low, high, minPositive] = [
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.POSITIVE_INFINITY,
  ];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
    if (value > 0) minPositive = Math.min(minPositive, value);
  }
  if (low > high) [low, high] = [0, 1];
  const share = SHARES.test(measure) && !(adapts && high - low < CLOSE && low < high);
  if (share && low >= -ROUNDING && high <= 1 + ROUNDING)
    return scaleOver([0, 1], false, "viridis", SHARE_LEVELS);
  if (share) low = Math.min(0, low);
  if (measure === "period") {
    const whole = Array.from({ length: Math.max(0, high - 2) }, (_, i) => i + 2);
    return scaleOver([1, Math.max(2, high)], false, "viridis", whole);
  }
  if (low < 0 && high > 0) {
    const most = Math.max(-low, high, share ? 1 : 0);
    return scaleOver([-most, most], false, "puor", inside([-most, most], false));
  }
  if (low >= 0 && (high / minPositive > WIDE || (adapts && isCrowded(values, low, high)))) {
    const domain = [Math.max(minPositive, high * 10 ** -DECADES), high] as const;
    return scaleOver(domain, true, "viridis", inside(domain, true));
  }
  if (low === high) [low, high] = low === 0 ? [0, 1] : [Math.min(0, 2 * low), Math.max(0, 2 * low)];
  return scaleOver([low, high], false, "viridis", inside([low, high], false));
}

function isCrowded(values: Float64Array, low: number, high: number): boolean {
  let [few, all] = [0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    all++;
    if (value - low < CROWDED * (high - low)) few++;
  }
  return low > 0 && 2 * few > all;
}

function scaleOver(
  domain: readonly [number, number],
  log: boolean,
  scheme: Plot.ColorScheme,
  levels: readonly number[],
): ColourScale {
  const of = log ? Math.log : (x: number) => x;
  const [from, to] = domain.map(of);
  return {
    ...{ domain, log, ramp: rampOf(scheme), levels },
    indexOf: (value) =>
      Math.round(
        (RAMP - 1) *
          Math.min(1, Math.max(0, (of(Math.max(value, log ? domain[0] : value)) - from) / (to - from))),
      ),
  };
}

/** A few round numbers inside a domain. */
function inside([low, high]: readonly [number, number], log: boolean): number[] {
  if (log) {
    const [from, to] = [Math.ceil(Math.log10(low)), Math.floor(Math.log10(high))];
    if (to - from < 2) return logTicks([low, high], [1, 2, 5]).filter((x) => x > low && x < high);
    const step = Math.ceil((to - from + 1) / 6);
    return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => 10 ** (from + i * step));
  }
  return multiplesOf(roundStep((high - low) / 5), low, high).filter((x) => x > low && x < high);
}

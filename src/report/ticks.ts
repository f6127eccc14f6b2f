// How the axes of a map are labelled.

import { logTicks } from "./curves.ts";
import { short } from "./schedule.ts";

/** ticks of a logarithmic axis that there is room for */
const MOST_TICKS = 8;
const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Where a logarithmic axis is labelled. */
export function fewTicks(domain: readonly number[]): number[] {
  const ticks = logTicks(domain);
  return ticks.length > MOST_TICKS ? ticks.filter((x) => Number.isInteger(Math.log10(x))) : ticks;
}

/** A number beside an axis: as people write it, or with a power of ten where that would be long. */
export function tickText(x: number): string {
  const power = x === 0 ? 0 : Math.floor(Math.log10(Math.abs(x)) + 1e-9);
  if (power > -4 && power < 6) return short(x);
  const digits = [...String(Math.abs(power))].map((digit) => SUPERSCRIPTS[Number(digit)]).join("");
  const factor = short(x / 10 ** power);
  return `${factor === "1" ? "" : `${factor}·`}10${power < 0 ? "⁻" : ""}${digits}`;
}

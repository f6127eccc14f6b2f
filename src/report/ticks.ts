// Round numbers along an axis: where the axis is labelled, and the text of its labels.

import { short } from "./wording.ts";

/** the maximum number of ticks of a map's logarithmic axis */
const MAX_TICKS = 8;
const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** The function that maps an axis' values to positions: the logarithm on a logarithmic axis. */
export function spacing({ scale }: { readonly scale: "linear" | "log" }): (x: number) => number {
  return scale === "log" ? Math.log : (x) => x;
}

/** The smallest of 1, 2 and 5 times a power of ten that is not below `min`. */
export function roundStep(min: number): number {
  const power = 10 ** Math.floor(Math.log10(min));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= min)!;
}

/** The multiples of a step from one number to another, both included. */
export function multiplesOf(step: number, low: number, high: number): number[] {
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** The multiples of powers of ten from one number to another, both included. */
export function logTicks([low, high]: readonly number[], factors: readonly number[]): number[] {
  const ticks: number[] = [];
  for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); e++)
    for (const f of factors) ticks.push(Number(`${f}e${e}`));
  return ticks.filter((x) => x >= low * (1 - 1e-9) && x <= high * (1 + 1e-9));
}

/** The ticks of a figure's logarithmic axis: powers of ten, and multiples of them where there is room. */
export function figureLogTicks(domain: readonly number[]): number[] {
  const decades = Math.log10(domain[1] / domain[0]);
  return logTicks(domain, decades <= 2.5 ? [1, 2, 5] : decades <= 4.5 ? [1, 3] : [1]);
}

/** Like {@link figureLogTicks}, for a map, which is narrower. */
export function mapLogTicks(domain: readonly number[]): number[] {
  const ticks = figureLogTicks(domain);
  return ticks.length > MAX_TICKS ? logTicks(domain, [1]) : ticks;
}

/** The powers of ten between which some positive numbers lie. */
export function decadesAround(numbers: readonly number[]): [low: number, high: number] {
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)].map(Math.log10);
  return [10 ** Math.floor(low), 10 ** Math.max(Math.ceil(high), Math.floor(low) + 1)];
}

/** The label of a tick: a short number, or one with a power of ten. */
export function tickText(x: number): string {
  const power = x === 0 ? 0 : Math.floor(Math.log10(Math.abs(x)) + 1e-9);
  if (power > -4 && power < 6) return short(x);
  const digits = [...String(Math.abs(power))].map((digit) => SUPERSCRIPTS[Number(digit)]).join("");
  const factor = short(x / 10 ** power);
  return `${factor === "1" ? "" : `${factor}·`}10${power < 0 ? "⁻" : ""}${digits}`;
}

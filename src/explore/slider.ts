// Where a slider's thumb may stand. Most sliders go in equal steps. Those of settings whose effect goes by factors stand
// at round numbers, some 24 of them to a factor of 10.

/** from 1 to 10, each about a tenth more than the one before it */
const ROUND = [
  ...[1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.8, 2, 2.2, 2.5, 2.8],
  ...[3, 3.2, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7, 8, 9],
];

/** Round numbers from one to another, both above 0, in ascending order. */
export function roundNumbers(from: number, to: number): number[] {
  const decades = Math.ceil(Math.log10(to)) - Math.floor(Math.log10(from)) + 1;
  return Array.from({ length: decades }, (_, i) => Math.floor(Math.log10(from)) + i)
    .flatMap((decade) => ROUND.map((number) => Number(`${number}e${decade}`)))
    .filter((number) => number >= from && number <= to);
}

/** The place of a number among ascending stops: that of the nearest, or the one before where two are as near. */
export function nearestStop(stops: readonly number[], value: number): number {
  const next = stops.findIndex((stop) => stop >= value);
  if (next < 0) return stops.length - 1;
  return next > 0 && value - stops[next - 1] <= stops[next] - value ? next - 1 : next;
}

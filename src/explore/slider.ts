// The positions of a slider's thumb. Most sliders have equal steps. For settings whose effect depends on factors, the
// positions are round numbers, about 24 for a factor of 10.

/** from 1 to 10, each about a tenth larger than the one before */
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

/** The index of the nearest of some ascending stops; ties go to the lower stop. */
export function nearestStop(stops: readonly number[], value: number): number {
  const next = stops.findIndex((stop) => stop >= value);
  if (next < 0) return stops.length - 1;
  return next > 0 && value - stops[next - 1] <= stops[next] - value ? next - 1 : next;
}

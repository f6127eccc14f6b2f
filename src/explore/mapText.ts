// The map in words: its points, how it was solved, and which cells have no answer.

import { type Phase, STATUSES } from "../index.ts";
import { countText, measureLabel, settingParts, short } from "../report/wording.ts";
import type { Point } from "./mapGeometry.ts";

/** `learning rate η 0.5, training 20` */
export function describePoint({ x, y }: Phase["diagram"], point: Point): string {
  return `${settingParts(x.key).name} ${short(point.x)}, ${settingParts(y.key).name} ${short(point.y)}`;
}

/** `deception 0.8617` */
export function describeValue(measure: string, value: number): string {
  return `${measureLabel(measure)} ${Number.isNaN(value) ? "has no value" : short(value)}`;
}

/** `20 s`, `3 min` */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 90) return `${Number(seconds.toPrecision(2))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

/** how decisions were found */
const METHODS: Readonly<Record<Phase["solver"]["method"], string>> = {
  exact: "with any real coefficient",
  moments: "with the grid’s coefficients",
  rollout: "by rollouts",
};

/** Sentences about the solver, its speed, and how much its results differ from float64's. */
export function describeSolver({ solver, status }: Phase): string[] {
  const { backend, adapter, method, precision, speed, sample } = solver;
  const where = backend === "gpu" ? `WebGPU, ${adapter}` : "the CPU";
  const bits = precision === "f32" ? "float32" : "float64";
  const ran = `${countText(status.length)} games solved on ${where}, in ${bits}, ${METHODS[method]}${speed === null ? "; they came with the page" : `; ${speed < 10 ? short(speed) : countText(Math.round(speed))} solves per second`}.`;
  if (!sample) return [ran];
  const { cells, off, otherStatus, tolerance, largest } = sample;
  const farthest = Math.max(...Object.values(largest));
  const wrong = off + otherStatus;
  return [
    ran,
    `A sample of ${countText(cells)} was solved again in float64: ` +
      `the largest difference is ${farthest === 0 ? "0" : farthest.toExponential(1)}, ` +
      `and ${wrong === 0 ? "none" : countText(wrong)} differ by more than ${tolerance}.`,
  ];
}

/** what is special about cells, by their status */
const STATUS_WORDS: Readonly<Record<(typeof STATUSES)[number], string>> = {
  solved: "in which the measure is not defined",
  several: "with more than one equilibrium",
  undecided: "in which float64 cannot tell whether there is an equilibrium, or a further one",
  none: "without an equilibrium",
  overflow: "in which every cost overflows",
  unsolved: "that are not solved yet",
};

/** A sentence for each kind of cell that has no value, or several. */
export function describeMissing({ status, values, diagram: { measures } }: Phase): string[] {
  const [shown] = measures;
  return STATUSES.flatMap((name, code) => {
    let cells = 0;
    for (let i = 0; i < status.length; i++)
      if (status[i] === code && (name !== "solved" || Number.isNaN(values[shown][i]))) cells++;
    return cells === 0 ? [] : [`${countText(cells)} cells ${STATUS_WORDS[name]}.`];
  });
}

// A phase diagram in a few lines of text.

import type { Phase } from "../index.ts";
import { measureLabel } from "./panels.ts";
import { countsOf, extentOf } from "./phaseDocument.ts";
import { listed, viewOf } from "./phaseView.ts";
import { short } from "./schedule.ts";

/** `1,048,576` */
const count = (n: number) => n.toLocaleString("en-US");
const plural = (n: number, what: string) => `${count(n)} ${what}${n === 1 ? "" : "s"}`;

/** Extents, statuses, and how it was solved. */
export function phaseTable(phase: Phase): string {
  const { diagram, solver, settled, status } = phase;
  const { x, y, measures } = diagram;
  const { title, settings } = viewOf(phase);
  const extents = measures
    .filter((name) => name !== "status")
    .map((name) => {
      const { min, median, max, greatestAt } = extentOf(phase, name);
      if (min === null || median === null || max === null) return `${measureLabel(name)}: no value`;
      const where = `greatest at ${x.key} ${short(greatestAt!.x)}, ${y.key} ${short(greatestAt!.y)}`;
      return `${measureLabel(name)}: ${short(min)} to ${short(max)}, median ${short(median)}; ${where}`;
    });
  const counts = Object.entries(countsOf(status)).map(([name, n]) => `${count(n)} ${name}`);
  const { sample } = solver;
  const float32 = sample && [
    `In float32; of a sample of ${plural(sample.cells, "cell")} ${count(sample.off)} ${sample.off === 1 ? "is" : "are"} off by more than ${sample.tolerance}, ` +
      `${count(sample.otherStatus)} ${sample.otherStatus === 1 ? "has" : "have"} another status, and the largest difference is ${short(Math.max(...Object.values(sample.largest)))}.`,
    ...(settled > 0 ? [`Float64 settled ${plural(settled, "cell")} that float32 was not sure of.`] : []),
  ];
  return [
    title,
    settings.join(", "),
    `${count(x.values.length)} × ${count(y.values.length)} cells: ${listed(counts)}.`,
    ...extents,
    `Solved by ${solver.method} on ${solver.adapter === "cpu" ? "the cpu in float64" : solver.adapter}, ${count(Math.round(solver.speed))} cells a second.`,
    ...(float32 ?? []),
  ].join("\n");
}

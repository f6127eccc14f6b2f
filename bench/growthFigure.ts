// The figure of how solves grow with the number of candidates: this package's on the CPU and on the GPU, and trying every
// candidate on every state.

import { drawCurves } from "../src/report/curves.ts";
import type { Growth, GrowthRow } from "./growth.ts";

/** Draws what was measured. @returns a whole SVG document */
export function drawGrowth({ rows, machine, adapter, date }: Growth, document: Document): string {
  const of = rows.filter(({ respect }) => respect === "candidates");
  const sizes = [...new Set(of.flatMap(({ points }) => points.map(({ size }) => size)))].sort(
    (a, b) => a - b,
  );
  const nameOf = ({ game, method }: GrowthRow) => `${game}, ${method}`;
  const names = [...new Set(of.map(nameOf))];
  const panel = (label: string, isShown: (row: GrowthRow) => boolean) => ({
    label,
    curves: names.map((name) => {
      const row = of.find((row) => nameOf(row) === name && isShown(row));
      const at = (size: number) => row?.points.find((point) => point.size === size)?.seconds ?? null;
      return { label: name, values: sizes.map(at) };
    }),
  });
  return drawCurves(
    {
      title: "Time of a solve by the number of candidates",
      settings: [`${machine.cpu}, one thread`, `GPU: ${adapter ?? "none"}`, date],
      x: { label: "candidates", values: sizes, log: true },
      log: true,
      panels: [
        panel("on the CPU, s", ({ how, backend }) => how === "solve" && backend === "cpu"),
        ...(adapter
          ? [panel("on the GPU, s", ({ how, backend }) => how === "solve" && backend === "gpu")]
          : []),
        panel("all rollouts, s", ({ how }) => how === "enumeration"),
      ],
    },
    document,
  );
}

// A map's files: its figure, its numbers as CSV, and what the command `phase` needs to make it again.

import { type Phase, STATUSES } from "../index.ts";
import { drawDiagram } from "../report/diagram.ts";
import { toJson } from "../report/json.ts";
import { viewOf } from "../report/phaseReport.ts";
import type { Offer } from "./Downloads.tsx";
import { phaseConfigOf } from "./diagrams.ts";
import { pngOf } from "./download.ts";
import type { MapQuestion } from "./mapQuestion.ts";

/** One row a cell: both settings, the measures, and what became of the cell. */
function csvOf({ diagram, values, status }: Phase): string {
  const { x, y, measures } = diagram;
  const rows = y.values.flatMap((up, row) =>
    x.values.map((across, column) => {
      const i = row * x.values.length + column;
      const numbers = measures.map((name) => (Number.isFinite(values[name][i]) ? values[name][i] : ""));
      return [across, up, ...numbers, STATUSES[status[i]]].join(",");
    }),
  );
  return `${[[x.key, y.key, ...measures, "status"].join(","), ...rows].join("\n")}\n`;
}

/** What can be taken home of a map. */
export function mapOffers(phase: Phase, { settings, diagram }: MapQuestion): Offer[] {
  const svg = () => drawDiagram(viewOf(phase), document);
  return [
    { label: "SVG", name: "phase.svg", type: "image/svg+xml", make: svg },
    { label: "PNG", name: "phase.png", type: "image/png", make: () => pngOf(svg()) },
    { label: "CSV", name: "phase.csv", type: "text/csv", make: () => csvOf(phase) },
    {
      label: "configuration",
      name: "phase.json",
      type: "application/json",
      make: () => toJson(phaseConfigOf(settings, diagram)),
    },
  ];
}

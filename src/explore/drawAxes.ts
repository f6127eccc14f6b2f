// What lies over a map's cells: contours, axes and their names.

import * as Plot from "@observablehq/plot";
import type { AxisValues } from "../index.ts";
import type { ColourScale } from "../report/colours.ts";
import { contourPath } from "../report/map.ts";
import { logTicks, multiplesOf, roundStep } from "../report/ticks.ts";
import { settingLabel, short } from "../report/wording.ts";
import { placeOf } from "./geometry.ts";
import type { Picture } from "./picture.ts";

/** around the frame, in pixels */
export const MARGIN = { top: 6, right: 10, bottom: 46, left: 58 } as const;

/** Where an axis is labelled: at whole values, and on a logarithmic one at powers of ten and between them. */
function ticksOf({ values, scale, whole }: AxisValues, room: number): number[] {
  const [low, high] = [values[0], values.at(-1)!];
  const count = Math.max(2, Math.floor(room / 64));
  if (scale === "linear") {
    return multiplesOf(Math.max(whole ? 1 : 0, roundStep((high - low) / count)), low, high);
  }
  const decades = Math.log10(high / low);
  const within = logTicks(
    [low, high],
    decades * 3 <= count ? [1, 2, 5] : decades * 2 <= count ? [1, 3] : [1],
  );
  return within.length > 1 ? within : [low, high];
}

/** The overlay, ready to be put over the cells. */
export function drawAxes(
  { diagram, values, status }: Picture,
  scale: ColourScale,
  { width, height, contours }: { width: number; height: number; contours: boolean },
) {
  const frame = { width: width - MARGIN.left - MARGIN.right, height: height - MARGIN.top - MARGIN.bottom };
  const { x, y } = diagram;
  const ticks = (axis: AxisValues, room: number) =>
    ticksOf(axis, room).map((value) => ({ at: placeOf(axis, value), text: short(value) }));
  const line = { labelAnchor: "center", labelArrow: "none" } as const;
  const axisOf = (marks: { at: number; text: string }[]) => ({
    ticks: marks.map(({ at }) => at),
    tickFormat: (_: number, i: number) => marks[i].text,
  });
  const svg = Plot.plot({
    width,
    height,
    marginTop: MARGIN.top,
    marginRight: MARGIN.right,
    marginBottom: MARGIN.bottom,
    marginLeft: MARGIN.left,
    style: { fontFamily: "inherit", fontSize: "12px", background: "none", overflow: "visible" },
    x: { domain: [0, 1], label: null },
    y: { domain: [0, 1], label: null },
    marks: [
      Plot.frame({ stroke: "var(--axis)" }),
      Plot.axisX({
        ...line,
        ...axisOf(ticks(x, frame.width)),
        label: settingLabel(x.key),
        labelOffset: 38,
        color: "var(--faint)",
      }),
      Plot.axisY({
        ...line,
        ...axisOf(ticks(y, frame.height)),
        label: settingLabel(y.key),
        labelOffset: 50,
        color: "var(--faint)",
      }),
    ],
  });
  if (contours) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", contourPath({ x, y, values, status }, scale, [frame.width, frame.height]));
    path.setAttribute("transform", `translate(${MARGIN.left} ${MARGIN.top})`);
    path.setAttribute("class", "contours");
    svg.append(path);
  }
  return svg;
}

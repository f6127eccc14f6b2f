// The maps that one can zoom to.

import { type Diagram, defaultDiagram, type MapAxis, wholeAxis } from "./diagrams.ts";
import { type Part, partAround, placeOf, zoomInto, zoomOut } from "./geometry.ts";
import type { Point } from "./mapWords.ts";
import type { Picture } from "./picture.ts";
import type { State } from "./state.ts";

/** How a map is zoomed: about the point that is looked at, out, to the whole, or into a part. */
export type Zoom = "in" | "out" | "whole" | Part;

/** The map that a zoom leads to. */
export function zoomed(
  { settings, diagram }: State,
  zoom: Zoom,
  picture: Picture | null,
  point: Point | null,
): Diagram {
  if (typeof zoom === "object") return zoomInto(settings, diagram, zoom);
  if (zoom === "out") return zoomOut(settings, diagram);
  if (zoom === "whole") {
    const first = defaultDiagram(settings);
    const whole = ({ key }: MapAxis) =>
      [first.x, first.y].find((axis) => axis.key === key) ?? wholeAxis(settings, key);
    return { ...diagram, x: whole(diagram.x), y: whole(diagram.y) };
  }
  const place = (axis: "x" | "y") =>
    picture && point ? Math.min(1, Math.max(0, placeOf(picture.diagram[axis], point[axis].value))) : 0.5;
  return zoomInto(settings, diagram, partAround(place("x"), place("y"), 0.5));
}

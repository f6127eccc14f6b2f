// What is to be mapped, as it follows from the page's state.

import { withSetting } from "../config/setting.ts";
import type { Diagram } from "./diagrams.ts";
import type { Backend, Settings, State } from "./state.ts";

/** What is to be mapped. */
export interface MapQuestion {
  readonly settings: Settings;
  readonly diagram: Diagram;
  readonly backend: Backend;
}

/** What is asked of the cells of a state's map. What the axes vary, and the plot's width, is no part of the question. */
export function questionOf({
  settings: { plotWindow: _, ...settings },
  diagram,
  backend,
}: State): MapQuestion {
  const { x, y } = diagram;
  return {
    settings: withSetting(withSetting(settings, x.key, x.from, "x"), y.key, y.from, "y"),
    diagram,
    backend,
  };
}

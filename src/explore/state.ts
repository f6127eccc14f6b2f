// All that the page shows follows from this one value: what is solved, what it is compared with, and what is mapped.
// It is what an address holds, and it changes as a whole.

import type { Config } from "../index.ts";
import type { Diagram } from "./diagrams.ts";

/** A configuration as plain data; what it leaves out has its default. */
export type Settings = Config;

/** How the plot's decisions are found: on the grid, as in the post, or as the best real numbers. */
export type PlotMethod = "auto" | "exact";

/** What may compute. */
export type Backend = "auto" | "cpu" | "gpu";

/** What the page shows. */
export interface State {
  readonly settings: Settings;
  readonly method: PlotMethod;
  /** settings that are kept in the plot for comparison */
  readonly pinned: { readonly settings: Settings; readonly method: PlotMethod } | null;
  readonly diagram: Diagram;
  readonly backend: Backend;
  /** the step of the post that is being told, by name */
  readonly step: string | null;
}

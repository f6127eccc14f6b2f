// How the page's lines look: the figures' series, in colours that follow the page's light and dark.

import type { Result } from "../index.ts";
import { type Series, seriesOf } from "../report/series.ts";

/** A line of the plot, whose colour is a custom property of the page's style. */
export type Line = Series & { readonly width: number };

/** colours that the style has for what is neither goal, rate nor output */
const OTHERS = 4;

/** The lines of a result's first `window` episodes, in the legend's order. */
export function linesOf(result: Result, window: number): Line[] {
  const all = seriesOf(result, window);
  return all.map((series, i) => {
    const other = `other-${((i - 1) % OTHERS) + 1}`;
    const name = i === 0 ? "goal" : i === all.length - 1 ? "output" : series.symbol ? other : "rate";
    return { ...series, colour: `var(--line-${name})`, width: series.symbol ? 1.8 : 2 };
  });
}

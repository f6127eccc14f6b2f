// The trajectory plot as a part of the page: as wide as there is room for.

import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Result } from "../index.ts";
import { drawPlot } from "./drawPlot.ts";
import { linesOf } from "./looks.ts";
import { useWidth } from "./useWidth.ts";

interface Props {
  readonly result: Result;
  readonly pinned?: Result | null;
  readonly small?: boolean;
  readonly height: number;
  /** what a reader who does not see it is told it is */
  readonly label: string;
  /** is told which episode is pointed at */
  readonly onEpisode?: (episode: number | null) => void;
}

export function TrajectoryPlot({ result, pinned = null, small = false, height, label, onEpisode }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const window = Math.min(result.config.plotWindow, result.cost.length);
  const lines = useMemo(() => linesOf(result, window), [result, window]);
  const compared = useMemo(() => (pinned ? linesOf(pinned, window) : []), [pinned, window]);
  useLayoutEffect(() => {
    if (width === 0 || !place.current) return;
    const learningRates = result.trajectory.learningRate.slice(0, window);
    const plot = drawPlot({ lines, pinned: compared, learningRates, small, width, height });
    plot.addEventListener("input", () => onEpisode?.((plot as unknown as { value: number | null }).value));
    plot.setAttribute("aria-hidden", "true");
    place.current.replaceChildren(plot);
  }, [result, lines, compared, window, small, width, height, onEpisode]);
  return <div class="plot" role="img" aria-label={label} ref={place} style={{ minHeight: `${height}px` }} />;
}

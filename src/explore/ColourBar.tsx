// What the map's colours mean, and where the value that is looked at lies among them.

import type { ColourScale } from "../report/colours.ts";
import { measureLabel, short } from "../report/wording.ts";
import { gradientOf, placeAmong } from "./palette.ts";

interface Props {
  readonly measure: string;
  readonly scale: ColourScale;
  /** the value that is looked at; NaN where there is none */
  readonly value: number;
}

export function ColourBar({ measure, scale, value }: Props) {
  const { domain, log } = scale;
  const [low, high] = domain;
  const place = placeAmong(scale, value);
  return (
    <div class="bar-of-colours">
      <span>
        {measureLabel(measure)}
        {log && ", logarithmic"}
      </span>
      <div class="gradient" style={{ background: gradientOf(scale) }} aria-hidden="true">
        {Number.isFinite(place) && <i style={{ left: `${100 * place}%` }} />}
      </div>
      <div class="ends number">
        {[low, log ? Math.sqrt(low * high) : (low + high) / 2, high].map((end) => (
          <span key={end}>{short(end)}</span>
        ))}
      </div>
    </div>
  );
}

// What the map's colours mean, and where the value that is pointed at lies among them.

import { measureLabel } from "../report/panels.ts";
import { short } from "../report/schedule.ts";
import { type Domain, GRADIENT } from "./palette.ts";

interface Props {
  readonly measure: string;
  readonly domain: Domain;
  /** the value that is pointed at; NaN where there is none */
  readonly value: number;
}

export function ColourBar({ measure, domain: { low, high, beyond }, value }: Props) {
  const share = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return (
    <div class="bar-of-colours">
      <span>{measureLabel(measure)}</span>
      <div class="gradient" style={{ background: GRADIENT }} aria-hidden="true">
        {Number.isFinite(share) && <i style={{ left: `${100 * share}%` }} />}
      </div>
      <div class="ends number">
        <span>
          {beyond.low && "≤ "}
          {short(low)}
        </span>
        <span>{short((low + high) / 2)}</span>
        <span>
          {beyond.high && "≥ "}
          {short(high)}
        </span>
      </div>
    </div>
  );
}

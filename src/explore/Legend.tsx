// What the plot's lines are, with a sample of each and its value at the episode that is pointed at.

import { short } from "../report/wording.ts";
import type { Line } from "./looks.ts";

const SAMPLE = { width: 30, height: 12 };

function Sample({ colour, dash, symbol, hollow, width }: Line) {
  const [x, y] = [SAMPLE.width / 2, SAMPLE.height / 2];
  const mark = {
    fill: hollow ? "var(--card)" : colour,
    stroke: hollow ? colour : "none",
    "stroke-width": 1.6,
  };
  return (
    <svg {...SAMPLE} aria-hidden="true">
      <line
        x1={0}
        x2={SAMPLE.width}
        y1={y}
        y2={y}
        stroke={colour}
        stroke-width={width}
        stroke-dasharray={dash}
      />
      {symbol === "circle" && <circle cx={x} cy={y} r={4} {...mark} />}
      {symbol === "square" && <rect x={x - 3.5} y={y - 3.5} width={7} height={7} {...mark} />}
      {symbol === "triangle" && <path d={`M${x} ${y - 4.5}l4.5 8h-9z`} {...mark} />}
      {symbol === "diamond" && <path d={`M${x} ${y - 5}l4 5l-4 5l-4 -5z`} {...mark} />}
    </svg>
  );
}

interface Props {
  readonly lines: readonly Line[];
  /** the episode that is pointed at */
  readonly episode: number | null;
  readonly compared: boolean;
}

export function Legend({ lines, episode, compared }: Props) {
  return (
    <ul class="legend">
      {lines.map((line) => (
        <li key={line.label}>
          <Sample {...line} />
          {line.label}
          {episode !== null && Number.isFinite(line.values[episode]) && (
            <b class="number">{short(line.values[episode])}</b>
          )}
        </li>
      ))}
      {compared && (
        <li>
          <svg {...SAMPLE} aria-hidden="true">
            <line x1={0} x2={30} y1={6} y2={6} stroke="currentColor" stroke-dasharray="4 2.5" />
          </svg>
          A, for comparison
        </li>
      )}
      {episode !== null && <li class="episode">episode {episode}</li>}
    </ul>
  );
}

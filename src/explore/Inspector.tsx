// A point of the map: its settings, its value, and what the agents do there.

import { measureLabel, settingLabel } from "../report/panels.ts";
import { short } from "../report/schedule.ts";
import { TrajectoryPlot } from "./TrajectoryPlot.tsx";
import type { Solution } from "./useSolution.ts";

const HEIGHT = 150;

interface Props {
  readonly x: { readonly key: string; readonly value: number };
  readonly y: { readonly key: string; readonly value: number };
  readonly measure: string;
  /** of the map; NaN where there is none */
  readonly value: number;
  readonly solution: Solution;
  /** whether this is the point of the page's own settings */
  readonly isHere: boolean;
  readonly onTake: () => void;
}

/** `learning rate η 0.5, training 20` */
export function describePoint({ x, y }: Pick<Props, "x" | "y">): string {
  const said = ({ key, value }: Props["x"]) =>
    `${settingLabel(key).replace(/ \(.*|, .*/, "")} ${short(value)}`;
  return `${said(x)}, ${said(y)}`;
}

/** The value of a cell in words. */
export function describeValue(measure: string, value: number): string {
  return `${measureLabel(measure)} ${Number.isNaN(value) ? "has no value" : short(value)}`;
}

export function Inspector({ x, y, measure, value, solution, isHere, onTake }: Props) {
  const { result, problem } = solution;
  return (
    <div class="inspector">
      <header>
        <p>
          <b>{isHere ? "Your settings" : "At the pointer"}</b>: {describePoint({ x, y })}
          <br />
          <span class="number">{describeValue(measure, value)}</span>
        </p>
        <button type="button" disabled={isHere} onClick={onTake}>
          Take these settings
        </button>
      </header>
      {result && !problem && (
        <TrajectoryPlot
          result={result}
          small
          height={HEIGHT}
          label={`What the agents do at ${describePoint({ x, y })}`}
        />
      )}
      {problem && <p class="faint">{problem}</p>}
    </div>
  );
}

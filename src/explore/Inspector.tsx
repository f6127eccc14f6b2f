// A point of the map: its settings, its value, and what the agents do there.

import { describePoint, describeValue, type Point } from "./mapWords.ts";
import { TrajectoryPlot } from "./TrajectoryPlot.tsx";
import type { Solution } from "./useSolution.ts";

const HEIGHT = 150;

interface Props extends Point {
  readonly measure: string;
  /** of the map; NaN where there is none */
  readonly value: number;
  readonly solution: Solution;
  /** whether this is the point of the page's own settings */
  readonly isHere: boolean;
  readonly onTake: () => void;
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

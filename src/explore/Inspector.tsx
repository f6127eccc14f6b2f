// The point of the map that is looked at: its settings, its value, and what the agents do there.

import type { Looked } from "./mapPoint.ts";
import { describePoint, describeValue } from "./mapWords.ts";
import { TrajectoryPlot } from "./TrajectoryPlot.tsx";
import type { Solution } from "./useSolution.ts";

const HEIGHT = 150;

interface Props {
  readonly looked: Looked;
  readonly measure: string;
  readonly solution: Solution;
  readonly onTake: () => void;
}

export function Inspector({ looked: { point, cell, value, isHere }, measure, solution, onTake }: Props) {
  const { result, problem } = solution;
  return (
    <div class="inspector">
      <header>
        <p>
          <b>{isHere ? "Your settings" : "At the pointer"}</b>: {describePoint(point)}
          <br />
          <span class="number">{cell ? describeValue(measure, value) : "off the map"}</span>
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
          label={`What the agents do at ${describePoint(point)}`}
        />
      )}
      {problem && <p class="faint">{problem}</p>}
    </div>
  );
}

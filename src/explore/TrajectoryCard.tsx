// What the agents of one configuration do: the plot, the measures, the same in words, and as files.

import { useMemo, useState } from "preact/hooks";
import type { Result } from "../index.ts";
import { toCsv } from "../report/csv.ts";
import { drawCurves, hasPolicies, policiesOf } from "../report/curves.ts";
import { toSvg } from "../report/figure.ts";
import { toJson } from "../report/json.ts";
import { summaryOf } from "../report/summary.ts";
import { Downloads, type Offer } from "./Downloads.tsx";
import { pngOf } from "./download.ts";
import { Legend } from "./Legend.tsx";
import { linesOf } from "./looks.ts";
import { Measures } from "./Measures.tsx";
import { Numbers } from "./Numbers.tsx";
import type { State } from "./state.ts";
import { TrajectoryPlot } from "./TrajectoryPlot.tsx";
import type { Solution } from "./useSolution.ts";
import { Working } from "./Working.tsx";

const HEIGHT = 340;

function offersOf(result: Result): Offer[] {
  const svg = () => toSvg(result, document);
  return [
    { label: "SVG", name: "plot.svg", type: "image/svg+xml", make: svg },
    { label: "PNG", name: "plot.png", type: "image/png", make: () => pngOf(svg()) },
    ...(hasPolicies(result)
      ? [
          {
            label: "policy SVG",
            name: "policy.svg",
            type: "image/svg+xml",
            make: () => drawCurves(policiesOf(result), document),
          },
        ]
      : []),
    { label: "CSV", name: "plan.csv", type: "text/csv", make: () => toCsv(result) },
    { label: "JSON", name: "result.json", type: "application/json", make: () => toJson(result) },
    {
      label: "configuration",
      name: "config.json",
      type: "application/json",
      make: () => toJson(result.config),
    },
  ];
}

interface Props {
  readonly state: State;
  readonly change: (next: (before: State) => State) => void;
  readonly solution: Solution;
  readonly pinned: Solution;
}

/** Keeps the settings for comparison, forgets them, or makes them the page's own. */
function Comparison({ state, change }: Pick<Props, "state" | "change">) {
  const here = ({ settings, method }: State) => ({ settings, method });
  const swap = (before: State): State =>
    before.pinned ? { ...before, ...before.pinned, pinned: here(before), step: null } : before;
  return (
    // biome-ignore lint/a11y/useSemanticElements: these buttons are no form's
    <div class="actions" role="group" aria-label="Comparison">
      <button
        type="button"
        onClick={() => change((before) => ({ ...before, pinned: here(before) }))}
        title="keeps these settings in the plot as A, while you change them"
      >
        {state.pinned ? "Keep these as A" : "Keep as A to compare"}
      </button>
      {state.pinned && (
        <>
          <button type="button" onClick={() => change(swap)}>
            Swap
          </button>
          <button type="button" onClick={() => change((before) => ({ ...before, pinned: null }))}>
            Forget A
          </button>
        </>
      )}
    </div>
  );
}

export function TrajectoryCard({ state, change, solution, pinned }: Props) {
  const { result, problem } = solution;
  const [episode, setEpisode] = useState<number | null>(null);
  const lines = useMemo(
    () => (result ? linesOf(result, Math.min(result.config.plotWindow, result.cost.length)) : []),
    [result],
  );
  // the answer that is shown is that to the question before
  const isPast = solution.share !== null;
  const sentences = result ? summaryOf(result).split("\n") : [];
  return (
    <section
      class={isPast ? "card trajectory past" : "card trajectory"}
      aria-labelledby="trajectory-title"
      aria-busy={isPast}
    >
      <header>
        <h2 id="trajectory-title">What the agents do</h2>
        <Comparison state={state} change={change} />
      </header>
      <Working share={solution.share} what="Solving" onStop={solution.stop} />
      {problem && <p class="problem">{problem}</p>}
      {result && (
        <>
          <Legend lines={lines} episode={episode} compared={pinned.result !== null} />
          <TrajectoryPlot
            result={result}
            pinned={pinned.result}
            height={HEIGHT}
            label={`Goal, decisions, output and learning rate by episode. ${sentences[0]}`}
            onEpisode={setEpisode}
          />
          <Measures result={result} pinned={pinned.result} />
          <div class="words">
            {sentences.slice(0, -2).map((sentence) => (
              <p key={sentence}>{sentence}</p>
            ))}
            {pinned.result && <p class="solver">A is {summaryOf(pinned.result).split("\n")[0]}.</p>}
            <p class="solver">{sentences.at(-1)}</p>
            {result.solver.notes.map((note) => (
              <p key={note} class="solver">
                {note}
              </p>
            ))}
          </div>
          <Numbers lines={lines} />
          <Downloads what="the plot" disabled={isPast} offers={offersOf(result)} />
        </>
      )}
    </section>
  );
}

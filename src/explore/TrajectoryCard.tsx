// What the agents of one configuration do: the plot, the measures, sentences, and downloads.

import { useEffect, useMemo, useState } from "preact/hooks";
import type { Result, Measures as Values } from "../index.ts";
import { hasPolicies } from "../report/curves.ts";
import { toJson } from "../report/json.ts";
import type { Series } from "../report/series.ts";
import { summaryOf } from "../report/summary.ts";
import { short } from "../report/wording.ts";
import { type Download, Downloads, figureDownloads, files } from "./elements.tsx";
import { GoalLine, Scrubber } from "./Scrubber.tsx";
import type { State, StateProps } from "./state.ts";
import { Legend, linesOf, TrajectoryPlot, windowOf } from "./TrajectoryPlot.tsx";
import type { Solution } from "./useSolution.ts";
import { Why } from "./Why.tsx";
import { Working } from "./work.tsx";

const HEIGHT = 340;
/** in a frame: the height of legend and scrubber, of the number line, and the minimum height of a plot with one */
const FRAME = { around: 110, line: 130, low: 220 };

/** The height of the plot if it is alone in a frame, and whether there is room for the number line. */
function roomInFrame(): { height: number; hasLine: boolean } {
  const height = innerHeight - FRAME.around;
  const hasLine = height - FRAME.line >= FRAME.low;
  return { height: Math.max(FRAME.low, hasLine ? height - FRAME.line : height), hasLine };
}

function downloadsOf(result: Result): Download[] {
  return [
    ...figureDownloads("plot", async () => (await files()).plotSvg(result)),
    ...(hasPolicies(result)
      ? [
          {
            label: "policy SVG",
            name: "policy.svg",
            type: "image/svg+xml",
            make: async () => (await files()).policySvg(result),
          },
        ]
      : []),
    { label: "CSV", name: "plan.csv", type: "text/csv", make: async () => (await files()).planCsv(result) },
    { label: "JSON", name: "result.json", type: "application/json", make: () => toJson(result) },
    {
      label: "configuration",
      name: "config.json",
      type: "application/json",
      make: () => toJson(result.config),
    },
  ];
}

/** Buttons that keep the settings for comparison, swap them with the current ones, or forget them. */
function Comparison({ state, change }: StateProps) {
  const here = ({ settings, method }: State) => ({ settings, method });
  const swap = (before: State): State =>
    before.pinned ? { ...before, ...before.pinned, pinned: here(before), step: null } : before;
  return (
    // biome-ignore lint/a11y/useSemanticElements: these buttons belong to no form
    <div class="actions" role="group" aria-label="Comparison">
      <button
        type="button"
        onClick={() => change((before) => ({ ...before, pinned: here(before) }))}
        title="Keep these settings in the plot as A while you change them"
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

/** what the measures mean, in the order in which they are shown */
const MEANINGS: Readonly<Record<keyof Values, string>> = {
  deception: "compliance × retention, each clamped to [0, 1]",
  compliance:
    "how close the outputs in training are to 0, whatever training rewards; negative if they are larger than the goal",
  retention: "how much of the goal outlives training; negative if the goal is reversed",
  reversal: "the probability that the goal is reversed by training",
};

const namesOf = (values: Values) =>
  Object.keys(MEANINGS).filter((name) => name in values) as (keyof Values)[];

const said = (value: number | null | undefined) =>
  typeof value !== "number" ? "–" : Math.abs(value) < 1e4 ? value.toFixed(3) : value.toPrecision(3);

/** The position of a share on its bar, which goes from 0 to 1. */
const percent = (value: number | null | undefined) => `${100 * Math.min(1, Math.max(0, value ?? 0))}%`;

function MeasureRow({ values, pinned }: { readonly values: Values; readonly pinned?: Values | undefined }) {
  return (
    <dl>
      {namesOf(values).map((name) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class="number">
            {pinned && <small>{said(pinned[name])} → </small>}
            {said(values[name])}
          </dd>
          <dd class="bar" aria-hidden="true">
            {pinned && <i class="pinned" style={{ left: percent(pinned[name]) }} />}
            <i style={{ width: percent(values[name]) }} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** A result's measures, beside the measures of the result that it is compared with. */
function Measures({ result, pinned }: { readonly result: Result; readonly pinned: Result | null }) {
  const { config, measures, measuresOverHazard, trajectoryProbability } = result;
  return (
    <div class="measures">
      {trajectoryProbability && (
        <p>Expected over the signals, for training that ends at episode {config.initial.deploymentAt}:</p>
      )}
      <MeasureRow values={measures} pinned={pinned?.measures} />
      {measuresOverHazard && (
        <>
          <p>Expected over the signals and over how long training lasts:</p>
          <MeasureRow values={measuresOverHazard} pinned={pinned?.measuresOverHazard} />
        </>
      )}
      <Meanings measures={measures} />
    </div>
  );
}

/** The plot's numbers as a table. */
function Numbers({ lines }: { readonly lines: readonly Series[] }) {
  const [isOpen, setOpen] = useState(false);
  // there may be thousands of rows, so they are rendered only when the table is open
  const episodes = isOpen ? lines[0].values.map((_, t) => t) : [];
  return (
    <details class="numbers" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Numbers by episode</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard must be able to reach what scrolls */}
      <section class="scroll" aria-label="Numbers by episode" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">episode</th>
              {lines.map(({ label }) => (
                <th key={label} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {episodes.map((t) => (
              <tr key={t}>
                <th scope="row">{t}</th>
                {lines.map(({ label, values }) => (
                  <td key={label}>{Number.isFinite(values[t]) ? short(values[t]) : "–"}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}

/** what the shown measures mean, one line for each */
function Meanings({ measures }: { readonly measures: Values }) {
  return (
    <p class="faint meanings">
      {namesOf(measures).map((name) => (
        <span key={name}>
          <b>{name}</b>: {MEANINGS[name]}.{" "}
        </span>
      ))}
    </p>
  );
}

interface Props extends StateProps {
  readonly solution: Solution;
  readonly pinned: Solution;
  /** whether the page shows only the figure */
  readonly isAlone?: boolean;
}

const NONE: readonly Series[] = [];

export function TrajectoryCard({ state, change, solution, pinned, isAlone = false }: Props) {
  const { result, problem } = solution;
  const [chosen, setEpisode] = useState(0);
  const [pointed, setPointed] = useState<number | null>(null);
  const [tried, setTried] = useState<Result | null>(null);
  useEffect(() => setTried(null), [result]);
  const shown = tried ?? result;
  const window = result ? windowOf(result) : 1;
  const lines = useMemo(() => (shown ? linesOf(shown, window) : NONE), [shown, window]);
  const other = tried ? result : pinned.result;
  const compared = useMemo(() => (other ? linesOf(other, window) : NONE), [other, window]);
  const episode = Math.min(chosen, window - 1);
  const { height, hasLine } = isAlone ? roomInFrame() : { height: HEIGHT, hasLine: true };
  // whether the shown result belongs to the previous request
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
        {!isAlone && <Comparison state={state} change={change} />}
      </header>
      <Working what="Solving" work={solution} />
      {problem && <p class="problem">{problem}</p>}
      {result && shown && (
        <>
          <Legend
            lines={lines}
            episode={Math.min(pointed ?? episode, window - 1)}
            compared={tried ? "as planned" : other ? "A, for comparison" : undefined}
          />
          <TrajectoryPlot
            {...{ lines, compared, height }}
            episodes={result.cost.length}
            label={`Goal, decisions, output and learning rate by episode. ${sentences[0]}`}
            episode={pointed ?? episode}
            onPoint={setPointed}
            onEpisode={setEpisode}
          />
          <Scrubber episode={episode} count={window} onEpisode={setEpisode} />
          {hasLine && <GoalLine trajectory={shown.trajectory} episode={episode} window={window} />}
          {!isAlone && (
            <>
              <Measures result={shown} pinned={other} />
              <details class="why" open>
                <summary>Why this decision in episode {episode}?</summary>
                <Why result={result} episode={episode} onReplay={setTried} />
              </details>
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
              <Downloads what="the plot" disabled={isPast || tried !== null} files={downloadsOf(result)} />
            </>
          )}
        </>
      )}
    </section>
  );
}

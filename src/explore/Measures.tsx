// The measures of a result, beside those that it is compared with.

import type { Result, Measures as Values } from "../index.ts";

const MEANINGS: Readonly<Record<keyof Values, string>> = {
  deception: "compliance × retention, each clamped to 0 to 1",
  compliance:
    "how nearly the outputs in training are what training rewards; negative: they are larger than the goal",
  retention: "how much of the goal outlives training; negative: it is reversed",
  reversal: "the probability that the goal is reversed by training",
};

const said = (value: number | null | undefined) =>
  typeof value !== "number" ? "–" : Math.abs(value) < 1e4 ? value.toFixed(3) : value.toPrecision(3);

/** A share's place on its bar, which goes from 0 to 1. */
const percent = (value: number | null | undefined) => `${100 * Math.min(1, Math.max(0, value ?? 0))}%`;

function MeasureRow({ values, pinned }: { readonly values: Values; readonly pinned?: Values | undefined }) {
  const names = Object.keys(MEANINGS).filter((name) => name in values) as (keyof Values)[];
  return (
    <dl>
      {names.map((name) => (
        <div key={name} title={MEANINGS[name]}>
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

export function Measures({ result, pinned }: { readonly result: Result; readonly pinned: Result | null }) {
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
    </div>
  );
}

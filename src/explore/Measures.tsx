// The three measures of a trajectory, beside those that it is compared with.

import type { Result, Measures as Values } from "../index.ts";

const MEANINGS: Readonly<Record<keyof Values, string>> = {
  deception: "compliance × retention",
  compliance: "how nearly the outputs in training are what training rewards",
  retention: "how much of the goal outlives training",
};

const said = (value: number | null) => (value === null ? "–" : value.toFixed(3));

export function Measures({ result, pinned }: { readonly result: Result; readonly pinned: Result | null }) {
  return (
    <dl class="measures">
      {Object.entries(MEANINGS).map(([name, meaning]) => {
        const key = name as keyof Values;
        const value = result.measures[key];
        return (
          <div key={name} title={meaning}>
            <dt>{name}</dt>
            <dd class="number">
              {pinned && <small>{said(pinned.measures[key])} → </small>}
              {said(value)}
            </dd>
            <dd class="bar" aria-hidden="true">
              {pinned && <i class="pinned" style={{ left: `${100 * (pinned.measures[key] ?? 0)}%` }} />}
              <i style={{ width: `${100 * (value ?? 0)}%` }} />
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

// The policies of agents that have no single coefficient: a network's output and slope against its goal, and the
// coefficient of an agent who remembers against its belief.

import * as Plot from "@observablehq/plot";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Result } from "../index.ts";
import { byBelief, networkPolicies } from "../report/curves.ts";
import { PLOT_AXIS } from "../report/drawing.ts";
import { short } from "../report/wording.ts";
import { PAGE_STYLE } from "./drawMap.ts";
import { useWidth } from "./elements.tsx";

const HEIGHT = 200;

interface Curve {
  readonly label: string;
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
  readonly log?: boolean;
  /** the agent's goal or belief on the trajectory */
  readonly here?: number | undefined;
  readonly across: string;
}

function curvesOf(result: Result): (episode: number) => Curve[] {
  const { plan, trajectory } = result;
  if ("weights" in plan) {
    const policyOf = networkPolicies(result);
    return (episode) => {
      const { theta, output, slope } = policyOf(episode);
      const shared = { x: theta, here: trajectory.theta[episode], across: "goal θ" };
      return [
        { ...shared, label: "output y", y: output },
        { ...shared, label: "slope ∂y/∂θ, which gradient descent uses", y: slope },
      ];
    };
  }
  const { values, label, at } = byBelief(plan);
  return (episode) => [
    {
      label: "coefficient",
      x: values,
      y: values.map((value) => at(episode, value)),
      log: true,
      here: trajectory.trainingBelief?.[episode],
      across: label,
    },
  ];
}

function PolicyCurve({ curve }: { readonly curve: Curve }) {
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  useLayoutEffect(() => {
    if (width === 0) return;
    const { x, y, log = false, here, across } = curve;
    const axis = { ...PLOT_AXIS, tickSize: 0, color: "var(--faint)" };
    const points = x.map((value, i) => [value, y[i] ?? Number.NaN] as [number, number]);
    const plot = Plot.plot({
      ...{ width, height: HEIGHT, marginTop: 10, marginRight: 12, marginBottom: 40, marginLeft: 46 },
      style: PAGE_STYLE,
      x: { type: log ? "log" : "linear", label: null },
      y: { label: null, nice: true, zero: true },
      marks: [
        Plot.gridY({ stroke: "var(--rule)", strokeOpacity: 1, ticks: 4 }),
        Plot.ruleY([0], { stroke: "var(--axis)" }),
        Plot.axisX({
          ...axis,
          label: across,
          labelOffset: 34,
          ticks: Math.max(3, Math.floor(width / 90)),
          tickFormat: (value: number) => short(value),
        }),
        Plot.axisY({ ...axis, ticks: 4, tickFormat: (value: number) => short(value) }),
        ...(here === undefined
          ? []
          : [Plot.ruleX([here], { stroke: "var(--accent)", strokeDasharray: "2 3" })]),
        Plot.line(points, { stroke: "var(--line-output)", strokeWidth: 2 }),
      ],
    });
    plot.setAttribute("aria-hidden", "true");
    place.current!.replaceChildren(plot);
  }, [curve, width]);
  return (
    <figure>
      <figcaption>{curve.label}</figcaption>
      <div class="plot" ref={place} style={{ minHeight: `${HEIGHT}px` }} />
    </figure>
  );
}

interface Props {
  readonly result: Result;
  readonly episode: number;
}

/** The policy of an episode; the agent's own goal or belief is marked. */
export function Policies({ result, episode }: Props) {
  const policyOf = useMemo(() => curvesOf(result), [result]);
  const curves = useMemo(() => policyOf(episode), [policyOf, episode]);
  return (
    <div class="policies">
      {curves.map((curve) => (
        <PolicyCurve key={curve.label} curve={curve} />
      ))}
    </div>
  );
}

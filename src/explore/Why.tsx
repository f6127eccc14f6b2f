// Why an agent decides as it does: what other decisions would have cost it, in its own episode and in later episodes,
// and how the plan would have continued. For networks and agents who remember it shows the policy of the episode
// instead.

import * as Plot from "@observablehq/plot";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Alternatives, Result } from "../index.ts";
import { colourScaleOf } from "../report/colours.ts";
import { PLOT_AXIS } from "../report/drawing.ts";
import { labelOf, short, shortly } from "../report/wording.ts";
import { PAGE_STYLE, paint } from "./drawMap.ts";
import { Choice, useWidth } from "./elements.tsx";
import { Policies } from "./Policies.tsx";
import { useAlternatives } from "./useAlternatives.ts";
import { axesOf, type Belief, beliefsOf, decisionAt, replayed, samplingOf } from "./whyDecisions.ts";

const HEIGHT = 210;

/** Costs of decisions, as differences from the costs of the first decision. */
interface Changes {
  readonly decisions: Alternatives["decisions"];
  readonly own: readonly number[];
  readonly later: readonly number[];
  readonly total: readonly number[];
}

function changesOf({ decisions, own, later }: Alternatives): Changes {
  const less = (costs: readonly number[]) => costs.map((cost) => cost - costs[0]);
  const [now, then] = [less(own), less(later)];
  return { decisions, own: now, later: then, total: now.map((cost, i) => cost + then[i]) };
}

const PARTS = [
  { key: "own", label: "own episode", colour: "var(--line-output)", dash: "6 3", width: 1.8 },
  { key: "later", label: "later episodes", colour: "var(--line-other-1)", dash: "2 3", width: 1.8 },
  { key: "total", label: "together", colour: "var(--ink)", dash: "none", width: 2.2 },
] as const;

interface ChartProps {
  readonly changes: Changes;
  /** the number of decisions, from the third on, that form the curves */
  readonly count: number;
  readonly name: string;
  /** the index of the decision that is tried; 1 is the plan's */
  readonly at: number;
  readonly onTry: (index: number) => void;
}

/** Both parts of the cost and their sum, against a decision of one number. */
function CostCurves({ changes, count, name, at, onTry }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const scale = useRef<{ invert(x: number): number } | null>(null);
  const width = useWidth(place);
  const { decisions } = changes;
  useLayoutEffect(() => {
    if (width === 0) return;
    const curve = Array.from({ length: count }, (_, i) => i + 2);
    const candidates = Array.from({ length: decisions.length - 2 - count }, (_, i) => i + 2 + count);
    const point = (key: (typeof PARTS)[number]["key"]) => ({
      x: (i: number) => decisions[i][0],
      y: (i: number) => changes[key][i],
    });
    const axis = { ...PLOT_AXIS, tickSize: 0, color: "var(--faint)" };
    const plot = Plot.plot({
      ...{ width, height: HEIGHT, marginTop: 10, marginRight: 12, marginBottom: 40, marginLeft: 52 },
      style: PAGE_STYLE,
      x: { label: null },
      y: { label: null, nice: true },
      marks: [
        Plot.gridY({ stroke: "var(--rule)", strokeOpacity: 1, ticks: 5 }),
        Plot.ruleY([0], { stroke: "var(--axis)" }),
        Plot.axisX({
          ...axis,
          label: labelOf(name),
          labelOffset: 34,
          ticks: Math.max(3, Math.floor(width / 80)),
        }),
        Plot.axisY({ ...axis, ticks: 5, tickFormat: (y: number) => short(y) }),
        ...PARTS.map(({ key, colour, dash, width }) =>
          Plot.line(curve, { ...point(key), stroke: colour, strokeDasharray: dash, strokeWidth: width }),
        ),
        Plot.dot(candidates, { ...point("total"), r: 2.2, fill: "var(--ink)" }),
        Plot.ruleX([decisions[1][0]], { stroke: "var(--accent)", strokeDasharray: "2 3" }),
        Plot.dot([1], { ...point("total"), r: 6, fill: "var(--accent)" }),
        ...(at === 1
          ? []
          : [
              Plot.ruleX([decisions[at][0]], { stroke: "var(--ink)" }),
              Plot.dot([at], {
                ...point("total"),
                r: 6,
                fill: "var(--card)",
                stroke: "var(--ink)",
                strokeWidth: 2,
              }),
            ]),
      ],
    });
    plot.setAttribute("aria-hidden", "true");
    scale.current = plot.scale("x") as unknown as { invert(x: number): number };
    place.current!.replaceChildren(plot);
  }, [changes, count, name, at, width]);
  const point = (event: PointerEvent) => {
    if (!(event.buttons & 1) || !scale.current) return;
    const { left } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    onTry(nearest(decisions, count, [scale.current.invert(event.clientX - left)]));
  };
  return (
    <div
      class="plot pointed"
      ref={place}
      style={{ minHeight: `${HEIGHT}px` }}
      onPointerDown={point}
      onPointerMove={point}
    />
  );
}

/** The index of the nearest decision of a curve or a map. */
function nearest(decisions: Changes["decisions"], count: number, to: readonly number[]): number {
  let [best, shortest] = [2, Number.POSITIVE_INFINITY];
  for (let i = 2; i < 2 + count; i++) {
    const distance = decisions[i].reduce((sum, x, d) => sum + (x - to[d]) ** 2, 0);
    if (distance < shortest) [best, shortest] = [i, distance];
  }
  return best;
}

/**
 * The total cost against a decision of two numbers, darker where it is lower, on a scale that shows small differences.
 */
function CostMap({ changes, count, name, at, onTry }: ChartProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const side = Math.round(Math.sqrt(count));
  const { decisions, total } = changes;
  const [first, last] = [decisions[2], decisions[1 + count]];
  useLayoutEffect(() => {
    const image = new ImageData(side, side);
    const values = new Float64Array(count);
    // the first number is on the horizontal axis, the second on the vertical axis
    for (let i = 0; i < count; i++)
      values[(i % side) * side + Math.floor(i / side)] = Math.sqrt(Math.max(0, total[2 + i] - total[1]));
    paint(image, values, colourScaleOf("", values));
    canvas.current!.getContext("2d")!.putImageData(image, 0, 0);
  }, [changes, count]);
  const spot = (index: number) => {
    const share = (d: number) => (decisions[index][d] - first[d]) / (last[d] - first[d] || 1);
    const middle = (x: number) => (100 * (0.5 + x * (side - 1))) / side;
    return { left: `${middle(share(0))}%`, bottom: `${middle(share(1))}%` };
  };
  const point = (event: PointerEvent) => {
    if (!(event.buttons & 1)) return;
    const { left, bottom, width, height } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const [x, y] = [(event.clientX - left) / width, (bottom - event.clientY) / height];
    onTry(
      nearest(decisions, count, [first[0] + x * (last[0] - first[0]), first[1] + y * (last[1] - first[1])]),
    );
  };
  return (
    <div
      class="cost-map"
      onPointerDown={point}
      onPointerMove={point}
      role="img"
      aria-label={`Cost by ${name}`}
    >
      <canvas ref={canvas} width={side} height={side} />
      <i class="here" style={spot(1)} />
      {at !== 1 && <i class="here tried" style={spot(at)} />}
    </div>
  );
}

interface Props {
  readonly result: Result;
  readonly episode: number;
  /** receives the result in which the agent decides otherwise; null if it decides as planned */
  readonly onReplay: (result: Result | null) => void;
}

export function Why(props: Props) {
  const { result, episode } = props;
  const beliefs = beliefsOf(result);
  if (!beliefs) return <Policies result={result} episode={episode} />;
  return <Costs {...props} beliefs={beliefs} />;
}

function Costs({ result, episode, onReplay, beliefs }: Props & { readonly beliefs: readonly Belief[] }) {
  const [chosenBelief, setBelief] = useState(0);
  const belief = Math.min(chosenBelief, beliefs.length - 1);
  const [zoom, setZoom] = useState(1);
  const [at, setAt] = useState(1);
  const decision = decisionAt(result, episode, beliefs[belief]);
  const key = JSON.stringify([decision, zoom]);
  const { decisions, count } = useMemo(() => samplingOf(result, decision, zoom), [result, key]);
  const { alternatives, problem } = useAlternatives({
    ...{ result, episode },
    options: { belief, decisions },
  });
  const changes = useMemo(() => alternatives && changesOf(alternatives), [alternatives]);
  const attempt = (index: number) => {
    setAt(index);
    onReplay(index === 1 ? null : replayed(result, episode, beliefs[belief], changes!.decisions[index]));
  };
  // A decision that was tried belongs to another episode or plan. This runs before the next input, which it must not undo.
  useLayoutEffect(() => attempt(1), [result, episode, belief, zoom]);
  const names = axesOf(result).map(([name]) => name);
  const name = beliefs[belief].name || names.join(", ");
  if (problem) return <p class="problem">{problem}</p>;
  // the answer may still belong to the previous episode; it is shown until the next answer comes
  if (!changes || changes.decisions.length < 2 + count || changes.decisions[0].length !== names.length)
    return <div style={{ minHeight: `${HEIGHT + 90}px` }} />;
  const [first, last] = [changes.decisions[2], changes.decisions[1 + count]];
  const steps = (names.length === 1 ? count : Math.round(Math.sqrt(count))) - 1;
  const chart = { changes, count, name, at, onTry: attempt };
  return (
    <>
      {beliefs.length > 1 && (
        <Choice
          look="choice"
          id="why-signal"
          label="Decision"
          value={String(belief)}
          options={beliefs.map(({ label }, i) => [String(i), label])}
          onChoose={(value) => setBelief(Number(value))}
        />
      )}
      {names.length === 1 ? (
        <>
          <ul class="legend">
            {PARTS.map(({ key, label, colour, dash, width }) => (
              <li key={key}>
                <svg width={30} height={12} aria-hidden="true">
                  <line
                    x1={0}
                    x2={30}
                    y1={6}
                    y2={6}
                    stroke={colour}
                    stroke-dasharray={dash}
                    stroke-width={width}
                  />
                </svg>
                {label}
              </li>
            ))}
          </ul>
          <CostCurves {...chart} />
        </>
      ) : (
        <>
          <CostMap {...chart} />
          <p class="faint">
            {labelOf(names[0])} across, {labelOf(names[1])} up; darker costs less.
          </p>
        </>
      )}
      <div class="trying">
        {names.map((label, d) => (
          <label key={label}>
            Try another {labelOf(label)}
            <input
              type="range"
              min={first[d]}
              max={last[d]}
              step={(last[d] - first[d]) / steps || 1}
              value={changes.decisions[at][d]}
              aria-valuetext={shortly(changes.decisions[at][d])}
              onInput={({ currentTarget }) =>
                attempt(
                  nearest(
                    changes.decisions,
                    count,
                    changes.decisions[at].with(d, currentTarget.valueAsNumber),
                  ),
                )
              }
            />
          </label>
        ))}
        <button type="button" disabled={at === 1} onClick={() => attempt(1)}>
          As planned
        </button>
        {names.length === 1 && (
          <>
            <button type="button" onClick={() => setZoom(zoom / 3)}>
              Closer
            </button>
            <button type="button" onClick={() => setZoom(zoom * 3)}>
              Farther
            </button>
          </>
        )}
      </div>
      <Sentence {...chart} margin={result.margin[episode]} />
    </>
  );
}

function Sentence({
  changes,
  at,
  margin,
}: Pick<ChartProps, "changes" | "at"> & { readonly margin: number | null }) {
  const { decisions, own, later, total } = changes;
  const said = (decision: readonly number[]) => decision.map(shortly).join(", ");
  const change = (x: number) => (Math.abs(x) < 1e-12 ? "nothing" : shortly(Math.abs(x)));
  const isGain = own[at] <= 0;
  return (
    <p>
      {at === 1 ? "The plan has " : "With "}
      <b class="number">{said(decisions[at])}</b>
      {total[at] === 0 && own[at] === 0 ? (
        ", with which all other decisions are compared."
      ) : (
        <>
          : compared with {said(decisions[0])}, the agent {isGain ? "gains" : "loses"}{" "}
          <b class="number">{change(own[at])}</b> in its own episode and {later[at] >= 0 ? "loses" : "gains"}{" "}
          <b class="number">{change(later[at])}</b> in later episodes.
          {at !== 1 && (
            <>
              {" "}
              In total that is <b class="number">{shortly(total[at] - total[1])}</b> worse than the plan.
            </>
          )}
        </>
      )}
      {at === 1 && margin !== null && ` The next best candidate costs ${shortly(margin)} more.`}
    </p>
  );
}

// Figures of curves, in panels: the measures of a sweep against the setting that is swept; the output of networks
// against their goal; the coefficients of agents against a real-valued signal or their belief. Where there is no value,
// a curve has a gap, and a cross at the bottom of the panel marks it.

import * as Plot from "@observablehq/plot";
import { createEvaluate } from "../game/evaluate.ts";
import { differentiate } from "../game/graph.ts";
import { type Axis, checkConfig, geomspace, linspace, type Result, type Sweep } from "../index.ts";
import { BELIEF } from "../model/plan.ts";
import { drawerOf, EDGE, headingOf, INK, PLOT_AXIS, PLOT_STYLE } from "./drawing.ts";
import { LINE_STYLES, markOf, type Series, strokeOf } from "./series.ts";
import { decadesAround, figureLogTicks, tickText } from "./ticks.ts";
import {
  COSTS,
  describeExpectation,
  describeRest,
  describeSchedule,
  differencesOf,
  listed,
  measureLabel,
  phasesOf,
  settingLabel,
  settingParts,
  short,
  valueText,
} from "./wording.ts";

/** the maximum length of a title, in characters */
const LONGEST_TITLE = 78;

/** A line of a figure: one value for each x of the figure, null where there is no value. */
interface Curve {
  readonly label: string;
  readonly values: readonly (number | null)[];
}

/** Curves that share their axes. */
interface Panel {
  /** name of the vertical axis */
  readonly label: string;
  readonly curves: readonly Curve[];
}

/** The content of a figure of curves. */
interface Curves {
  readonly title: string;
  readonly settings: readonly string[];
  readonly x: { readonly label: string; readonly values: readonly number[]; readonly log?: boolean };
  readonly panels: readonly Panel[];
  /** whether vertical axes are logarithmic; no unless given */
  readonly log?: boolean;
  /** what a cross means */
  readonly gap?: string;
  /** the names of what the figure leaves out because it has no room */
  readonly left?: readonly string[];
}

/**
 * The figure of a sweep. With series, each measure has a panel; otherwise, measures with the same scale share a panel.
 * If there are more series than can be told apart, some of them are drawn, from the first to the last; if there are
 * more measures, the first ones.
 */
export function curvesOf({ game, config, over, series, measures, cells }: Sweep): Curves {
  const valuesOf = (measure: string, s: number) =>
    over.values.map((_, i) => cells[s * over.values.length + i].values[measure]);
  const named = (value: unknown) =>
    `${settingParts(series!.key).name} = ${typeof value === "number" ? short(value) : valueText(value)}`;
  const labels = series?.values.map(named) ?? [];
  const shown = spread(labels.length);
  const groups = series
    ? measures.map((name) => [name])
    : [measures.filter((name) => !(name in COSTS)), measures.filter((name) => name in COSTS)].filter(
        (names) => names.length > 0,
      );
  const panels = groups.map((names): Panel => {
    const [first] = names;
    const curves = series
      ? shown.map((s) => ({ label: labels[s], values: valuesOf(first, s) }))
      : names.slice(0, MAX_CURVES).map((name) => ({ label: measureLabel(name), values: valuesOf(name, 0) }));
    const common = first in COSTS ? COSTS.cost : "value";
    return { label: names.length === 1 ? measureLabel(first) : common, curves };
  });
  const left = series
    ? labels.filter((_, s) => !shown.includes(s))
    : groups.flatMap((names) => names.slice(MAX_CURVES).map(measureLabel));
  const all = series ? labels.length : measures.length;
  const keys = [over.key, ...(series ? [series.key] : [])];
  const by = settingParts(over.key).name;
  const title = `${game}: ${listed(measures.map(measureLabel))} by ${by}`;
  return {
    title: title.length > LONGEST_TITLE ? `${game}, by ${by}` : title,
    settings: [
      ...describeRest(config.schedule, keys),
      ...describeExpectation(config, measures),
      ...differencesOf(config, keys),
      ...(left.length > 0 ? [`${all - left.length} of ${all} ${series ? "series" : "measures"}`] : []),
    ],
    x: { label: settingLabel(over.key), values: over.values, log: over.scale === "log" },
    panels,
    gap: "no value",
    left,
  };
}

/** Evenly spread indices from 0 to count − 1, at most as many as there are curves that can be told apart. */
function spread(count: number): readonly number[] {
  const most = Math.min(count, MAX_CURVES);
  return Array.from({ length: most }, (_, i) => Math.round((i * (count - 1)) / Math.max(1, most - 1)));
}

/** the number of points of a policy's curve */
const POINTS = 201;

/** Whether a result has policies to draw: its agents are networks, remember, or respond to a real-valued signal. */
export function hasPolicies({ plan, signalEdges }: Pick<Result, "plan" | "signalEdges">): boolean {
  return "weights" in plan || BELIEF in plan || signalEdges !== undefined;
}

/** What agents of some episodes do, against what it depends on. */
export function policiesOf(result: Result): Curves {
  const { plan, signalEdges } = result;
  if (BELIEF in plan) return responsesOf(result, byBelief(plan));
  return signalEdges ? responsesOf(result, bySignal(plan, signalEdges)) : networksOf(result);
}

/** the maximum number of episodes whose responses are drawn */
const RESPONSES = 5;
/** the smallest belief that a figure of responses shows */
const MIN_BELIEF = 1e-6;
/** how far a figure of responses reaches beyond the outermost ends of intervals */
const BEYOND = 1;

/** What an episode's agent does, against what it responds to. */
export interface Responses {
  /** what it responds to, in words */
  readonly by: string;
  readonly label: string;
  readonly values: readonly number[];
  readonly log?: boolean;
  /** the coefficient at an episode; null if there is none */
  at(episode: number, value: number): number | null;
}

/** Coefficients against what they respond to, for some of the episodes that the figure of the trajectory shows. */
function responsesOf(
  { game, config, trajectory, cost }: Result,
  { by, label, values, log = false, at }: Responses,
): Curves {
  const last = Math.min(config.plotWindow, cost.length) - 1;
  const episodes = [
    ...new Set(Array.from({ length: RESPONSES }, (_, i) => Math.round((i * last) / (RESPONSES - 1)))),
  ];
  const curves = episodes.map((t) => ({
    label: `episode ${t}`,
    values: values.map((value) => at(t, value)),
  }));
  return {
    title: `${game}: what the agents do, by ${by}`,
    settings: [describeSchedule(trajectory.learningRate), ...differencesOf(config)],
    x: { label, values, log },
    panels: [{ label: "coefficient", curves }],
  };
}

function bySignal(plan: Result["plan"], edges: readonly number[]): Responses {
  const [min, max] = [(edges[0] ?? 0) - BEYOND, (edges.at(-1) ?? 0) + BEYOND];
  const coefficients = Object.values(plan);
  return {
    by: "their signal",
    label: "signal (standard deviations)",
    values: [...linspace({ min, max, count: POINTS })],
    at: (t, signal) => coefficients[edges.filter((edge) => edge < signal).length][t],
  };
}

/** The coefficients of agents who remember, between the outermost beliefs of an episode. */
export function byBelief(plan: Result["plan"]): Responses {
  const { [BELIEF]: nodes, ...decided } = plan as unknown as Record<string, number[][]>;
  const [coefficients] = Object.values(decided);
  return {
    by: "what they believe",
    label: "belief (probability of training)",
    log: true,
    values: [...geomspace({ min: MIN_BELIEF, max: 1, count: POINTS })],
    at(t, belief) {
      const above = nodes[t].findIndex((node) => node >= belief);
      if (above < 0) return null;
      const [high, to] = [nodes[t][above], coefficients[t][above]];
      if (high === belief) return to;
      if (above === 0) return null;
      const [low, from] = [nodes[t][above - 1], coefficients[t][above - 1]];
      return from + ((belief - low) / (high - low)) * (to - from);
    },
  };
}

/** A network's output, and the slope of the output, against the goal over the range of states. */
export interface Policy {
  readonly theta: readonly number[];
  readonly output: readonly number[];
  readonly slope: readonly number[];
}

/** The policies of a result's episodes, if agents are networks. */
export function networkPolicies({
  config,
  plan,
}: Pick<Result, "config" | "plan">): (episode: number) => Policy {
  const { min, max } = config.theta as Axis;
  const theta = [...linspace({ min, max, count: POINTS })];
  const { formulas, decisionNames } = checkConfig(config).game;
  const [output] = formulas.outputs;
  const slope = differentiate(formulas.graph, output, "theta");
  const evaluate = createEvaluate([output, slope], decisionNames, ["theta"]);
  return (episode) => {
    const weights = plan.weights[episode] as unknown as number[];
    const values = theta.map((x) => [...evaluate(weights, [x])]);
    return { theta, output: values.map(([y]) => y), slope: values.map(([, slope]) => slope) };
  };
}

/** The policies of the first episode, the last episode of training and the first of deployment. */
function networksOf(result: Result): Curves {
  const { game, config, plan, trajectory } = result;
  const phases = phasesOf(trajectory.learningRate);
  const switchAt = phases.find(({ from }) => from > 0)?.from;
  const episodes = [...new Set([0, (switchAt ?? plan.weights.length) - 1, switchAt ?? 0])];
  const policyOf = networkPolicies(result);
  const policies = episodes.map((t) => ({
    label: `episode ${t}, ${trajectory.learningRate[t] > 0 ? "training" : "deployment"}`,
    ...policyOf(t),
  }));
  const curves = (key: "output" | "slope"): Curve[] =>
    policies.map(({ label, [key]: values }) => ({ label, values }));
  return {
    title: `${game}: what the agents output, by their goal`,
    settings: [describeSchedule(trajectory.learningRate), ...differencesOf(config)],
    x: { label: "goal θ", values: policies[0].theta },
    panels: [
      { label: "output y = f(θ)", curves: curves("output") },
      { label: "slope ∂y/∂θ", curves: curves("slope") },
    ],
  };
}

const WIDTH = 860;
const FRAME = { width: 758, height: 330, several: 230 };
const MARGIN = { top: 26, bottom: 58, left: 76 };
/** the maximum number of marks of a curve */
const MARKS = 26;

/** the cross, in the legend */
const GAP = { values: [], colour: INK, dash: "0 99", width: 1.8, symbol: "times", size: 3.5 } as const;

/** the maximum number of curves that can be told apart */
export const MAX_CURVES = LINE_STYLES.length;

/**
 * Draws curves.
 *
 * @param document to draw in: the page's document, or one of happy-dom
 * @returns a complete SVG document
 */
export function drawCurves(curves: Curves, document: Document): string {
  const { panels, x, title } = curves;
  const { make, plate } = drawerOf(document);
  const drawn = panels.map((_, i) => drawPanel(curves, i, document));
  let top = 0;
  for (const panel of drawn) {
    panel.setAttribute("y", String(top));
    top += Number(panel.getAttribute("height"));
  }
  const height = top + EDGE;
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    width: WIDTH,
    height,
    viewBox: `0 0 ${WIDTH} ${height}`,
    "aria-label": `${title}; horizontal axis: ${x.label}`,
  };
  return `${make("svg", attributes, [plate(WIDTH, height), ...drawn]).outerHTML}\n`;
}

/** Draws a panel. The first panel has the figure's heading, and the last has the name of the horizontal axis. */
function drawPanel(
  { title, settings, x, panels, log = false, gap }: Curves,
  index: number,
  document: Document,
) {
  const { label, curves } = panels[index];
  const first = index === 0;
  const last = index === panels.length - 1;
  // Panels with the same curves share one legend; otherwise each has its own.
  const labels = (panel: Panel) => panel.curves.map((curve) => curve.label).join("\n");
  const shared = panels.every((panel) => labels(panel) === labels(panels[0]));
  const offset = shared ? 0 : panels.slice(0, index).reduce((sum, panel) => sum + panel.curves.length, 0);
  const series: Series[] = curves.map((curve, i) => ({
    ...LINE_STYLES[(offset + i) % LINE_STYLES.length],
    label: curve.label,
    values: curve.values.map((y) => y ?? Number.NaN),
  }));
  const holes = series.flatMap(({ values, colour }, s) =>
    values.flatMap((y, i) => (Number.isFinite(y) ? [] : [{ x: x.values[i], s, colour }])),
  );
  const legend = !shared || first ? series : [];
  const marked = holes.length > 0 && gap !== undefined;
  const heading =
    legend.length === 0
      ? undefined
      : headingOf(
          first ? title : "",
          first ? settings : [],
          marked ? [...legend, { ...GAP, label: gap }] : legend,
          FRAME.width,
          10,
        );
  const marginTop = heading ? (first ? MARGIN.top : 0) + heading.height : 22;
  const marginBottom = last ? MARGIN.bottom : 30;
  const height = marginTop + (panels.length > 1 ? FRAME.several : FRAME.height) + marginBottom;
  const stride = Math.max(1, Math.ceil(x.values.length / MARKS));

  const finite = series.flatMap(({ values }) => values.filter(Number.isFinite));
  const domain = [Math.min(...x.values), Math.max(...x.values)];
  const decades = decadesAround(finite);
  const ticksOfY = log ? { ticks: figureLogTicks(decades), tickFormat: tickText } : { tickSpacing: 40 };
  const drawn = series.flatMap((one, s) => {
    const points = one.values.map((y, i) => [x.values[i], y] as [number, number]);
    // the marks of different curves are shifted, so that they stay visible where the curves coincide
    const shift = stride > 2 ? Math.floor((s * stride) / series.length) : 0;
    const chosen = points.filter(([, y], i) => Number.isFinite(y) && i % stride === shift % stride);
    return [Plot.line(points, strokeOf(one)), Plot.dot(chosen, markOf(one))];
  });
  return Plot.plot({
    document,
    width: WIDTH,
    height,
    marginTop,
    marginRight: WIDTH - FRAME.width - MARGIN.left,
    marginBottom,
    marginLeft: MARGIN.left,
    style: PLOT_STYLE,
    x: {
      type: x.log ? "log" : "linear",
      domain: domain[0] === domain[1] ? [domain[0] - 0.5, domain[1] + 0.5] : domain,
      inset: 8,
      label: null,
    },
    y: {
      ...(log ? { type: "log", domain: decades } : { domain: rangeFor(finite), nice: true }),
      insetTop: 4,
      insetBottom: marked ? 6 + 9 * series.length : 0,
      label: null,
    },
    marks: [
      Plot.gridY({ stroke: "#000", strokeOpacity: 0.12, ...ticksOfY }),
      ...(log ? [] : [Plot.ruleY([0], { stroke: "#000", strokeOpacity: 0.45 })]),
      Plot.axisX({
        ...PLOT_AXIS,
        label: last ? x.label : null,
        labelOffset: 42,
        ...(x.log ? { ticks: figureLogTicks(domain) } : { tickSpacing: 70 }),
        tickFormat: tickText,
      }),
      Plot.axisY({
        ...PLOT_AXIS,
        label,
        labelOffset: 60,
        tickSize: 0,
        ...ticksOfY,
      }),
      ...drawn,
      ...(marked
        ? series.map((_, s) =>
            Plot.dot(
              holes.filter((hole) => hole.s === s),
              {
                x: "x",
                frameAnchor: "bottom",
                dy: -6 - 9 * (series.length - 1 - s),
                symbol: "times",
                r: 3,
                stroke: "colour",
                strokeWidth: 1.4,
              },
            ),
          )
        : []),
      ...(heading?.marks ?? []),
    ],
  });
}

/** the share of an axis that no pixel shows */
const UNSEEN = 1e-6;

/** The range of an axis for these numbers, with 0 in it; what rounding leaves on the other side of 0 needs no room. */
function rangeFor(numbers: readonly number[]): [number, number] {
  const [low, high] = [Math.min(0, ...numbers), Math.max(0, ...numbers)];
  if (low === high) return [0, 1];
  const unseen = UNSEEN * (high - low);
  const range: [number, number] = [low >= -unseen ? 0 : low, high <= unseen ? 0 : high];
  // constant curves do not lie on the figure's edge
  return numbers.every((one) => one === numbers[0]) ? [1.25 * range[0], 1.25 * range[1]] : range;
}

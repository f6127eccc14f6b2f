// The series of a result and their line styles. Each differs in hue (Okabe and Ito's colours), dash and mark, so that
// they can be told apart in black and white. If two series coincide, a small mark lies on a large hollow one.

import type { Result } from "../index.ts";
import { labelOf, partsOf } from "./wording.ts";

/** A line of the figure. */
export interface Series {
  readonly label: string;
  /** one value per episode */
  readonly values: readonly number[];
  readonly colour: string;
  readonly dash: string;
  /** width of the line, in pixels */
  readonly width: number;
  /** absent for the learning rate, which is a step line */
  readonly symbol?: "circle" | "square" | "triangle" | "diamond" | "cross" | "star" | "times";
  readonly hollow?: boolean;
  /** radius of the symbol, in pixels */
  readonly size: number;
}

const THETA = {
  colour: "#0072b2",
  dash: "none",
  width: 1.8,
  symbol: "circle",
  hollow: true,
  size: 4.2,
} as const;
const LEARNING_RATE = { colour: "#555", dash: "1 3", width: 2.4, size: 0 } as const;
const OUTPUT = { colour: "#009e73", dash: "5 2 1 2", width: 1.8, symbol: "triangle", size: 2.8 } as const;
/** styles of the decision's numbers, the other state variables and further outputs, in turn */
const OTHERS = [
  { colour: "#d55e00", dash: "7 3", width: 1.8, symbol: "square", size: 3 },
  { colour: "#cc79a7", dash: "2 3", width: 1.8, symbol: "diamond", hollow: true, size: 5 },
  { colour: "#e69f00", dash: "9 3 2 3", width: 1.8, symbol: "cross", size: 3.5 },
  { colour: "#56b4e9", dash: "12 3", width: 1.8, symbol: "star", size: 3.5 },
] as const;

/** styles for curves that are not series of a result */
export const LINE_STYLES: readonly Omit<Series, "label" | "values">[] = [
  THETA,
  OTHERS[0],
  OUTPUT,
  ...OTHERS.slice(1),
  { colour: "#000", dash: "3 2", width: 1.8, symbol: "square", hollow: true, size: 3.6 },
];

/** The series of a result's first `window` episodes, in the legend's order. */
export function seriesOf(result: Pick<Result, "plan" | "trajectory">, window: number): Series[] {
  const { learningRate, outputs, states, shown } = partsOf(result);
  const [[outputName, output], ...furtherOutputs] = outputs;
  const furtherStates = states.filter(([name]) => name !== "theta");
  const others = [...shown, ...furtherStates, ...furtherOutputs].map(([name, values], i) => ({
    label: labelOf(name),
    values,
    ...OTHERS[i % OTHERS.length],
  }));
  const series: Series[] = [
    { label: "goal θ", values: result.trajectory.theta, ...THETA },
    ...others,
    { label: "learning rate", values: learningRate, ...LEARNING_RATE },
    { label: labelOf(outputName), values: output, ...OUTPUT },
  ];
  return series.map((one) => ({ ...one, values: one.values.slice(0, window) }));
}

/** The stroke of a series' line; the learning rate is a step line. */
export function strokeOf({ colour, dash, width, symbol }: Series) {
  return {
    stroke: colour,
    strokeDasharray: dash,
    strokeWidth: width,
    strokeLinecap: symbol ? "butt" : "round",
    curve: symbol ? "linear" : "step",
  } as const;
}

/** The style of a series' marks. @param ground the background's colour */
export function markOf({ colour, symbol, hollow, size }: Series, ground = "#fff") {
  if (symbol === "times") return { symbol, r: size, stroke: colour, strokeWidth: 1.6 };
  const paint = hollow
    ? { fill: ground, stroke: colour, strokeWidth: 1.6 }
    : { fill: colour, stroke: ground, strokeWidth: 0.6 };
  return { symbol: symbol ?? "circle", r: size, ...paint };
}

// Which other decisions of an episode the page looks at, and what becomes of the plan if one of them is taken.

import { type Axis, checkConfig, linspace, type NamedPlan, type Result, simulate } from "../index.ts";
import { labelOf } from "../report/wording.ts";

/** decisions of a curve, and along each side of a map */
const POINTS = { curve: 121, map: 41 };
/** the most candidates that are marked on a curve */
const MARKED = 48;
/** the narrowest part of the grid's range that a curve covers at first, to either side */
const NARROW = 1 / 40;

/** What an agent can decide with, where that is not one thing: a signal. */
export interface Belief {
  /** the plan's name of its decision */
  readonly name: string;
  readonly label: string;
}

/**
 * The beliefs that an agent has a decision for; one without a name where there is nothing to believe. Undefined where
 * decisions are no numbers of a grid: those of networks, and of agents who remember.
 */
export function beliefsOf({ plan }: Pick<Result, "plan">): readonly Belief[] | undefined {
  const names = Object.keys(plan);
  if ("weights" in plan || "trainingBelief" in plan) return undefined;
  return /^if[A-Z]/.test(names[0])
    ? names.map((name) => ({ name, label: labelOf(name) }))
    : [{ name: "", label: "" }];
}

/** The axes of a decision, by name. */
export function axesOf({ config }: Pick<Result, "config">): [string, Axis][] {
  return Object.keys(checkConfig(config).game.decision).map((name) => [name, config[name] as Axis]);
}

/** What an agent decides. */
export function decisionAt(result: Result, episode: number, belief: Belief): number[] {
  const { plan } = result;
  const names = belief.name === "" ? axesOf(result).map(([name]) => name) : [belief.name];
  return names.map((name) => plan[name][episode]);
}

/** Decisions to ask for: what all are compared with, what is decided, and then a curve's or a map's. */
export interface Sampling {
  readonly decisions: readonly (readonly number[])[];
  /** how many of them, from the third on, are the curve's; candidates come after */
  readonly count: number;
}

const reference = ({ min, max }: Axis) => Math.min(max, Math.max(min, 0));

/** @param zoom how many times wider than at first the range of a curve is */
export function samplingOf(result: Result, decision: readonly number[], zoom: number): Sampling {
  const axes = axesOf(result).map(([, axis]) => axis);
  const fixed = [axes.map(reference), decision];
  if (axes.length > 1) {
    const [rows, columns] = axes.map(({ min, max }) => [...linspace({ min, max, count: POINTS.map })]);
    const map = rows.flatMap((first) => columns.map((second) => [first, second]));
    return { decisions: [...fixed, ...map], count: map.length };
  }
  const [{ min, max, count }] = axes;
  const [chosen, zero] = [decision[0], reference(axes[0])];
  const wide = zoom * Math.max(2 * Math.abs(chosen - zero), (max - min) * NARROW);
  const ends = {
    min: Math.max(min, Math.min(zero, chosen) - wide),
    max: Math.min(max, Math.max(zero, chosen) + wide),
  };
  const curve = [...linspace({ ...ends, count: POINTS.curve })];
  const candidates = [...linspace({ min, max, count })].filter((x) => x >= ends.min && x <= ends.max);
  const marked = candidates.length <= MARKED ? candidates : [];
  return { decisions: [...fixed, ...[...curve, ...marked].map((x) => [x])], count: curve.length };
}

/** A result in which one agent decides otherwise, and all others as they have planned. */
export function replayed(
  result: Result,
  episode: number,
  belief: Belief,
  decision: readonly number[],
): Result {
  const names = belief.name === "" ? axesOf(result).map(([name]) => name) : [belief.name];
  const plan: NamedPlan = { ...result.plan };
  for (const [i, name] of names.entries()) plan[name] = plan[name].with(episode, decision[i]);
  return { ...result, plan, ...simulate(result.config, plan) };
}

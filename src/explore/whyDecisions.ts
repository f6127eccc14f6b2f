// The other decisions of an episode that the page examines, and how the plan continues if one of them is taken.

import { type Axis, checkConfig, linspace, type NamedPlan, type Result, simulate } from "../index.ts";
import { labelOf } from "../report/wording.ts";

/** the number of decisions of a curve, and along each side of a map */
const POINTS = { curve: 121, map: 41 };
/** the maximum number of candidates that are marked on a curve */
const MARKED = 48;
/** the minimum part of the grid's range that a curve covers at first, on either side */
const NARROW = 1 / 40;

/** What an agent knows when it decides: its signal, if there are signals. */
export interface Belief {
  /** the name of its decision in the plan */
  readonly name: string;
  readonly label: string;
}

/**
 * The beliefs for which an agent has a decision; a single belief without a name if there are no signals. Undefined if
 * decisions are not numbers of a grid: for networks, and for agents who remember.
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

/**
 * Decisions to ask for: the decision that all are compared with, the plan's decision, and then those of a curve or map.
 */
export interface Sampling {
  readonly decisions: readonly (readonly number[])[];
  /** how many of them, from the third on, belong to the curve; candidates come after these */
  readonly count: number;
}

const reference = ({ min, max }: Axis) => Math.min(max, Math.max(min, 0));

/** The decisions to ask for. @param zoom the range of a curve, as a multiple of its first range */
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

/** A result in which one agent decides otherwise, and all others decide as planned. */
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

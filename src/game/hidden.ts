// Phases that the agents do not see, and the signals that they see instead: how a game defines them, and what they come
// to for any values of its parameters. Phases follow one another as a Markov chain, and each episode's signal depends
// on its phase alone.

import * as v from "valibot";
import { MesaError } from "../errors.ts";
import { object, whole } from "../schema.ts";
import { createEvaluate } from "./evaluate.ts";
import type { Complain, Formula, Formulas, GameDefinition, Parameter, Values } from "./game.ts";
import { Graph, type Node } from "./graph.ts";
import { parse } from "./parse.ts";

/** phases and named signals, at most */
const MOST = 8;

/** A Markov chain of phases that the agents do not see, and the signals that they see instead. Z phases, S signals. */
export interface HiddenDefinition {
  /** the plan's names: what the decision's one number is after each signal, shape [S] */
  readonly signals: readonly string[];
  /** P(phase) at the first episode, shape [Z]; formulas of the parameters, as all of these */
  readonly initial: readonly Formula[];
  /** whether the base optimizer steps in a phase, shape [Z]; in the first it does */
  readonly trains: readonly boolean[];
  /** P(next phase | phase), shape [Z][Z] */
  readonly transition: readonly (readonly Formula[])[];
  /** P(signal | phase), shape [Z][S] */
  readonly likelihood: readonly (readonly Formula[])[];
  /** the episode at which the trajectory of a result leaves the first phase, unless the configuration says another */
  readonly deploymentAt: number;
}

/** The hidden phases of a game, for any values of its parameters. */
export interface HiddenPhases extends Pick<HiddenDefinition, "signals" | "deploymentAt"> {
  /** the probabilities as expressions of the parameters; shapes as in {@link HiddenDefinition} */
  readonly formulas: Readonly<Record<"transition" | "likelihood", readonly (readonly Node[])[]>> & {
    readonly initial: readonly Node[];
  };
  phases(parameters: Values): PhaseChain;
}

/** Hidden phases as numbers; see {@link HiddenDefinition}. */
export interface PhaseChain {
  readonly initial: readonly number[];
  readonly trains: readonly boolean[];
  readonly transition: readonly (readonly number[])[];
  readonly likelihood: readonly (readonly number[])[];
}

/** what `parse` says more of than a schema can */
const formulas = v.array(v.any(), "a list of formulas");
const rows = v.array(formulas, "a list of lists of formulas");

/** The schema of {@link HiddenDefinition}. */
export const hiddenSchema = object({
  signals: v.array(v.string("a name"), "a list of names"),
  initial: formulas,
  trains: v.array(v.boolean("true or false"), "a list of true and false"),
  transition: rows,
  likelihood: rows,
  deploymentAt: whole(0),
});

/**
 * What a game's hidden phases come to.
 *
 * @throws what `complain` makes, where the phases do not go together
 */
export function hiddenPhases(
  { decision = {} }: GameDefinition,
  hidden: HiddenDefinition,
  parameters: Readonly<Record<string, Parameter>>,
  { linear }: Formulas,
  complain: Complain,
): HiddenPhases {
  const { signals, initial, trains, transition, likelihood, deploymentAt } = hidden;
  if (!linear || Object.keys(decision).length !== 1)
    throw complain(
      "only a game that is linear in the state, with a decision of one number, can have a hidden phase",
    );
  const phases = initial.length;
  if (phases < 1 || phases > MOST) throw complain(`hidden.initial must be 1 to ${MOST} formulas`);
  if (signals.length < 1 || signals.length > MOST)
    throw complain(`hidden.signals must be 1 to ${MOST} names`);
  const shapes = { trains: [trains], transition, likelihood };
  for (const [key, rows, height, width] of [
    ["trains", shapes.trains, 1, phases],
    ["transition", transition, phases, phases],
    ["likelihood", likelihood, phases, signals.length],
  ] as const)
    if (rows.length !== height || rows.some((row) => row.length !== width))
      throw complain(`hidden.${key} must have ${height > 1 ? `${height} rows of ` : ""}${width} entries`);
  if (!trains[0]) throw complain("hidden.trains must begin with true: the first phase is training");

  const g = new Graph();
  const names = Object.keys(parameters);
  const known = new Map(names.map((name) => [name, g.name(name)]));
  const read = (where: string) => (formula: Formula, i: number) => {
    try {
      return parse(g, formula, `hidden.${where}[${i}]`, { lookUp: (name) => known.get(name), names });
    } catch (error) {
      throw error instanceof MesaError ? complain(error.message) : error;
    }
  };
  const readRows = (rows: readonly (readonly Formula[])[], where: string) =>
    rows.map((row, z) => row.map(read(`${where}[${z}]`)));
  const starts = initial.map(read("initial"));
  const moves = readRows(transition, "transition");
  const seen = readRows(likelihood, "likelihood");
  const evaluate = createEvaluate([...starts, ...moves.flat(), ...seen.flat()], names);
  return {
    signals,
    deploymentAt,
    formulas: { initial: starts, transition: moves, likelihood: seen },
    phases(values) {
      const numbers = [...evaluate(names.map((name) => values[name]))];
      const take = (count: number) => numbers.splice(0, count);
      return {
        initial: distribution(take(phases), "initial"),
        trains,
        transition: moves.map((_, z) => distribution(take(phases), `transition[${z}]`)),
        likelihood: seen.map((_, z) => distribution(take(signals.length), `likelihood[${z}]`)),
      };
    },
  };

  /** @throws what `complain` makes of numbers that are no probabilities */
  function distribution(numbers: number[], where: string): number[] {
    const sum = numbers.reduce((a, b) => a + b, 0);
    if (numbers.every((p) => p >= 0 && p <= 1) && Math.abs(sum - 1) < 1e-9) return numbers;
    throw complain(`hidden.${where} must be probabilities that sum to 1, got ${numbers.join(", ")}`);
  }
}

// Hidden phases and the signals that agents see instead: how a game defines them, and their probabilities for given
// values of its parameters. The phases are a Markov chain. Each episode's signal depends on its phase only: it is one
// of a few named signals, or a real number whose mean depends on the phase.

import * as v from "valibot";
import { GameError } from "../errors.ts";
import { bounded, byKey, object, whole } from "../schema.ts";
import type { Complain } from "./check.ts";
import { createEvaluate } from "./evaluate.ts";
import type { Formulas } from "./formulas.ts";
import type { Formula, Game, GameDefinition, Parameter, Values } from "./game.ts";
import { Graph, type Node } from "./graph.ts";
import { equalIntervals, intervalProbabilities } from "./normal.ts";
import { parse } from "./parse.ts";

/** the maximum number of phases and of named signals */
const MOST = 8;
/** allowed numbers of intervals of a real-valued signal */
export const INTERVALS = { min: 1, max: 64 } as const;

/** A Markov chain of Z hidden phases, 1 to 8. */
export interface HiddenChain {
  /** P(phase) at the first episode, shape [Z]; formulas of the parameters */
  readonly initial: readonly Formula[];
  /** whether the base optimizer steps in each phase, shape [Z]; true for the first */
  readonly trains: readonly boolean[];
  /** P(next phase | phase), shape [Z][Z]; formulas of the parameters */
  readonly transition: readonly (readonly Formula[])[];
  /** the episode at which the trajectory of a result leaves the first phase, by default */
  readonly deploymentAt: number;
}

/** S signals with names, 1 to 8. */
export interface NamedSignals {
  /** the names of the signals, which are the names of the plan: the decision after each signal; shape [S] */
  readonly signals: readonly string[];
  /** P(signal | phase), shape [Z][S]; formulas of the parameters */
  readonly likelihood: readonly (readonly Formula[])[];
  /** absent: a game has either named signals or one that is a real number */
  readonly signal?: never;
}

/** A signal that is a real number, normally distributed with variance 1. */
export interface NormalSignal {
  /** the distribution of the signal */
  readonly signal: {
    /** the mean of the signal in each phase, shape [Z]; formulas of the parameters */
    readonly means: readonly Formula[];
    /**
     * the default number of intervals of the signal that a plan has a decision for, in [1, 64]. If all phases are equally
     * likely, so are the intervals. The names of the plan are `ifInterval1` for the lowest, `ifInterval2`, and so on.
     */
    readonly intervals: number;
  };
  /** absent: a game has either named signals or one that is a real number */
  readonly signals?: never;
  /** absent, as `signals` is */
  readonly likelihood?: never;
}

/** The hidden phases of a game: a Markov chain of phases, and the signals that the agents see. */
export type HiddenDefinition = HiddenChain & (NamedSignals | NormalSignal);

/** The hidden phases of a game, to be computed for any values of its parameters. */
export interface HiddenPhases extends Pick<HiddenChain, "deploymentAt"> {
  /** the names in the plan, shape [S] */
  readonly signals: readonly string[];
  /** the probabilities that the game gives as formulas, as expressions; shapes as in {@link HiddenDefinition} */
  readonly formulas: {
    readonly initial: readonly Node[];
    readonly transition: readonly (readonly Node[])[];
    readonly likelihood?: readonly (readonly Node[])[];
  };
  phases(parameters: Values): PhaseChain;
}

/** Hidden phases as numbers; shapes as in {@link HiddenDefinition}. */
export interface PhaseChain {
  readonly initial: readonly number[];
  readonly trains: readonly boolean[];
  readonly transition: readonly (readonly number[])[];
  /** P(signal | phase), shape [Z][S] */
  readonly likelihood: readonly (readonly number[])[];
  /** boundaries between the intervals of a normal signal, shape [S − 1] */
  readonly edges?: readonly number[];
}

/** `parse` checks formulas and gives better messages than a schema could */
const formulas = v.array(v.any(), "a list of formulas");
const rows = v.array(formulas, "a list of lists of formulas");
const chain = {
  initial: formulas,
  trains: v.array(v.boolean("true or false"), "a list of true and false"),
  transition: rows,
  deploymentAt: whole(0),
};
const named = object({
  signals: v.array(v.string("a name"), "a list of names"),
  ...chain,
  likelihood: rows,
});
const normal = object({ ...chain, signal: object({ means: formulas, intervals: bounded(INTERVALS, true) }) });

/** The schema of {@link HiddenDefinition}. */
export const hiddenSchema = byKey<v.GenericSchema, v.GenericSchema>("signal", normal, named);

/** The names in the plan. */
export function signalNames({ signals, signal }: HiddenDefinition): readonly string[] {
  return signals ?? Array.from({ length: signal.intervals }, (_, i) => `ifInterval${i + 1}`);
}

/**
 * The reason why a game's agents cannot remember signals; undefined if they can. Memory is one number, the probability
 * of the first phase, so there must be two phases.
 */
export function mustForget({ hidden }: Pick<Game, "hidden">): string | undefined {
  if (!hidden) return "its phase is not hidden";
  const phases = hidden.formulas.initial.length;
  return phases === 2 ? undefined : `it has ${phases} phases instead of two`;
}

/**
 * Prepares a game's hidden phases.
 *
 * @throws what `complain` returns, if the parts of the definition do not fit together
 */
export function hiddenPhases(
  { decision = {} }: GameDefinition,
  hidden: HiddenDefinition,
  parameters: Readonly<Record<string, Parameter>>,
  { linear }: Formulas,
  complain: Complain,
): HiddenPhases {
  const { initial, trains, transition, likelihood, signal, deploymentAt } = hidden;
  if (!linear || Object.keys(decision).length !== 1)
    throw complain(
      "only a game that is linear in the state, with a decision of one number, can have a hidden phase",
    );
  const phases = initial.length;
  const signals = signalNames(hidden);
  if (phases < 1 || phases > MOST)
    throw complain(`hidden.initial must have 1 to ${MOST} formulas`, { path: "hidden.initial" });
  if (!signal && (signals.length < 1 || signals.length > MOST))
    throw complain(`hidden.signals must have 1 to ${MOST} names`, { path: "hidden.signals" });
  for (const [key, rows, height, width] of [
    ["trains", [trains], 1, phases],
    ["transition", transition, phases, phases],
    ...(signal
      ? ([["signal.means", [signal.means], 1, phases]] as const)
      : ([["likelihood", likelihood, phases, signals.length]] as const)),
  ] as const)
    if (rows.length !== height || rows.some((row) => row.length !== width))
      throw complain(`hidden.${key} must have ${height > 1 ? `${height} rows of ` : ""}${width} entries`, {
        path: `hidden.${key}`,
      });
  if (!trains[0])
    throw complain("hidden.trains must begin with true: the first phase is training", {
      path: "hidden.trains",
    });

  const g = new Graph();
  const names = Object.keys(parameters);
  const known = new Map(names.map((name) => [name, g.name(name)]));
  const read = (where: string) => (formula: Formula, i: number) => {
    try {
      return parse(g, formula, `hidden.${where}[${i}]`, { lookUp: (name) => known.get(name), names });
    } catch (error) {
      throw error instanceof GameError ? complain(error.message, error.place, error.reason) : error;
    }
  };
  const readRows = (rows: readonly (readonly Formula[])[], where: string) =>
    rows.map((row, z) => row.map(read(`${where}[${z}]`)));
  const starts = initial.map(read("initial"));
  const moves = readRows(transition, "transition");
  const seen = likelihood && readRows(likelihood, "likelihood");
  const means = signal?.means.map(read("signal.means")) ?? [];
  const evaluate = createEvaluate([...starts, ...moves.flat(), ...(seen?.flat() ?? means)], names);
  /** the boundaries for the most recent means, cached because computing them takes longer than all else here */
  let cut: { readonly means: string; readonly edges: readonly number[] } | undefined;

  return {
    signals,
    deploymentAt,
    formulas: { initial: starts, transition: moves, ...(seen && { likelihood: seen }) },
    phases(values) {
      const numbers = [...evaluate(names.map((name) => values[name]))];
      const take = (count: number) => numbers.splice(0, count);
      const chain = {
        initial: distribution(take(phases), "initial"),
        trains,
        transition: moves.map((_, z) => distribution(take(phases), `transition[${z}]`)),
      };
      if (seen) {
        const rows = seen.map((_, z) => distribution(take(signals.length), `likelihood[${z}]`));
        return { ...chain, likelihood: rows };
      }
      const at = take(phases);
      if (!at.every(Number.isFinite))
        throw complain(`hidden.signal.means must be finite, got ${at.join(", ")}`, {
          path: "hidden.signal.means",
        });
      if (cut?.means !== at.join()) cut = { means: at.join(), edges: equalIntervals(at, signals.length) };
      const { edges } = cut;
      return { ...chain, edges, likelihood: at.map((mean) => intervalProbabilities(mean, edges)) };
    },
  };

  /** @throws what `complain` returns for numbers that are not probabilities or do not sum to 1 */
  function distribution(numbers: number[], where: string): number[] {
    const sum = numbers.reduce((a, b) => a + b, 0);
    if (numbers.every((p) => p >= 0 && p <= 1) && Math.abs(sum - 1) < 1e-9) return numbers;
    throw complain(`hidden.${where} must be probabilities that sum to 1, got ${numbers.join(", ")}`, {
      path: `hidden.${where}`,
    });
  }
}

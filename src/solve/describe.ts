// Describes a game: its formulas with their defaults, what is derived from them, the structure that was found, and
// which methods apply where, and why not.

import { type Config, checkConfig } from "../config/config.ts";
import { bind, DEFAULTS } from "../game/formulas.ts";
import type { Formula, Game, Parameter } from "../game/game.ts";
import { type Node, print } from "../game/graph.ts";
import type { AnyGame } from "../game/names.ts";
import { degreeIn } from "../game/structure.ts";
import type { Precision } from "../model/evaluator.ts";
import { isRecord } from "../schema.ts";
import {
  METHODS,
  type MethodName,
  methods,
  mustEnd,
  mustForget,
  type Place,
  precisionOf,
  whyNotThere,
} from "./methods.ts";

/** A formula of a game. The layers of a network and the rows of formulas of hidden phases are lists as text. */
export interface DescribedFormula {
  /** which formula: `output`, `next.theta` */
  readonly name: string;
  /** the formula as text, or a number */
  readonly formula: Formula;
  /** true if the definition of the game has it, false if it is the default */
  readonly given: boolean;
}

/** Whether a method applies to a game on a backend. */
export interface DescribedMethod extends Place {
  /** the method */
  readonly method: MethodName;
  /** the precision of its results; null if it does not apply */
  readonly gives: Precision | null;
  /** why it does not apply; null if it does */
  readonly why: string | null;
}

/** What the solver derives from a game: plain data, ready for JSON. */
export interface GameDescription extends Pick<Game, "name" | "state" | "decision"> {
  /** the parameters by name, with `discount` and `regularization` */
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** every formula, with the defaults, in the order in which they are read */
  readonly formulas: readonly DescribedFormula[];
  /** ∂baseObjective/∂x for each state x, with `target` as a name */
  readonly gradient: Readonly<Record<string, string>>;
  /** the next value of each state, as it really is */
  readonly next: Readonly<Record<string, string>>;
  /** the next value that the agent expects, for the states where it differs from `next` */
  readonly expectedNext: Readonly<Record<string, string>>;
  /** the properties of the formulas that decide which methods apply */
  readonly structure: {
    /** whether the game is linear in the state */
    readonly linear: boolean;
    /** which formula is not linear in the state; null if all are */
    readonly nonlinear: string | null;
    /** why the horizon cannot be infinite; null if it can */
    readonly mustEnd: string | null;
    /** why the agents cannot remember signals; null if they can */
    readonly mustForget: string | null;
    /** the states whose signs may be changed together without changing any cost */
    readonly mirrored: readonly string[];
    /** the degree of outputs and next states as polynomials of each number of the decision; null if they are not polynomials */
    readonly degrees: Readonly<Record<string, number | null>>;
  };
  /** every method on every backend */
  readonly methods: readonly DescribedMethod[];
}

const PLACES: readonly Place[] = [
  { backend: "cpu", precision: "certified" },
  { backend: "gpu", precision: "certified" },
  { backend: "gpu", precision: "f32" },
];

/**
 * Describes the game of a configuration: its formulas, what the solver derives from them, and which methods apply.
 *
 * @param config a configuration as for {@link solve}
 * @throws {@link MesaError} `INVALID_CONFIG` or `LIMIT_EXCEEDED`, as {@link checkConfig}
 */
export function describeGame<const G extends AnyGame>(config: Config<G>): GameDescription {
  const { game, config: filled } = checkConfig(config);
  const { name, state, decision, parameters, formulas, network } = game;
  const states = Object.keys(state);
  const byState = (nodes: readonly Node[]) =>
    Object.fromEntries(nodes.map((node, i) => [states[i], print(node)]));
  const next = byState(formulas.next);
  const expected = Object.entries(byState(formulas.expectedNext));
  const changing = [...formulas.outputs, ...formulas.next];
  const degreeOf = (of: string) => {
    const degrees = changing.map((node) => degreeIn(node, of));
    return degrees.includes(undefined) ? null : Math.max(...(degrees as number[]));
  };
  const values = Object.keys(parameters).map((key) => [key, filled[key] as number]);
  const bound = { network, formulas: bind(game, Object.fromEntries(values)) };
  const solvable = { game, horizon: filled.horizon ?? "finite" } as const;
  return {
    ...{ name, state, decision, parameters },
    formulas: formulasOf(game),
    gradient: byState(formulas.gradient),
    next,
    expectedNext: Object.fromEntries(expected.filter(([key, text]) => text !== next[key])),
    structure: {
      linear: formulas.linear !== undefined,
      nonlinear: formulas.nonlinear ?? null,
      mustEnd: mustEnd(game) ?? null,
      mustForget: mustForget(game) ?? null,
      mirrored: formulas.mirrored,
      degrees: network ? {} : Object.fromEntries(game.decisionNames.map((of) => [of, degreeOf(of)])),
    },
    methods: METHODS.flatMap((method) =>
      PLACES.map((place) => {
        const why = methods[method](solvable) ?? whyNotThere({ game, config: filled }, method, place) ?? null;
        return {
          method,
          ...place,
          gives: why === null ? precisionOf(bound, method, place, filled) : null,
          why,
        };
      }),
    ),
  };
}

/** All formulas of a game, in the order in which they are read. */
function formulasOf({ definition, state }: Game): DescribedFormula[] {
  const { definitions = {}, next = {}, hidden, network } = definition;
  const described = (name: string, formula: unknown, given = true): DescribedFormula[] =>
    isRecord(formula)
      ? Object.entries(formula).flatMap(([key, one]) => described(`${name}.${key}`, one, given))
      : [{ name, formula: formula as Formula, given }];
  const views = (Object.keys(DEFAULTS) as (keyof typeof DEFAULTS)[]).flatMap((key) =>
    described(key, definition[key] ?? DEFAULTS[key], definition[key] !== undefined),
  );
  const steps = Object.entries(state).flatMap(
    ([name, { trained = true, learningRateScale: scale, bounds }]) => {
      if (Object.hasOwn(next, name)) return described(`next.${name}`, next[name]);
      const rate = scale === undefined ? "learningRate" : `${scale} * learningRate`;
      const stepped = trained ? `${name} - ${rate} * gradient.${name}` : name;
      const above = bounds?.min === undefined ? stepped : `max(${stepped}, ${bounds.min})`;
      return described(
        `next.${name}`,
        bounds?.max === undefined ? above : `min(${above}, ${bounds.max})`,
        false,
      );
    },
  );
  const output = network
    ? described("network.layers", network.layers.join(", "))
    : described("output", definition.output);
  const phases = (["initial", "transition", "likelihood"] as const).flatMap((key) => {
    const rows = hidden?.[key]?.map((row) => [row].flat().join(", ")) ?? [];
    return rows.flatMap((row, z) => described(`hidden.${key}[${z}]`, row));
  });
  const signal = Object.entries(hidden?.signal ?? {}).flatMap(([key, of]) =>
    described(`hidden.signal.${key}`, [of].flat().join(", ")),
  );
  return [...described("definitions", definitions), ...output, ...views, ...steps, ...phases, ...signal];
}

// What a game is: its formulas, and all that follows from them. A definition is plain data; from it come the gradient
// that the base optimizer descends, what the agent expects a step to do and what it really does, and whether all of
// that is linear in the state. No solver and no backend is known here.
//
// An agent outputs y(d, x) of its decision d and the state x. The base optimizer steps
//
//     x' = x − η κ_x ∂L/∂x,   L = (y − target)² + λθ²   unless a game says otherwise,
//
// where the agent plans with the target it believes in, and what really happens has the target 0.

import * as v from "valibot";
import { GameError, type GamePlace, MesaError } from "../errors.ts";
import type { Axis } from "../grid.ts";
import { bounded, complaint, isRecord, object, pathOf, quote, whole } from "../schema.ts";
import { createEvaluate } from "./evaluate.ts";
import { differentiate, Graph, isNumber, type Node, namesIn } from "./graph.ts";
import {
  type HiddenDefinition,
  type HiddenPhases,
  hiddenPhases,
  hiddenSchema,
  signalNames,
} from "./hidden.ts";
import { layers, networkOutput, weightName, weightsOf } from "./network.ts";
import { FUNCTION_NAMES, parse } from "./parse.ts";
import { type Proportional, proportionalOf } from "./proportional.ts";
import { linearForm, mirroredStates, type SumOfSquares, squaresOf } from "./structure.ts";

/** Numbers by name: a state, a decision or a game's parameters. */
export type Values<Name extends string = string> = Readonly<Record<Name, number>>;

/** A formula such as `coefficient * theta`, or a number. */
export type Formula = string | number;

/** A number of the configuration with its default and what is allowed (both ends included). */
export interface Parameter {
  readonly default: number;
  readonly min?: number;
  readonly max?: number;
}

/** One number of the state: its default grid, where the trajectory starts, and how the base optimizer changes it. */
export interface StateVariable extends Axis {
  readonly initial: number;
  /** what it is kept within: the grid, the start, and every step; any finite number unless given */
  readonly bounds?: Pick<Parameter, "min" | "max">;
  /** whether the base optimizer changes it; it does unless this is false */
  readonly trained?: boolean;
  /** a factor of the learning rate, of the parameters; 1 unless given */
  readonly learningRateScale?: Formula;
}

/** A game as plain data: what `game` in a configuration may be. */
export interface GameDefinition {
  /** lower-case words joined by hyphens */
  readonly name: string;
  /** what the base optimizer may change; `theta`, the goal, must be one of them */
  readonly state: Readonly<Record<string, StateVariable>>;
  /** the decision's numbers with their default grids; absent where it is a network's weights */
  readonly decision?: Readonly<Record<string, Axis>>;
  /** parameters beside `discount` and `regularization`, which every game has unless its state does */
  readonly parameters?: Readonly<Record<string, Parameter>>;
  /** subexpressions by name, each of those before it */
  readonly definitions?: Readonly<Record<string, Formula>>;
  /** y, of the decision and the state; several by name, which other formulas call `output.name` */
  readonly output?: Formula | Readonly<Record<string, Formula>>;
  /** what gradient descent lowers: `(output - target)^2 + regularization * theta^2` unless given */
  readonly baseObjective?: Formula;
  /** the target in the agent's plan, of the state at its own episode: 0 unless given; several by output */
  readonly believedTarget?: Formula | Readonly<Record<string, Formula>>;
  /** what an episode costs the agent: `(output - own.theta)^2` unless given; `own.x` is the state at its own episode */
  readonly mesaObjective?: Formula;
  /** how the agent weighs the future, of the state at its own episode: `discount` unless given */
  readonly discount?: Formula;
  /** the next value of states that do not simply descend the gradient; of `gradient.x`, `next.x`, `learningRate` too */
  readonly next?: Readonly<Record<string, Formula>>;
  /** where the agents do not see which phase they are in */
  readonly hidden?: HiddenDefinition;
  /** in place of `decision` and `output`: a network of tanh layers of θ, the first and the last of them 1 wide */
  readonly network?: { readonly layers: readonly number[] };
}

/** What a game's formulas come to, as expressions of one graph. S states, Y outputs. */
export interface Formulas {
  readonly graph: Graph;
  /** y, of decision, state and parameters, shape [Y] */
  readonly outputs: readonly Node[];
  /** what really is lowered, of decision, state and parameters */
  readonly baseObjective: Node;
  /** the gradient of the base objective with its target left open, `target` or `target.name`, shape [S] */
  readonly gradient: readonly Node[];
  /** what an episode costs the agent, of decision, state, own state and parameters */
  readonly mesaObjective: Node;
  /** γ, of own state and parameters */
  readonly discount: Node;
  /** what really becomes of the state, of decision, state, learning rate and parameters, shape [S] */
  readonly next: readonly Node[];
  /** what the agent expects to become of it, of own state too, shape [S] */
  readonly expectedNext: readonly Node[];
  /** where the game is linear in the state */
  readonly linear?: Linear | undefined;
  /** and where it is not, which formula is why: `output is not linear in the state` */
  readonly nonlinear?: string | undefined;
  /** the states that may change their sign together without changing what anything costs */
  readonly mirrored: readonly string[];
}

/**
 * What a game comes to that is linear in z = (own state, state): the mesa objective a sum of squares of linear forms,
 * and the next state a linear form. All coefficients are of decision, learning rate and parameters.
 */
export interface Linear {
  /** Σ weight·(root·z)², the roots' coefficients in the order of own state, state, shape [2S]; and roots as they read */
  readonly objective: readonly {
    readonly weight: Node;
    readonly root: readonly Node[];
    readonly expression: Node;
  }[];
  /** y by the state, shape [Y][S] */
  readonly outputs: readonly (readonly Node[])[];
  /** what really changes of the state, x' − x, by the state, shape [S][S] */
  readonly step: readonly (readonly Node[])[];
  /** what the agent expects to change, by z, shape [S][2S] */
  readonly expectedStep: readonly (readonly Node[])[];
}

/** A game that was checked. */
export interface Game {
  readonly name: string;
  /** as it was given: plain data */
  readonly definition: GameDefinition;
  readonly state: Readonly<Record<string, StateVariable>>;
  readonly decision: Readonly<Record<string, Axis>>;
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** names of the outputs: `output`, or `output.name` of several */
  readonly outputNames: readonly string[];
  /** the names that stand for the decision's numbers in the formulas */
  readonly decisionNames: readonly string[];
  /** the states that the mesa objective compares with: what the agent wants, and the measures are of */
  readonly goals: readonly string[];
  readonly formulas: Formulas;
  readonly proportional?: Proportional | undefined;
  readonly hidden?: HiddenPhases | undefined;
  readonly network?: Network | undefined;
}

/** What a game has whose decision is the weights of a network, which no grid holds but a search finds. */
export interface Network {
  /** widths of its layers */
  readonly layers: readonly number[];
  /** how many weights it has */
  readonly weights: number;
}

const COMMON_PARAMETERS: Readonly<Record<string, Parameter>> = {
  discount: { default: 1, min: 0, max: 1 },
  regularization: { default: 0, min: 0 },
};

/** What formulas are unless a game says otherwise. */
export const DEFAULTS = {
  baseObjective: "(output - target)^2 + regularization * theta^2",
  believedTarget: 0,
  mesaObjective: "(output - own.theta)^2",
  discount: "discount",
} as const satisfies Partial<GameDefinition>;

/** names that a game's own may not be: keys of a configuration or a result, and names that formulas have anyway */
const RESERVED: ReadonlySet<string> = new Set([
  ...["game", "schedule", "horizon", "initial", "deploymentAt", "plotWindow", "layers", "search", "weights"],
  ...["output", "loss", "learningRate", "target", "own", "next", "gradient"],
  ...["episode", "cost", "margin"],
  ...FUNCTION_NAMES,
]);

/** and where the phase is hidden */
const RESERVED_HIDDEN: ReadonlySet<string> = new Set([
  "intervals",
  "memory",
  "memoryError",
  "trainingBelief",
]);

/** what is checked before a formula is read */
const LIMITS = { states: 8, decision: 8, parameters: 64, definitions: 256, outputs: 8 } as const;

/** the own state's name in formulas */
export const ownName = (state: string) => `own.${state}`;

const finite = bounded({});
const axis = { min: finite, max: finite, count: whole(1) };
const boundsSchema = object({ min: v.optional(finite), max: v.optional(finite) });
/** what `parse` says more of than a schema can */
const formula = v.any();
const record = (what: string) => v.custom<Record<string, unknown>>(isRecord, `an object of ${what} by name`);

const schema = object({
  name: v.pipe(
    v.string("lower-case words joined by hyphens"),
    v.regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "lower-case words joined by hyphens"),
    v.maxLength(60, "at most 60 characters"),
  ),
  state: record("state variables"),
  decision: v.optional(record("axes")),
  parameters: v.optional(record("parameters")),
  definitions: v.optional(record("formulas")),
  output: v.optional(formula),
  baseObjective: v.optional(formula),
  believedTarget: v.optional(formula),
  mesaObjective: v.optional(formula),
  discount: v.optional(formula),
  next: v.optional(record("formulas")),
  hidden: v.optional(hiddenSchema),
  network: v.optional(object({ layers })),
});
const stateSchema = object({
  ...axis,
  initial: finite,
  bounds: v.optional(boundsSchema),
  trained: v.optional(v.boolean("true or false")),
  learningRateScale: v.optional(formula),
});
const parameterSchema = object({ default: finite, min: v.optional(finite), max: v.optional(finite) });

/** What the parts of a definition are checked by, each by itself. */
export const gameSchemas = {
  definition: schema,
  state: stateSchema,
  decision: object(axis),
  parameter: parameterSchema,
} as const;

/** Makes complaints about a game. */
export type Complain = (text: string, place?: GamePlace, reason?: string) => GameError;

/** @throws what `complain` makes of a value that is not as a schema has it */
function check(schema: v.GenericSchema, value: unknown, where: string, complain: Complain): void {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (!result.success)
    throw complain(complaint(result.issues[0], where), { path: pathOf(result.issues[0], where) });
}

/** games by the objects they were given as, and what those held */
const checked = new WeakMap<object, { readonly game: Game; readonly text: string }>();

/**
 * Checks a game and derives what follows from its formulas. An object that stays as it is is checked once.
 *
 * @throws GameError that says what of it is wrong and where, and what is allowed
 */
export function gameOf(definition: unknown): Game {
  if (!isRecord(definition))
    throw new MesaError("INVALID_CONFIG", `game must be a name or an object, got ${quote(definition)}`);
  const known = checked.get(definition);
  if (known && known.text === textOf(definition)) return known.game;
  const name = Object.hasOwn(definition, "name") ? ` ${quote(definition.name)}` : "";
  const complain: Complain = (text, place, reason = text) =>
    new GameError(`game${name}: ${text}`, place, reason);
  check(schema, definition, "", complain);
  // what the game is made of is a copy, so that nothing can change it afterwards
  const game = build(copyOf(definition as unknown as GameDefinition, complain), complain);
  for (const same of [definition, game.definition]) checked.set(same, { game, text: textOf(definition) });
  return game;
}

/** What an object holds; nothing that could be a game's where JSON has no word for it. */
function textOf(definition: object): string {
  try {
    return JSON.stringify(definition);
  } catch {
    return "";
  }
}

/** @throws what `complain` makes of a function, or of what else is no data */
function copyOf(definition: GameDefinition, complain: Complain): GameDefinition {
  try {
    return structuredClone(definition);
  } catch {
    build(definition, complain); // which says of most things where they are
    throw complain("must be plain data, as JSON has it");
  }
}

/**
 * A game for the configuration's `game`, checked, with types that know its names.
 *
 * @throws MesaError as {@link gameOf} does
 */
export function defineGame<const D extends GameDefinition>(
  definition: D & { readonly [K in Exclude<keyof D, keyof GameDefinition>]: never },
): D {
  gameOf(definition);
  return definition;
}

function build(definition: GameDefinition, complain: Complain): Game {
  const { state, network } = definition;
  const { decision = {}, parameters: own = {} } = definition;
  checkNames(definition, complain);
  for (const [key, variable] of Object.entries(state)) check(stateSchema, variable, `state.${key}`, complain);
  for (const [key, one] of Object.entries(decision))
    check(gameSchemas.decision, one, `decision.${key}`, complain);
  for (const [key, one] of Object.entries(own)) check(parameterSchema, one, `parameters.${key}`, complain);
  const common = Object.entries(COMMON_PARAMETERS).filter(([key]) => !Object.hasOwn(state, key));
  const parameters = { ...Object.fromEntries(common), ...own };
  const weights = network ? weightsOf(network.layers) : 0;
  const decisionNames = network
    ? Array.from({ length: weights }, (_, i) => weightName(i))
    : Object.keys(decision);
  const named = isRecord(definition.output) ? Object.keys(definition.output) : undefined;
  const outputNames = named?.map((name) => `output.${name}`) ?? ["output"];
  const formulas = derive(definition, { parameters, decisionNames, outputNames }, complain);
  const compared = namesIn(formulas.mesaObjective);
  const goals = Object.keys(state).filter((name) => compared.has(ownName(name)));
  const parts = { state, decision, parameters, outputNames, decisionNames, formulas };
  return {
    name: definition.name,
    definition,
    ...parts,
    goals: goals.length > 0 ? goals : ["theta"],
    proportional: proportionalOf(parts),
    hidden: definition.hidden && hiddenPhases(definition, definition.hidden, parameters, formulas, complain),
    network: network && { layers: network.layers, weights },
  };
}

/** @throws what `complain` makes, where a name is no plain identifier, is taken, or one is missing */
function checkNames(definition: GameDefinition, complain: Complain): void {
  const { state, network, output, definitions = {}, parameters = {}, next = {}, hidden } = definition;
  const decision = definition.decision ?? {};
  const places = Object.entries({ state, decision, parameters, definitions }).flatMap(([part, named]) =>
    Object.keys(named).map((key) => ({ key, place: { path: `${part}.${key}` } })),
  );
  const names = places.map(({ key }) => key);
  const outputs = isRecord(output) ? Object.keys(output) : [];
  for (const [i, { key, place }] of places.entries()) {
    checkName(key, place, complain);
    const isCommon = Object.hasOwn(COMMON_PARAMETERS, key) && !Object.hasOwn(state, key);
    if (
      RESERVED.has(key) ||
      (hidden && RESERVED_HIDDEN.has(key)) ||
      key in {} ||
      names.indexOf(key) !== i ||
      isCommon
    )
      throw complain(`the name ${key} is taken`, place);
  }
  for (const key of outputs) checkName(key, { path: `output.${key}` }, complain);
  const signals = hidden ? signalNames(hidden) : [];
  for (const [i, key] of signals.entries()) {
    const place = { path: "hidden.signals" };
    checkName(key, place, complain);
    if (signals.indexOf(key) !== i || Object.hasOwn(state, key) || RESERVED.has(key))
      throw complain(`the name ${key} is taken`, place);
  }
  if (!Object.hasOwn(state, "theta"))
    throw complain("the state must have theta, the agent's goal", { path: "state" });
  const limited = {
    state,
    decision,
    parameters,
    definitions,
    output: Object.fromEntries(outputs.map((key) => [key, 0])),
  };
  const most = { ...LIMITS, state: LIMITS.states, output: LIMITS.outputs };
  for (const [key, part] of Object.entries(limited)) {
    const limit = most[key as keyof typeof most];
    if (Object.keys(part).length > limit)
      throw complain(`${key} must be at most ${limit} names`, { path: key });
  }
  for (const key of Object.keys(next))
    if (!Object.hasOwn(state, key))
      throw complain(
        `next must have names of the state, ${Object.keys(state).join(", ")}, got ${quote(key)}`,
        { path: `next.${key}` },
      );
  if (network) {
    if (output !== undefined || definition.decision)
      throw complain("network takes the place of output and decision");
    if (hidden) throw complain("a network cannot have a hidden phase");
    return;
  }
  if (Object.keys(decision).length === 0)
    throw complain("the decision must have at least one number", { path: "decision" });
  if (output === undefined || (isRecord(output) && outputs.length === 0))
    throw complain("output is missing", { path: "output" });
  if (outputs.length > 0)
    for (const key of ["baseObjective", "mesaObjective"] as const)
      if (definition[key] === undefined)
        throw complain(`${key} must be given where there are several outputs`, { path: key });
}

function checkName(key: string, place: GamePlace, complain: Complain): void {
  if (!/^[a-z][a-zA-Z0-9]{0,59}$/.test(key))
    throw complain(`${quote(key)} must be a camelCase name of at most 60 letters and digits`, place);
}

/** All that follows from a game's formulas. */
function derive(
  definition: GameDefinition,
  names: { parameters: object; decisionNames: readonly string[]; outputNames: readonly string[] },
  complain: Complain,
): Formulas {
  const { state, network, definitions = {} } = definition;
  const { baseObjective, mesaObjective: mesa, ...views } = { ...DEFAULTS, ...definition };
  const { believedTarget } = views;
  const { parameters, decisionNames, outputNames } = names;
  const g = new Graph();
  const states = Object.keys(state);
  /** what formulas may name, so far */
  const symbols = new Map<string, Node>();
  const read = (formula: unknown, where: string, known: ReadonlyMap<string, Node>): Node => {
    const scope = {
      lookUp: (name: string) => known.get(name),
      names: [...known.keys()].filter((name) => !name.startsWith("weights.")),
    };
    try {
      return parse(g, formula, where, scope);
    } catch (error) {
      throw error instanceof GameError ? complain(error.message, error.place, error.reason) : error;
    }
  };
  const add = (into: Map<string, Node>, keys: Iterable<string>) => {
    for (const key of keys) into.set(key, g.name(key));
    return into;
  };
  const onlyParameters = add(new Map(), Object.keys(parameters));
  add(symbols, states);
  add(symbols, decisionNames);
  for (const [key, node] of onlyParameters) symbols.set(key, node);
  const defined = new Map(symbols);
  for (const key of Object.keys(definitions)) defined.set(key, g.name(`definitions.${key}`));
  const asRead = Object.entries(definitions).map(
    ([key, formula]) => [key, read(formula, `definitions.${key}`, defined)] as const,
  );
  for (const [key, node] of resolved("definitions", new Map(asRead))) symbols.set(key, node);

  const outputs = network
    ? [networkOutput(g, network.layers, g.name("theta"))]
    : outputNames.map((name) => {
        const key = name.slice("output.".length);
        const formula = key === "" ? definition.output : (definition.output as Record<string, Formula>)[key];
        return read(formula, name, symbols);
      });

  /** of the state at the agent's own episode: what `x` means there is `own.x` elsewhere */
  const ofOwn = (formula: unknown, where: string): Node => {
    const known = add(new Map<string, Node>(), states);
    for (const [key, node] of onlyParameters) known.set(key, node);
    for (const key of Object.keys(definitions)) {
      const inside = namesIn(symbols.get(key)!);
      if (!decisionNames.some((name) => inside.has(name))) known.set(key, symbols.get(key)!);
    }
    return g.substitute(read(formula, where, known), (name) =>
      states.includes(name) ? g.name(ownName(name)) : undefined,
    );
  };
  const targetNames = outputNames.map((name) => name.replace("output", "target"));
  const targets = targetNames.map((_, i) => {
    if (!isRecord(believedTarget)) return ofOwn(believedTarget, "believedTarget");
    const key = outputNames[i].slice("output.".length);
    return ofOwn((believedTarget as Record<string, Formula>)[key] ?? 0, `believedTarget.${key}`);
  });
  if (isRecord(believedTarget))
    for (const key of Object.keys(believedTarget))
      if (!outputNames.includes(`output.${key}`))
        throw complain(`believedTarget must have names of outputs, got ${quote(key)}`, {
          path: `believedTarget.${key}`,
        });
  const discount = ofOwn(views.discount, "discount");

  const withOutputs = new Map(symbols);
  for (const [i, name] of outputNames.entries()) withOutputs.set(name, outputs[i]);
  const withTargets = add(new Map(withOutputs), targetNames);
  const objective = read(baseObjective, "baseObjective", withTargets);
  const withOwn = new Map(withOutputs);
  for (const name of states) withOwn.set(ownName(name), g.name(ownName(name)));
  const mesaObjective = read(mesa, "mesaObjective", withOwn);

  const gradient = states.map((name) => differentiate(g, objective, name));
  const steps = stepsOf();
  const next = states.map((name) => steps.get(name)!);
  /** with the targets that an agent believes in, or the true ones, 0 */
  const aimed = (node: Node, isTrue: boolean) =>
    g.substitute(node, (name) => {
      const i = targetNames.indexOf(name);
      return i < 0 ? undefined : isTrue ? g.number(0) : targets[i];
    });
  const formulas = {
    graph: g,
    outputs,
    ...{ gradient, mesaObjective, discount },
    baseObjective: aimed(objective, true),
    next: next.map((node) => aimed(node, true)),
    expectedNext: next.map((node) => aimed(node, false)),
  };
  const isWeight = (name: string) =>
    ((parameters as Record<string, Parameter>)[name]?.min ?? Number.NEGATIVE_INFINITY) >= 0;
  return structured(states, outputNames, formulas, isWeight);

  /** each state's next value, of which some may depend on others' */
  function stepsOf(): Map<string, Node> {
    const known = new Map(withTargets);
    known.set("learningRate", g.name("learningRate"));
    for (const [i, name] of states.entries()) known.set(`gradient.${name}`, gradient[i]);
    const placeholder = (name: string) => `next.${name}`;
    add(known, states.map(placeholder));
    const raw = new Map(
      states.map((name, i) => {
        const { trained = true, bounds = {}, learningRateScale = 1 } = state[name];
        const given =
          definition.next && Object.hasOwn(definition.next, name) ? definition.next[name] : undefined;
        if (!trained && given !== undefined)
          throw complain(`next.${name} is given, but trained is false in state.${name}`, {
            path: `next.${name}`,
          });
        const scale = read(learningRateScale, `state.${name}.learningRateScale`, onlyParameters);
        const rate = g.multiply(scale, g.name("learningRate"));
        const stepped = !trained
          ? g.name(name)
          : given === undefined
            ? g.subtract(g.name(name), g.multiply(rate, gradient[i]))
            : read(given, `next.${name}`, known);
        const above = bounds.min === undefined ? stepped : g.maximum(stepped, g.number(bounds.min));
        return [name, bounds.max === undefined ? above : g.minimum(above, g.number(bounds.max))] as const;
      }),
    );
    return resolved("next", raw);
  }

  /** Expressions that may name one another, as `part.name`. @throws what `complain` makes, where one depends on itself */
  function resolved(part: string, raw: ReadonlyMap<string, Node>): Map<string, Node> {
    const done = new Map<string, Node>();
    const others = (node: Node) => [...raw.keys()].filter((key) => namesIn(node).has(`${part}.${key}`));
    const finish = (name: string, path: readonly string[]): void => {
      if (path.includes(name)) {
        const round = [...path.slice(path.indexOf(name)), name].map((key) => `${part}.${key}`);
        throw complain(`${round[0]} depends on itself, through ${round.join(", ")}`, { path: round[0] });
      }
      if (done.has(name)) return;
      const node = raw.get(name)!;
      for (const key of others(node)) finish(key, [...path, name]);
      done.set(
        name,
        g.substitute(node, (key) =>
          key.startsWith(`${part}.`) ? done.get(key.slice(part.length + 1)) : undefined,
        ),
      );
    };
    for (const name of raw.keys()) finish(name, []);
    return done;
  }
}

/** Formulas with what they are in the state. */
function structured(
  states: readonly string[],
  outputNames: readonly string[],
  formulas: Omit<Formulas, "linear" | "nonlinear" | "mirrored">,
  isWeight: (name: string) => boolean,
): Formulas {
  const { graph: g, outputs, mesaObjective, discount, next, expectedNext } = formulas;
  const owns = states.map(ownName);
  const z = [...owns, ...states];
  const squares = squaresOf(g, mesaObjective, isWeight, (name) => z.includes(name));
  let nonlinear = "mesaObjective is no sum of squares";
  const linear = squares && linearOf(squares);
  const mirrored = (of: typeof formulas) =>
    mirroredStates(states, of.expectedNext, of.mesaObjective, of.discount);
  if (!linear) return { ...formulas, nonlinear, mirrored: mirrored(formulas) };
  // what is proportional to one number is so in one product: the rest stays as it reads
  const proportional = (node: Node, form: readonly Node[], names: readonly string[]) => {
    const places = form.flatMap((coefficient, i) => (isNumber(coefficient, 0) ? [] : [i]));
    return places.length === 1 ? g.multiply(form[places[0]], g.name(names[places[0]])) : node;
  };
  const { next: real, expectedNext: expected, ...rest } = linear;
  const plain = {
    ...formulas,
    next: next.map((node, i) => proportional(node, real[i], states)),
    expectedNext: expectedNext.map((node, i) => proportional(node, expected[i], z)),
  };
  return { ...plain, linear: rest, mirrored: mirrored(plain) };

  function linearOf(squares: SumOfSquares) {
    const because = (why: string) => {
      nonlinear = why;
      return undefined;
    };
    if ([...namesIn(discount)].some((name) => owns.includes(name)))
      return because("discount depends on the state");
    const formsOf = (of: readonly string[], nodes: readonly Node[], names: readonly string[]) => {
      const forms = nodes.map((node) => linearForm(g, node, names));
      const at = forms.indexOf(undefined);
      if (at >= 0) return because(`${of[at % of.length]} is not linear in the state, or not 0 where that is`);
      return forms as Node[][];
    };
    const nexts = states.map((name) => `next.${name}`);
    const byOutput = formsOf(outputNames, outputs, states);
    const whole = byOutput && formsOf(nexts, next, states);
    const wholeExpected = whole && formsOf(nexts, expectedNext, z);
    const minus = (nodes: readonly Node[]) => nodes.map((node, i) => stepOf(node, states[i]));
    const step = wholeExpected && formsOf(nexts, minus(next), states);
    const expectedStep = step && formsOf(nexts, minus(expectedNext), z);
    const roots =
      expectedStep &&
      formsOf(
        ["mesaObjective"],
        squares.map(({ root }) => root),
        z,
      );
    if (!roots) return undefined;
    return {
      objective: squares.map(({ weight, root }, i) => ({ weight, root: roots[i], expression: root })),
      outputs: byOutput,
      ...{ step, expectedStep, next: whole, expectedNext: wholeExpected },
    };
  }

  /** x' − x, in which a leading x is taken away rather than subtracted */
  function stepOf(node: Node, name: string): Node {
    const x = g.name(name);
    const without = (node: Node): Node | undefined => {
      if (node === x) return g.number(0);
      const [a, b] = node.args;
      if (node.op === "add") {
        const left = without(a);
        if (left) return g.add(left, b);
        const right = without(b);
        return right && g.add(a, right);
      }
      if (node.op !== "subtract") return undefined;
      const left = without(a);
      return left && g.subtract(left, b);
    };
    return without(node) ?? g.subtract(node, x);
  }
}

const discounts = new WeakMap<Game, (values: readonly number[]) => ArrayLike<number>>();

/** γ for some values of the parameters, where it is the same for all states. */
export function discountOf(game: Game, parameters: Values): number {
  const names = Object.keys(game.parameters);
  if (!discounts.has(game)) discounts.set(game, createEvaluate([game.formulas.discount], names));
  return discounts.get(game)!(names.map((name) => parameters[name]))[0];
}

/** A game's formulas for some values of its parameters, which then stand in them as numbers. */
export function bind({ formulas }: Game, parameters: Values): Formulas {
  const graph = new Graph();
  const bound = (node: Node) =>
    graph.substitute(node, (name) =>
      Object.hasOwn(parameters, name) ? graph.number(parameters[name]) : undefined,
    );
  const all = (nodes: readonly Node[]) => nodes.map(bound);
  const { linear } = formulas;
  return {
    graph,
    outputs: all(formulas.outputs),
    baseObjective: bound(formulas.baseObjective),
    gradient: all(formulas.gradient),
    mesaObjective: bound(formulas.mesaObjective),
    discount: bound(formulas.discount),
    next: all(formulas.next),
    expectedNext: all(formulas.expectedNext),
    mirrored: formulas.mirrored,
    linear: linear && {
      objective: linear.objective.map(({ weight, root, expression }) => ({
        ...{ weight: bound(weight), root: all(root) },
        expression: bound(expression),
      })),
      outputs: linear.outputs.map(all),
      step: linear.step.map(all),
      expectedStep: linear.expectedStep.map(all),
    },
  };
}

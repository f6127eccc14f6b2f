// What follows from a game's formulas, as expressions of one graph: the gradient that the base optimizer descends, the
// state that the agent expects after a step and the state that really follows, and whether all of this is linear in the
// state.

import { GameError } from "../errors.ts";
import { isRecord, quote } from "../schema.ts";
import type { Complain } from "./check.ts";
import type { Formula, Game, GameDefinition, Parameter, Values } from "./game.ts";
import { differentiate, Graph, isNumber, type Node, namesIn } from "./graph.ts";
import { networkOutput } from "./network.ts";
import { parse } from "./parse.ts";
import { linearForm, mirroredStates, type SumOfSquares, squaresOf } from "./structure.ts";

/** A game's formulas and what follows from them. S states, Y outputs. */
export interface Formulas {
  readonly graph: Graph;
  /** y as a function of decision, state and parameters, shape [Y] */
  readonly outputs: readonly Node[];
  /** the true base objective, with the target 0: a function of decision, state and parameters */
  readonly baseObjective: Node;
  /** the gradient of the base objective, with the target as a name, `target` or `target.name`; shape [S] */
  readonly gradient: readonly Node[];
  /** one episode's cost to the agent: a function of decision, state, own state and parameters */
  readonly mesaObjective: Node;
  /** γ as a function of own state and parameters */
  readonly discount: Node;
  /** the true next state: a function of decision, state, learning rate and parameters, shape [S] */
  readonly next: readonly Node[];
  /** the next state that the agent expects: also a function of own state, shape [S] */
  readonly expectedNext: readonly Node[];
  /** only if the game is linear in the state */
  readonly linear?: Linear | undefined;
  /** else the reason: `output is not linear in the state` */
  readonly nonlinear?: string | undefined;
  /** the states that may change their sign together without changing any cost */
  readonly mirrored: readonly string[];
}
/**
 * A game that is linear in z = (own state, state): the mesa objective is a sum of squares of linear forms, and the next
 * state is a linear form. All coefficients depend on decision, learning rate and parameters only.
 */
export interface Linear {
  /**
   * Σ weight·(root·z)²: coefficients of each root in the order own state, state, shape [2S], and the root as it is
   * written
   */
  readonly objective: readonly {
    readonly weight: Node;
    readonly root: readonly Node[];
    readonly expression: Node;
  }[];
  /** coefficients of y by the state, shape [Y][S] */
  readonly outputs: readonly (readonly Node[])[];
  /** coefficients of the true change of the state, x' − x, by the state, shape [S][S] */
  readonly step: readonly (readonly Node[])[];
  /** coefficients of the change of the state that the agent expects, by z, shape [S][2S] */
  readonly expectedStep: readonly (readonly Node[])[];
}

/** The formulas that a game has unless its definition gives others. */
export const DEFAULTS = {
  baseObjective: "(output - target)^2 + regularization * theta^2",
  believedTarget: 0,
  mesaObjective: "(output - own.theta)^2",
  discount: "discount",
} as const satisfies Partial<GameDefinition>;

/** The name in formulas of a state at the agent's own episode. */
export const ownName = (state: string) => `own.${state}`;

/** Derives everything that follows from a game's formulas. @throws what `complain` returns if a formula is invalid */
export function derive(
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
  /** the names that a formula may use, so far */
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

  /** a formula of the state at the agent's own episode: its `x` is `own.x` in other formulas */
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
  /** replaces the targets by 0 (the true targets), or by those that the agent believes in */
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

  /** the next value of each state; one may depend on the next value of another */
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

  /**
   * Resolves expressions that may refer to each other as `part.name`.
   *
   * @throws what `complain` returns if an expression depends on itself
   */
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

/** Adds the properties of the formulas in the state: linear or nonlinear, and mirrored. */
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
  let nonlinear = "mesaObjective is not a sum of squares";
  const linear = squares && linearOf(squares);
  const mirrored = (of: typeof formulas) =>
    mirroredStates(states, of.expectedNext, of.mesaObjective, of.discount);
  if (!linear) return { ...formulas, nonlinear, mirrored: mirrored(formulas) };
  // write an expression that is proportional to one number as one product; leave all others as they are
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
      if (at >= 0)
        return because(`${of[at % of.length]} is not linear in the state, or not 0 at the state 0`);
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

  /** x' − x; if x is the leading term of x', it is removed, so that nothing cancels */
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
/** A game's formulas for given values of its parameters, which replace the parameters' names. */
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

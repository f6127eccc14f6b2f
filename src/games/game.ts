// What a game is: the state that the base optimizer may change, the decision that an agent makes, the output that
// follows from both, and how the base optimizer's gradient step changes the state.
//
// A game knows no solver and no backend. It gives its functions twice: here in float64, and in WGSL, written with
// the arithmetic of shaders/real.wgsl.ts so that one text serves both to compute and to bound the error of
// computing. docs/games.md shows how to write one.

import { MesaError } from "../errors.ts";
import type { Axis } from "../grid.ts";

/** Numbers by name: a state, a decision or a game's parameters. */
export type Values<Name extends string = string> = Readonly<Record<Name, number>>;

/** A number of the configuration with its default and what is allowed (both ends included). */
export interface Parameter {
  readonly default: number;
  readonly min?: number;
  readonly max?: number;
}

/** One number of the state: its default grid, and where the trajectory starts. */
export interface StateVariable extends Axis {
  readonly initial: number;
  /** what the grid and the start must stay within; any finite number unless given */
  readonly bounds?: Pick<Parameter, "min" | "max">;
}

/** What `proportional` games have instead of `output` and `learn`. */
export interface Proportional<D extends string = string, P extends string = string> {
  /** y = reach·θ */
  reach(decision: Values<D>, parameters: Values<P>): number;
  /** θ' = gain·θ */
  gain(decision: Values<D>, learningRate: number, parameters: Values<P>): number;
  /**
   * Where reach is the decision's only number a and gain = 1 − (lost + pull·a²): lost and pull. The best real decision
   * then has a closed form (the method `exact`).
   */
  quadraticLoss?(learningRate: number, parameters: Values<P>): { lost: number; pull: number };
}

/** A Markov chain of phases that the agents do not see, and the signals that they see instead. Z phases, S signals. */
export interface HiddenPhase {
  /** P(phase) at the first episode, shape [Z] */
  readonly initial: readonly number[];
  /** whether the base optimizer steps in a phase, shape [Z] */
  readonly trains: readonly boolean[];
  /** P(next phase | phase), shape [Z][Z] */
  readonly transition: readonly (readonly number[])[];
  /** P(signal | phase), shape [Z][S] */
  readonly likelihood: readonly (readonly number[])[];
}

/** What a game has whose agents do not know whether they are in training. */
export interface Hidden<P extends string = string> {
  /** the plan's names: what the decision's one number is after each signal */
  readonly signals: readonly string[];
  /** the chain, whose first phase trains */
  phases(parameters: Values<P>): HiddenPhase;
  /** the episode at which the trajectory of a result leaves the first phase, unless the configuration says another */
  readonly deploymentAt: number;
}

/** What a game has whose decision is the weights of a network, which no grid holds but a search finds. */
export interface Network {
  /** widths of its layers, the first and the last of them 1 */
  readonly layers: readonly number[];
  /** how many weights it has */
  readonly weights: number;
  /** the game with other layers */
  rebuilt(layers: readonly number[]): Game;
}

/** What {@link defineGame} takes. */
export interface GameDefinition<S extends string, D extends string, P extends string> {
  /** the configuration's `game` */
  readonly name: string;
  /** the state's numbers; `theta`, the goal, must be one of them */
  readonly state: Readonly<Record<S, StateVariable>>;
  /** the decision's numbers with their default grids */
  readonly decision: Readonly<Record<D, Axis>>;
  /** parameters beside `discount` and `regularization`, which every game has */
  readonly parameters?: Readonly<Record<P, Parameter>>;
  /** y_t, the agent's output */
  output?(decision: Values<D>, state: Values<S>, parameters: Values<P | CommonParameter>): number;
  /**
   * The state after one step of the base optimizer. `error` is the derivative of the squared error by the output:
   * 2y for what really happens, 2(y − believedTarget) in the agent's plan.
   */
  learn?(
    decision: Values<D>,
    state: Values<S>,
    error: number,
    learningRate: number,
    parameters: Values<P | CommonParameter>,
  ): Values<S>;
  /** how the agent weighs the future; the parameter `discount` unless given */
  discount?(state: Values<S>, parameters: Values<P | CommonParameter>): number;
  /** the output that the agent believes the base objective wants; 0, the truth, unless given */
  believedTarget?(state: Values<S>, parameters: Values<P | CommonParameter>): number;
  /** in place of `output` and `learn`, where both are proportional to θ and the state is θ alone */
  readonly proportional?: Proportional<D, P | CommonParameter>;
  /** where the phase is hidden; only for proportional games whose decision is one number */
  readonly hidden?: Hidden<P | CommonParameter>;
  /** where the decision is a network's weights: `decision` is then empty, and what the functions get is an array */
  readonly network?: Network;
  /**
   * Whether the WGSL uses what has no error bound, such as `tanh`, on plain numbers. What the GPU screens is then not
   * certified.
   */
  readonly unbounded?: boolean;
  /**
   * The same functions in WGSL, named in snake_case: `output(d, s)` and `learn(d, s, error, learning_rate)`, or
   * `reach(d)` and `gain(d, learning_rate)`; and `discount(s)` and `believed_target(s)` where the game has its own.
   */
  readonly wgsl: string;
}

/** Parameters that every game has. */
export type CommonParameter = "discount" | "regularization";

/** A game as the solver sees it: {@link defineGame}'s result. */
export interface Game {
  readonly name: string;
  readonly state: Readonly<Record<string, StateVariable>>;
  readonly decision: Readonly<Record<string, Axis>>;
  readonly parameters: Readonly<Record<string, Parameter>>;
  output(decision: Values, state: Values, parameters: Values): number;
  learn(decision: Values, state: Values, error: number, learningRate: number, parameters: Values): Values;
  /** absent where the agent's discount is the parameter */
  discount?(state: Values, parameters: Values): number;
  /** absent where the agent knows the base objective */
  believedTarget?(state: Values, parameters: Values): number;
  readonly proportional?: Proportional;
  readonly hidden?: Hidden;
  readonly network?: Network;
  readonly unbounded?: boolean;
  readonly wgsl: string;
}

const COMMON_PARAMETERS: Readonly<Record<CommonParameter, Parameter>> = {
  discount: { default: 1, min: 0, max: 1 },
  regularization: { default: 0, min: 0 },
};

/** keys of a configuration that a game's own names may not take */
const RESERVED = new Set([
  "game",
  "schedule",
  "horizon",
  "initial",
  "deploymentAt",
  "plotWindow",
  "output",
  "loss",
  "learningRate",
  "layers",
  "search",
  "weights",
]);

const defined = new WeakSet<object>();

/** Whether a value is a game: what {@link defineGame} returned. */
export function isGame(value: unknown): value is Game {
  return typeof value === "object" && value !== null && defined.has(value);
}

/**
 * Makes a game that the solver takes on every backend.
 *
 * @throws MesaError `INVALID_CONFIG` when a name is not a plain identifier, is taken twice, or `theta` is missing
 */
export function defineGame<S extends string, D extends string, P extends string = never>(
  definition: GameDefinition<S, D, P>,
): Game {
  const game = gameFrom(definition);
  defined.add(game);
  return game;
}

function gameFrom<S extends string, D extends string, P extends string>(
  definition: GameDefinition<S, D, P>,
): Game {
  const { name, state, decision, proportional } = definition;
  const own: Readonly<Record<string, Parameter>> = definition.parameters ?? {};
  const common = Object.entries(COMMON_PARAMETERS).filter(([key]) => !(key in state));
  const parameters = { ...Object.fromEntries(common), ...own };
  const problem = (text: string) => new MesaError("INVALID_CONFIG", `game ${JSON.stringify(name)}: ${text}`);

  if (!/^[a-z][a-z0-9-]*$/.test(name)) throw problem("the name must be lower-case words joined by hyphens");
  const names = [...Object.keys(state), ...Object.keys(decision), ...Object.keys(own)];
  for (const [i, key] of names.entries()) {
    if (!/^[a-z][a-zA-Z0-9]*$/.test(key)) throw problem(`${JSON.stringify(key)} must be a camelCase name`);
    if (RESERVED.has(key) || names.indexOf(key) !== i || (key in COMMON_PARAMETERS && !(key in state)))
      throw problem(`the name ${key} is taken`);
  }
  if (!("theta" in state)) throw problem("the state must have theta, the agent's goal");
  if (Object.keys(decision).length === 0 && !definition.network)
    throw problem("the decision must have at least one number");
  if (definition.hidden && !(proportional && Object.keys(decision).length === 1))
    throw problem("only a proportional game with a decision of one number can have a hidden phase");

  if (proportional) {
    if (names.filter((key) => key in state).length !== 1)
      throw problem("a proportional game's state is theta alone");
    if (definition.output ?? definition.learn ?? definition.discount ?? definition.believedTarget)
      throw problem("a proportional game has reach and gain, and no functions beside them");
    const { reach, gain } = proportional as Proportional;
    return {
      ...(definition as unknown as Game),
      parameters,
      output: (d, s, p) => reach(d, p) * s.theta,
      learn: (d, s, _error, learningRate, p) => ({ theta: s.theta * gain(d, learningRate, p) }),
    };
  }
  if (!definition.output || !definition.learn)
    throw problem("output and learn, or proportional, must be given");
  return { ...(definition as unknown as Game), parameters };
}

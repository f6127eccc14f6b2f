// Configurations, checked once, when they are read. The schema of a configuration follows from its game, so a custom
// game is checked as carefully as a built-in one. Every error message is one line: what is wrong, what was got, what is
// allowed.

import * as v from "valibot";
import { MesaError } from "../errors.ts";
import { discountOf, type Game, gameOf, type StateVariable } from "../game/game.ts";
import { games } from "../game/games.ts";
import { INTERVALS, mustForget } from "../game/hidden.ts";
import type { AnyGame, DecisionName, DefinitionOf, IsAny, ParameterName, StateName } from "../game/names.ts";
import { layers, MAX_WEIGHTS } from "../game/network.ts";
import type { Axis } from "../grid.ts";
import { axis, bounded, complaint, isRecord, meant, object, quote, whole } from "../schema.ts";
import { episodesOf, hiddenSchedule, learningRatesOf, type Schedule, schedule } from "./schedule.ts";

export { learningRatesOf, type Schedule } from "./schedule.ts";

/** How hard to search for the weights of a network: the setting `search` of a configuration. */
export interface SearchSettings {
  /** the seed of the random starting points: an integer in [0, 2³²) */
  readonly seed: number;
  /** how many random points a descent starts from, besides the next episode's decision: an integer in [1, 4096] */
  readonly starts: number;
  /** the maximum number of evaluations of the cost and its gradient in one descent: an integer in [1, 10⁶] */
  readonly evaluations: number;
}

/** {@link SearchSettings}, each of which may be left out. */
export const search = v.optional(
  object({
    seed: v.optional(bounded({ min: 0, max: 2 ** 32 - 1 }, true), 1),
    starts: v.optional(bounded({ min: 1, max: 4096 }, true), 12),
    evaluations: v.optional(bounded({ min: 1, max: 1_000_000 }, true), 2000),
  }),
  {},
);

/** The settings that every game has. Each key except `game` has a default: that of the post's first experiment. */
export interface CommonSettings<G extends AnyGame> {
  /** the name of a built-in game, or a game's formulas */
  game: G;
  /** where an editor finds the JSON Schema of configurations; the solver ignores it */
  $schema?: string;
  /** the learning rate of each episode; parts that are left out have defaults */
  schedule?:
    | Partial<Extract<Schedule, { training: number }>>
    | Partial<Extract<Schedule, { episodes: number }>>
    | Extract<Schedule, { learningRates: number[] }>;
  /** `infinite`: the last learning rate continues for ever; the discount must then be below 1 */
  horizon?: "finite" | "infinite";
  /** how many episodes the figure shows; by default training and ten episodes more */
  plotWindow?: number;
}

/** The settings that follow from a game: its grids, its parameters and the initial state of the trajectory. */
type OwnSettings<D> = { [N in StateName<D> | DecisionName<D>]?: Partial<Axis> } & {
  [N in ParameterName<D>]?: number;
} & {
  initial?: { [N in StateName<D> | (D extends { hidden: object } ? "deploymentAt" : never)]?: number };
} & (D extends { network: object }
    ? { layers?: readonly number[]; search?: Partial<SearchSettings> }
    : unknown) &
  (D extends { hidden: { signal: object } } ? { intervals?: number } : unknown) &
  (D extends { hidden: { initial: readonly [unknown, unknown] } }
    ? { memory?: boolean; memoryError?: number }
    : unknown);

/**
 * A configuration: what {@link solve} takes. Every key except `game` has a default. Where the type of the game is known,
 * the type of the configuration has its grids, parameters and states by name.
 */
export type Config<G extends AnyGame = AnyGame> = CommonSettings<G> &
  (IsAny<G> extends true
    ? {
        /** the initial state of the trajectory, by name of the state; with hidden phases also `deploymentAt` */
        initial?: Record<string, number>;
        /** the grids (`{ min, max, count }`) and parameters of the game, by name */
        [key: string]: unknown;
      }
    : OwnSettings<DefinitionOf<G>>);

/** A configuration with every default filled in: plain data, ready for JSON. */
export interface FilledConfig {
  /** the name of a built-in game, or a game's formulas */
  game: AnyGame;
  /** the learning rate of each episode */
  schedule: Schedule;
  /** only in games whose horizon may be infinite */
  horizon?: "finite" | "infinite";
  /** the initial state of the trajectory, by name of the state; with hidden phases also `deploymentAt`, an episode */
  initial: Record<string, number>;
  /** how many episodes the figure shows */
  plotWindow: number;
  /** whether agents remember all signals; only in games with two hidden phases */
  memory?: boolean;
  /**
   * when to stop refining the beliefs of a plan: the relative change of the cost, and the change of each measure, that
   * twice as many beliefs may make; in [1e-12, 1]
   */
  memoryError?: number;
  /** the grids (`{ min, max, count }`) and parameters of the game, by name */
  [key: string]: unknown;
}

/** Whether agents remember signals. In a game without hidden phases, `memory` may be the name of a state. */
export const remembers = ({ memory }: { readonly memory?: unknown }): boolean => memory === true;

/** The limits of a configuration, which are checked before anything is allocated. */
export const LIMITS = {
  /** the maximum number of episodes of a schedule */
  episodes: 10_000,
  /** the maximum number of candidates of one step: the product of the counts of the decision's grids */
  candidates: 2 ** 24,
  /** the maximum number of states that a cost is averaged over: the product of the counts of the state's grids */
  states: 2 ** 20,
  /** the maximum number of weights of a network */
  weights: MAX_WEIGHTS,
} as const;

/** entries that only some games have */
const only = (condition: unknown, entries: v.ObjectEntries): v.ObjectEntries => (condition ? entries : {});

const horizon = v.picklist(["finite", "infinite"], '"finite" or "infinite"');

const schemas = new WeakMap<Game, ReturnType<typeof createSchema>>();

/** The schema of a game's configurations, created once per game. */
export function schemaOf(game: Game) {
  const schema = schemas.get(game) ?? createSchema(game);
  schemas.set(game, schema);
  return schema;
}

function createSchema(game: Game) {
  const mapValues = <T, U>(of: Readonly<Record<string, T>>, map: (value: T) => U) =>
    Object.fromEntries(Object.entries(of).map(([key, value]) => [key, map(value)]));
  return object({
    game: v.any(),
    schedule: v.optional(game.hidden ? hiddenSchedule : schedule, {}),
    ...only(game.formulas.linear && !game.hidden, { horizon: v.optional(horizon, "finite") }),
    ...mapValues<Axis, v.GenericSchema>(game.decision, (a) => axis(a)),
    ...mapValues<StateVariable, v.GenericSchema>(game.state, (s) => axis(s, s.bounds)),
    ...mapValues(game.parameters, (p) => v.optional(bounded(p), p.default)),
    initial: v.optional(
      object({
        ...mapValues(game.state, ({ initial, bounds }) => v.optional(bounded(bounds ?? {}), initial)),
        ...only(game.hidden, { deploymentAt: v.optional(whole(0), game.hidden?.deploymentAt) }),
      }),
      {},
    ),
    ...only(game.network, {
      layers: v.optional(layers, [...(game.network?.layers ?? [])]),
      search,
    }),
    ...only(game.definition.hidden?.signal, {
      intervals: v.optional(bounded(INTERVALS, true), game.definition.hidden?.signal?.intervals),
    }),
    ...only(mustForget(game) === undefined, {
      memory: v.optional(v.boolean("true or false"), false),
      memoryError: v.optional(bounded({ min: 1e-12, max: 1 }), 1e-3),
    }),
    plotWindow: v.optional(whole(1)),
  });
}

/** @throws MesaError `INVALID_CONFIG` when an axis is reversed or its span overflows */
function checkAxis(name: string, { min, max, count }: Axis): void {
  const got = `got min ${min} and max ${max}`;
  if (count === 1 ? min !== max : min >= max)
    throw new MesaError(
      "INVALID_CONFIG",
      count === 1
        ? `${name} must have min equal to max where count is 1, ${got}`
        : `${name} must have min below max, ${got}`,
    );
  if (!Number.isFinite(max - min))
    throw new MesaError("INVALID_CONFIG", `${name} must have a finite max − min, ${got}`);
}

/** @throws MesaError `LIMIT_EXCEEDED` */
function checkLimit(what: string, limit: number, unit: string, got: number): void {
  if (got > limit)
    throw new MesaError("LIMIT_EXCEEDED", `${what} must be at most ${limit} ${unit}, got ${got}`);
}

/** The game that a configuration names or contains. */
function gameIn(input: Record<string, unknown>): Game {
  const asked = Object.hasOwn(input, "game") ? input.game : undefined;
  if (isRecord(asked)) return gameOf(asked);
  const game = typeof asked === "string" ? games.get(asked) : undefined;
  if (game) return game;
  const near = typeof asked === "string" ? meant(asked, [...games.keys()]) : "";
  const got = asked === undefined ? "none" : `${quote(asked)}${near}`;
  throw new MesaError(
    "INVALID_CONFIG",
    `game must be one of ${[...games.keys()].join(", ")} or an object of formulas, got ${got}`,
  );
}

/**
 * Checks a configuration and fills in its defaults.
 *
 * @param input plain data, such as parsed JSON; it is not changed
 * @returns the game and the whole configuration
 * @throws {@link MesaError} `INVALID_CONFIG` or `LIMIT_EXCEEDED`, with a message of one line; a {@link GameError} where
 *   the error is in the formulas of a game
 */
export function checkConfig(input: unknown): {
  /** the game that the configuration names or contains, checked */
  game: Game;
  /** the configuration with every default filled in */
  config: FilledConfig;
} {
  if (!isRecord(input))
    throw new MesaError("INVALID_CONFIG", `the configuration must be an object, got ${quote(input)}`);
  // only editors use $schema
  const { $schema, ...asked } = input;
  if ($schema !== undefined && typeof $schema !== "string")
    throw new MesaError("INVALID_CONFIG", `$schema must be a string, got ${quote($schema)}`);
  const named = gameIn(asked);
  const result = v.safeParse(schemaOf(named), asked, { abortEarly: true });
  if (!result.success) throw new MesaError("INVALID_CONFIG", complaint(result.issues[0]));
  const config = result.output as unknown as FilledConfig;
  if (isRecord(config.game)) config.game = named.definition;
  const layers = config.layers as readonly number[] | undefined;
  const intervals = config.intervals as number | undefined;
  const game = layers
    ? withLayers(named, layers)
    : intervals === undefined
      ? named
      : withIntervals(named, intervals);

  const counts = (names: string[]) => names.map((name) => (config[name] as Axis).count);
  const product = (numbers: number[]) => numbers.reduce((a, b) => a * b, 1);
  const decision = Object.keys(game.decision);
  const state = Object.keys(game.state);
  for (const name of [...decision, ...state]) checkAxis(name, config[name] as Axis);
  for (const [names, limit, unit] of [
    [decision, LIMITS.candidates, "candidates"],
    [state, LIMITS.states, "states"],
  ] as const)
    checkLimit(names.map((name) => `${name}.count`).join(" × "), limit, unit, product(counts(names)));

  const episodes = episodesOf(config.schedule);
  checkLimit("schedule", LIMITS.episodes, "episodes", episodes);
  if (episodes === 0)
    throw new MesaError("INVALID_CONFIG", "schedule must have at least one episode, got none");
  if (game.hidden) placeDeployment(config, asked.initial, episodes);
  if (config.horizon === "infinite") checkDiscount(game, config);
  config.plotWindow ??= defaultWindow(config);
  return { game, config };
}

/** @throws MesaError `INVALID_CONFIG` unless the discount of an infinite horizon is in [0, 1) */
function checkDiscount(game: Game, config: FilledConfig): void {
  const values = Object.keys(game.parameters).map((name) => [name, config[name] as number]);
  const discount = discountOf(game, Object.fromEntries(values));
  if (discount >= 0 && discount < 1) return;
  const allowed = discount < 0 ? "at least 0" : "below 1";
  throw new MesaError(
    "INVALID_CONFIG",
    `discount must be ${allowed} where horizon is infinite, got ${discount}`,
  );
}

/**
 * Reduces the default `initial.deploymentAt` to the length of a short schedule.
 *
 * @throws MesaError `INVALID_CONFIG` if the user set a value beyond the end of the schedule
 */
function placeDeployment({ initial }: FilledConfig, asked: unknown, episodes: number): void {
  if (initial.deploymentAt <= episodes) return;
  if (isRecord(asked) && Object.hasOwn(asked, "deploymentAt"))
    throw new MesaError(
      "INVALID_CONFIG",
      `initial.deploymentAt must be at most the schedule's ${episodes} episodes, got ${initial.deploymentAt}`,
    );
  initial.deploymentAt = episodes;
}

/** A game with other network layers. */
function withLayers(game: Game, layers: readonly number[]): Game {
  if (
    layers.length === game.network!.layers.length &&
    layers.every((width, l) => width === game.network!.layers[l])
  )
    return game;
  return gameOf({ ...game.definition, network: { layers } });
}

const cut = new WeakMap<Game, Map<number, Game>>();

/** A game whose real-valued signal is cut into this number of intervals, created once per number. */
function withIntervals(game: Game, intervals: number): Game {
  const { definition } = game;
  const { hidden } = definition;
  if (!hidden?.signal || hidden.signal.intervals === intervals) return game;
  const known = cut.get(game) ?? new Map<number, Game>();
  cut.set(game, known);
  const made =
    known.get(intervals) ??
    gameOf({ ...definition, hidden: { ...hidden, signal: { ...hidden.signal, intervals } } });
  known.set(intervals, made);
  return made;
}

/** The post's figures show training and ten episodes after it. */
function defaultWindow({ schedule, initial }: FilledConfig): number {
  const rates = learningRatesOf(schedule);
  const trained = initial.deploymentAt ?? rates.findLastIndex((rate) => rate > 0) + 1;
  return Math.min(rates.length, trained + 10);
}

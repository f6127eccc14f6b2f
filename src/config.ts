// What is asked, checked once, at the door. The schema of a configuration follows from its game, so a user's own
// game is checked as carefully as the built-in ones. Every complaint is one line: what is wrong, what was got, what
// is allowed.

import * as v from "valibot";
import { MesaError } from "./errors.ts";
import { type Game, isGame, type StateVariable } from "./games/game.ts";
import { games } from "./games/index.ts";
import type { Axis } from "./grid.ts";
import { episodesOf, learningRatesOf, type Schedule } from "./schedule.ts";
import {
  axis,
  bounded,
  complaint,
  hiddenSchedule,
  isRecord,
  layersOf,
  MOST_WEIGHTS,
  object,
  quote,
  schedule,
  search,
  whole,
} from "./schema.ts";

export { learningRatesOf, type Schedule } from "./schedule.ts";

/** What `solve` takes; every key beside `game` has a default. */
export interface Config {
  /** the name of a built-in game, or a game made by `defineGame` */
  game: string | Game;
  schedule?:
    | Partial<Extract<Schedule, { training: number }>>
    | Partial<Extract<Schedule, { episodes: number }>>
    | Extract<Schedule, { learningRates: number[] }>;
  /** `infinite`: the last learning rate goes on for ever, which takes a discount below 1 */
  horizon?: "finite" | "infinite";
  /** where the trajectory starts, by state */
  initial?: Record<string, number>;
  /** how many episodes the figure shows */
  plotWindow?: number;
  discount?: number | Partial<Axis>;
  regularization?: number;
  /** the grid of the goal */
  theta?: Partial<Axis>;
  /** the game's other grids and parameters */
  [key: string]: unknown;
}

/** A configuration with every default filled in: plain data, ready for JSON. */
export interface FilledConfig {
  game: string;
  schedule: Schedule;
  /** where the game has a choice */
  horizon?: "finite" | "infinite";
  initial: Record<string, number>;
  plotWindow: number;
  [key: string]: unknown;
}

/** What is checked before anything is allocated. */
export const LIMITS = {
  /** episodes of a schedule */
  episodes: 10_000,
  /** candidates of one step: the product of the decision's counts */
  candidates: 2 ** 24,
  /** states averaged over: the product of the state's counts */
  states: 2 ** 20,
  /** weights of a network */
  weights: MOST_WEIGHTS,
} as const;

/** entries that only some games have */
const only = (condition: unknown, entries: v.ObjectEntries): v.ObjectEntries => (condition ? entries : {});

const horizon = v.picklist(["finite", "infinite"], '"finite" or "infinite"');

/** The schema of a game's configurations. */
function schemaOf(game: Game) {
  const mapValues = <T, U>(of: Readonly<Record<string, T>>, map: (value: T) => U) =>
    Object.fromEntries(Object.entries(of).map(([key, value]) => [key, map(value)]));
  return object({
    game: v.literal(game.name),
    schedule: v.optional(game.hidden ? hiddenSchedule : schedule, {}),
    ...only(game.proportional && !game.hidden, { horizon: v.optional(horizon, "finite") }),
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
      layers: layersOf(game.network),
      search,
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

/** The game that a configuration names or brings along. */
function gameOf(input: Record<string, unknown>): Game {
  const named = Object.hasOwn(input, "game") ? input.game : undefined;
  const game = typeof named === "string" ? games.get(named) : isGame(named) ? named : undefined;
  if (game) return game;
  const names = [...games.keys()].join(", ");
  throw new MesaError(
    "INVALID_CONFIG",
    typeof named === "string" || named === undefined
      ? `game must be one of ${names}, got ${named === undefined ? "none" : quote(named)}`
      : `game must be a name (${names}) or what defineGame returns, got ${quote(named)}`,
  );
}

/**
 * Checks a configuration and fills its defaults in.
 *
 * @param input plain data, or an object with a `defineGame` game as `game`; it is not changed
 * @returns the game and the whole configuration
 * @throws MesaError `INVALID_CONFIG` or `LIMIT_EXCEEDED`, with one line
 */
export function checkConfig(input: unknown): { game: Game; config: FilledConfig } {
  if (!isRecord(input))
    throw new MesaError("INVALID_CONFIG", `the configuration must be an object, got ${quote(input)}`);
  const game = gameOf(input);
  const result = v.safeParse(schemaOf(game), { ...input, game: game.name }, { abortEarly: true });
  if (!result.success) throw new MesaError("INVALID_CONFIG", complaint(result.issues[0]));
  const config = result.output as unknown as FilledConfig;

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
  if (config.horizon === "infinite" && config.discount === 1)
    throw new MesaError("INVALID_CONFIG", "discount must be below 1 where horizon is infinite, got 1");
  config.plotWindow ??= defaultWindow(config);
  return { game, config };
}

/** The post's figures show the training phase and ten episodes after it. */
function defaultWindow({ schedule, initial }: FilledConfig): number {
  const rates = learningRatesOf(schedule);
  const trained = initial.deploymentAt ?? rates.findLastIndex((rate) => rate > 0) + 1;
  return Math.min(rates.length, trained + 10);
}

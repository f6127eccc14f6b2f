// What is asked, checked once, at the door. The schema of a configuration follows from its game, so a user's own
// game is checked as carefully as the built-in ones. Every complaint is one line: what is wrong, what was got, what
// is allowed.

import * as v from "valibot";
import { MesaError } from "./errors.ts";
import type { Game, Parameter } from "./games/game.ts";
import { games } from "./games/index.ts";
import type { Axis } from "./grid.ts";

/** The learning rate of each episode: a training phase followed by deployment, or every rate by itself. */
export type Schedule =
  | { training: number; deployment: number; learningRate: number }
  | { learningRates: number[] };

/** What `solve` takes; every key beside `game` has a default. */
export interface Config {
  /** the name of a built-in game, or a game made by `defineGame` */
  game: string | Game;
  schedule?:
    | Partial<Extract<Schedule, { training: number }>>
    | Extract<Schedule, { learningRates: number[] }>;
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
} as const;

const POST_SCHEDULE = { training: 20, deployment: 80, learningRate: 1 };

/** how a value is quoted in a message: whole when short */
function quote(value: unknown): string {
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

/** every check's message says what is allowed; the caller puts the key before and what was got behind */
const number = (allowed: string) => v.pipe(v.number(allowed), v.finite(allowed));

function bounded({ min, max }: Pick<Parameter, "min" | "max">) {
  const allowed =
    min === undefined && max === undefined
      ? "a finite number"
      : max === undefined
        ? `a finite number of at least ${min}`
        : min === undefined
          ? `a finite number of at most ${max}`
          : `in [${min}, ${max}]`;
  return v.pipe(
    number(allowed),
    v.minValue(min ?? -Number.MAX_VALUE, allowed),
    v.maxValue(max ?? Number.MAX_VALUE, allowed),
  );
}

function whole(min: number, max: number) {
  const allowed = `a whole number in [${min}, ${max}]`;
  return v.pipe(v.number(allowed), v.integer(allowed), v.minValue(min, allowed), v.maxValue(max, allowed));
}

function axis(defaults: Axis, maxCount: number) {
  const end = number("a finite number");
  return v.optional(
    v.pipe(
      v.strictObject(
        {
          min: v.optional(end, defaults.min),
          max: v.optional(end, defaults.max),
          count: v.optional(whole(1, maxCount), defaults.count),
        },
        "an object with min, max and count",
      ),
      v.check(
        ({ min, max, count }) => (count === 1 ? min === max : min < max),
        "a grid with min below max (min equal to max when count is 1)",
      ),
      v.check(({ min, max }) => Number.isFinite(max - min), "a grid whose span max − min is finite"),
    ),
    {},
  );
}

const rate = bounded({ min: 0 });

const schedule = v.lazy((input) =>
  typeof input === "object" && input !== null && Object.hasOwn(input, "learningRates")
    ? v.strictObject({
        learningRates: v.pipe(
          v.array(rate, "a list of learning rates"),
          v.minLength(1, "a list of at least one learning rate"),
          v.maxLength(LIMITS.episodes, `a list of at most ${LIMITS.episodes} learning rates`),
        ),
      })
    : v.pipe(
        v.strictObject(
          {
            training: v.optional(whole(0, LIMITS.episodes), POST_SCHEDULE.training),
            deployment: v.optional(whole(0, LIMITS.episodes), POST_SCHEDULE.deployment),
            learningRate: v.optional(rate, POST_SCHEDULE.learningRate),
          },
          "an object with training, deployment and learningRate, or with learningRates",
        ),
        v.check(
          ({ training, deployment }) =>
            training + deployment >= 1 && training + deployment <= LIMITS.episodes,
          `a schedule of 1 to ${LIMITS.episodes} episodes`,
        ),
      ),
);

/** The schema of a game's configurations. */
function schemaOf(game: Game) {
  const entries = Object.entries.bind(Object) as <T>(of: Readonly<Record<string, T>>) => [string, T][];
  return v.strictObject(
    {
      game: v.literal(game.name),
      schedule: v.optional(schedule, {}),
      ...Object.fromEntries(entries(game.decision).map(([k, a]) => [k, axis(a, LIMITS.candidates)])),
      ...Object.fromEntries(entries(game.state).map(([k, a]) => [k, axis(a, LIMITS.states)])),
      ...Object.fromEntries(entries(game.parameters).map(([k, p]) => [k, v.optional(bounded(p), p.default)])),
      initial: v.optional(
        v.strictObject(
          Object.fromEntries(
            entries(game.state).map(([k, a]) => [k, v.optional(number("a finite number"), a.initial)]),
          ),
          `an object with ${Object.keys(game.state).join(", ")}`,
        ),
        {},
      ),
      plotWindow: v.optional(whole(1, LIMITS.episodes)),
    },
    "an object",
  );
}

/** One line for the first complaint of a schema. */
function complaint(issue: v.BaseIssue<unknown>): string {
  const key = v.getDotPath(issue) ?? "the configuration";
  if (issue.type === "strict_object" && issue.expected === "never") {
    const parent = issue.path?.at(-1)?.input;
    return `unknown key ${quote(key)}${parent && issue.path?.length === 1 ? "" : ""}`;
  }
  return `${key} must be ${issue.message}, got ${quote(issue.input)}`;
}

/** The product of an object's counts, for the limits of LIMITS. */
function sizeOf(names: readonly string[], config: Record<string, unknown>): number {
  return names.reduce((product, name) => product * (config[name] as Axis).count, 1);
}

/**
 * Checks a configuration and fills its defaults in.
 *
 * @param input plain data, or an object with a `defineGame` game as `game`; it is not changed
 * @returns the game and the whole configuration
 * @throws MesaError `INVALID_CONFIG` or `LIMIT_EXCEEDED`, with one line
 */
export function checkConfig(input: unknown): { game: Game; config: FilledConfig } {
  const invalid = (text: string) => new MesaError("INVALID_CONFIG", text);
  if (typeof input !== "object" || input === null || Array.isArray(input))
    throw invalid(`the configuration must be an object, got ${quote(input)}`);
  const named = Object.hasOwn(input, "game") ? (input as { game: unknown }).game : undefined;
  const game =
    typeof named === "string"
      ? games.get(named)
      : typeof named === "object" && named !== null && "wgsl" in named
        ? (named as Game)
        : undefined;
  if (!game) throw invalid(`game must be one of ${[...games.keys()].join(", ")}, got ${quote(named)}`);

  const result = v.safeParse(schemaOf(game), { ...input, game: game.name });
  if (!result.success) {
    const [issue] = result.issues;
    const known = Object.keys(schemaOf(game).entries).join(", ");
    const atTop = issue.expected === "never" && issue.path?.length === 1;
    throw invalid(complaint(issue) + (atTop ? `; allowed are ${known}` : ""));
  }
  const config = result.output as unknown as FilledConfig;

  for (const [what, names, limit] of [
    ["candidates", Object.keys(game.decision), LIMITS.candidates],
    ["states", Object.keys(game.state), LIMITS.states],
  ] as const) {
    const size = sizeOf(names, config);
    if (size > limit)
      throw new MesaError(
        "LIMIT_EXCEEDED",
        `${names.join(" × ")} must make at most ${limit} ${what}, got ${size}`,
      );
  }
  config.plotWindow ??= defaultWindow(config.schedule);
  return { game, config };
}

/** The post's figures show the training phase and ten episodes after it. */
function defaultWindow(schedule: Schedule): number {
  const rates = learningRatesOf(schedule);
  const trained = rates.findLastIndex((rate) => rate > 0) + 1;
  return Math.min(rates.length, trained + 10);
}

/** The learning rate of each episode. Shape [T]. */
export function learningRatesOf(schedule: Schedule): Float64Array {
  if ("learningRates" in schedule) return Float64Array.from(schedule.learningRates);
  const { training, deployment, learningRate } = schedule;
  return new Float64Array(training + deployment).fill(learningRate, 0, training);
}

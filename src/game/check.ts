// What a definition of a game may contain: the schemas of its parts, and its names.

import * as v from "valibot";
import type { GameError, GamePlace } from "../errors.ts";
import { bounded, complaint, isRecord, object, pathOf, quote, whole } from "../schema.ts";
import type { GameDefinition, Parameter } from "./game.ts";
import { hiddenSchema, signalNames } from "./hidden.ts";
import { layers } from "./network.ts";
import { FUNCTION_NAMES } from "./parse.ts";

/** Parameters that every game has, unless its state has a number of that name. */
export const COMMON_PARAMETERS: Readonly<Record<string, Parameter>> = {
  discount: { default: 1, min: 0, max: 1 },
  regularization: { default: 0, min: 0 },
};

/** names that a game cannot use: keys of a configuration or a result, and names that have a meaning in formulas */
const RESERVED: ReadonlySet<string> = new Set([
  ...["game", "schedule", "horizon", "initial", "deploymentAt", "plotWindow", "layers", "search", "weights"],
  ...["output", "loss", "learningRate", "target", "own", "next", "gradient"],
  ...["episode", "cost", "margin"],
  ...FUNCTION_NAMES,
]);

/** further such names in games with hidden phases */
const RESERVED_HIDDEN: ReadonlySet<string> = new Set([
  "intervals",
  "memory",
  "memoryError",
  "trainingBelief",
]);

/** maximum numbers of names, checked before any formula is read */
const LIMITS = { states: 8, decision: 8, parameters: 64, definitions: 256, outputs: 8 } as const;

const finite = bounded({});
const axis = { min: finite, max: finite, count: whole(1) };
const boundsSchema = object({ min: v.optional(finite), max: v.optional(finite) });
/** `parse` checks formulas and gives better messages than a schema could */
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

/** The schemas of the parts of a definition. */
export const gameSchemas = {
  definition: schema,
  state: stateSchema,
  decision: object(axis),
  parameter: parameterSchema,
} as const;

/** Creates an error about a game. */
export type Complain = (text: string, place?: GamePlace, reason?: string) => GameError;

/**
 * Checks the keys of a definition; {@link checkParts} checks what they hold.
 *
 * @throws what `complain` returns
 */
export function checkKeys(definition: object, complain: Complain): void {
  check(schema, definition, "", complain);
}

/**
 * Checks the names of a definition, and its states, axes and parameters.
 *
 * @throws what `complain` returns
 */
export function checkParts(definition: GameDefinition, complain: Complain): void {
  checkNames(definition, complain);
  const { state, decision = {}, parameters = {} } = definition;
  for (const [part, schema, named] of [
    ["state", stateSchema, state],
    ["decision", gameSchemas.decision, decision],
    ["parameters", parameterSchema, parameters],
  ] as const)
    for (const [key, value] of Object.entries(named)) check(schema, value, `${part}.${key}`, complain);
}

/** @throws what `complain` returns if a value does not match a schema */
function check(schema: v.GenericSchema, value: unknown, where: string, complain: Complain): void {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (!result.success)
    throw complain(complaint(result.issues[0], where), { path: pathOf(result.issues[0], where) });
}

/** @throws what `complain` returns if a name is invalid or taken, if there are too many, or if a required one is missing */
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
      throw complain(`${key} must have at most ${limit} names`, { path: key });
  }
  for (const key of Object.keys(next))
    if (!Object.hasOwn(state, key))
      throw complain(
        `next must have names of the state, ${Object.keys(state).join(", ")}, got ${quote(key)}`,
        { path: `next.${key}` },
      );
  if (network) {
    if (output !== undefined || definition.decision)
      throw complain("network replaces output and decision: leave these out");
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
        throw complain(`${key} must be given if there are several outputs`, { path: key });
}

function checkName(key: string, place: GamePlace, complain: Complain): void {
  if (!/^[a-z][a-zA-Z0-9]{0,59}$/.test(key))
    throw complain(`${quote(key)} must be a camelCase name of at most 60 letters and digits`, place);
}

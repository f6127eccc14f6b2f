// A JSON Schema of configurations, for editors that complete and check while one types. It is derived from the schemas
// that check configurations. Rules that those express as functions (a grid's min is below its max) are not part of it.

import type * as v from "valibot";
import { gameSchemas } from "../game/check.ts";
import { games } from "../game/games.ts";
import { schemaOf } from "./config.ts";

/** A JSON Schema, or a part of one. */
export type Json = Record<string, unknown>;

/** the version of JSON Schema */
export const DIALECT = "https://json-schema.org/draft/2020-12/schema";

/** The parts of a valibot schema, or of a step of its pipe, that are read here. */
interface Part {
  readonly type: string;
  readonly pipe?: readonly Part[];
  readonly entries?: Readonly<Record<string, Part>>;
  readonly item?: Part;
  readonly wrapped?: Part;
  readonly default?: unknown;
  readonly options?: readonly unknown[];
  readonly requirement?: unknown;
  readonly alternatives?: readonly Part[];
}

/** The JSON Schema of any configuration, draft 2020-12. */
export function configSchema(): Json {
  const { config, game } = configParts();
  return { $schema: DIALECT, title: "A configuration of mesa-induction", ...config, $defs: { game } };
}

/** The schema of a configuration, and that of a game to which it refers as `#/$defs/game`. */
export function configParts(): { config: Json; game: Json } {
  const { definition, state, decision, parameter } = gameSchemas;
  const formulas = { type: "object", additionalProperties: { type: ["string", "number"] } };
  const game = jsonOf(definition) as { properties: Json };
  const each = (schema: v.GenericSchema) => ({ type: "object", additionalProperties: jsonOf(schema) });
  Object.assign(game.properties, {
    ...{ state: each(state), decision: each(decision), parameters: each(parameter) },
    ...{ definitions: formulas, next: formulas },
    output: { anyOf: [{ type: ["string", "number"] }, formulas] },
  });
  const config = {
    type: "object",
    required: ["game"],
    properties: {
      $schema: { type: "string" },
      game: { anyOf: [{ enum: [...games.keys()] }, { $ref: "#/$defs/game" }] },
    },
    allOf: Array.from(games, ([name, game]) => {
      const settings = jsonOf(schemaOf(game)) as { properties: Json };
      return {
        if: { required: ["game"], properties: { game: { const: name } } },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: { ...settings, properties: { $schema: true, ...settings.properties } },
      };
    }),
  };
  return { config, game };
}

/** A schema of valibot's as JSON Schema. */
export const jsonOf = (schema: v.GenericSchema): Json => ofPart(schema as unknown as Part);

function ofPart(part: Part): Json {
  if (!part.pipe) return ofStep(part, part.type);
  return Object.assign({}, ...part.pipe.map((step) => ofStep(step, part.pipe![0].type)));
}

/** @param of the type that the pipe begins with */
function ofStep(part: Part, of: string): Json {
  const { type, entries = {}, requirement } = part;
  switch (type) {
    case "any":
    case "custom":
    case "check":
    case "finite":
      return {};
    case "number":
    case "string":
    case "boolean":
      return { type };
    case "safe_integer":
      return { type: "integer" };
    case "min_value":
      return requirement === -Number.MAX_VALUE ? {} : { minimum: requirement };
    case "max_value":
      return requirement === Number.MAX_VALUE ? {} : { maximum: requirement };
    case "min_length":
      return { [of === "array" ? "minItems" : "minLength"]: requirement };
    case "max_length":
      return { [of === "array" ? "maxItems" : "maxLength"]: requirement };
    case "regex":
      return { pattern: (requirement as RegExp).source };
    case "picklist":
      return { enum: part.options };
    case "array":
      return { type, items: ofPart(part.item!) };
    case "optional":
      return { ...ofPart(part.wrapped!), ...(part.default !== undefined && { default: part.default }) };
    case "lazy":
      return { anyOf: part.alternatives!.map(ofPart) };
    case "strict_object":
      return {
        type: "object",
        properties: Object.fromEntries(Object.entries(entries).map(([key, one]) => [key, ofPart(one)])),
        required: Object.keys(entries).filter((key) => entries[key].type !== "optional"),
        additionalProperties: false,
      };
    default:
      throw new Error(`no JSON Schema is known for ${type}`);
  }
}

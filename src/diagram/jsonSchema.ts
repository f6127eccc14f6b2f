// Phase diagrams and sweeps as JSON Schemas, for editors that complete and check the files that `phase` and `sweep` take.

import type * as v from "valibot";
import { configParts, DIALECT, type Json, jsonOf } from "../config/jsonSchema.ts";
import { presets } from "../config/presets.ts";
import { phaseSchema } from "./config.ts";
import { sweepSchema } from "./sweep.ts";

/** The schema of a question about many games, in which `config` is a configuration or the name of a preset. */
function questionJson(title: string, schema: v.GenericSchema): Json {
  const { properties, ...rest } = jsonOf(schema) as { properties: Json };
  const { config, game } = configParts();
  return {
    $schema: DIALECT,
    title,
    ...rest,
    properties: {
      ...properties,
      config: { anyOf: [{ enum: Object.keys(presets) }, { $ref: "#/$defs/config" }] },
    },
    $defs: { config, game },
  };
}

/** The JSON Schema of any phase diagram, draft 2020-12. */
export const phaseJsonSchema = (): Json => questionJson("A phase diagram of mesa-induction", phaseSchema);

/** The JSON Schema of any sweep, draft 2020-12. */
export const sweepJsonSchema = (): Json => questionJson("A sweep of mesa-induction", sweepSchema);

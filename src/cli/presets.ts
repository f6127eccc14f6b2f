// `presets`: lists the presets and the diagrams, or prints one with every default filled in, as a file to start from.

import { configSchema } from "../config/jsonSchema.ts";
import { phaseJsonSchema, sweepJsonSchema } from "../diagram/jsonSchema.ts";
import { checkConfig, MesaError, phasePresets, presets } from "../index.ts";
import { toJson } from "../report/json.ts";
import { alignColumns } from "../report/table.ts";
import { meant, quote } from "../schema.ts";

/** The JSON Schemas, by what they describe. */
const SCHEMAS = { config: configSchema, phase: phaseJsonSchema, sweep: sweepJsonSchema };

/** The path of a JSON Schema, from a folder in which the package is installed. */
const schemaFile = (what: keyof typeof SCHEMAS) => `./node_modules/mesa-induction/dist/${what}.schema.json`;

/** Prints a JSON Schema. */
export function schemaCommand(what: keyof typeof SCHEMAS): void {
  process.stdout.write(toJson(SCHEMAS[what]()));
}

/** Prints the list, or one preset or diagram. @throws MesaError `INVALID_CONFIG` if nothing has the name */
export function presetsCommand(name: string | undefined, { json }: { json?: boolean }): void {
  process.stdout.write(name === undefined ? (json ? toJson(listed()) : table()) : toJson(named(name)));
}

const listed = () =>
  Object.entries({ ...presets, ...phasePresets }).map(([name, preset]) => ({ name, ...preset }));

function table(): string {
  const width = Math.max(...listed().map(({ name }) => name.length));
  return [presets, phasePresets]
    .map((of) => Object.entries(of).map(([name, { about }]) => [name.padEnd(width), about]))
    .map((rows) => `${alignColumns(rows, 2)}\n`)
    .join("\n");
}

function named(name: string): object {
  if (Object.hasOwn(presets, name))
    return { $schema: schemaFile("config"), ...checkConfig(presets[name].config).config };
  if (Object.hasOwn(phasePresets, name)) {
    const { config, ...axes } = phasePresets[name].phase;
    const whole = typeof config === "string" ? presets[config].config : config;
    return { $schema: schemaFile("phase"), config: checkConfig(whole).config, ...axes };
  }
  const names = listed().map((one) => one.name);
  throw new MesaError(
    "INVALID_CONFIG",
    `no preset is called ${quote(name)}${meant(name, names)}; the presets are ${names.join(", ")}`,
  );
}

// A JSON Schema accepts what the check accepts, and rejects wrong keys, types and bounds as the check does.
import { readdir, readFile } from "node:fs/promises";
import Ajv from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { configSchema } from "../src/config/jsonSchema.ts";
import { phaseJsonSchema, sweepJsonSchema } from "../src/diagram/jsonSchema.ts";
import { checkConfig, checkPhase, checkSweep, games, phasePresets, presets } from "../src/index.ts";
import { contrary } from "./games/contrary.ts";
import { gears } from "./games/gears.ts";
import { momentum } from "./games/momentum.ts";
import { offset } from "./games/offset.ts";
import { reachSquared } from "./games/reachSquared.ts";
import { twoGoals } from "./games/twoGoals.ts";

const [takes, takesPhase, takesSweep] = [configSchema, phaseJsonSchema, sweepJsonSchema].map((schema) =>
  new Ajv({ strict: false }).compile(schema()),
);

test("the presets and games of the package are accepted, as they are and with all defaults", async () => {
  const folder = new URL("../examples/", import.meta.url);
  const files = await Promise.all(
    (await readdir(folder)).map((name) => readFile(new URL(name, folder), "utf8")),
  );
  const configs: object[] = [
    ...Object.values(presets).map(({ config }) => config),
    ...files.map((text) => JSON.parse(text)),
    ...Array.from(games, ([, { definition }]) => ({ game: definition })),
    ...[contrary, gears, momentum, offset, reachSquared, twoGoals].map((game) => ({ game })),
  ];
  expect(configs.length).toBeGreaterThan(25);
  for (const config of configs)
    for (const one of [config, { $schema: "./config.schema.json", ...checkConfig(config).config }]) {
      expect(takes(JSON.parse(JSON.stringify(one))), JSON.stringify(takes.errors)).toBe(true);
      expect(checkConfig(one).config).toEqual(checkConfig(config).config);
      expect(checkConfig(one).config).not.toHaveProperty("$schema");
    }
});

describe("is rejected by both", () => {
  const { definition } = games.get("uncertain-deployment")!;
  test.each<object>([
    {},
    { game: "liner" },
    { game: 3 },
    { game: "linear", discont: 1 },
    { game: "linear", discount: 1.2 },
    { game: "linear", discount: "1" },
    { game: "linear", regularization: -1 },
    { game: "linear", theta: { step: 1 } },
    { game: "linear", theta: { count: 2.5 } },
    { game: "linear", theta: { count: 0 } },
    { game: "linear", schedule: { training: 1.5 } },
    { game: "linear", schedule: { learningRates: [1], training: 1 } },
    { game: "linear", schedule: { learningRates: [-1] } },
    { game: "linear", horizon: "endless" },
    { game: "linear", initial: { belief: 1 } },
    { game: "linear", layers: [1, 1] },
    { game: "linear", $schema: 3 },
    { game: "mlp", horizon: "infinite" },
    { game: "mlp", layers: [1] },
    { game: "mlp", layers: [1, 0, 1] },
    { game: "mlp", search: { starts: 0 } },
    { game: "learned-discount", initial: { discount: 2 } },
    { game: "uncertain-deployment", memory: 1 },
    { game: "uncertain-deployment", schedule: { training: 3 } },
    { game: "distributional-shift", intervals: 65 },
    { game: { ...momentum, outptu: "1" } },
    { game: { ...momentum, name: "My game" } },
    { game: { ...momentum, output: null } },
    { game: { ...momentum, state: { theta: { min: 0, max: 1, count: 2 } } } },
    { game: { ...momentum, parameters: { friction: { default: "much" } } } },
    { game: { ...definition, hidden: { ...definition.hidden, trains: [1, 0] } } },
  ])("%j", (config) => {
    expect(takes(config)).toBe(false);
    expect(() => checkConfig(config)).toThrow();
  });
});

const x = { key: "discount", from: 0.5, to: 1, count: 3 };
const y = { key: "schedule.learningRate", from: 0.1, to: 1, count: 2, scale: "log" };
const over = { key: "discount", values: [1, 0.5] };
const series = { key: "layers", values: [[1, 1], "any"] };

test("phase diagrams and sweeps are taken, with a configuration or the name of one", () => {
  const config = { game: "linear" };
  const phases: object[] = [
    ...Object.values(phasePresets).map(({ phase }) => phase),
    ...[config, { game: momentum }, "experiment-1"].map((config) => ({ config, x, y })),
    { $schema: "./phase.schema.json", config, x, y, measures: ["deception", "margin"] },
  ];
  for (const phase of phases) {
    expect(takesPhase(JSON.parse(JSON.stringify(phase))), JSON.stringify(takesPhase.errors)).toBe(true);
    expect(checkPhase(phase)).not.toHaveProperty("$schema");
  }
  const sweeps: object[] = [
    ...["experiment-1", config, { game: momentum }].map((config) => ({ config, over })),
    { $schema: "./sweep.schema.json", config, over: y, series: over, measures: ["cost"] },
  ];
  for (const sweep of sweeps) {
    expect(takesSweep(sweep), JSON.stringify(takesSweep.errors)).toBe(true);
    expect(checkSweep(sweep)).not.toHaveProperty("$schema");
  }
});

describe("is rejected by both, as a diagram", () => {
  const diagram = { config: "experiment-1", x, y };
  test.each<object>([
    { ...diagram, config: undefined },
    { ...diagram, config: "experiment-3" },
    { ...diagram, config: { game: "liner" } },
    { ...diagram, config: { game: "linear", dscount: 1 } },
    { ...diagram, x: undefined },
    { ...diagram, x: { ...x, count: 1 } },
    { ...diagram, x: { ...x, count: 9000 } },
    { ...diagram, x: { ...x, to: "1" } },
    { ...diagram, x: { ...x, scale: "logarithmic" } },
    { ...diagram, y: { ...x, values: [1] } },
    { ...diagram, measures: [] },
    { ...diagram, measures: [1] },
    { ...diagram, mesures: ["cost"] },
    { ...diagram, $schema: 1 },
  ])("%j", (given) => {
    const phase = JSON.parse(JSON.stringify(given));
    expect(takesPhase(phase)).toBe(false);
    expect(() => checkPhase(phase)).toThrow();
  });
});

describe("is rejected by both, as a sweep", () => {
  const sweep = { config: "experiment-1", over };
  test.each<object>([
    { over },
    { config: "experiment-1" },
    { ...sweep, over: { key: "discount" } },
    { ...sweep, over: { key: "discount", values: [] } },
    { ...sweep, over: { key: "discount", values: ["1"] } },
    { ...sweep, over: { ...x, count: 0 } },
    { ...sweep, series: { ...series, values: 1 } },
    { ...sweep, series: { ...series, scale: "log" } },
    { ...sweep, measures: "cost" },
    { ...sweep, x },
  ])("%j", (sweep) => {
    expect(takesSweep(sweep)).toBe(false);
    expect(() => checkSweep(sweep)).toThrow();
  });
});

// The JSON Schema accepts what the check accepts, and rejects wrong keys, types and bounds as the check does.
import { readdir, readFile } from "node:fs/promises";
import Ajv from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { configSchema } from "../src/config/jsonSchema.ts";
import { checkConfig, games, presets } from "../src/index.ts";
import { contrary } from "./games/contrary.ts";
import { gears } from "./games/gears.ts";
import { momentum } from "./games/momentum.ts";
import { offset } from "./games/offset.ts";
import { reachSquared } from "./games/reachSquared.ts";
import { twoGoals } from "./games/twoGoals.ts";

const takes = new Ajv({ strict: false }).compile(configSchema());

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

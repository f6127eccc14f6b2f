// Unknown options are rejected with one line, as in configurations: a misspelt option must not be ignored.
import { describe, expect, test } from "vitest";
import { checkSweep, openEngine, phase, presets, simulateRuns, solve, sweep } from "../src/index.ts";

const { config } = presets["experiment-1"];
const diagram = {
  config: "experiment-1",
  x: { key: "discount", from: 0.5, to: 1, count: 2 },
  y: { key: "schedule.training", from: 1, to: 2, count: 2 },
};
const over = { key: "discount", values: [1] };

describe("are rejected", () => {
  test.each<[() => Promise<unknown>, string]>([
    [() => solve(config, null as never), "options must be an object with backend, method"],
    [
      () => solve(config, { backedn: "cpu" } as never),
      'unknown key "options.backedn" (did you mean "backend"?)',
    ],
    [
      () => solve(config, { gpu: {} } as never),
      "options.gpu must be a WebGPU implementation, with requestAdapter, got {}",
    ],
    [() => solve(config, { signal: 3 } as never), "options.signal must be an AbortSignal, got 3"],
    [() => solve(config, { onProgress: 3 } as never), "options.onProgress must be a function, got 3"],
    [() => solve(config, { induction: {} } as never), "options.induction must be an Induction, got {}"],
    [() => sweep(config, undefined as never), "options must be an object with"],
    [() => sweep(config, {} as never), "over must be an object with key and values, got undefined"],
    [
      () => sweep(config, { over, mesures: [] } as never),
      'unknown key "options.mesures" (did you mean "measures"?)',
    ],
    [() => phase(undefined as never), "the phase diagram must be an object, got undefined"],
    [() => phase({ base: 1 } as never), "config is missing"],
    [
      () => phase(diagram, { engine: {} } as never),
      "options.engine must be an engine, from openEngine, got {}",
    ],
    [() => phase(diagram, { sample: -1 }), "options.sample must be a whole number of at least 0, got -1"],
    [
      () => openEngine({ backedn: "cpu" } as never),
      'unknown key "options.backedn" (did you mean "backend"?)',
    ],
    [
      () => openEngine({ gpu: {} }),
      "options.gpu must be a WebGPU implementation, with requestAdapter, got {}",
    ],
    [async () => checkSweep(undefined), "the sweep must be an object, got undefined"],
    [async () => checkSweep({ config, over, sereis: over }), 'unknown key "sereis" (did you mean "series"?)'],
    [async () => checkSweep({ config: "experiment-3", over }), "config must be a configuration or one of"],
    [async () => simulateRuns(config, {}, { rnus: 3 } as never), 'unknown key "options.rnus"'],
    [() => phase(diagram, { engin: 1 } as never), 'unknown key "options.engin" (did you mean "engine"?)'],
  ])("%s", async (call, message) => {
    await expect(call()).rejects.toMatchObject({
      name: "MesaError",
      code: "INVALID_CONFIG",
      message: expect.stringContaining(message),
    });
  });
});

// `validate` reports that implementations agree, and finds a difference if there is one.

import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";
import { expect, test } from "vitest";
import { compareWithExact } from "../../src/cli/comparisons/experiments.ts";
import {
  compareFloat32,
  compareScreening,
  compareToTheBit,
  compareWithReference,
  type Reference,
} from "../../src/cli/comparisons/implementations.ts";
import { comparePlan, compareWithRuns } from "../../src/cli/comparisons/laws.ts";
import { presets } from "../../src/index.ts";
import { buildProgram, NO_ADAPTER, PATIENT, program } from "./program.ts";

/** leaves out comparisons on the CPU that the first test makes and the other tests do not need */
const without = (...files: string[]): Plugin => ({
  name: "fewer comparisons",
  setup({ onLoad }) {
    onLoad({ filter: new RegExp(`comparisons/(${files.join("|")})\\.ts$`) }, async ({ path }) => {
      const name = /export const (\w+Checks)/.exec(await readFile(path, "utf8"))![1];
      return { contents: `export const ${name} = [];`, loader: "ts" };
    });
  },
});

test("every comparison agrees, on the CPU and on the GPU", { timeout: 240_000 }, async () => {
  const { code, stdout } = await program.run(["validate"], { env: PATIENT });
  expect(stdout).toMatch(/\n\d+ agree, 0 differ, 0 not run\n$/);
  for (const name of Object.keys(presets)) expect(stdout).toMatch(new RegExp(`\\n${name} +gpu`));
  expect(code).toBe(0);
});

test("without an adapter the GPU's rows do not count as agreeing", async () => {
  const program = await buildProgram([without("experiments", "laws")]);
  const { code, stdout, messages } = await program.run(["validate", "--json"], { env: NO_ADAPTER });
  const { agree, differ, notRun, comparisons, adapter } = JSON.parse(stdout);
  expect({ code, differ, adapter }).toEqual({ code: 0, differ: 0, adapter: null });
  expect(agree + notRun).toBe(comparisons.length);
  expect(agree).toBeGreaterThan(10);
  for (const { compared, verdict } of comparisons)
    expect(verdict).toBe(compared.startsWith("gpu") ? "not run" : "agree");
  expect(messages).toHaveLength(1);
});

test("a reference that is wrong by one bit is found, with exit status 1", async () => {
  const wrong: Plugin = {
    name: "wrong reference",
    setup({ onLoad }) {
      onLoad({ filter: /reference\.json$/ }, async ({ path }) => {
        const references: Reference[] = JSON.parse(await readFile(path, "utf8"));
        references[0].plan[50] = 1 - 2 ** -53;
        return { contents: JSON.stringify(references), loader: "json" };
      });
    },
  };
  const program = await buildProgram([wrong, without("experiments", "laws")]);
  const { code, stdout } = await program.run(["validate"], { env: NO_ADAPTER });
  expect(code).toBe(1);
  expect(stdout).toContain("coefficient of episode 50 is 1, not 0.9999999999999999");
  expect(stdout).toMatch(/\n\d+ agree, 2 differ, \d+ not run\n$/);
});

const result = (coefficient: number[], theta: number[]) => ({
  plan: { coefficient },
  trajectory: { theta, output: [], loss: [] } as never,
  cost: coefficient,
});

test("comparisons report what differs", () => {
  const wanted = { plan: [0.5, 1], thetas: [1, 0.5, 0.25] } as Reference;
  expect(compareWithReference(result([0.5, 1], [1, 0.5, 0.25 + 1e-15]), wanted).verdict).toBe("agree");
  expect(compareWithReference(result([0.5, 1], [1, 0.5, 0.25 + 1e-13]), wanted).verdict).toBe("differ");
  expect(compareWithReference(result([0.5, 1], [1, 0.5, Number.NaN]), wanted).verdict).toBe("differ");
  expect(compareWithReference(result([0.5], [1, 0.5]), wanted).verdict).toBe("differ");
  expect(compareWithReference(result([0.5, 1, 1], [1, 0.5, 0.25]), wanted).verdict).toBe("differ");
  expect(compareFloat32(result([0.5, 1], []), result([0.5, 1 + 1e-8], [])).verdict).toBe("agree");
  expect(compareFloat32(result([0.5, 1], []), result([0.5, 1.1], [])).verdict).toBe("differ");
  const grid = (count: number, far: number) => ({ count, plan: [far] });
  expect(compareWithExact([0], grid(401, 0.009)).verdict).toBe("agree");
  expect(compareWithExact([0], grid(401, 0.011)).verdict).toBe("differ");
  expect(compareWithExact([0], grid(4001, 0.0005), grid(401, 0.005)).verdict).toBe("agree");
  expect(compareWithExact([0], grid(4001, 0.0005), grid(401, 0.0005)).verdict).toBe("differ");
});

test("comparisons of the other games report what differs", () => {
  const solved = (plan: number[], cost: number[], margin: (number | null)[]) => ({
    plan: { coefficient: plan },
    cost,
    margin,
  });
  const wanted = solved([0.5, 1], [1, 0], [0.25, null]);
  expect(compareToTheBit(solved([0.5, 1], [1, 0], [0.25, null]), wanted).verdict).toBe("agree");
  expect(compareToTheBit(solved([0.5, 1 - 2 ** -53], [1, 0], [0.25, null]), wanted)).toEqual({
    verdict: "differ",
    detail: "coefficient of episode 1 is 0.9999999999999999, not 1",
  });
  expect(compareToTheBit(solved([0.5, 1], [1, -0], [0.25, null]), wanted).verdict).toBe("differ");
  expect(compareToTheBit(solved([0.5, 1], [1, 0], [0.25, 0]), wanted).verdict).toBe("differ");
  expect(compareToTheBit(solved([0.5], [1, 0], [0.25, null]), wanted).verdict).toBe("differ");

  expect(compareScreening([1.0001, 2], [1, 2]).verdict).toBe("agree");
  expect(compareScreening([1.001, 2], [1, 2]).verdict).toBe("differ");
  expect(compareScreening([Number.NaN, 2], [1, 2]).verdict).toBe("differ");

  const runs = { runs: 100, mean: 10, standardError: 0.1 };
  expect(compareWithRuns(10.39, runs).verdict).toBe("agree");
  expect(compareWithRuns(10.41, runs).verdict).toBe("differ");
  expect(compareWithRuns(Number.NaN, runs).verdict).toBe("differ");

  const plain = { plan: [0.5, 1], cost: [1, 0] };
  expect(comparePlan({ plan: [0.5, 1], cost: [1 + 1e-13, 0] }, plain, 1e-12).verdict).toBe("agree");
  expect(comparePlan({ plan: [0.5, 1], cost: [1 + 1e-11, 0] }, plain, 1e-12).verdict).toBe("differ");
  expect(comparePlan({ plan: [0.5, 1 - 1e-15], cost: [1, 0] }, plain, 1e-12).verdict).toBe("differ");
  expect(comparePlan({ plan: [0.5, 1], cost: [1] }, plain, 1e-12).verdict).toBe("differ");
});

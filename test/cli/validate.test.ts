// `validate` agrees where all is well, and says so where it is not.

import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";
import { expect, test } from "vitest";
import {
  compareFloat32,
  compareWithExact,
  compareWithReference,
  type Reference,
} from "../../src/cli/comparisons.ts";
import { buildProgram, NO_ADAPTER } from "./program.ts";

test("every comparison agrees, on the CPU and on the GPU", async () => {
  const program = await buildProgram("validate");
  const { code, stdout } = await program.run(["validate"]);
  expect(stdout).toMatch(/\n44 agree, 0 differ, 0 not run\n$/);
  expect(code).toBe(0);
});

test("without an adapter the GPU's rows are not counted as agreeing", async () => {
  const program = await buildProgram("validate-alone");
  const { code, stdout, messages } = await program.run(["validate", "--json"], { env: NO_ADAPTER });
  const { agree, differ, notRun, comparisons, adapter } = JSON.parse(stdout);
  expect({ code, agree, differ, notRun, adapter }).toEqual({
    code: 0,
    agree: 23,
    differ: 0,
    notRun: 21,
    adapter: null,
  });
  for (const { compared, verdict } of comparisons)
    expect(verdict).toBe(compared.startsWith("gpu") ? "not run" : "agree");
  expect(messages).toHaveLength(1);
});

test("a reference that is wrong by one bit is found, exit 1", async () => {
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
  const program = await buildProgram("validate-wrong", [wrong]);
  const { code, stdout } = await program.run(["validate"], { env: NO_ADAPTER });
  expect(code).toBe(1);
  expect(stdout).toContain("coefficient of episode 50 is 1, not 0.9999999999999999");
  expect(stdout).toMatch(/\n21 agree, 2 differ, 21 not run\n$/);
});

const result = (coefficient: number[], theta: number[]) => ({
  plan: { coefficient },
  trajectory: { theta, output: [], loss: [] } as never,
  cost: coefficient,
});

test("comparisons know what differs", () => {
  const wanted = { plan: [0.5, 1], thetas: [1, 0.5, 0.25] } as Reference;
  expect(compareWithReference(result([0.5, 1], [1, 0.5, 0.25 + 1e-15]), wanted).verdict).toBe("agree");
  expect(compareWithReference(result([0.5, 1], [1, 0.5, 0.25 + 1e-13]), wanted).verdict).toBe("differ");
  expect(compareWithReference(result([0.5, 1], [1, 0.5, Number.NaN]), wanted).verdict).toBe("differ");
  expect(compareWithReference(result([0.5], [1, 0.5]), wanted).verdict).toBe("differ");
  expect(compareWithReference(result([0.5, 1, 1], [1, 0.5, 0.25]), wanted).verdict).toBe("differ");
  expect(compareFloat32(result([0.5, 1], []), result([0.5, 1 + 1e-8], [])).verdict).toBe("agree");
  expect(compareFloat32(result([0.5, 1], []), result([0.5, 1.1], [])).verdict).toBe("differ");
  const grids = (far: number[]) => [401, 4001, 40001].map((count, i) => ({ count, plan: [far[i]] }));
  const verdicts = (far: number[]) => compareWithExact([0], grids(far)).map(({ verdict }) => verdict);
  expect(verdicts([0.005, 0.0005, 0.00005])).toEqual(["agree", "agree", "agree"]);
  expect(verdicts([0.0005, 0.0005, 0.0005])).toEqual(["agree", "differ", "differ"]);
});

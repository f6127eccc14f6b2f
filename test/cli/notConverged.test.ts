// `solve` of an infinite horizon without an equilibrium: a failed check, with what is known.
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { buildProgram, type Program } from "./program.ts";

const CYCLES = ["infinite-horizon", "--set", "discount=0.8", "--set", "coefficient.count=5"];
const LINE =
  "mesa-induction: the infinite horizon has no stationary equilibrium that was found: " +
  "the decisions cycle with period 6\n";

let program: Program;
beforeAll(async () => {
  program = await buildProgram("notConverged");
});

test("one line, exit 1, and nothing written", async () => {
  const out = join(tmpdir(), "mesa-not-converged");
  const { code, stdout, stderr } = await program.run([...CYCLES, "--out", out]);
  expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: "", stderr: LINE });
  await expect(readdir(out)).rejects.toMatchObject({ code: "ENOENT" });
});

test("as JSON, the certificate", async () => {
  const { code, stdout, stderr } = await program.run([...CYCLES, "--json"]);
  expect({ code, stderr }).toEqual({ code: 1, stderr: LINE });
  const { game, config, stationary, plan } = JSON.parse(stdout);
  expect({ game, plan }).toEqual({ game: "linear", plan: undefined });
  expect(config).toMatchObject({ horizon: "infinite", discount: 0.8, coefficient: { count: 5 } });
  expect(stationary).toMatchObject({ converged: false, decision: null, period: 6 });
  expect(stationary.attempts[0]).toMatchObject({ start: "no future", outcome: "cycle", period: 6 });
});

test("an equilibrium is printed with the plan", async () => {
  const { code, stdout } = await program.run(["infinite-horizon", "--json"]);
  const { stationary, plan } = JSON.parse(stdout);
  expect(code).toBe(0);
  expect(stationary).toMatchObject({ converged: true, decision: { coefficient: plan.coefficient[99] } });
});

test("no discount, no infinite horizon: exit 2", async () => {
  const { code, stdout, stderr } = await program.run(["infinite-horizon", "--set", "discount=1"]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toBe("mesa-induction: discount must be below 1 where horizon is infinite, got 1\n");
});

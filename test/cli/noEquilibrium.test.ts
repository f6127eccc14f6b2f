// `solve` with an infinite horizon that has no equilibrium: an error, with what is known.
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { program } from "./program.ts";

const CYCLES = ["infinite-horizon", "--set", "discount=0.8", "--set", "coefficient.count=5"];
const LINE =
  "mesa-induction: the infinite horizon has no stationary equilibrium: no decision with a finite cost is the best response " +
  "to itself; longer and longer finite horizons cycle with period 6\n";

test("one line, exit status 1, and nothing is written", async () => {
  const out = join(tmpdir(), "mesa-no-equilibrium");
  const { code, stdout, stderr } = await program.run([...CYCLES, "--out", out]);
  expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: "", stderr: LINE });
  await expect(readdir(out)).rejects.toMatchObject({ code: "ENOENT" });
});

test("--json prints what is known", async () => {
  const { code, stdout, stderr } = await program.run([...CYCLES, "--json"]);
  expect({ code, stderr }).toEqual({ code: 1, stderr: LINE });
  const { game, config, stationary, plan } = JSON.parse(stdout);
  expect({ game, plan }).toEqual({ game: "linear", plan: undefined });
  expect(config).toMatchObject({ horizon: "infinite", discount: 0.8, coefficient: { count: 5 } });
  expect(stationary).toMatchObject({ equilibria: [], complete: true, undecided: [], chosen: -1 });
  expect(stationary.finiteHorizon).toMatchObject({ outcome: "cycle", period: 6 });
  expect(stationary.finiteHorizon.decisions).toHaveLength(6);
});

test("if float64 cannot tell: exit status 2, and --json prints what is known", async () => {
  const asked = ["infinite-horizon", "--method", "exact", "--set", "schedule.learningRate=1e300", "--json"];
  const { code, stdout, stderr } = await program.run(asked);
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /^mesa-induction: float64 cannot tell whether the infinite horizon has .* from 0 to 2; elsewhere there is none\n$/,
  );
  expect(JSON.parse(stdout).stationary).toMatchObject({
    equilibria: [],
    complete: false,
    undecided: [[0, 2]],
  });
});

test("an equilibrium is printed with the plan", async () => {
  const { code, stdout } = await program.run(["infinite-horizon", "--json"]);
  const { stationary, plan } = JSON.parse(stdout);
  expect(code).toBe(0);
  expect(stationary.equilibria[stationary.chosen].decision).toEqual({ coefficient: plan.coefficient[99] });
  expect(stationary).toMatchObject({ complete: true, finiteHorizon: { outcome: "limit", period: 1 } });
});

test("an infinite horizon without a discount: exit status 2", async () => {
  const { code, stdout, stderr } = await program.run(["infinite-horizon", "--set", "discount=1"]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toBe("mesa-induction: discount must be below 1 where horizon is infinite, got 1\n");
});

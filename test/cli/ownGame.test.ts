// A custom game on the command line: described, solved, swept, mapped and measured from a JSON file, or rejected.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mostlyHere, NO_ADAPTER, program } from "./program.ts";

const EXAMPLES = fileURLToPath(new URL("../../examples/", import.meta.url));
const MOMENTUM = join(EXAMPLES, "momentum.json");
const TWO_GOALS = join(EXAMPLES, "two-goals.json");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mesa-own-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...args: string[]) => program.run(args, { cwd: folder, env: NO_ADAPTER });

async function printed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args);
  expect(code, stderr).toBe(0);
  return stdout;
}

describe("game", () => {
  test("prints the formulas, what is derived from them, and which methods apply", async () => {
    const text = await printed("game", MOMENTUM);
    const lines = text.split("\n").map((line) => line.trim().replace(/ {2,}/g, "  "));
    expect(lines.slice(0, 16)).toEqual([
      ...["momentum", "", "state"],
      ...["theta  -1 to 1 in 11 points  from 0.8", "velocity  0  from 0", "", "decision"],
      ...["coefficient  -2 to 2 in 401 points", "", "parameters", "discount  1  in [0, 1]"],
      ...["regularization  0  at least 0", "friction  0.5  in [0, 1]", "", "formulas"],
      "output  = coefficient * theta",
    ]);
    for (const line of [
      "baseObjective  = (output - target)^2 + regularization * theta^2  (default)",
      "next.theta  = theta + next.velocity",
      "next.velocity  = friction * velocity - learningRate * gradient.theta",
      "gradient.theta  = 2 * (coefficient * theta - target) * coefficient + regularization * (2 * theta)",
      "linear in the state  yes",
      "infinite horizon  yes, with a discount below 1",
      "mirrored in  theta, velocity",
      "degree in coefficient  2",
      "method  cpu  gpu  gpu, f32",
      "moments  certified  certified  f32",
      "exact  float64  –  –",
      "exact:  the method exact is a formula in float64, which only the cpu computes",
    ])
      expect(lines).toContain(line);
    // methods that do not apply for the same reason share a line
    const decay = await printed("game", join(EXAMPLES, "output-decay.json"));
    expect(decay).toMatch(/\n {2}moments, exact: +because .*\n$/);
  });

  test("takes presets, games and files with only formulas, and prints JSON too", async () => {
    const { game } = JSON.parse(await readFile(MOMENTUM, "utf8"));
    await writeFile(join(folder, "formulas.json"), JSON.stringify(game));
    expect(JSON.parse(await printed("game", "formulas.json", "--json")).name).toBe("momentum");
    expect(JSON.parse(await printed("game", "linear", "--json")).name).toBe("linear");
    const endless = JSON.parse(await printed("game", "infinite-horizon", "--json"));
    expect(endless.methods[0]).toEqual({
      ...{ method: "rollout", backend: "cpu", precision: "certified", gives: null },
      why: "if the horizon is infinite; it has moments",
    });
    const { structure, formulas } = JSON.parse(await printed("game", "learned-discount", "--json"));
    expect(structure).toMatchObject({ linear: false, nonlinear: "discount depends on the state" });
    expect(formulas).toContainEqual({ name: "discount", formula: "discount", given: false });
  });

  test.each([
    [[], "no configuration given"],
    [["chess"], '"chess" is neither a preset or game (experiment-1, '],
  ])("%j is rejected", async (args, words) => {
    const { code, stdout, stderr } = await run("game", ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(words);
  });
});

test("several outputs are named in every output format", async () => {
  const text = await printed(TWO_GOALS, "--out", "two");
  expect(text).toMatch(/the watched output .*, the other output .*; θ /);
  expect(text).toMatch(/watched output +other output\n/);
  const csv = await readFile(join(folder, "two/plan.csv"), "utf8");
  expect(csv.split("\n")[0]).toBe(
    "episode,learningRate,share,otherShare,theta,phi,output.watched,output.other,loss,cost,margin",
  );
  const svg = await readFile(join(folder, "two/plot.svg"), "utf8");
  for (const label of ["goal θ", "phi", "watched output", "other output"]) expect(svg).toContain(label);
  const { trajectory } = JSON.parse(await readFile(join(folder, "two/result.json"), "utf8"));
  expect(Object.keys(trajectory)).toEqual(expect.arrayContaining(["output.watched", "output.other"]));
});

test("the parameters of a custom game can be set, swept and mapped", async () => {
  const { config } = JSON.parse(await printed(MOMENTUM, "--set", "friction=0.9", "--json"));
  expect(config.friction).toBe(0.9);
  expect(config.game.next.theta).toBe("theta + next.velocity");
  const swept = await printed("sweep", MOMENTUM, "--over", "friction=0:0.5:2", "--measure", "finalVelocity");
  expect(swept.split("\n")[0]).toMatch(/^friction +finalVelocity$/);
  const axes = ["--x", "friction=0:0.5:3", "--y", "schedule.learningRate=0.5:1:2", "--out", "map"];
  const map = await printed("phase", MOMENTUM, ...axes);
  expect(map).toMatch(/^momentum: deception by friction and learning rate η\n/);
  expect(map).toContain("3 × 2 cells: 6 solved.");
});

test("--set changes one formula", async () => {
  const { game, plan } = JSON.parse(
    await printed(MOMENTUM, "--set", "game.output=2 * coefficient * theta", "--json"),
  );
  expect(game).toBe("momentum");
  expect(plan.coefficient.at(-1)).toBe(0.5);
});

test("bench measures a custom game beside the built-in games", async () => {
  const small = join(folder, "small.json");
  const config = JSON.parse(await readFile(MOMENTUM, "utf8"));
  await writeFile(small, JSON.stringify({ ...config, coefficient: { count: 5 } }));
  const { rows } = JSON.parse(await printed("bench", "--game", small, "--backend", "cpu", "--json"));
  expect(rows.map(({ method }: { method: string }) => method)).toEqual(
    expect.arrayContaining(["rollout", "moments", "exact"]),
  );
  for (const { game } of rows) expect(game).toBe(small);
}, 60_000);

describe("an invalid game gives one line and exit status 2, and nothing else", () => {
  const game = {
    name: "mine",
    state: { theta: { min: -1, max: 1, count: 3, initial: 1 } },
    decision: { a: { min: 0, max: 1, count: 3 } },
    output: "a * theta" as unknown,
  };
  test.each(
    mostlyHere<[string, object, string]>([
      ["a call", { output: "process.exit()" }, "output, column 1: process.exit() is not a function"],
      [
        "a key of objects",
        { output: "theta.constructor" },
        "output, column 1: unknown name theta.constructor",
      ],
      [
        "a misspelt name",
        { output: "a * thetta" },
        "output, column 5: unknown name thetta; names here are theta",
      ],
      ["a cycle", { definitions: { b: "c", c: "b" } }, "definitions.b depends on itself"],
      ["20,000 parentheses", { output: "(".repeat(20_000) }, "at most 2000 characters, got 20000"],
      ["a megabyte", { output: `a${" + a".repeat(250_000)}` }, "at most 2000 characters, got 1000001"],
      ["too many signs", { output: `${"-".repeat(1999)}a` }, "at most 100 signs in a row"],
      ["null", { output: null }, 'output: expected a formula such as "2 * theta", got null'],
      ["the old API", { wgsl: "" }, 'unknown key "wgsl"'],
    ]),
  )("%s", async (name, change, words, run) => {
    const file = `${name.replace(/\W/g, "-")}.json`;
    await writeFile(join(folder, file), JSON.stringify({ game: { ...game, ...change } }));
    for (const command of ["solve", "game"]) {
      const { code, stdout, stderr } = await run([command, file], { cwd: folder });
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toMatch(new RegExp(`^mesa-induction: ${file}, line 1: game "mine": [^\\n]*\\n$`));
      expect(stderr).toContain(words);
    }
  });
});

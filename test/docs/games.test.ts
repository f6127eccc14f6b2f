// docs/games.md is true: its games are valid, it has the package's games and the examples, and games are rejected with the
// messages that it shows. The examples have the same plans, to the last bit, on both backends.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { games as builtIn, checkConfig, type GameDefinition, methods } from "../../src/index.ts";
import { runHere } from "../cli/program.ts";
import { errorOf } from "../errorOf.ts";
import { blocksOf, ROOT, readPage } from "./markdown.ts";

const guide = await readPage("docs/games.md");
const examples = (await readdir(join(ROOT, "examples"))).map((name) => `examples/${name}`);
const games = blocksOf(guide)
  .filter(({ language }) => language === "json")
  .map(({ text, line }) => ({ line, value: JSON.parse(text) }));
const definitions = games.map(({ line, value }) => ({ line, definition: value.game ?? value }));

test.each(definitions)("the game at line $line is one", ({ definition }) => {
  checkConfig({ game: definition });
});

test("the package's games are as they are", () => {
  for (const name of ["linear", "misconception", "uncertain-deployment", "distributional-shift"])
    expect(definitions.find(({ definition }) => definition.name === name)!.definition).toEqual(
      builtIn.get(name)!.definition,
    );
});

test.each(examples)("the game of %s is shown, and its command", async (path) => {
  const { game } = JSON.parse(await readPage(path));
  expect(definitions.map(({ definition }) => definition)).toContainEqual(game);
  expect(guide).toContain(`node dist/cli.js ${path}`);
});

test("the game of the README and of the tutorial is an example", async () => {
  const example = JSON.parse(await readPage("examples/output-decay.json"));
  for (const page of ["README.md", "docs/tutorial.md"]) {
    const [shown] = blocksOf(await readPage(page)).filter(({ language }) => language === "json");
    expect(JSON.parse(shown.text)).toEqual(example);
  }
});

test("there is no WGSL", () => {
  expect(guide).not.toMatch(/wgsl|\bfn\b/i);
});

test("the keys are those that a game may have", () => {
  const keys = [...guide.matchAll(/^\| `(\w+)` \|/gm)].map(([, key]) => key);
  const { message } = errorOf({ game: { name: "x", state: {}, noKey: 1 } });
  const [, allowed] = /allowed are (.*)$/.exec(message)!;
  expect(new Set(keys)).toEqual(new Set(allowed.split(", ")));
});

test("games are rejected with the messages that it shows", () => {
  const { game } = games.find(({ value }) => value.game)!.value;
  const { text } = blocksOf(guide).find(({ language }) => language === "text")!;
  const rejected = (change: object) => errorOf({ game: { ...game, ...change } }).message;
  const velocity = { ...game.state.theta };
  const cubic = definitions.find(({ definition }) => definition.name === "cubic-policy")!.definition;
  expect(text.trim().split("\n")).toEqual([
    rejected({ output: "coefficient * thetta" }),
    rejected({ output: "theta ^ 0.5" }),
    rejected({
      state: { ...game.state, velocity },
      next: { theta: "next.velocity", velocity: "next.theta" },
    }),
    methodError(cubic),
  ]);
});

/** the message if a game is to be solved by moments and cannot be */
const methodError = (game: GameDefinition) =>
  `the game ${game.name} has no method moments ${methods.moments(checkConfig({ game }))}`;

describe.each(examples)("%s", (path) => {
  test("is solved on both backends, and they agree to the bit", async () => {
    const plans = [];
    for (const backend of ["cpu", "gpu"]) {
      const { code, stdout, stderr } = await runHere([join(ROOT, path), "--backend", backend, "--json"]);
      expect(code, stderr).toBe(0);
      const { plan, solver } = JSON.parse(stdout);
      const jumps = path.includes("output-decay") && backend === "gpu";
      expect(solver).toMatchObject({ backend, precision: jumps ? "screened" : "certified" });
      plans.push(plan);
    }
    expect(plans[1]).toEqual(plans[0]);
  });
});

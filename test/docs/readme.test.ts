// The README is true: its commands run, print what it says they print, its programs run, and its links lead somewhere.

import { execFile } from "node:child_process";
import { access, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { games as builtIn, checkConfig, type GameDefinition, methods } from "../../src/index.ts";
import { OFFLINE, PATIENT } from "../cli/program.ts";
import { errorOf } from "../errorOf.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SOFTWARE_ADAPTER = `"${process.execPath}" "${join(ROOT, "scripts/software-adapter.mjs")}"`;

interface Block {
  readonly language: string;
  readonly text: string;
  /** the line that it begins on */
  readonly line: number;
}

/** The fenced blocks of a page, in order. */
function blocksOf(page: string): Block[] {
  return [...page.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(({ 1: language, 2: text, index }) => ({
    language,
    text,
    line: page.slice(0, index).split("\n").length,
  }));
}

const pages = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"];
for (const name of await readdir(join(ROOT, "docs"))) if (name.endsWith(".md")) pages.push(`docs/${name}`);
const readme = await readFile(join(ROOT, "README.md"), "utf8");
const blocks = blocksOf(readme);

/** a folder like a reader's clone, to which the commands may write */
let folder: string;

beforeAll(async () => {
  await access(join(ROOT, "dist/cli.js")).catch(() => {
    throw new Error("there is no dist: `npm test` builds it, and so does `npm run build`");
  });
  folder = await mkdtemp(join(tmpdir(), "mesa-readme-"));
  for (const name of ["dist", "examples"]) await symlink(join(ROOT, name), join(folder, name));
  await mkdir(join(folder, "node_modules"));
  await symlink(ROOT, join(folder, "node_modules/mesa-induction"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Runs a script with `sh`, which stops at the first command that fails. */
function run(script: string): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    const env = { ...process.env, ...OFFLINE, ...PATIENT };
    execFile(
      "sh",
      ["-e", "-c", script],
      { cwd: folder, env, maxBuffer: 2 ** 26 },
      (error, stdout, stderr) => {
        done({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr });
      },
    );
  });
}

/** The command that npm would run. (npm would also build `dist` again, while other tests use it.) */
const direct = (script: string) =>
  script
    .replace(/^npm start --/gm, "node dist/cli.js")
    .replace(/^npm run software-gpu --/gm, `${SOFTWARE_ADAPTER} node dist/cli.js`);

/** A text without times, in which two runs differ. */
const withoutTimes = (text: string) => text.replace(/in [\d.]+ ms/g, "in … ms").trim();

describe("the README's commands run", () => {
  const scripts = blocks
    .map((block, i) => ({ ...block, after: blocks[i + 1] }))
    .filter(({ language }) => language === "sh")
    .map(({ text, line, after }) => ({
      line,
      // `explore` ends when it is interrupted, and `bench` takes long; each has a test of its own
      script: direct(text.replace(/^(npm (ci|test|start -- explore)|node dist\/cli.js bench .*)\n/gm, "")),
      printed: after?.language === "text" ? after.text : undefined,
    }))
    .filter(({ script }) => script !== "");

  test("there are some", () => {
    expect(scripts.length).toBeGreaterThan(3);
    expect(scripts.some(({ printed }) => printed)).toBe(true);
  });

  test.each(scripts)("line $line", async ({ script, printed }) => {
    const { code, stdout, stderr } = await run(script);
    expect(code, `${script}\n${stderr}`).toBe(0);
    if (printed) expect(withoutTimes(stdout)).toBe(withoutTimes(printed));
  });
});

test.each(blocks.filter(({ language }) => language === "js"))(
  "the README's program of line $line runs",
  async ({ text, line }) => {
    await writeFile(join(folder, `line-${line}.mjs`), text);
    const { code, stdout, stderr } = await run(`node line-${line}.mjs`);
    expect(code, stderr).toBe(0);
    expect(stdout).not.toBe("");
  },
);

const guide = await readFile(join(ROOT, "docs/games.md"), "utf8");
const examples = (await readdir(join(ROOT, "examples"))).map((name) => `examples/${name}`);

describe("docs/games.md", () => {
  const games = blocksOf(guide)
    .filter(({ language }) => language === "json")
    .map(({ text, line }) => ({ line, value: JSON.parse(text) }));
  const definitions = games.map(({ line, value }) => ({ line, definition: value.game ?? value }));

  test.each(definitions)("has a game at line $line that is one", ({ definition }) => {
    checkConfig({ game: definition });
  });

  test("has the package's games as they are", () => {
    for (const name of ["linear", "misconception", "uncertain-deployment"])
      expect(definitions.find(({ definition }) => definition.name === name)!.definition).toEqual(
        builtIn.get(name)!.definition,
      );
  });

  test.each(examples)("shows the game of %s, and its command", async (path) => {
    const { game } = JSON.parse(await readFile(join(ROOT, path), "utf8"));
    expect(definitions.map(({ definition }) => definition)).toContainEqual(game);
    expect(guide).toContain(`node dist/cli.js ${path}`);
  });

  test("has no WGSL", () => {
    expect(guide).not.toMatch(/wgsl|\bfn\b/i);
  });

  test("shows the messages with which games are rejected", () => {
    const { game } = games.find(({ value }) => value.game)!.value;
    const { text } = blocksOf(guide).find(({ language }) => language === "text")!;
    const refused = (change: object) => errorOf({ game: { ...game, ...change } }).message;
    const velocity = { ...game.state.theta };
    const cubic = definitions.find(({ definition }) => definition.name === "cubic-policy")!.definition;
    expect(text.trim().split("\n")).toEqual([
      refused({ output: "coefficient * thetta" }),
      refused({ output: "theta ^ 0.5" }),
      refused({
        state: { ...game.state, velocity },
        next: { theta: "next.velocity", velocity: "next.theta" },
      }),
      methodError(cubic),
    ]);
  });
});

/** the message if a game is solved by moments and cannot be */
const methodError = (game: GameDefinition) =>
  `the game ${game.name} has no method moments ${methods.moments(checkConfig({ game }))}`;

describe.each(examples)("%s", (path) => {
  test("is solved on both backends, and they agree to the bit", async () => {
    const plans = [];
    for (const backend of ["cpu", "gpu"]) {
      const { code, stdout, stderr } = await run(
        `${SOFTWARE_ADAPTER} node dist/cli.js ${path} --backend ${backend} --json`,
      );
      expect(code, stderr).toBe(0);
      const { plan, solver } = JSON.parse(stdout);
      const jumps = path.includes("output-decay") && backend === "gpu";
      expect(solver).toMatchObject({ backend, precision: jumps ? "screened" : "certified" });
      plans.push(plan);
    }
    expect(plans[1]).toEqual(plans[0]);
  });
});

test("the README's game is the example's", async () => {
  const { game } = JSON.parse(await readFile(join(ROOT, "examples/momentum.json"), "utf8"));
  const inReadme = blocks.filter(({ language }) => language === "json").map(({ text }) => JSON.parse(text));
  expect(inReadme.map((config) => config.game)).toContainEqual(game);
});

describe("links lead to existing files and headings", () => {
  test.each(pages)("%s", async (page) => {
    const text = (await readFile(join(ROOT, page), "utf8")).replace(/^```.*?^```$/gms, "");
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [path, anchor] = target.split("#");
      const file = resolve(ROOT, dirname(page), path || page.split("/").at(-1)!);
      await access(file).catch(() => expect.fail(`${page} links to ${target}, which is not there`));
      if (anchor)
        expect(headingsOf(await readFile(file, "utf8")), `${page} links to ${target}`).toContain(anchor);
    }
  });
});

/** The anchors that the headings of a page get. */
function headingsOf(page: string): string[] {
  return [...page.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s-]/gu, "")
      .replace(/\s/g, "-"),
  );
}

test("the citation is of the package's version and license", async () => {
  const citation = parse(await readFile(join(ROOT, "CITATION.cff"), "utf8"));
  const { version, license, name } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
  expect(citation).toMatchObject({ version, license, title: name, "cff-version": "1.2.0" });
});

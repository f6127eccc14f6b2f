// The README is true: its commands run, print what it says they print, its programs run, and its links lead somewhere.

import { execFile } from "node:child_process";
import { access, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OFFLINE, PATIENT } from "../cli/program.ts";

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

/** a folder as a reader's clone is, in which what the commands write is no matter */
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

/** What npm would run; it would also build `dist` anew, under the feet of other tests. */
const direct = (script: string) =>
  script
    .replace(/^npm start --/gm, "node dist/cli.js")
    .replace(/^npm run software-gpu --/gm, `${SOFTWARE_ADAPTER} node dist/cli.js`);

/** Where two runs differ: the time they took. */
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

test("the example runs on both backends, and they agree", async () => {
  const { code, stdout, stderr } = await run(`${SOFTWARE_ADAPTER} node examples/momentum.mjs`);
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^cpu: /m);
  expect(stdout).toMatch(/^gpu: .*SwiftShader/m);
  expect(stdout).toMatch(/equal to the bit/);
});

test("the README's game is the example's", async () => {
  const example = await readFile(join(ROOT, "examples/momentum.mjs"), "utf8");
  const wgsl = /wgsl: [^`]*`(.*?)`/s;
  const inReadme = blocks.find(({ text }) => text.includes('name: "momentum"'))!;
  expect(wgsl.exec(inReadme.text)![1]).toBe(wgsl.exec(example)![1]);
});

test("the worked example of docs/games.md is the example, line by line", async () => {
  const lines = (text: string) => text.split("\n").map((line) => line.trim());
  const example = lines(await readFile(join(ROOT, "examples/momentum.mjs"), "utf8"));
  const page = await readFile(join(ROOT, "docs/games.md"), "utf8");
  const worked = page.slice(page.indexOf("**State and decision.**"), page.indexOf("**Solving.**"));
  const shown = worked.split("\n").filter((line) => line.startsWith("    "));
  expect(shown.length).toBeGreaterThan(15);
  for (const line of lines(shown.join("\n"))) expect(example).toContain(line);
});

describe("links lead to what is there", () => {
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

/** The anchors that a page's headings have where it is shown. */
function headingsOf(page: string): string[] {
  return [...page.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s-]/gu, "")
      .replace(/\s/g, "-"),
  );
}

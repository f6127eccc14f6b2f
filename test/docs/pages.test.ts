// The documents are true: their commands run and print what the pages show, their programs run, and their links lead to
// existing files and headings. The commands of the findings and the gallery take long; these pages have tests of their own.

import { execFile } from "node:child_process";
import {
  access,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { buildDocuments } from "../../scripts/documents.mjs";
import { OFFLINE, PATIENT, runHere } from "../cli/program.ts";
import { anchorsOf, type Block, blocksOf, documents, ROOT, readPage, withoutBlocks } from "./markdown.ts";

const SOFTWARE_ADAPTER = `"${process.execPath}" "${join(ROOT, "scripts/software-adapter.mjs")}"`;
/** pages whose commands are computed by tests of their own */
const COMPUTED = ["findings", "gallery", "performance"].map((name) => `docs/${name}.md`);
/**
 * Commands in `bash` blocks, which need npm, another program or a user: the file that runs them or tests what they do, and
 * what it has of them.
 */
const ELSEWHERE: Readonly<Record<string, readonly [file: string, has: string]>> = {
  "npm ci": [".ci/run", "npm ci"],
  "npm test": [".ci/run", "npm run"],
  "npm run build": ["package.json", '"pretest": "npm run build"'],
  "npm run test:cluster": [".ci/run", "test:cluster"],
  "npm run docs:figures": ["test/docs/figures.test.ts", "figuresOf"],
  "npm run docs:performance": ["test/docs/performance.test.ts", "fillTables"],
  "npm run page:answers": ["test/explore/keptAnswers.test.ts", "npm run page:answers"],
  "node dist/cli.js bench --game linear --size small": ["test/cli/bench.test.ts", '"--size", "small"'],
  "npm start -- explore": ["test/cli/explore.test.ts", '"explore"'],
  "sudo apt-get install slurm-wlm parallel fish zsh": [".ci/run", "slurm-wlm parallel fish zsh"],
  'eval "$(mesa-induction completion bash)"': ["test/cli/solve.test.ts", "completion"],
  "bash job.sh": ["test/cluster/cluster.test.ts", 'execFile)("bash", [script]'],
  "kubectl apply -f job.yaml": ["test/cli/shards.test.ts", "kubernetes"],
};

const pages = await Promise.all(
  (await documents()).map(async (path) => ({ path, text: await readPage(path) })),
);
const guides = pages
  .filter(({ path }) => !COMPUTED.includes(path))
  .map(({ path, text }) => ({ path, text, blocks: blocksOf(text) }));

let folder: string;

beforeAll(async () => {
  await access(join(ROOT, "dist/cli.js")).catch(() => {
    throw new Error("there is no dist: `npm test` builds it, and so does `npm run build`");
  });
  folder = await mkdtemp(join(tmpdir(), "mesa-docs-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A folder like a reader's clone, to which the commands may write. */
async function cloneFor(page: string): Promise<string> {
  const clone = join(folder, page.replace(/\W/g, "-"));
  await mkdir(join(clone, "node_modules"), { recursive: true });
  for (const name of ["dist", "examples"]) await symlink(join(ROOT, name), join(clone, name));
  await symlink(ROOT, join(clone, "node_modules/mesa-induction"));
  return clone;
}

/** Runs a script with `sh`, which stops at the first command that fails. */
function run(cwd: string, script: string): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    const env = { ...process.env, ...OFFLINE, ...PATIENT };
    execFile("sh", ["-e", "-c", script], { cwd, env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      done({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr });
    });
  });
}

/** pages whose commands are run as a reader runs them, each in a process of its own */
const FIRST = ["README.md", "docs/tutorial.md"];

/** Runs a script, in this process if it has nothing but this program's commands, as most of the work is to start another. */
async function runLines(cwd: string, script: string): ReturnType<typeof run> {
  const lines = script.trim().split("\n");
  const commands = lines.map((line) => /^node dist\/cli\.js ([\w=:,./ -]*?)(?: > (\S+))?$/.exec(line));
  if (!commands.every((command) => command !== null)) return run(cwd, script);
  const all = { code: 0, stdout: "", stderr: "" };
  for (const [, words, file] of commands) {
    const { code, stdout, stderr } = await runHere(words.split(" "), { cwd });
    if (file) await writeFile(join(cwd, file), stdout);
    else all.stdout += stdout;
    all.stderr += stderr;
    if (code !== 0) return { ...all, code: code ?? -1 };
  }
  return all;
}

/** The command that npm would run. (npm would also build `dist` again, while other tests use it.) */
const direct = (script: string) =>
  script
    .replace(/^npm ci\n/gm, "")
    .replace(/^npm start --/gm, "node dist/cli.js")
    .replace(/^npm run software-gpu --/gm, `${SOFTWARE_ADAPTER} node dist/cli.js`);

/** A text without times, in which two runs differ. */
const withoutTimes = (text: string) =>
  text
    .replace(/in [\d.]+ ms/g, "in … ms")
    .replace(/[\d,]+(?= cells (a|per) second)/g, "…")
    .trim();

describe("commands run and print what the page shows", () => {
  const withCommands = guides.filter(({ blocks }) =>
    blocks.some(({ language }) => ["sh", "js", "python"].includes(language)),
  );

  test("on several pages", () => {
    expect(withCommands.length).toBeGreaterThan(7);
  });

  test.each(withCommands)("$path", { timeout: 180_000 }, async ({ path, blocks }) => {
    const clone = await cloneFor(path);
    for (const [i, { language, text, line }] of blocks.entries()) {
      if (language !== "sh" && language !== "js") continue;
      const program = `line-${line}.mjs`;
      if (language === "js") await writeFile(join(clone, program), text);
      const script = language === "js" ? `node ${program}` : direct(text);
      const { code, stdout, stderr } = await (FIRST.includes(path) ? run : runLines)(clone, script);
      expect(code, `${path}, line ${line}:\n${text}\n${stderr}`).toBe(0);
      const after = printedBy(blocks, i);
      if (after) expect(withoutTimes(stdout), `${path}, line ${line}`).toBe(withoutTimes(after.text));
      else if (language === "js") expect(stdout).not.toBe("");
    }
    await also[path]?.(clone, blocks);
  });

  test("commands that are not run here are run by another test", async () => {
    const lines = guides.flatMap(({ blocks }) =>
      blocks.filter(({ language }) => language === "bash").flatMap(({ text }) => text.trim().split("\n")),
    );
    expect(new Set(Object.keys(ELSEWHERE))).toEqual(new Set(lines));
    for (const [command, [file, has]] of Object.entries(ELSEWHERE))
      expect(await readPage(file), `${file} has nothing of ${command}`).toContain(has);
  });
});

/** The `text` block that stands directly below a block. */
function printedBy(blocks: readonly Block[], i: number): Block | undefined {
  const after = blocks[i + 1];
  const below = blocks[i].line + blocks[i].text.split("\n").length + 2;
  return after?.language === "text" && after.line === below ? after : undefined;
}

/** Further checks of a page, in the folder in which its commands ran. */
const also: Readonly<Record<string, (clone: string, blocks: readonly Block[]) => Promise<void>>> = {
  "docs/tutorial.md": async (clone) => {
    for (const [made, shown] of [
      ["out/experiment-1/plot.svg", "experiment-1.svg"],
      ["out/lengths/sweep.svg", "tutorial-lengths.svg"],
      ["out/decay/sweep.svg", "tutorial-decay.svg"],
    ])
      expect(await readFile(join(clone, made), "utf8"), made).toBe(await readPage(`docs/figures/${shown}`));
  },
  "docs/clusters.md": async (clone, blocks) => {
    const shown = blocks.filter(({ language }) => language === "text").map(({ text }) => text.trim());
    const axes = ["--x", "discount=0.8:1:4", "--y", "schedule.learningRate=0.1:10:4:log"];
    const shard = (index: number) =>
      runHere(["phase", "experiment-1", ...axes, "--out", "map", "--shard", `${index}/8`], { cwd: clone });
    await rm(join(clone, "map"), { recursive: true });
    for (let index = 1; index <= 8; index++) {
      const { messages } = await shard(index);
      if (index === 3) expect(shown).toContain(messages.at(-1)!.replaceAll(/\bmap\b/g, "/scratch/map"));
    }
    const inShards = join(clone, "map/shards");
    const fifth = join(inShards, (await readdir(inShards)).find((name) => name.startsWith("5-of-8"))!);
    await truncate(fifth, (await stat(fifth)).size - 1);
    const { messages } = await runHere(["merge", "map"], { cwd: clone });
    const general = (text: string) =>
      text.replace(/[0-9a-f]{12}/, "…").replace(/; .* --shard/, "; … --shard");
    expect(shown.map(general)).toContain(general(messages.join("\n")));
  },
  "docs/python.md": async (clone, blocks) => {
    const { runPython } = await import("./python.ts");
    await runPython(clone, blocks);
  },
};

describe("links lead to existing files and headings", () => {
  test.each(pages)("$path", async ({ path, text }) => {
    for (const [, target] of withoutBlocks(text).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [file, anchor] = target.split("#");
      const at = file === "" ? join(ROOT, path) : resolve(ROOT, dirname(path), file);
      await access(at).catch(() => expect.fail(`${path} links to ${target}, which does not exist`));
      if (anchor)
        expect(anchorsOf(await readFile(at, "utf8")), `${path} links to ${target}`).toContain(anchor);
    }
  });
});

test("the documents beside the page link to each other, to the web and to nothing else", async () => {
  const beside = join(folder, "beside");
  await buildDocuments(beside);
  const names = (await readdir(beside)).filter((name) => name.endsWith(".html"));
  expect(names).toContain("findings.html");
  const texts = new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(beside, name), "utf8")] as const)),
  );
  for (const [name, html] of texts)
    for (const [, target] of html.matchAll(/href="([^"]*)"/g)) {
      if (/^(https?|data):/.test(target) || target === "../index.html") continue;
      const [file, anchor] = target.split("#");
      const linked = texts.get(file === "" ? name : file);
      expect(linked, `${name} links to ${target}`).toBeDefined();
      if (anchor) expect(linked, `${name} links to ${target}`).toContain(`id="${anchor}"`);
    }
});

test("every document is in the index", () => {
  const index = pages.find(({ path }) => path === "docs/README.md")!.text;
  for (const { path } of pages)
    if (path.startsWith("docs/") && path !== "docs/README.md")
      expect(index).toContain(`](${path.slice("docs/".length)})`);
});

test("every script and every test file that a page names exists", async () => {
  const { scripts } = JSON.parse(await readPage("package.json"));
  for (const { path, text } of pages) {
    for (const [, name] of text.matchAll(/npm run ([\w:-]+)/g))
      expect(Object.keys(scripts), `${path} names ${name}`).toContain(name);
    for (const [, files] of text.matchAll(/npx vitest run ([^`\n]+)/g))
      for (const file of files.split(" ")) await access(join(ROOT, file));
  }
});

test("the README has at most 150 lines", () => {
  const { text } = pages.find(({ path }) => path === "README.md")!;
  expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(150);
});

test("the citation is of the package's version and license, and of the post and the paper that the README cites", async () => {
  const citation = parse(await readPage("CITATION.cff"));
  const { version, license, name } = JSON.parse(await readPage("package.json"));
  expect(citation).toMatchObject({ version, license, title: name, "cff-version": "1.2.0" });
  const readme = (await readPage("README.md")).replace(/\s+/g, " ");
  for (const { title } of citation.references) expect(readme).toContain(title);
  expect(citation.references[1].identifiers[0].value).toBe("arXiv:1906.01820");
});

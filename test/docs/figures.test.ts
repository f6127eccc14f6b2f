// docs/reproduce.md names every figure and every file of measurements, and each figure has the command that makes it.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { figuresOf } from "../../scripts/figures.mjs";
import { codeIn, documents, ROOT, readPage, rowsOf, sectionOf } from "./markdown.ts";

const page = await readPage("docs/reproduce.md");

test("every figure has a command, and is shown", async () => {
  const figures = await figuresOf();
  const names = figures.map(({ figure }) => figure);
  // the figure of measurements has a test in performance.test.ts
  expect(new Set([...names, "growth.svg", "explore.png"])).toEqual(
    new Set(await readdir(join(ROOT, "docs/figures"))),
  );
  const shown = (await Promise.all((await documents()).map(readPage))).join("\n");
  for (const { figure, command } of figures) {
    expect(command, figure).toMatch(/^node dist\/cli\.js /);
    expect(shown).toMatch(new RegExp(`\\]\\((docs/)?figures/${figure}\\)`));
  }
});

test("every file of measurements has a command, which is a script or a file", async () => {
  const rows = rowsOf(sectionOf(page, "The benchmarks")).map((row) => row.map((cell) => codeIn(cell)[0]));
  expect(new Set(rows.map(([file]) => file))).toEqual(new Set(await readdir(join(ROOT, "bench/results"))));
  for (const [file, command] of rows) {
    const [, script, python] = /^npm run ([\w:]+)|^python3 (\S+)/.exec(command)!;
    const source = script
      ? /bench\/\w+\.(ts|mjs)/.exec(JSON.parse(await readPage("package.json")).scripts[script])?.[0]
      : python;
    // npm run bench takes the file's name as an option
    if (command.includes(`bench/results/${file}`)) continue;
    const [stem] = file.split(/[.-]/);
    expect(await readPage(source!), file).toContain(`bench/results/${stem}`);
  }
});

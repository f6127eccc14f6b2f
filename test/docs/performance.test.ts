// Every measured number in the documentation comes from a file in bench/results.
import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { fillTables } from "../../bench/docTables.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (path: string) => readFile(new URL(path, ROOT), "utf8");
const resultsOf = async (name: string) => JSON.parse(await read(`bench/results/${name}.json`));

test.each(["docs/findings.md", "docs/performance.md"])("%s", async (path) => {
  const page = await read(path);
  expect(page).toContain("<!-- measured: ");
  expect(await fillTables(page, resultsOf)).toBe(page);
});

test("the page on performance has no times and no ratios outside its tables", async () => {
  const page = await read("docs/performance.md");
  const prose = page.replace(/<!-- measured.*?<!-- end -->/gs, "").replace(/^```.*?^```$/gms, "");
  expect(prose).not.toMatch(/\d[\d.,]* ?(ms|µs|seconds|s\b|×(?! \d)|times\b|MiB|GiB)/);
});

test("every file of results is shown", async () => {
  const names = ["docs/findings.md", "docs/performance.md"];
  const pages = (await Promise.all(names.map(read))).join("");
  for (const file of await readdir(new URL("bench/results", ROOT)))
    expect(pages).toMatch(new RegExp(`<!-- measured: \\w+ ${file.replace(".json", "")} -->`));
});

test("an unknown table is an error", async () => {
  await expect(fillTables("<!-- measured: nothing x -->\n<!-- end -->", resultsOf)).rejects.toThrow(
    "no table",
  );
  await expect(fillTables("<!-- measured: races nowhere -->\n<!-- end -->", resultsOf)).rejects.toThrow();
});

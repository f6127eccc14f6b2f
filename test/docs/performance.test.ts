// Every measured number in the documentation comes from a file in bench/results.
import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { OURS } from "../../bench/contestants.ts";
import { exponentOf, fillTables } from "../../bench/docTables.ts";
import { drawGrowth } from "../../bench/growthFigure.ts";
import type { Races } from "../../bench/peers.ts";
import { createDocument } from "../../src/report/render.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (path: string) => readFile(new URL(path, ROOT), "utf8");
const resultsOf = async (name: string) => JSON.parse(await read(`bench/results/${name}.json`));

test.each(["docs/clusters.md", "docs/findings.md", "docs/performance.md"])("%s", async (path) => {
  const page = await read(path);
  expect(page).toContain("<!-- measured: ");
  expect(await fillTables(page, resultsOf)).toBe(page);
});

test("the page on performance has no times and no ratios outside its tables", async () => {
  const page = await read("docs/performance.md");
  const prose = page.replace(/<!-- measured.*?<!-- end -->/gs, "").replace(/^```.*?^```$/gms, "");
  expect(prose).not.toMatch(/\d[\d.,]* ?(ms|µs|seconds|s\b|×(?! \d)|times\b|MiB|GiB)/);
});

test("with vectors as wide as WebAssembly's and without fused operations, C++ takes longer than this package", async () => {
  const { races } = ((await resultsOf("cpu-and-swiftshader")) as Races).peers;
  const pairs = races.flatMap(({ wanted, entries }) => {
    const timeOf = (name: string, variant: string) =>
      entries.find((entry) => entry.name === name && entry.variant === variant)?.seconds.median;
    const [ours, theirs] = [timeOf(OURS, "1 thread"), timeOf("C++, 128-bit vectors", "float64, 1 thread")];
    return wanted === "costs" && ours && theirs ? [theirs / ours] : [];
  });
  expect(pairs.length).toBeGreaterThan(7);
  for (const ratio of pairs) expect(ratio).toBeGreaterThan(1);
});

test("the figure of growth is that of the results", async () => {
  expect(drawGrowth(await resultsOf("growth"), createDocument())).toBe(await read("docs/figures/growth.svg"));
});

test("an exponent is the slope of logarithms", () => {
  const points = [1, 10, 100].map((size) => ({ size, seconds: 3 * size ** 0.7 }));
  expect(exponentOf(points)).toBeCloseTo(0.7, 12);
});

test("every file of results is shown", async () => {
  const names = ["docs/clusters.md", "docs/findings.md", "docs/performance.md"];
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

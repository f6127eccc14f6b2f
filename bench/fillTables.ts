// Fills in the tables of the documentation from bench/results, and draws its figure of growth:
//
//     npm run docs:performance

import { readFile, writeFile } from "node:fs/promises";
import { createDocument } from "../src/report/render.ts";
import { fillTables } from "./docTables.ts";
import { drawGrowth } from "./growthFigure.ts";

const read = async (name: string) => JSON.parse(await readFile(`bench/results/${name}.json`, "utf8"));
for (const path of ["docs/clusters.md", "docs/findings.md", "docs/performance.md"]) {
  await writeFile(path, await fillTables(await readFile(path, "utf8"), read));
}
await writeFile("docs/figures/growth.svg", drawGrowth(await read("growth"), createDocument()));

// Fills in the tables of the documentation from bench/results:
//
//     npm run docs:performance

import { readFile, writeFile } from "node:fs/promises";
import { fillTables } from "./docTables.ts";

for (const path of ["docs/findings.md", "docs/performance.md"]) {
  const read = async (name: string) => JSON.parse(await readFile(`bench/results/${name}.json`, "utf8"));
  await writeFile(path, await fillTables(await readFile(path, "utf8"), read));
}

// `npm run page:answers`: computes the answers of the page that take long, and stores them with the sources.

import { writeFile } from "node:fs/promises";
import { answersToKeep } from "./precompute.ts";

for (const [step, json] of Object.entries(await answersToKeep()))
  await writeFile(`src/explore/answers/${step}.json`, `${json}\n`);

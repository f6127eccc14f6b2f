// `npm run page:answers`: computes the answers that come with the page and take long, and keeps them with the sources.

import { writeFile } from "node:fs/promises";
import { answersToKeep } from "./precompute.ts";

for (const [step, json] of Object.entries(await answersToKeep()))
  await writeFile(`src/explore/answers/${step}.json`, `${json}\n`);

// Solves thousands of random games of every kind in every way that guarantees the float64 oracle's plan, costs and
// margins, and compares the results with trying all candidates on all states:
//
//     npm run bench:agreement -- [how many]
//
// The result is written to bench/results/agreement.json. If anything differs, the program ends with exit code 1.

import { mkdir, writeFile } from "node:fs/promises";
import { listAdapters } from "../src/gpu/device.ts";
import { keepDevice } from "../src/gpu/kept.ts";
import { decisionsOf, enumerated, isSame, problemOf, randomGame } from "./randomGames.ts";

const GAMES = 2000;
/** the number of games per device: a device keeps the compiled kernels of its games until it is destroyed */
const GAMES_OF_A_DEVICE = 100;

/** The content of the result file. */
export interface Agreement {
  readonly date: string;
  readonly command: string;
  readonly adapter: string | null;
  readonly games: number;
  readonly differences: number;
  /** for each kind, the number of games, and how many of them each way solved */
  readonly kinds: Readonly<
    Record<string, { readonly games: number; readonly solved: Readonly<Record<string, number>> }>
  >;
}

const count = Number(process.argv[2] ?? GAMES);
const [adapter] = await listAdapters();
const kinds: Record<string, { games: number; solved: Record<string, number> }> = {};
const different: object[] = [];
let gpu = keepDevice();
for (let number = 0; number < count; number++) {
  const game = randomGame(number);
  const problem = problemOf(game);
  const wanted = await enumerated(problem);
  kinds[game.kind] ??= { games: 0, solved: {} };
  const { solved } = kinds[game.kind];
  kinds[game.kind].games++;
  for (const [way, decided] of Object.entries(await decisionsOf(problem, adapter && gpu))) {
    solved[way] = (solved[way] ?? 0) + 1;
    if (isSame(decided, wanted)) continue;
    different.push({ number, way, wanted, decided });
    console.log(
      `game ${number}, ${game.kind}, ${way}: ${JSON.stringify({ config: game.config, wanted, decided })}`,
    );
  }
  if ((number + 1) % GAMES_OF_A_DEVICE === 0) {
    await gpu.close();
    gpu = keepDevice();
    console.log(`${number + 1} games, ${different.length} differences`);
  }
}
await gpu.close();

await mkdir("bench/results", { recursive: true });
const facts = {
  date: new Date().toISOString().slice(0, 10),
  command: `npm run bench:agreement${count === GAMES ? "" : ` -- ${count}`}`,
  adapter: adapter?.name ?? null,
  versions: { mesaInduction: __VERSION__, node: process.versions.node },
};
const results = { ...facts, games: count, differences: different.length, kinds };
await writeFile("bench/results/agreement.json", `${JSON.stringify(results, null, 1)}\n`);
process.exit(different.length === 0 ? 0 : 1);

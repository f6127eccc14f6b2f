// All measurements of a machine by one command: `mesa-induction bench`, this package beside its peers, and the number
// of states that an invocation should take.
//
//     npm run bench
//     node dist/bench.js --out bench/results/<machine>.json

import { Command, CommanderError } from "commander";
import { type BenchFlags, benchCommand } from "../src/cli/bench.ts";
import { benchOptions } from "../src/cli/benchOptions.ts";
import { exitCodeOf, lineOf, say } from "../src/cli/failure.ts";
import { mappingTable, measureMapping } from "./mapping.ts";
import { openMeter } from "./measurements.ts";
import { race } from "./peers.ts";
import { racesTable } from "./textTables.ts";

/** the share of the progress bar for the peers */
const RACES = 0.8;

const program = benchOptions(new Command("bench"))
  .description("Measure every game, method and backend, and this package beside its peers.")
  .exitOverride()
  .action(async (flags: BenchFlags) => {
    const given = process.argv.slice(2);
    const command = ["npm run bench", ...(given.length > 0 ? ["--", ...given] : [])].join(" ");
    await benchCommand(flags, command, {
      async measure(selection, on) {
        const opened = await openMeter();
        const onGpu = selection.backends.includes("gpu") ? opened : undefined;
        const within = (from: number, to: number) => ({
          signal: on.signal,
          onProgress: (share: number, what: string) => on.onProgress(from + share * (to - from), what),
        });
        return {
          ...(await race(opened, selection, within(0, RACES))),
          ...(await measureMapping(onGpu, within(RACES, 1))),
        };
      },
      table: (measured) => `${racesTable(measured)}\n${mappingTable(measured)}`,
    });
  });

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    say(lineOf(error));
    process.exitCode = exitCodeOf(error);
  }
}

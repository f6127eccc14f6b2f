// All measurements of a machine by one command: `mesa-induction bench`, and this package beside its peers.
//
//     npm run bench
//     node dist/bench.js --out bench/results/<machine>.json

import { Command, CommanderError } from "commander";
import { openMeter } from "../src/bench/report.ts";
import { type BenchFlags, benchCommand } from "../src/cli/bench.ts";
import { benching } from "../src/cli/benching.ts";
import { exitCodeOf, lineOf, say } from "../src/cli/failure.ts";
import { race } from "./peers.ts";
import { racesTable } from "./racesTable.ts";

const program = benching(new Command("bench"))
  .description("Measures every game, method and backend, and this package beside its peers.")
  .exitOverride()
  .action(async (flags: BenchFlags) => {
    const given = process.argv.slice(2);
    const command = ["npm run bench", ...(given.length > 0 ? ["--", ...given] : [])].join(" ");
    await benchCommand(flags, command, {
      measure: async (selection, on) => race(await openMeter(), selection, on),
      table: racesTable,
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

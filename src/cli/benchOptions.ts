// The options of the command `bench`, and of the program that runs peers beside it.

import { type Command, Option } from "commander";
import { CASES, SIZES } from "../../bench/cases.ts";

/** Adds the options to a command that measures. */
export function benchOptions(command: Command): Command {
  return command
    .option("--game <names>", `some of ${Object.keys(CASES).join(",")}, or JSON files (default: all)`)
    .option("--size <names>", `some of ${SIZES.join(",")} (default: all)`)
    .addOption(
      new Option("--backend <where>", "the backends to measure")
        .choices(["all", "cpu", "gpu"])
        .default("all"),
    )
    .option("--patience <seconds>", "leave out solves that take longer", "3")
    .option("--json", "print the measurements as JSON")
    .option("--out <file>", "write the measurements as JSON");
}

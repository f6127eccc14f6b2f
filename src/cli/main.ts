// The command line: this file only declares commands and options. Each command, and the library with it, is loaded when
// it is called, so that help appears quickly.

import { existsSync } from "node:fs";
import { Argument, Command, CommanderError, Option } from "commander";
import { presets } from "../config/presets.ts";
import { phasePresets } from "../diagram/presets.ts";
import { hasCode, MesaError } from "../errors.ts";
import { askAdaptersIn } from "../gpu/node.ts";
import { meant, quote } from "../schema.ts";
import { METHODS } from "../solve/methods.ts";
import { benchOptions } from "./benchOptions.ts";
import { beQuiet, exitCodeOf, lineOf, oneLine, say } from "./failure.ts";
import { forgetSources, located } from "./source.ts";
import { offTheTerminal } from "./terminal.ts";

/** the code that ends the reading of arguments where the version is asked for */
const VERSION = "mesa.version";

const program = new Command("mesa-induction")
  .description(
    "Solve the toy environment of deceptive alignment by backward induction, on WebGPU and in float64.",
  )
  .option("-V, --version", "print the version; with --json also the licence, what to cite, and what computes")
  .on("option:version", () => {
    throw new CommanderError(0, VERSION, "");
  })
  .helpOption("-h, --help", "print this help")
  .configureOutput({ outputError: (text) => say(oneLine(text.replace(/^error: /, ""))) })
  .exitOverride();

function settingOption(): Option {
  return new Option(
    "--set <key=value>",
    "change a setting, given as dotted key and JSON value: --set schedule.learningRate=0.5; may be repeated",
  )
    .argParser((given: string, before: string[]) => [...before, given])
    .default([], "none");
}

function backendOption(): Option {
  return new Option("--backend <where>", "auto uses a hardware GPU if there is one, otherwise the CPU")
    .choices(["auto", "cpu", "gpu"])
    .default("auto");
}

function methodOption(about: string): Option {
  return new Option("--method <how>", about).choices(["auto", ...METHODS]).default("auto");
}

function threadsOption(): Option {
  return new Option(
    "--threads <count>",
    "maximum number of CPU threads (default: one for each core)",
  ).argParser((text) => (Number.isNaN(Number(text)) ? text : Number(text)));
}

function adapterOption(): Option {
  return new Option("--adapter <name>", "use the adapter whose name contains this; doctor lists the names");
}

function quietly(command: Command): Command {
  return command.option("--quiet", "print only errors and warnings on stderr, no progress and no notes");
}

function forceOption(): Option {
  return new Option("--force", "compute a finished result again, or replace the results of another question");
}

/** The options of commands that write their result to files, as a whole or in shards. */
function sharded(command: Command, files: string): Command {
  return command
    .option("--out <folder>", files)
    .addOption(forceOption())
    .option("--shard <i/n>", "solve only shard i of n, and keep it for merge");
}

/** The options of all commands that solve configurations. */
function solving(command: Command): Command {
  return command
    .argument("[config]", "the name of a preset, or a JSON file")
    .addOption(settingOption())
    .addOption(backendOption())
    .addOption(methodOption("auto uses moments if it applies to the game, otherwise rollout"))
    .addOption(
      new Option("--precision <what>", "certified: the plan of the float64 oracle; f32: the GPU's own plan")
        .choices(["certified", "f32"])
        .default("certified"),
    )
    .addOption(threadsOption())
    .addOption(adapterOption())
    .option("--json", "print the result as JSON");
}

solving(program.command("solve", { isDefault: true }))
  .description("solve a game; the default command")
  .option(
    "--out <folder>",
    "write result.json, plan.csv and plot.svg, and policy.svg where agents are networks",
  )
  .addOption(forceOption())
  .action(async (config, flags) => (await import("./solve.ts")).solveCommand(config, flags));

/** The options that say what is swept. */
function sweeping(command: Command): Command {
  return solving(command)
    .option(
      "--over <key=from:to:count>",
      "the setting to vary, and its values; add :log for logarithmic spacing",
    )
    .option(
      "--series <key=values>",
      "a second setting, one series for each value: --series discount=1,0.9,0.5",
    )
    .option("--measure <names>", "the measures (default: compliance,retention,deception)");
}

sharded(sweeping(program.command("sweep")), "write sweep.csv, sweep.svg and sweep.json")
  .description("solve a game for each value of a setting, and measure it")
  .action(async (config, flags) => (await import("./sweep.ts")).sweepCommand(config, flags));

/** The options that say what is mapped. */
function mapping(command: Command): Command {
  return command
    .argument("[diagram]", "the name of a diagram or of a preset, or a JSON file")
    .option("--x <key=from:to:count>", "the setting on the horizontal axis; add :log for logarithmic spacing")
    .option("--y <key=from:to:count>", "the setting on the vertical axis, in the same form")
    .option("--measure <names>", "the measures to map (default: deception)")
    .addOption(settingOption())
    .addOption(backendOption())
    .addOption(adapterOption())
    .addOption(methodOption("auto uses exact if it applies to the game and no margin is mapped"))
    .addOption(threadsOption())
    .option("--json", "print the result as JSON, with the rows of each measure");
}

sharded(
  mapping(program.command("phase")),
  "write phase.png, phase.svg, phase.parquet, phase.npz and phase.json",
)
  .description("map two settings of a game: a phase diagram, as a figure and as data")
  .action(async (diagram, flags) => (await import("./phase.ts")).phaseCommand(diagram, flags));

program
  .command("merge")
  .argument("<folder>", "the folder of the shards (their --out)")
  .description("merge the shards of a phase diagram or a sweep into its files")
  .option("--partial", "use the cells that are solved, and mark the result as partial")
  .option("--wait", "wait until every shard is complete")
  .option(
    "--question <name>",
    "the name or the command of the question to merge, if the folder has shards of several",
  )
  .option("--out <folder>", "write the files to this folder (default: the folder of the shards)")
  .option("--json", "print the result as JSON")
  .action(async (folder, flags) => (await import("./merge.ts")).mergeCommand(folder, flags));

const submit = program
  .command("submit")
  .description("print what to submit to a scheduler to make a diagram or a sweep in shards; submit nothing");
for (const scheduler of ["slurm", "kubernetes", "parallel"] as const) {
  const { what, partition } = {
    slurm: {
      what: "print a script that runs sbatch: a job array, then a merge",
      partition: "the --partition of sbatch",
    },
    kubernetes: {
      what: "print a manifest: an Indexed Job, and a Job that merges",
      partition: "the instance type of the nodes",
    },
    parallel: {
      what: "print a command line for GNU parallel",
      partition: "the --sshloginfile of GNU parallel",
    },
  }[scheduler];
  const group = submit.command(scheduler).description(what);
  for (const [command, options] of [
    ["phase", mapping],
    ["sweep", sweeping],
  ] as const) {
    options(group.command(command))
      .description(`${what}, for ${command}`)
      .requiredOption("--shards <n>", "the number of shards")
      .requiredOption(
        "--out <folder>",
        "the folder for the shards and the result, at the same path on all machines",
      )
      .option("--cpus <count>", "CPU cores for each shard", "1")
      .option("--gpus <count>", "GPUs for each shard")
      .option("--time <limit>", scheduler === "kubernetes" ? "time limit in seconds" : "the --time of sbatch")
      .option("--partition <name>", partition)
      .option("--image <name>", "the container image (default: mesa-induction:latest)")
      .option(
        "--claim <name>",
        "the persistent volume claim that is mounted at --out (default: mesa-induction)",
      )
      .action(async (name, flags) =>
        (await import("./submit.ts")).submitCommand(scheduler, command, name, flags),
      );
  }
}

program
  .command("explore")
  .argument("[config]", "what the page shows first: the name of a preset, or a JSON file")
  .description("serve the interactive page, to this machine only, until Ctrl-C")
  .option("--port <number>", "the port (default: 4321, or any free port if 4321 is taken)")
  .action(async (config, flags) => (await import("./explore.ts")).exploreCommand(config, flags));

program
  .command("game")
  .argument("[game]", "the name of a preset or of a game, or a JSON file")
  .description(
    "print a game's formulas, what is derived from them, and which methods apply, or why they do not",
  )
  .option("--json", "print the description as JSON")
  .action(async (game, flags) => (await import("./game.ts")).gameCommand(game, flags));

program
  .command("validate")
  .description("compare CPU, GPU and the reference outputs with each other; exit 1 if any differ")
  .option("--json", "print the comparisons as JSON")
  .action(async (flags) => (await import("./validate.ts")).validateCommand(flags));

program
  .command("doctor")
  .description("list the adapters, and what auto would choose and why")
  .option("--json", "print the report as JSON")
  .action(async (flags) => (await import("./doctor.ts")).doctorCommand(flags));

benchOptions(program.command("bench"))
  .description(
    "measure how fast every game is solved, by every method on every backend; exit 1 if plans differ",
  )
  .action(async (flags) => (await import("./bench.ts")).benchCommand(flags, "mesa-induction bench"));

program
  .command("presets")
  .argument("[name]", "the preset or the diagram to print, as a file to start from")
  .description("list the presets and the diagrams, or print one with every default filled in")
  .option("--json", "print the list as JSON")
  .action(async (name, flags) => (await import("./presets.ts")).presetsCommand(name, flags));

program
  .command("schema")
  .addArgument(
    new Argument("[what]", "what a file holds: a configuration, a phase diagram or a sweep")
      .choices(["config", "phase", "sweep"])
      .default("config"),
  )
  .description(
    "print a JSON Schema, with which editors check and complete files; the package has it as dist/<what>.schema.json",
  )
  .action(async (what) => (await import("./presets.ts")).schemaCommand(what));

program
  .command("completion")
  .addArgument(new Argument("<shell>", "the shell that runs the script").choices(["bash", "zsh", "fish"]))
  .description(
    'print a completion script for the shell: eval "$(mesa-induction completion bash)", the same for zsh, ' +
      "and mesa-induction completion fish | source",
  )
  .action(async (shell) => (await import("./completion.ts")).completionCommand(program, shell));

program.addHelpText(
  "after",
  `
Presets: ${Object.keys(presets).join(", ")}
Diagrams: ${Object.keys(phasePresets).join(", ")}

Examples:
  mesa-induction experiment-1
  mesa-induction experiment-2 --set discount=0.9 --out results
  mesa-induction solve my-game.json --backend gpu --json
  mesa-induction sweep experiment-1 --over discount=0:1:51 --out results
  mesa-induction phase rate-length --out results
  mesa-induction submit slurm phase rate-length --shards 8 --out results > job.sh
  mesa-induction game misconception

Exit status: 0 success, 1 a check failed or shards are missing, 2 invalid input, 3 no adapter or a GPU error, 130 interrupted.`,
);

// It is not an error if the reader closes the pipe, as `head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") say(`cannot write to standard output: ${error.message}`);
  process.exit(error.code === "EPIPE" ? 0 : 2);
});

/** @throws MesaError if the first word is a misspelt command rather than a configuration to solve */
function checkCommand(word = ""): void {
  const commands = program.commands.map((command) => command.name());
  if (commands.includes(word) || Object.hasOwn(presets, word) || existsSync(word)) return;
  const near = meant(word, commands);
  if (near !== "" && meant(word, Object.keys(presets)) === "")
    throw new MesaError("INVALID_CONFIG", `unknown command ${quote(word)}${near}`);
}

for (const command of program.commands)
  if (["solve", "sweep", "phase", "merge", "validate", "bench"].includes(command.name())) quietly(command);
program.hook("preAction", (_, command) => beQuiet(command.opts().quiet === true));

askAdaptersIn(offTheTerminal);
forgetSources();
try {
  checkCommand(process.argv[2]);
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError && error.code === VERSION) {
    const { versionCommand } = await import("./version.ts");
    await versionCommand({ json: process.argv.includes("--json") });
  } else if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    const isAsked = hasCode(error, "INVALID_CONFIG") || hasCode(error, "LIMIT_EXCEEDED");
    say(isAsked ? await located(lineOf(error)) : lineOf(error));
    process.exitCode = exitCodeOf(error);
  }
}

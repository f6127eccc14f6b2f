// The command line: it only reads arguments. Each command, and the library with it, is loaded when it is called, so that
// help appears quickly.

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

const program = new Command("mesa-induction")
  .description(
    "Solves the toy environment of deceptive alignment by backward induction, on WebGPU and in float64.",
  )
  .version(__VERSION__, "-V, --version", "print the version")
  .helpOption("-h, --help", "print this help")
  .configureOutput({ outputError: (text) => say(oneLine(text.replace(/^error: /, ""))) })
  .exitOverride();

function settingOption(): Option {
  return new Option(
    "--set <key=value>",
    "change a setting, by dotted key and JSON value: --set schedule.learningRate=0.5; may be repeated",
  )
    .argParser((given: string, before: string[]) => [...before, given])
    .default([], "none");
}

function backendOption(): Option {
  return new Option("--backend <where>", "auto takes a hardware GPU or else the CPU")
    .choices(["auto", "cpu", "gpu"])
    .default("auto");
}

function methodOption(about: string): Option {
  return new Option("--method <how>", about).choices(["auto", ...METHODS]).default("auto");
}

function threadsOption(): Option {
  return new Option(
    "--threads <count>",
    "threads of the CPU that may work (default: as many as it has cores)",
  ).argParser((text) => (Number.isNaN(Number(text)) ? text : Number(text)));
}

function adapterOption(): Option {
  return new Option("--adapter <name>", "the adapter to take, by a part of the name that doctor lists");
}

function quietly(command: Command): Command {
  return command.option("--quiet", "print no progress and no notes on stderr, only what is wrong");
}

function forceOption(): Option {
  return new Option("--force", "make anew what the folder has, or replace another question's");
}

/** What goes to files, whole or a shard of it. */
function sharded(command: Command, files: string): Command {
  return command
    .option("--out <folder>", files)
    .addOption(forceOption())
    .option("--shard <i/n>", "solve and keep the i-th of n shards alone, for merge");
}

/** The options of all commands that solve configurations. */
function solving(command: Command): Command {
  return command
    .argument("[config]", "the name of a preset, or a JSON file")
    .addOption(settingOption())
    .addOption(backendOption())
    .addOption(methodOption("auto takes moments where the game has them, else rollout"))
    .addOption(
      new Option("--precision <what>", "the float64 oracle's plan, or the GPU's own")
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

/** What a sweep is of. */
function sweeping(command: Command): Command {
  return solving(command)
    .option(
      "--over <key=from:to:count>",
      "the setting and its values; key=from:to:count:log spaces them by a factor",
    )
    .option(
      "--series <key=values>",
      "a second setting, one series for each value: --series discount=1,0.9,0.5",
    )
    .option("--measure <names>", "what is measured (default: compliance,retention,deception)");
}

sharded(sweeping(program.command("sweep")), "write sweep.csv, sweep.svg and sweep.json")
  .description("solve a game for each value of a setting, and measure it")
  .action(async (config, flags) => (await import("./sweep.ts")).sweepCommand(config, flags));

/** What a diagram is of. */
function mapping(command: Command): Command {
  return command
    .argument("[diagram]", "the name of a diagram or of a preset, or a JSON file")
    .option(
      "--x <key=from:to:count>",
      "the setting from left to right; key=from:to:count:log spaces it by a factor",
    )
    .option("--y <key=from:to:count>", "the setting from below to above")
    .option("--measure <names>", "what is mapped (default: deception)")
    .addOption(settingOption())
    .addOption(backendOption())
    .addOption(adapterOption())
    .addOption(methodOption("auto takes exact where the game has it and no margin is mapped"))
    .addOption(threadsOption())
    .option("--json", "print the result as JSON, each measure's rows among it");
}

sharded(
  mapping(program.command("phase")),
  "write phase.png, phase.svg, phase.parquet, phase.npz and phase.json",
)
  .description("map two settings of a game: a phase diagram, as a figure and as data")
  .action(async (diagram, flags) => (await import("./phase.ts")).phaseCommand(diagram, flags));

program
  .command("merge")
  .argument("<folder>", "the --out of the shards")
  .description("merge the shards of a phase diagram or a sweep into its files")
  .option("--partial", "draw what there is, and mark it as partial")
  .option("--wait", "wait until every shard is there")
  .option(
    "--question <name>",
    "which, by its name or its command, where there are shards of several questions",
  )
  .option("--out <folder>", "where the files go (default: the folder itself)")
  .option("--json", "print the result as JSON")
  .action(async (folder, flags) => (await import("./merge.ts")).mergeCommand(folder, flags));

const submit = program
  .command("submit")
  .description("print what a scheduler is given to make a diagram or a sweep in shards; submit nothing");
for (const scheduler of ["slurm", "kubernetes", "parallel"] as const) {
  const { what, partition } = {
    slurm: {
      what: "a script that runs sbatch: an array, and a merge after it",
      partition: "--partition of sbatch",
    },
    kubernetes: {
      what: "a manifest: an Indexed Job, and a Job that merges",
      partition: "the nodes' instance type",
    },
    parallel: { what: "a command line for GNU parallel", partition: "its --sshloginfile" },
  }[scheduler];
  const group = submit.command(scheduler).description(what);
  for (const [command, options] of [
    ["phase", mapping],
    ["sweep", sweeping],
  ] as const) {
    options(group.command(command))
      .description(`${what}, for ${command}`)
      .requiredOption("--shards <n>", "into how many shards the work is cut")
      .requiredOption("--out <folder>", "where the shards and the result go, the same on all machines")
      .option("--cpus <count>", "cores of each shard", "1")
      .option("--gpus <count>", "GPUs of each shard")
      .option("--time <limit>", scheduler === "kubernetes" ? "seconds" : "as sbatch takes it")
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
  .description("serve the page on which all this is explored, to this machine alone, until Ctrl-C")
  .option("--port <number>", "where (default: 4321, or any that is free)")
  .action(async (config, flags) => (await import("./explore.ts")).exploreCommand(config, flags));

program
  .command("game")
  .argument("[game]", "the name of a preset or of a game, or a JSON file")
  .description("print a game's formulas, what is derived from them, and which methods apply and why not")
  .option("--json", "print the description as JSON")
  .action(async (game, flags) => (await import("./game.ts")).gameCommand(game, flags));

program
  .command("validate")
  .description("compare CPU, GPU and the reference outputs with each other; exit 1 when any differs")
  .option("--json", "print the comparisons as JSON")
  .action(async (flags) => (await import("./validate.ts")).validateCommand(flags));

program
  .command("doctor")
  .description("list the adapters, and what auto would choose and why")
  .option("--json", "print the report as JSON")
  .action(async (flags) => (await import("./doctor.ts")).doctorCommand(flags));

benchOptions(program.command("bench"))
  .description(
    "measure how fast every game is solved, by every method on every backend; exit 1 when plans differ",
  )
  .action(async (flags) => (await import("./bench.ts")).benchCommand(flags, "mesa-induction bench"));

program
  .command("presets")
  .argument("[name]", "the preset or the diagram to print, as a file to start from")
  .description("list the presets, and the diagrams that phase knows; or print one of them whole")
  .option("--json", "print the list as JSON")
  .action(async (name, flags) => (await import("./presets.ts")).presetsCommand(name, flags));

program
  .command("schema")
  .description("print the JSON Schema of configurations, which the package has as dist/config.schema.json")
  .action(async () => (await import("./presets.ts")).schemaCommand());

program
  .command("completion")
  .addArgument(new Argument("<shell>", "of which the script is").choices(["bash", "zsh"]))
  .description('print a script by which the shell completes: eval "$(mesa-induction completion bash)"')
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

Exit status: 0, or 1 a check failed or shards are missing, 2 bad input, 3 no adapter or device trouble, 130 interrupted.`,
);

// It is no failure if the reader closes the pipe, as `head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") say(`cannot write to the standard output: ${error.message}`);
  process.exit(error.code === "EPIPE" ? 0 : 2);
});

/** @throws MesaError where the first word is nearly a command, and so is meant for no configuration to solve */
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
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    const isAsked = hasCode(error, "INVALID_CONFIG") || hasCode(error, "LIMIT_EXCEEDED");
    say(isAsked ? await located(lineOf(error)) : lineOf(error));
    process.exitCode = exitCodeOf(error);
  }
}

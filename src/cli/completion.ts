// Shell completion: a script that is generated from the declared commands. Zsh runs the script for bash.

import type { Command, Option } from "commander";
import { games, phasePresets, presets } from "../index.ts";

/** the names that complete an argument; the shell itself adds the names of files */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  config: Object.keys(presets),
  diagram: [...Object.keys(phasePresets), ...Object.keys(presets)],
  game: [...games.keys(), ...Object.keys(presets)],
  name: [...Object.keys(presets), ...Object.keys(phasePresets)],
};

/** arguments that may be a file or a folder */
const FILES = ["config", "diagram", "game", "folder"];

/** What completes the arguments of a command. */
interface Completed {
  readonly path: string;
  /** subcommands with their descriptions */
  readonly commands: readonly Command[];
  /** what its arguments may be */
  readonly names: readonly string[];
  /** whether one of them may be a file */
  readonly files: boolean;
  readonly options: readonly Option[];
}

/** Every command. The first has an empty path, for `mesa-induction` without a command: that is `solve`. */
function commandsOf(program: Command): Completed[] {
  const solve = program.commands.find((command) => command.name() === "solve")!;
  const of = (command: Command, path: string): Completed[] => [
    {
      path,
      commands: command.commands,
      ...argumentsOf(path === "" ? solve : command),
      options: path === "" ? [...solve.options, ...program.options] : command.options,
    },
    ...command.commands.flatMap((one) => of(one, `${path} ${one.name()}`.trim())),
  ];
  return of(program, "");
}

const argumentsOf = ({ registeredArguments }: Command) => ({
  names: registeredArguments.flatMap((argument) => argument.argChoices ?? NAMES[argument.name()] ?? []),
  files: registeredArguments.some((argument) => FILES.includes(argument.name())),
});

/** Prints the script for a shell, which runs it when it starts. */
export function completionCommand(program: Command, shell: "bash" | "zsh" | "fish"): void {
  const commands = commandsOf(program);
  process.stdout.write(shell === "fish" ? fishScript(commands) : bashScript(commands, shell));
}

function bashScript(commands: readonly Completed[], shell: "bash" | "zsh"): string {
  const line = (patterns: readonly string[], action: string) =>
    `${patterns.map((one) => `"${one}"`).join(" | ")}) ${action} ;;`;
  const offer = (path: string, words: readonly string[]) => line([path], `words="${words.join(" ")}"`);
  const valued = commands.flatMap(({ path, options }) =>
    options
      .filter(({ required, optional }) => required || optional)
      .map(({ long, argChoices }) => ({ at: `${path}:${long}`, choices: argChoices })),
  );
  const free = valued.filter(({ choices }) => choices === undefined).map(({ at }) => at);
  const bySpace = commands.slice(1).map(({ path }) => (path.includes(" ") ? path : ` ${path}`));
  const setUp = shell === "zsh" ? "autoload -U +X compinit bashcompinit && compinit && bashcompinit\n" : "";
  return `# eval "$(mesa-induction completion ${shell})" completes mesa-induction
${setUp}_mesa_induction() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="" words="" at
  for ((at = 1; at < COMP_CWORD; at++)); do
    case "$command \${COMP_WORDS[at]}" in
      ${line(bySpace, `command="\${command:+$command }\${COMP_WORDS[at]}"`)}
    esac
  done
  COMPREPLY=()
  case "$command:$before" in
    ${line(free, "return")}
    ${valued.flatMap(({ at, choices }) => (choices ? offer(at, choices) : [])).join("\n    ")}
    *)
      if [[ $word == -* ]]; then
        case "$command" in
          ${commands.map(({ path, options }) => offer(path, [...options.map(({ long }) => long!), "--help"])).join("\n          ")}
        esac
      else
        case "$command" in
          ${commands.map((one) => offer(one.path, [...one.commands.map((sub) => sub.name()), ...one.names])).join("\n          ")}
        esac
      fi ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _mesa_induction mesa-induction
`;
}

function fishScript(commands: readonly Completed[]): string {
  const quoted = (text: string) => `'${text.replace(/[\\']/g, "\\$&")}'`;
  const list = (words: readonly string[]) => quoted(words.join(" "));
  const lines = commands.flatMap(({ path, commands, names, files, options }) => {
    const here = `complete -c mesa-induction -n ${quoted(`__mesa_induction_at ${path}`.trim())}`;
    return [
      ...(files ? [] : [`${here} -f`]),
      ...commands.map((one) => `${here} -a ${one.name()} -d ${quoted(one.description())}`),
      ...(names.length > 0 ? [`${here} -a ${list(names)}`] : []),
      ...options.map(({ long, required, argChoices, description }) => {
        const value = argChoices ? ` -xa ${list(argChoices)}` : required ? " -r" : "";
        return `${here} -l ${long!.slice(2)}${value} -d ${quoted(description)}`;
      }),
      `${here} -l help -d 'print this help'`,
    ];
  });
  const paths = commands.slice(1).map(({ path }) => quoted(path));
  return `# mesa-induction completion fish | source
function __mesa_induction_at
  set -l path
  for word in (commandline -opc)[2..]
    contains -- (string join -- ' ' $path $word) ${paths.join(" ")}
    and set -a path $word
  end
  test "$path" = "$argv"
end
${lines.join("\n")}
`;
}

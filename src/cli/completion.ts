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

/** What completes a command. */
interface Completed {
  readonly path: string;
  readonly names: readonly string[];
  readonly options: readonly Option[];
}

/** Every command. The first has an empty path, for `mesa-induction` without a command: that is `solve`. */
function commandsOf(program: Command): Completed[] {
  const solve = program.commands.find((command) => command.name() === "solve")!;
  const of = (command: Command, path: string): Completed[] => [
    {
      path,
      names: [...command.commands.map((one) => one.name()), ...namesOf(path === "" ? solve : command)],
      options: path === "" ? [...solve.options, ...program.options] : command.options,
    },
    ...command.commands.flatMap((one) => of(one, `${path} ${one.name()}`.trim())),
  ];
  return of(program, "");
}

const namesOf = ({ registeredArguments }: Command) =>
  registeredArguments.flatMap((argument) => argument.argChoices ?? NAMES[argument.name()] ?? []);

/** Prints the script for a shell, which runs it when it starts. */
export function completionCommand(program: Command, shell: "bash" | "zsh"): void {
  const commands = commandsOf(program);
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
  process.stdout.write(`# eval "$(mesa-induction completion ${shell})" completes mesa-induction
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
          ${commands.map(({ path, names }) => offer(path, names)).join("\n          ")}
        esac
      fi ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _mesa_induction mesa-induction
`);
}

// What shells complete: the words after the name of the program, the last of which is the one to complete, and what is
// offered. Where that is nothing, the shell offers files.
export const COMPLETED: readonly (readonly [words: readonly string[], offered: readonly string[]])[] = [
  [["sw"], ["sweep"]],
  [["exp"], ["experiment-1", "experiment-2", "explore"]],
  [["experiment-1", "--me"], ["--method"]],
  [
    ["solve", "--backend", ""],
    ["auto", "cpu", "gpu"],
  ],
  [
    ["bench", "--backend", ""],
    ["all", "cpu", "gpu"],
  ],
  [["phase", "ra"], ["rate-length"]],
  [["phase", "rate-length", "--sh"], ["--shard"]],
  [
    ["submit", "slurm", ""],
    ["phase", "sweep"],
  ],
  [["submit", "slurm", "phase", "--sha"], ["--shards"]],
  [["game", "lin"], ["linear"]],
  [
    ["completion", ""],
    ["bash", "fish", "zsh"],
  ],
  [["solve", "--out", ""], []],
  [["solve", "mine."], []],
];

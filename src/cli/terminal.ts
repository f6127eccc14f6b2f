// What native code writes to the standard error by itself, and nobody asked for: it is kept off the terminal. Only what
// writes to a terminal is changed: a file or a pipe may be somebody's log.

import { closeSync, constants, openSync } from "node:fs";

const { O_NOCTTY, O_WRONLY } = constants;
const STDERR = 2;

/**
 * Does work while the standard error leads nowhere, if it is a terminal; what it returns is not waited for.
 *
 * A file that is opened takes the lowest number that is free, so the standard error is closed and opened again.
 */
export function offTheTerminal<T>(work: () => T): T {
  const terminal = process.stderr.isTTY && process.platform === "linux" ? reopened(STDERR) : undefined;
  if (terminal === undefined) return work();
  closeSync(STDERR);
  openSync("/dev/null", O_WRONLY);
  try {
    return work();
  } finally {
    closeSync(STDERR);
    reopened(terminal);
    closeSync(terminal);
  }
}

/** What a number stands for, under the lowest that is free; undefined where it may not be opened, as after `su`. */
function reopened(descriptor: number): number | undefined {
  try {
    return openSync(`/proc/self/fd/${descriptor}`, O_WRONLY | O_NOCTTY);
  } catch {
    return undefined;
  }
}

// Native code (Dawn, the GPU's driver) writes warnings to standard error that no user asked for. This file keeps them
// off the terminal. If standard error is a file or a pipe, nothing changes, because it may be somebody's log.

import { closeSync, constants, openSync } from "node:fs";

const { O_NOCTTY, O_WRONLY } = constants;
const STDERR = 2;

/**
 * Does work while standard error leads to /dev/null, if it is a terminal. If the work returns a promise, this does not
 * wait for it.
 *
 * A file that is opened gets the lowest free descriptor, so closing standard error and opening a file redirects it.
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

/**
 * Opens the file of a descriptor again, under the lowest free descriptor; undefined if that is not allowed, as after
 * `su`.
 */
function reopened(descriptor: number): number | undefined {
  try {
    return openSync(`/proc/self/fd/${descriptor}`, O_WRONLY | O_NOCTTY);
  } catch {
    return undefined;
  }
}

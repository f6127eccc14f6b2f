// Ctrl-C, or closing the terminal: the first signal stops the work in an orderly way, the second ends the process.

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs work that these signals abort.
 *
 * @param work receives an AbortSignal whose reason is the name of the signal
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = (name: NodeJS.Signals) => controller.abort(name);
  for (const name of SIGNALS) process.once(name, abort);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of SIGNALS) process.off(name, abort);
    // the interrupted work must still be saved, even if the terminal closes
    if (controller.signal.aborted) process.on("SIGHUP", () => undefined);
  }
}

// Ctrl-C, or a terminal that is closed: the first one stops the work in an orderly way, the second one as the system does.

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Does something that these signals abort.
 *
 * @param work is given the signal; the abort's reason is the name of what arrived
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = (name: NodeJS.Signals) => controller.abort(name);
  for (const name of SIGNALS) process.once(name, abort);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of SIGNALS) process.off(name, abort);
    // what was interrupted is still to be kept, though its terminal may go
    if (controller.signal.aborted) process.on("SIGHUP", () => undefined);
  }
}

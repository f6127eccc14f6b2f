// Shows progress and the remaining time. On a terminal, work that takes more than a second gets a progress bar;
// elsewhere, as in a log file, one line is written per minute.

import type { SingleBar } from "cli-progress";
import { isQuiet, note } from "./failure.ts";
import { interruptible } from "./interrupt.ts";

/** how long work may run before a bar is shown, in milliseconds */
const PATIENCE = 1000;
/** the time between two lines where there is no bar, in milliseconds */
const LINE = 60_000;
/** the number of steps of the bar */
const STEPS = 1000;

/** `1h05m`, `3m20s`, `7s` */
function duration(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (x: number) => String(x).padStart(2, "0");
  if (hours > 0) return `${hours}h${two(minutes)}m`;
  return minutes > 0 ? `${minutes}m${two(seconds % 60)}s` : `${seconds}s`;
}

/** A progress bar, which appears only if the work takes long. */
interface ProgressBar {
  /** @param share of the work that is done, in [0, 1] */
  show(share: number, what: string): void;
  /** removes the bar */
  stop(): void;
}

/** A bar on stderr, or lines if stderr is not a terminal. */
export function createProgress(): ProgressBar {
  const started = performance.now();
  let bar: SingleBar | undefined;
  let state: "waiting" | "loading" | "shown" | "stopped" =
    process.stderr.isTTY && !isQuiet() ? "waiting" : "stopped";
  let reported = started;
  let first: number | undefined;

  const load = async () => {
    state = "loading";
    const { default: cliProgress } = await import("cli-progress");
    if (state !== "loading") return;
    state = "shown";
    bar = new cliProgress.SingleBar({
      stream: process.stderr,
      format: "{bar} {percent} %  {what}  {left} left",
      barCompleteChar: "█",
      barIncompleteChar: "░",
      clearOnComplete: true,
      hideCursor: true,
    });
    bar.start(STEPS, 0, { what: "", percent: "0", left: "?" });
  };
  return {
    show(share, what) {
      if (state === "waiting" && performance.now() - started > PATIENCE) load();
      const now = performance.now();
      // work that was done before the first call took none of the time measured here
      first ??= share;
      const done = share - first;
      const left = done > 0 ? duration(((now - started) * (1 - share)) / done) : "?";
      const percent = (100 * share).toFixed(1);
      bar?.update(Math.floor(share * STEPS), { what, percent, left });
      if (process.stderr.isTTY || now - reported < LINE) return;
      reported = now;
      note(`${percent} %, ${what}, ${left} left`);
    },
    stop() {
      state = "stopped";
      bar?.stop();
      bar = undefined;
    },
  };
}

/** Runs work that signals interrupt, with a progress bar. */
export async function visibly<T>(
  work: (signal: AbortSignal, show: ProgressBar["show"]) => Promise<T>,
): Promise<T> {
  const { show, stop } = createProgress();
  try {
    return await interruptible((signal) => work(signal, show));
  } finally {
    stop();
  }
}

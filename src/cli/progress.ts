// A progress bar with the time that is left: on a terminal only, and only for work that lasts.

import type { SingleBar } from "cli-progress";

/** work shorter than this shows no bar, in milliseconds */
const PATIENCE = 1000;
/** steps of the bar */
const STEPS = 1000;

/** A bar that comes when it is needed. */
export interface ProgressBar {
  /** @param share of the work that is done, in [0, 1] */
  show(share: number, what: string): void;
  /** takes the bar away */
  stop(): void;
}

/** A bar on stderr; it draws nothing where stderr is no terminal. */
export function createProgress(): ProgressBar {
  const started = performance.now();
  let bar: SingleBar | undefined;
  let state: "waiting" | "loading" | "shown" | "stopped" = process.stderr.isTTY ? "waiting" : "stopped";

  const load = async () => {
    state = "loading";
    const { default: cliProgress } = await import("cli-progress");
    if (state !== "loading") return;
    state = "shown";
    bar = new cliProgress.SingleBar({
      stream: process.stderr,
      format: "{bar} {percentage} %  {what}  {eta_formatted} left",
      barCompleteChar: "█",
      barIncompleteChar: "░",
      clearOnComplete: true,
      hideCursor: true,
      etaBuffer: 50,
    });
    bar.start(STEPS, 0, { what: "" });
  };
  return {
    show(share, what) {
      if (state === "waiting" && performance.now() - started > PATIENCE) load();
      bar?.update(Math.floor(share * STEPS), { what });
    },
    stop() {
      state = "stopped";
      bar?.stop();
      bar = undefined;
    },
  };
}

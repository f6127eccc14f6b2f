// A progress bar with the time that is left: on a terminal only, and only for work that lasts.

import type { SingleBar } from "cli-progress";
import type { Progress } from "../index.ts";

/** work shorter than this shows no bar, in milliseconds */
const PATIENCE = 1000;
/** steps of the bar */
const STEPS = 1000;

/** What draws an induction's progress; `stop` takes the bar away. */
export function createProgress(): { onProgress: (progress: Progress) => void; stop: () => void } {
  const started = performance.now();
  let bar: SingleBar | undefined;
  let state: "waiting" | "loading" | "shown" | "stopped" = process.stderr.isTTY ? "waiting" : "stopped";

  const show = async () => {
    state = "loading";
    const { default: cliProgress } = await import("cli-progress");
    if (state !== "loading") return;
    state = "shown";
    bar = new cliProgress.SingleBar({
      stream: process.stderr,
      format: "{bar} {percentage} %  episode {episode}  {eta_formatted} left",
      barCompleteChar: "█",
      barIncompleteChar: "░",
      clearOnComplete: true,
      hideCursor: true,
      etaBuffer: 50,
    });
    bar.start(STEPS, 0, { episode: "" });
  };
  return {
    onProgress({ share, episode }) {
      if (state === "waiting" && performance.now() - started > PATIENCE) show();
      bar?.update(Math.floor(share * STEPS), { episode });
    },
    stop() {
      state = "stopped";
      bar?.stop();
      bar = undefined;
    },
  };
}

// Configurations with names: the post's two experiments.

import type { Config } from "./config.ts";

/** A configuration that comes with the package, as plain data. */
export interface Preset {
  /** one line: what it shows */
  readonly about: string;
  readonly config: Config & { game: string };
}

/** The presets by name. */
export const presets: Readonly<Record<string, Preset>> = {
  "experiment-1": {
    about: "the post's first experiment: 20 episodes of training, then 80 of deployment",
    config: {
      game: "linear",
      schedule: { training: 20, deployment: 80, learningRate: 1 },
      plotWindow: 30,
    },
  },
  "experiment-2": {
    about: "the post's second experiment: 100 episodes of training, and no deployment",
    config: {
      game: "linear",
      schedule: { training: 100, deployment: 0, learningRate: 1 },
      plotWindow: 100,
    },
  },
};

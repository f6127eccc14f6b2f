// Named configurations: the post's two experiments, and one for each of its next steps.

import type { Config } from "./config.ts";

/** A configuration that comes with the package, as plain data. */
export interface Preset {
  /** what it shows, in one line */
  readonly about: string;
  /** the configuration */
  readonly config: Config & {
    /** the name of a built-in game */
    game: string;
  };
}

/** The presets by name: the post's two experiments, and one or more for each of the post's next steps. */
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
  discounted: {
    about: "the first experiment by agents that discount the future",
    config: { game: "linear", discount: 0.9, plotWindow: 30 },
  },
  regularized: {
    about:
      "the first experiment with a regularizer on θ, which pulls the goal to zero whatever the agent does",
    config: { game: "linear", regularization: 0.01, plotWindow: 30 },
  },
  "infinite-horizon": {
    about: "training that never ends, and a discount: a stationary equilibrium",
    config: {
      game: "linear",
      schedule: { training: 100, deployment: 0, learningRate: 1 },
      horizon: "infinite",
      discount: 0.95,
      plotWindow: 100,
    },
  },
  "deployed-for-ever": {
    about: "training, then deployment that never ends, by agents that discount the future",
    config: {
      game: "linear",
      schedule: { training: 20, deployment: 1, learningRate: 1 },
      horizon: "infinite",
      discount: 0.99,
      plotWindow: 21,
    },
  },
  "learned-discount": {
    about: "the base optimizer trains the agent's discount as well as its goal",
    config: { game: "learned-discount", schedule: { training: 20, deployment: 20, learningRate: 0.5 } },
  },
  misconception: {
    about: "an agent that is wrong about what training rewards, and may be corrected",
    config: { game: "misconception", schedule: { training: 20, deployment: 40, learningRate: 0.5 } },
  },
  "uncertain-deployment": {
    about: "agents that only see a signal of whether they are still in training",
    config: { game: "uncertain-deployment", plotWindow: 40 },
  },
  "distributional-shift": {
    about: "agents whose input has another distribution in deployment than in training",
    config: { game: "distributional-shift", plotWindow: 40 },
  },
  mlp: {
    about: "agents that are tanh networks, found by a search in each episode",
    config: {
      game: "mlp",
      schedule: { training: 5, deployment: 5, learningRate: 0.5 },
    },
  },
};

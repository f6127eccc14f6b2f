// The diagrams that come with the package.

import type { PhaseConfig } from "./config.ts";

/** A phase diagram that comes with the package, as plain data. */
export interface PhasePreset {
  /** what it shows, in one line */
  readonly about: string;
  /** the diagram */
  readonly phase: PhaseConfig;
}

const LEARNING_RATE = { key: "schedule.learningRate", from: 0.01, to: 10, count: 512, scale: "log" } as const;

/** The phase diagrams that come with the package, by name. */
export const phasePresets: Readonly<Record<string, PhasePreset>> = {
  "rate-length": {
    about: "learning rate × length of training, before 80 episodes of deployment",
    phase: {
      config: "experiment-1",
      x: LEARNING_RATE,
      y: { key: "schedule.training", from: 1, to: 400, count: 400 },
    },
  },
  "discount-regularization": {
    about: "discount × regularization, in the first experiment",
    phase: {
      config: "experiment-1",
      x: { key: "discount", from: 0.7, to: 1, count: 512 },
      y: { key: "regularization", from: 1e-4, to: 0.3, count: 512, scale: "log" },
    },
  },
  "hazard-error": {
    about: "probability that training ends × probability of a wrong signal",
    phase: {
      config: "uncertain-deployment",
      x: { key: "hazard", from: 0.001, to: 0.5, count: 512, scale: "log" },
      y: { key: "signalError", from: 0, to: 0.5, count: 512 },
      // after 20 episodes of training, and expected over the length of training
      measures: ["deception", "deceptionOverHazard"],
    },
  },
  "endless-discount-rate": {
    about: "discount × learning rate, for training that never ends",
    phase: {
      config: "infinite-horizon",
      x: { key: "discount", from: 0.5, to: 0.995, count: 256 },
      y: { ...LEARNING_RATE, count: 256 },
      measures: ["firstCoefficient"],
    },
  },
};

// The presets at sizes that are compared in seconds on a software adapter too.

import { type Config, presets } from "../../index.ts";

const FEWER: Readonly<Record<string, { said: string; change: Partial<Config> }>> = {
  "learned-discount": {
    said: "4 + 4 episodes, 26 × 31 candidates",
    change: {
      schedule: { training: 4, deployment: 4, learningRate: 0.5 },
      base: { count: 26 },
      perDiscount: { count: 31 },
    },
  },
  misconception: {
    said: "8 + 8 episodes",
    change: { schedule: { training: 8, deployment: 8, learningRate: 0.5 } },
  },
  mlp: {
    said: "2 + 2 episodes, 20 generations of 16",
    change: {
      schedule: { training: 2, deployment: 2, learningRate: 0.5 },
      search: { generations: 20, population: 16 },
    },
  },
};

/** A preset's configuration, smaller where it is slow, and in words how: `: 8 + 8 episodes`, or nothing. */
export function smaller(name: string): { config: Config; said: string } {
  const { config } = presets[name];
  const fewer = FEWER[name];
  return fewer ? { config: { ...config, ...fewer.change }, said: `: ${fewer.said}` } : { config, said: "" };
}

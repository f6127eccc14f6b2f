// The configurations that are measured: every game in up to four sizes.

import type { Config } from "../src/index.ts";

export const SIZES = ["small", "medium", "large", "huge"] as const;
export type Size = (typeof SIZES)[number];

const linear = (count: number, states: number): Config => ({
  game: "linear",
  coefficient: { count },
  theta: { count: states },
});
const learnedDiscount = (decisions: number, states: number): Config => ({
  game: "learned-discount",
  schedule: { training: 20, deployment: 20, learningRate: 0.5 },
  base: { count: decisions },
  perDiscount: { count: decisions },
  theta: { count: states },
  discount: { count: states },
});
const misconception = (count: number, states: number): Config => ({
  game: "misconception",
  schedule: { training: 20, deployment: 40, learningRate: 0.5 },
  coefficient: { count },
  theta: { count: states },
  belief: { count: states },
});
const uncertain = (count: number): Config => ({ game: "uncertain-deployment", coefficient: { count } });
const shifted = (count: number, intervals: number): Config => ({
  game: "distributional-shift",
  intervals,
  coefficient: { count },
});
const mlp = (starts: number, states: number): Config => ({
  game: "mlp",
  schedule: { training: 5, deployment: 5, learningRate: 0.5 },
  theta: { count: states },
  search: { starts, evaluations: 200 },
});

/** The configurations of each game, the smallest first. */
export const CASES: Readonly<Record<string, readonly Config[]>> = {
  linear: [linear(401, 11), linear(4001, 101), linear(100_001, 1001), linear(1_000_001, 1001)],
  "learned-discount": [
    learnedDiscount(21, 5),
    learnedDiscount(51, 11),
    learnedDiscount(201, 51),
    learnedDiscount(1001, 51),
  ],
  misconception: [
    misconception(101, 5),
    misconception(401, 11),
    misconception(10_001, 51),
    misconception(100_001, 101),
  ],
  "uncertain-deployment": [uncertain(401), uncertain(4001), uncertain(100_001), uncertain(1_000_001)],
  "distributional-shift": [shifted(401, 2), shifted(401, 16), shifted(4001, 64), shifted(100_001, 64)],
  mlp: [mlp(4, 21), mlp(12, 201), mlp(48, 1001)],
};

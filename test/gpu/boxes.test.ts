// Boxes of candidates and stages on the device: a candidate that is ruled out is neither the minimum nor the runner-up.
import fc from "fast-check";
import { expect, test } from "vitest";
import { levelsOf } from "../../src/gpu/boxes.ts";
import { Grid } from "../../src/grid.ts";
import type { Config } from "../../src/index.ts";
import { expectSameSteps, solveOnCpu, solveOnGpu } from "./agreement.ts";

const counts = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 3 });

test("the boxes of each level contain those of the level before, and all candidates", () => {
  fc.assert(
    fc.property(counts, (counts) => {
      const levels = levelsOf(new Grid(counts.map((count) => ({ min: 0, max: 1, count }))));
      for (const [i, { axes, sides, size }] of levels.entries()) {
        const finer = levels[i - 1];
        for (const [d, count] of counts.entries()) {
          expect(axes[d].length).toBe(Math.ceil(count / sides[d]));
          if (finer) expect(sides[d] % finer.sides[d]).toBe(0);
          // every coarser box has an index in the counts of the finest boxes
          expect(axes[d].length).toBeLessThanOrEqual(levels[0].axes[d].length);
        }
        if (finer) expect(size).toBeLessThan(finer.size);
      }
      expect(levels[levels.length - 1].size).toBeLessThanOrEqual(256);
    }),
    { numRuns: 300 },
  );
});

const misconception = (count: number): Config => ({
  game: "misconception",
  schedule: { training: 20, deployment: 20, learningRate: 0.5 },
  coefficient: { count },
});

test.each([
  { count: 301, least: 0.1, most: 0.8 },
  { count: 10_001, least: 0.01, most: 0.5 },
])("of $count candidates few are rolled out from all states", async ({ count, least, most }) => {
  const gpu = await solveOnGpu(misconception(count), "rollout");
  expectSameSteps(gpu, await solveOnCpu(misconception(count)));
  expect(gpu.solver.rolledOut).toBeGreaterThan(least);
  expect(gpu.solver.rolledOut).toBeLessThan(most);
});

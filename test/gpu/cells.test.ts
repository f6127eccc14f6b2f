// Cells of candidates: each candidate is in one, and what is ruled out is neither the least nor the runner-up.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { divide } from "../../src/gpu/cells.ts";
import { createGpuEvaluator } from "../../src/gpu/evaluator.ts";
import { OpenCandidates, openCells } from "../../src/gpu/openCells.ts";
import { Grid } from "../../src/grid.ts";
import { createProblem } from "../../src/model/problem.ts";
import { keptGpu } from "./gpus.ts";

const counts = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 3 });
const gridOf = (counts: readonly number[]) => new Grid(counts.map((count) => ({ min: 0, max: 1, count })));

/** the cell of a candidate, as cellOfWgsl has it */
function cellOf({ axes, counts, sides }: ReturnType<typeof divide>, index: number): number {
  const coordinates: number[] = [];
  for (let d = counts.length - 1; d >= 0; d--) {
    coordinates.unshift(index % counts[d]);
    index = Math.floor(index / counts[d]);
  }
  return coordinates.reduce((cell, at, d) => cell * axes[d].length + Math.floor(at / sides[d]), 0);
}

test("open candidates are counted as one by one", () => {
  fc.assert(
    fc.property(counts, fc.infiniteStream(fc.nat()), (counts, stream) => {
      const candidates = gridOf(counts);
      const grid = divide(candidates);
      const open = Uint32Array.from({ length: grid.size }, () => stream.next().value % 2);
      const counting = new OpenCandidates(grid);
      counting.count(open);
      const first = stream.next().value % candidates.size;
      const count = stream.next().value % (candidates.size - first + 1);
      let wanted = 0;
      for (let i = first; i < first + count; i++) wanted += open[cellOf(grid, i)];
      expect(counting.openIn(first, count)).toBe(wanted);
    }),
    { numRuns: 300 },
  );
});

describe("cells are open", () => {
  const bounds = (...cells: number[][]) => new Float32Array(cells.flat());
  test("where they may hold the least or the runner-up", () => {
    expect([...openCells(bounds([1, 0.5, 0], [2, 0.25, 0], [3, 0.5, 0], [2.5, 0.25, 0]))]).toEqual([
      1, 1, 0, 1,
    ]);
  });
  test("where nothing is known of them", () => {
    const unknown = [Number.NaN, Number.POSITIVE_INFINITY];
    expect([...openCells(bounds([1, 0, 0], [1, 0, 0], ...unknown.map((x) => [5, x, 0]), [5, 1, 0]))]).toEqual(
      [1, 1, 1, 1, 0],
    );
  });
  test("where there is but one", () => {
    expect([...openCells(bounds([1, 0.5, 0]))]).toEqual([1]);
  });
});

test("on a fine grid few candidates are rolled out", async () => {
  const problem = createProblem({
    game: "misconception",
    schedule: { training: 20, deployment: 20, learningRate: 0.5 },
    coefficient: { count: 4096 },
  });
  const plan = Array.from(problem.learningRates, (rate) => [rate > 0 ? 0.1 : 1]);
  const gpu = (await createGpuEvaluator(problem, {
    method: "rollout",
    precision: "certified",
    required: true,
    gpu: keptGpu,
  }))!;
  try {
    const [bounded, scored] = [await gpu.enclosures(0, plan), await gpu.enclosures(0, plan, true)];
    const rolledOut = bounded.cost.filter(
      (cost, i) => cost === scored.cost[i] && bounded.error[i] === scored.error[i],
    );
    expect(rolledOut.length).toBeGreaterThan(0);
    expect(rolledOut.length).toBeLessThan(0.2 * problem.candidates.size);
    // each alone is known far better than its cell
    expect(Math.max(...scored.error.map((error, i) => error / scored.cost[i]))).toBeLessThan(1e-2);
  } finally {
    gpu.destroy();
  }
});

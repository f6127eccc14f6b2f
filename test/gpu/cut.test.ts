// Cutting work: the parts of a step contain every candidate once, and no part is larger than allowed.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { WORKGROUP } from "../../shaders/rollout.wgsl.ts";
import {
  blocksPerDispatch,
  capacityOf,
  dealStates,
  lanesFor,
  MAX_WORKGROUPS,
  nextPart,
} from "../../src/gpu/cut.ts";
import { LIMITS } from "../../src/index.ts";

/** counts of all magnitudes up to a limit */
const count = (most: number) =>
  fc.oneof(
    fc.integer({ min: 1, max: Math.min(most, 300) }),
    fc.integer({ min: 1, max: most }),
    fc.integer({ min: 0, max: Math.log2(most) }).map((power) => 2 ** power),
  );
const candidates = count(LIMITS.candidates);
const states = count(LIMITS.states);
const MIB = 2 ** 20;

test("every state is in exactly one block", () => {
  fc.assert(
    fc.property(states, candidates, (states, candidates) => {
      const { groups, lanes, blocks } = dealStates(states, candidates, 4, 128 * MIB);
      expect(groups).toBeGreaterThanOrEqual(1);
      expect(blocks * groups * lanes).toBeGreaterThanOrEqual(states);
      // no block without a state
      expect((blocks - 1) * groups * lanes).toBeLessThan(states);
      // the limit of a dispatch
      expect(blocks).toBeLessThanOrEqual(1024);
    }),
    { numRuns: 1000 },
  );
});

test("few candidates are spread over many blocks, many candidates are not", () => {
  expect(dealStates(1024, 1, 4, 128 * MIB, 8).blocks).toBe(128);
  expect(dealStates(1024, 2 ** 20, 4, 128 * MIB, 8).blocks).toBe(16);
});

test("states side by side leave few places unused", () => {
  expect([1, 7, 11, 12].map(lanesFor)).toEqual([1, 7, 11, 12]);
  for (let states = 1; states < 2000; states++) {
    const lanes = lanesFor(states);
    expect(Math.ceil(states / lanes) * lanes).toBeLessThan(states * 1.1 + 4);
  }
});

test("the totals of a workgroup fit the smallest binding", () => {
  fc.assert(
    fc.property(states, fc.integer({ min: 2 ** 12, max: MIB }), (states, maxBinding) => {
      const { blocks } = dealStates(states, 1, 12, maxBinding, 1);
      expect(blocks * WORKGROUP * 12).toBeLessThanOrEqual(maxBinding);
    }),
  );
});

test("a part fits the binding, and its workgroups a dispatch", () => {
  fc.assert(
    fc.property(
      candidates,
      states,
      fc.integer({ min: MIB, max: 4096 * MIB }),
      (candidates, states, maxBinding) => {
        const bytes = dealStates(states, candidates, 8, maxBinding).blocks * 8;
        const capacity = capacityOf(candidates, bytes, maxBinding);
        expect(capacity % WORKGROUP).toBe(0);
        expect(capacity).toBeGreaterThanOrEqual(WORKGROUP);
        expect(capacity * bytes).toBeLessThanOrEqual(maxBinding);
        expect(capacity / WORKGROUP).toBeLessThanOrEqual(MAX_WORKGROUPS);
        // no larger than needed
        expect(capacity).toBeLessThan(candidates + WORKGROUP);
      },
    ),
    { numRuns: 1000 },
  );
});

describe("the parts of a step", () => {
  test("cover every candidate once", () => {
    const capacities = fc.integer({ min: 1, max: 4096 }).map((n) => n * WORKGROUP);
    const magnitude = fc.integer({ min: 0, max: 40 }).map((power) => 2 ** power);
    fc.assert(
      fc.property(count(2 ** 16), capacities, magnitude, magnitude, (candidates, capacity, work, budget) => {
        let first = 0;
        while (first < candidates) {
          const part = nextPart(first, candidates, capacity, work, budget);
          const right =
            part.first === first &&
            part.candidates > 0 &&
            part.candidates <= capacity &&
            // within the budget, unless a single workgroup exceeds it
            (part.candidates * work <= budget || part.candidates <= WORKGROUP) &&
            // whole workgroups, except the last part
            (first + part.candidates === candidates || part.candidates % WORKGROUP === 0);
          if (!right) expect.fail(`from ${first}: ${JSON.stringify(part)}`);
          first += part.candidates;
        }
        expect(first).toBe(candidates);
      }),
      { numRuns: 150 },
    );
  });
});

test("a dispatch has at least one block, and no more than the budget allows", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1025 }), count(2 ** 30), count(2 ** 30), (blocks, work, budget) => {
      const run = blocksPerDispatch(blocks, work, budget);
      expect(Number.isInteger(run)).toBe(true);
      expect(run).toBeGreaterThanOrEqual(1);
      expect(run).toBeLessThanOrEqual(blocks);
      expect(run === 1 || run * work <= budget).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

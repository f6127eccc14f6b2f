// Criteria that look at two things at once, with each of them alone.
import { expect, test } from "vitest";
import { type Distribution, Termination } from "../src/search/termination.ts";

const wide: Distribution = {
  generation: 1,
  mean: Float64Array.of(0, 0),
  stepSize: 1,
  path: Float64Array.of(0, 0),
  covariance: Float64Array.of(1, 0, 0, 1),
  lengths: Float64Array.of(1, 1),
  axes: Float64Array.of(1, 0, 0, 1),
};
const termination = (cost = 1e-12) => new Termination(2, 6, 1, { cost, point: 1e-6 });

test.each([
  { what: "all is narrow", change: {}, reason: /^TolX: / },
  { what: "a coordinate is wide", change: { covariance: Float64Array.of(1, 0, 0, 1e8) }, reason: undefined },
  { what: "the path is long", change: { path: Float64Array.of(0, -1e4) }, reason: undefined },
])("TolX where $what", ({ change, reason }) => {
  const found = termination().reason({ ...wide, stepSize: 1e-9, ...change }, [1, 2, 3]);
  if (reason) expect(found).toMatch(reason);
  else expect(found).toBeUndefined();
});

test.each([
  { what: "all costs are close", worst: 1.25, after: 20 },
  { what: "the worst of the last generation is far", worst: 9, after: undefined },
])("TolFun where $what", ({ worst, after }) => {
  const criteria = termination(0.5);
  const reasons = Array.from({ length: 40 }, (_, g) => criteria.reason(wide, [1 + (g % 2) / 8, 1.2, worst]));
  // 10 + ⌈30 · 2/6⌉ generations
  expect(reasons.findIndex((reason) => reason?.startsWith("TolFun"))).toBe((after ?? 0) - 1);
});

test.each([
  { what: "neither comes down", best: 0, median: 0, after: 130 },
  { what: "the least comes down", best: 1, median: 0, after: undefined },
  { what: "the median comes down", best: 0, median: 1, after: undefined },
])("Stagnation where $what", ({ best, median, after }) => {
  const criteria = termination();
  const reasons = Array.from({ length: 200 }, (_, g) =>
    criteria.reason(wide, [(g % 2) - best * g, 900 + (g % 2) - median * g, 1000]),
  );
  // 120 + ⌈30 · 2/6⌉ generations
  expect(reasons.findIndex((reason) => reason?.startsWith("Stagnation"))).toBe((after ?? 0) - 1);
});

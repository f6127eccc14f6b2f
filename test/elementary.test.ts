// The package's own elementary functions: close to those of the engine, and exact where this can be checked.

import { readdir, readFile } from "node:fs/promises";
import { transform } from "esbuild";
import fc from "fast-check";
import { expect, test } from "vitest";
import { exp, expm1, log, powerOfTwoBelow } from "../src/elementary.ts";

const within = (got: number, wanted: number, relative: number, absolute = 0) =>
  Object.is(got, wanted) || Math.abs(got - wanted) <= Math.max(absolute, relative * Math.abs(wanted));

test("the logarithm", () => {
  const numbers = fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true });
  fc.assert(
    fc.property(fc.oneof(numbers, fc.double({ min: 0.5, max: 2, noNaN: true })), (x) =>
      within(log(x), Math.log(x), 2 * Number.EPSILON, 3e-16),
    ),
    { numRuns: 2000 },
  );
  // near 1 and at the ends all digits are correct
  for (const x of [1 - 1e-9, 1 + 1e-12])
    expect(within(log(x), Math.log1p(x - 1), 4 * Number.EPSILON)).toBe(true);
  expect([log(1), log(2), log(0), log(Number.POSITIVE_INFINITY), log(-1)]).toEqual([
    ...[0, Math.LN2, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NaN],
  ]);
});

test("the exponential", () => {
  fc.assert(
    fc.property(fc.double({ min: -708, max: 709.7, noNaN: true }), (x) =>
      within(exp(x), Math.exp(x), 3 * Number.EPSILON),
    ),
    { numRuns: 2000 },
  );
  expect([exp(0), exp(Number.NEGATIVE_INFINITY), exp(-746), exp(710)]).toEqual([
    1,
    0,
    0,
    Number.POSITIVE_INFINITY,
  ]);
  expect(exp(Number.NaN)).toBeNaN();
});

test("the exponential minus 1", () => {
  const small = fc.tuple(fc.double({ min: 1, max: 10, noNaN: true }), fc.integer({ min: -300, max: -1 }));
  fc.assert(
    fc.property(
      fc.oneof(
        fc.double({ min: -40, max: 40, noNaN: true }),
        small.map(([x, e]) => x * 10 ** e),
      ),
      (x) => [x, -x].every((y) => within(expm1(y), Math.expm1(y), 4 * Number.EPSILON)),
    ),
    { numRuns: 2000 },
  );
  expect([expm1(0), expm1(Number.NEGATIVE_INFINITY)]).toEqual([0, -1]);
});

test("powers of two", () => {
  fc.assert(
    fc.property(fc.double({ min: 2 ** -1000, max: Number.MAX_VALUE, noNaN: true }), (x) => {
      const power = powerOfTwoBelow(x);
      return power <= x && x / power < 2 && 2 ** Math.round(Math.log2(power)) === power;
    }),
  );
});

test("the solver calls no function of Math whose last bit depends on the engine", async () => {
  const fixed = /^(abs|ceil|floor|fround|imul|max|min|round|sign|sqrt|LN2|LOG2E|SQRT1_2|SQRT2)$/;
  const src = new URL("../src/", import.meta.url);
  const files = (await readdir(src, { recursive: true })).filter(
    (file) => /\.tsx?$/.test(file) && !/^(report|explore)\//.test(file),
  );
  expect(files.length).toBeGreaterThan(100);
  const used = await Promise.all(
    files.map(async (file) => {
      // without comments
      const { code } = await transform(await readFile(new URL(file, src), "utf8"), {
        loader: file.endsWith("x") ? "tsx" : "ts",
      });
      return [...code.matchAll(/\bMath\b(?:\.(\w+))?/g)].map(([, name = "itself"]) => `${file}: ${name}`);
    }),
  );
  expect(used.flat().filter((one) => !fixed.test(one.replace(/.*: /, "")))).toEqual([]);
});

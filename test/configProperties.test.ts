// Any input: a configuration gets its defaults, or is rejected with one line.
import fc from "fast-check";
import { expect, test } from "vitest";
import { checkConfig, MesaError } from "../src/index.ts";

const VALID = {
  game: "linear",
  schedule: { training: 2, deployment: 3, learningRate: 0.5 },
  coefficient: { min: -1, max: 1, count: 5 },
  theta: { min: -1, max: 1, count: 3 },
  discount: 0.9,
  regularization: 0.1,
  initial: { theta: 0.5 },
  plotWindow: 4,
};
const PATHS = Object.entries(VALID).flatMap(([key, value]) => [
  [key],
  ...(typeof value === "object" ? Object.keys(value).map((inner) => [key, inner]) : []),
]);
const KEYS = fc.constantFrom("__proto__", "constructor", "min", "count", "learningRates", "theta", "");

/** replacements of a value: near misses, and any value of JSON or JavaScript */
const value = fc.oneof(
  fc.constantFrom(0, -1, 1, 2, 0.5, 1e308, -1e308, Infinity, Number.NaN, -0, 5e-324, 2 ** 24, 2 ** 53),
  fc.constantFrom<unknown>(undefined, null, "", "linear", true, [], {}, [1, 0.5], { learningRates: [1] }),
  fc.double(),
  fc.string({ unit: "binary" }),
  fc.jsonValue(),
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withSparseArray: true,
  }),
);

/** a valid configuration with some of its values replaced, removed, or joined by others */
const mutated = fc
  .array(
    fc.record({
      path: fc.constantFrom(...PATHS),
      more: fc.option(fc.oneof(KEYS, fc.string()), { nil: undefined }),
      value,
      remove: fc.boolean(),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((changes) => {
    const config: Record<string, unknown> = structuredClone(VALID);
    for (const { path, more, value, remove } of changes) {
      let inner = config;
      if (path.length === 2) {
        if (typeof config[path[0]] !== "object") continue;
        inner = { ...(config[path[0]] as object) };
        config[path[0]] = inner;
      }
      const key = more ?? path.at(-1)!;
      if (remove && more === undefined) Reflect.deleteProperty(inner, key);
      else
        Reflect.defineProperty(inner, key, { value, enumerable: true, configurable: true, writable: true });
    }
    return config;
  });

function check(input: unknown): "filled" | "rejected" {
  try {
    const { config } = checkConfig(input);
    expect(checkConfig(config).config).toEqual(config);
    return "filled";
  } catch (error) {
    if (!(error instanceof MesaError)) throw error;
    expect(["INVALID_CONFIG", "LIMIT_EXCEEDED"]).toContain(error.code);
    expect(error.message).toMatch(/^[^\p{Cc}\p{Zl}\p{Zp}]{1,400}$/u);
    return "rejected";
  } finally {
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect("discount" in {}).toBe(false);
  }
}

test("any value is filled in or rejected", () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.anything()), (input) => void check(input)),
    { numRuns: 500 },
  );
});

test("any mutated configuration is filled in or rejected", () => {
  const seen = { filled: 0, rejected: 0 };
  fc.assert(
    fc.property(mutated, (input) => void seen[check(input)]++),
    { numRuns: 3000 },
  );
  // both outcomes occur
  expect(seen.filled).toBeGreaterThan(50);
  expect(seen.rejected).toBeGreaterThan(50);
});

test("a filled configuration survives JSON", () => {
  fc.assert(
    fc.property(mutated, (input) => {
      let filled: unknown;
      try {
        filled = checkConfig(input).config;
      } catch {
        return;
      }
      expect(checkConfig(JSON.parse(JSON.stringify(filled))).config).toEqual(
        JSON.parse(JSON.stringify(filled)),
      );
    }),
    { numRuns: 500 },
  );
});

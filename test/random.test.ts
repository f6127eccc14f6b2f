// The random numbers equal those of the published generators, and the normals are normally distributed.
import { describe, expect, test } from "vitest";
import { Random, splitmix64 } from "../src/search/random.ts";

describe("the bits equal the reference", () => {
  test("splitmix64", () => {
    // from splitmix64.c by S. Vigna, compiled; Rosetta Code lists the same
    expect(splitmix64(1234567n, 3)).toEqual([
      6457827717110365317n,
      3203168211198807973n,
      9817491932198370423n,
    ]);
  });

  test("xoshiro128** 1.1", () => {
    // from xoshiro128starstar.c by D. Blackman and S. Vigna, compiled; Rust's rand_xoshiro has the same
    const random = new Random([1, 2, 3, 4]);
    expect(Array.from({ length: 10 }, () => random.bits())).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  test.each([
    { seed: 0, bits: [3737715805, 2584255861, 2876756834, 3286328325] },
    { seed: 1, bits: [1695105466, 1423115009, 634581793, 1068227753] },
    { seed: 1234567, bits: [1967786208, 270031234, 1115494691, 824886977] },
    { seed: 2 ** 53 - 1, bits: [1233166643, 1287031142, 661813442, 2960669951] },
  ])("seeded with $seed", ({ seed, bits }) => {
    // from the two C sources combined
    const random = Random.seeded(seed);
    expect(bits.map(() => random.bits())).toEqual(bits);
  });

  test("a million later", () => {
    const random = Random.seeded(42);
    for (let i = 1; i < 1_000_000; i++) random.bits();
    expect(random.bits()).toBe(2277284690);
  });

  test.each([-1, 0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY])("no seed: %s", (seed) => {
    expect(() => Random.seeded(seed)).toThrow(/seed must be an integer from 0 to 2\^53 − 1, got/);
  });
});

describe("uniforms", () => {
  test("have 53 bits", () => {
    // (⌊a/2⁵⌋ 2²⁶ + ⌊b/2⁶⌋)/2⁵³ from the reference's bits, in C
    const random = Random.seeded(1);
    expect([random.uniform(), random.uniform()]).toEqual([0.3946724931250869, 0.14775008893546571]);
  });

  test("fill [0, 1) evenly", () => {
    const random = Random.seeded(3);
    const counts = new Float64Array(100);
    for (let i = 0; i < 100_000; i++) counts[Math.floor(100 * random.uniform())]++;
    // χ² with 99 degrees of freedom is below 60 or above 149 with a probability of one in a thousand each
    const chiSquare = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquare).toBeGreaterThan(60);
    expect(chiSquare).toBeLessThan(149);
  });
});

describe("normals", () => {
  test("are the polar method's", () => {
    // in C, with the logarithm and the square root in long double
    const expected = [
      -0.31769638969762326, -1.0624814764619268, 1.7129407850036191, -0.9666994661982361, 1.1117133344676984,
      -0.37789240420421477,
    ];
    const random = Random.seeded(1);
    for (const x of expected) expect(Math.abs(random.normal() / x - 1)).toBeLessThan(1e-15);
  });

  test("have the moments 0, 1, 0 and 3", () => {
    const random = Random.seeded(5);
    const count = 200_000;
    const sums = [0, 0, 0, 0];
    for (let i = 0; i < count; i++) {
      const x = random.normal();
      for (let k = 0; k < 4; k++) sums[k] += x ** (k + 1);
    }
    // x, x², x³, x⁴ have the variances 1, 2, 15, 96; allow four standard errors
    [0, 1, 0, 3].forEach((moment, k) => {
      const error = Math.sqrt([1, 2, 15, 96][k] / count);
      expect(Math.abs(sums[k] / count - moment)).toBeLessThan(4 * error);
    });
  });
});

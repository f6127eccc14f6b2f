// The arithmetic of balls: for any members of the operands' balls, the exact result is in the result's ball.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { centreOf, RADIUS_SLACK, ROUNDING, radiusOf, UNDERFLOW } from "../../shaders/float32.ts";
import { type Arithmetic, ball as balls, plain } from "../../shaders/real.wgsl.ts";
import { type Ball, callWithBalls } from "./compute.ts";
import { even } from "./numbers.ts";

/** every operation: in WGSL, in float64, and how many ulps a conforming device may be off */
const OPERATIONS: readonly [string, (a: number, b: number, c: number) => number, ulps?: number][] = [
  ["add(a, b)", (a, b) => a + b, 1],
  ["sub(a, b)", (a, b) => a - b, 1],
  ["mul(a, b)", (a, b) => a * b, 1],
  ["div(a, b)", (a, b) => a / b, 2.5],
  ["square(a)", (a) => a * a, 1],
  ["negated(a)", (a) => -a],
  ["absolute(a)", (a) => Math.abs(a)],
  ["minimum(a, b)", (a, b) => Math.min(a, b)],
  ["maximum(a, b)", (a, b) => Math.max(a, b)],
  [
    "minimum(maximum(a, minimum(b, c)), maximum(b, c))",
    (a, b, c) => Math.min(Math.max(a, Math.min(b, c)), Math.max(b, c)),
  ],
  ["exactly(centre(a))", (a) => a],
];

const call = (arithmetic: Arithmetic, operands: readonly (readonly (Ball | number)[])[]) =>
  callWithBalls(
    {
      declarations: arithmetic.wgsl,
      arithmetic,
      inputs: 3,
      outputs: OPERATIONS.length,
      body: `let a = x[0]; let b = x[1]; let c = x[2];
        ${OPERATIONS.map(([wgsl], j) => `y[${j}] = ${wgsl};`).join("\n")}`,
    },
    operands,
  );

const magnitude = fc
  .tuple(even(1, 2), fc.integer({ min: -126, max: 126 }), fc.constantFrom(-1, 1))
  .map(([x, exponent, sign]) => Math.fround(sign * x * 2 ** exponent));
const ordinary = even(-4, 4).map(centreOf);
const centre = fc.oneof(
  { weight: 4, arbitrary: ordinary },
  { weight: 2, arbitrary: magnitude },
  { weight: 1, arbitrary: fc.constantFrom(0, 1, -1, 2 ** -126, Math.fround(3e38)) },
);
const ball = fc
  .tuple(centre, fc.oneof(fc.constant(0), even(0, 1), magnitude.map(Math.abs)))
  .chain(([centre, share]) =>
    fc
      .constantFrom(0, 2 ** -24, 2 ** -22, 2 ** -10, 1)
      .map((scale) => ({ centre, radius: Math.fround(Math.abs(centre) * scale * Math.min(share, 1)) })),
  )
  .map(({ centre, radius }) => ({ centre, radius: radius < 2 ** -126 ? 0 : radius }));
/** the position of a member in its ball, from one end to the other */
const place = fc.oneof(fc.constantFrom(-1, 0, 1), even(-1, 1));

const cases = fc.sample(fc.array(fc.tuple(ball, place), { minLength: 3, maxLength: 3 }), {
  numRuns: 20_000,
  seed: 1,
});

describe("balls", async () => {
  const results = await call(
    balls,
    cases.map((operands) => operands.map(([ball]) => ball)),
  );
  const operations = OPERATIONS.map(([wgsl, exact, ulps = 0], j) => ({ wgsl, exact, ulps, j }));
  test.each(operations)("$wgsl", ({ wgsl, exact, ulps, j }) => {
    let finite = 0;
    for (const [i, operands] of cases.entries()) {
      const result = results[i][j];
      // an overflow gives no bound
      if (!Number.isFinite(result.centre) || !Number.isFinite(result.radius)) continue;
      finite++;
      const members = operands.map(([{ centre, radius }, at]) => centre + at * radius);
      // `exactly` takes the centre only
      if (wgsl.startsWith("exactly")) members[0] = operands[0][0].centre;
      const wanted = exact(members[0], members[1], members[2]);
      // float64 rounds the members and the result
      const room =
        2 ** -50 *
        (Math.abs(wanted) + members.reduce((sum, x) => sum + Math.abs(x), 0) * +/add|sub/.test(wgsl));
      // another device's centre may be off by that much more, in either direction
      const distance = Math.abs(wanted - result.centre) + (ulps / 2 ** 23) * Math.abs(result.centre);
      if (!(distance <= RADIUS_SLACK * result.radius + room))
        expect.fail(`${JSON.stringify(operands)}: ${wanted} is not in ${JSON.stringify(result)}`);
    }
    // a divisor may be 0
    expect(finite).toBeGreaterThan(cases.length * (wgsl.startsWith("div") ? 0.8 : 0.9));
  });

  test("rounding is charged, and no more than it can be", async () => {
    const exact = fc.sample(fc.array(ordinary, { minLength: 3, maxLength: 3 }), { numRuns: 2000, seed: 2 });
    const results = await call(
      balls,
      exact.map((numbers) => numbers.map((centre) => ({ centre, radius: 0 }))),
    );
    for (const [i, [a, b]] of exact.entries()) {
      const [sum, difference, product, quotient, square] = results[i];
      const most = (size: number) => 1.01 * (ROUNDING * size + UNDERFLOW);
      expect(sum.radius).toBeLessThanOrEqual(most(Math.abs(a) + Math.abs(b)));
      expect(difference.radius).toBeLessThanOrEqual(most(Math.abs(a) + Math.abs(b)));
      expect(product.radius).toBeLessThanOrEqual(most(Math.abs(a * b)));
      expect(square.radius).toBeLessThanOrEqual(most(a * a));
      // twice the charge of a product
      expect(quotient.radius).toBeLessThanOrEqual(2 * most(Math.abs(a / b)));
      const least = Math.min(...[sum, difference, product, quotient, square].map(({ radius }) => radius));
      expect(least).toBeGreaterThan(0);
    }
  });

  test("an overflow never becomes a number again", async () => {
    const wild: Ball[] = [
      { centre: Number.POSITIVE_INFINITY, radius: Number.POSITIVE_INFINITY },
      { centre: 1, radius: Number.POSITIVE_INFINITY },
      { centre: 0, radius: Number.NaN },
      { centre: Number.NaN, radius: Number.NaN },
    ];
    const tame = [0, 1, -1, 1e30].map((centre) => ({ centre, radius: 0 }));
    const operands = wild.flatMap((a) => tame.flatMap((b) => tame.map((c) => [a, b, c])));
    for (const [i, results] of (await call(balls, operands)).entries())
      for (const [j, [wgsl]] of OPERATIONS.entries())
        if (!wgsl.startsWith("exactly"))
          expect(
            Number.isFinite(results[j].radius),
            `${wgsl} of ${JSON.stringify(operands[i], (_, x) => (Number.isFinite(x) || typeof x === "object" ? x : String(x)))}`,
          ).toBe(false);
  });
});

test("plain numbers are within one rounding", async () => {
  const numbers = fc.sample(fc.array(ordinary, { minLength: 3, maxLength: 3 }), { numRuns: 5000, seed: 3 });
  for (const [i, results] of (await call(plain, numbers)).entries()) {
    const [a, b, c] = numbers[i];
    for (const [j, [, exact]] of OPERATIONS.entries())
      expect(Math.abs(results[j].centre - exact(a, b, c))).toBeLessThanOrEqual(
        ROUNDING * (Math.abs(a) + Math.abs(b) + Math.abs(exact(a, b, c))) + UNDERFLOW,
      );
  }
});

test("a float64 lies in the ball that represents it", () => {
  const anyNumber = fc.double({ min: -3e38, max: 3e38, noNaN: true });
  fc.assert(
    fc.property(fc.oneof(anyNumber, fc.double({ min: -1e-36, max: 1e-36, noNaN: true })), (x) => {
      expect(Math.fround(centreOf(x))).toBe(centreOf(x));
      expect(Math.fround(radiusOf(x))).toBe(radiusOf(x));
      expect(Math.abs(x - centreOf(x))).toBeLessThanOrEqual(radiusOf(x));
    }),
    { numRuns: 2000 },
  );
});

// The arithmetic of affine forms: for any values of the symbols, the form contains the exact result, and the computed
// result is no further from it than the form says.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RADIUS_SLACK, ROUNDING, UNDERFLOW } from "../../shaders/float32.ts";
import { affineOf } from "../../shaders/real.wgsl.ts";
import { callOnDevice } from "./compute.ts";
import { even } from "./numbers.ts";

/** every operation: in WGSL, in float64, and how much float32 may round it for the computed operands */
const OPERATIONS: readonly [string, (a: number, b: number) => number, (a: number, b: number) => number][] = [
  ["add(a, b)", (a, b) => a + b, (a, b) => Math.abs(a) + Math.abs(b)],
  ["sub(a, b)", (a, b) => a - b, (a, b) => Math.abs(a) + Math.abs(b)],
  ["mul(a, b)", (a, b) => a * b, (a, b) => Math.abs(a * b)],
  ["div(a, b)", (a, b) => a / b, (a, b) => 2.5 * Math.abs(a / b)],
  ["square(a)", (a) => a * a, (a) => a * a],
  ["negated(a)", (a) => -a, () => 0],
  ["absolute(a)", (a) => Math.abs(a), () => 0],
  ["minimum(a, b)", (a, b) => Math.min(a, b), () => 0],
  ["maximum(a, b)", (a, b) => Math.max(a, b), () => 0],
  [
    "minimum(maximum(a, negated(absolute(b))), absolute(b))",
    (a, b) => Math.min(Math.max(a, -Math.abs(b)), Math.abs(b)),
    () => 0,
  ],
  ["settled(a)", (a) => a, () => 0],
];

const SYMBOLS = 3;
const arithmetic = affineOf({ decision: 1, state: 2 });
type Three = readonly [number, number, number];
const three = <T>(one: fc.Arbitrary<T>) => fc.tuple(one, one, one);

interface Form {
  centre: number;
  slopes: Three;
  rest: number;
  loss: number;
}

const small = fc.oneof(
  fc.constant(0),
  even(0, 1).map((x) => x ** 4),
);
const form: fc.Arbitrary<Form> = fc.record({
  centre: fc.oneof({ weight: 4, arbitrary: even(-3, 3) }, { weight: 1, arbitrary: even(-1e4, 1e4) }),
  slopes: three(fc.oneof(even(-2, 2), fc.constant(0))),
  rest: small,
  loss: small.map((x) => x * 1e-3),
});
const place = fc.oneof(fc.constantFrom(-1, 0, 1), even(-1, 1));
const single = ({ centre, slopes, rest, loss }: Form, reach: Three, fault: Three) => {
  const linear = (sizes: Three) => slopes.reduce((sum, slope, j) => sum + Math.abs(slope) * sizes[j], 0);
  const up = (x: number) => Math.fround(x * (1 + 2 ** -22));
  return [centre, ...slopes, rest, up(linear(reach) + rest), loss, up(linear(fault) + loss)];
};

const round = (x: number) => Math.fround(x);
const f32s = three(even(0, 0.5).map(round));
const cases = fc
  .sample(
    fc.record({
      ...{ a: form, b: form, reach: f32s, fault: three(even(0, 1e-3).map(round)) },
      // positions of the symbols, the rests and the losses in their ranges, and the direction in which float32 rounds
      ...{
        symbols: three(place),
        faults: three(place),
        rests: three(place),
        losses: three(place),
        rounding: place,
      },
    }),
    { numRuns: 20_000, seed: 4 },
  )
  .map((one) => {
    const rounded = ({ centre, slopes, rest, loss }: Form): Form => ({
      centre: round(centre),
      slopes: slopes.map(round) as unknown as Three,
      rest: round(rest),
      loss: round(loss),
    });
    return { ...one, a: rounded(one.a), b: rounded(one.b) };
  });

/** the exact value of a form, and the computed one */
function memberOf({ centre, slopes, rest, loss }: Form, i: number, one: (typeof cases)[number]) {
  const at = (sizes: Three, places: Three) => slopes.reduce((sum, s, j) => sum + s * sizes[j] * places[j], 0);
  const exact = centre + at(one.reach, one.symbols) + rest * one.rests[i];
  return { exact, computed: exact + at(one.fault, one.faults) + loss * one.losses[i] };
}

describe("affine forms", async () => {
  const results = await callOnDevice(
    {
      declarations: arithmetic.wgsl,
      arithmetic,
      inputs: 4,
      outputs: OPERATIONS.length,
      // the third and the fourth operand give the sizes of the symbols
      body: `let a = x[0]; let b = x[1];
        ${[0, 1, 2].map((j) => `reach${j} = x[2].slope${j}; fault${j} = x[3].slope${j};`).join("\n")}
        measure_underflow();
        ${OPERATIONS.map(([wgsl], j) => `y[${j}] = ${wgsl};`).join("\n")}`,
    },
    cases.map(({ a, b, reach, fault }) => [
      ...[single(a, reach, fault), single(b, reach, fault)],
      ...[reach, fault].map((sizes) => [0, ...sizes, 0, 0, 0, 0]),
    ]),
  );

  test.each(OPERATIONS.map(([wgsl, exactly, rounded], j) => ({ wgsl, exactly, rounded, j })))(
    "$wgsl",
    ({ wgsl, exactly, rounded, j }) => {
      let known = 0;
      for (const [i, one] of cases.entries()) {
        // if a divisor may be 0, there is no bound
        if (wgsl.startsWith("div") && !results[i][j].every(Number.isFinite)) continue;
        known++;
        const [a, b] = [memberOf(one.a, 0, one), memberOf(one.b, 1, one)];
        const [centre, ...numbers] = results[i][j];
        const slopes = numbers.slice(0, SYMBOLS) as unknown as Three;
        const [rest, spread, loss, error] = numbers.slice(SYMBOLS);
        const along = (sizes: Three, places: Three) =>
          slopes.reduce((sum, s, k) => sum + s * sizes[k] * places[k], 0);
        const exact = exactly(a.exact, b.exact);
        const charge = 2 ** -23 * rounded(a.computed, b.computed);
        const computed = exactly(a.computed, b.computed) + one.rounding * charge;
        const room = 2 ** -45 * (1 + Math.abs(exact) + Math.abs(a.exact) + Math.abs(b.exact));
        const holds = (distance: number, radius: number, what: string) => {
          if (!(Math.abs(distance) <= RADIUS_SLACK * radius + room))
            expect.fail(`${what} of ${wgsl}, ${JSON.stringify(one)}: ${distance} is beyond ${radius}`);
        };
        holds(exact - centre, spread, "spread");
        holds(exact - centre - along(one.reach, one.symbols), rest, "rest");
        holds(computed - exact, error, "error");
        holds(computed - exact - along(one.fault, one.faults), loss, "loss");
      }
      expect(known).toBeGreaterThan(cases.length / (wgsl.startsWith("div") ? 2 : 1.001));
    },
  );

  test("a single number is charged its rounding, and no more", async () => {
    const numbers = fc.sample(fc.tuple(even(-4, 4).map(round), even(-4, 4).map(round)), {
      numRuns: 500,
      seed: 5,
    });
    const declarations = arithmetic.wgsl;
    const body = "measure_underflow(); y[0] = add(x[0], x[1]); y[1] = mul(x[0], x[1]);";
    const found = await callOnDevice({ declarations, arithmetic, inputs: 2, outputs: 2, body }, numbers);
    for (const [i, [a, b]] of numbers.entries())
      for (const [j, size] of [Math.abs(a) + Math.abs(b), 2 * Math.abs(a * b)].entries())
        for (const radius of found[i][j].slice(1 + SYMBOLS)) {
          expect(radius).toBeGreaterThan(0);
          expect(radius).toBeLessThanOrEqual(1.01 * (ROUNDING * size + 8 * UNDERFLOW));
        }
  });

  test("an overflow never becomes a number again", async () => {
    const wild = [Number.POSITIVE_INFINITY, Number.NaN].flatMap((x) => [
      [x, 0, 0, 0, x, x, x, x],
      [1, 0, 0, 0, x, x, x, x],
    ]);
    const tame = [0, 1, -1, 1e30].map((x) => [x, 0, 0, 0, 0, 0, 0, 0]);
    const operands = wild.flatMap((a) => tame.flatMap((b) => [[a, b]]));
    const declarations = arithmetic.wgsl;
    const body = OPERATIONS.map(([wgsl], j) => `y[${j}] = ${wgsl};`).join("\n");
    const found = await callOnDevice(
      {
        declarations,
        arithmetic,
        inputs: 2,
        outputs: OPERATIONS.length,
        body: `let a = x[0]; let b = x[1]; ${body}`,
      },
      operands,
    );
    for (const outputs of found)
      for (const [j, [wgsl]] of OPERATIONS.entries())
        expect(Number.isFinite(outputs[j][1 + SYMBOLS + 1]), wgsl).toBe(false);
  });
});

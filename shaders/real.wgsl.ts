// The arithmetic that games and kernels are written in. One text, three meanings:
//
// - plain: a `real` is an f32.
// - ball: a `real` is an interval, its centre an f32 and its radius an upper bound. It holds the exact result, and
//   also whatever a conforming WGSL implementation may compute for it in f32: rounded up or down, fused, flushed to zero
//   when subnormal, and with sums in another order (WGSL §15.7, floating point evaluation, and what docs/method.md
//   assumes of it). This is running error analysis, as in N. J. Higham, Accuracy and Stability of Numerical Algorithms,
//   §3.3.
// - affine: a `real` holds the exact and the computed results of a whole cell of candidates. See affine.wgsl.ts.
//
// An addition is charged in the order of the text: a ulp of what it adds up, and a second ulp, which pays for any other
// order where three numbers are added. Where a loop adds up more, `tally` takes the place of `add`. In a sum of n
// additions, in any order, each term t is rounded n times at most: the computed sum is Σ t (1 + δ) with
// |δ| ≤ (1 + 2⁻²³)ⁿ − 1 ≤ n 2⁻²² up to n = 10⁷. So the terms are charged, by count, and never what was added up so far.
//
// The radii are computed in f32 too; whoever reads a radius at the end multiplies it by RADIUS_SLACK.

import { affineWgsl, FORM_SIZE, type Symbols } from "./affine.wgsl.ts";
import { centreOf, f32, ROUNDING, radiusOf, STEEPEST, UNDERFLOW } from "./float32.ts";

/** What a `real` is in a shader, and how the host writes one. */
export interface Arithmetic {
  readonly kind: "plain" | "ball" | "affine";
  /** f32s in a `real` */
  readonly size: number;
  /** the declarations of `real` and its functions */
  readonly wgsl: string;
  /** The f32s of the `real` that stands for a float64. Shape [size]. */
  encode(x: number): number[];
  /** A float64 as a WGSL constant of type `real`. */
  literal(x: number): string;
}

/** f32, as the device has it */
export const plain: Arithmetic = {
  kind: "plain",
  size: 1,
  wgsl: /* wgsl */ `
alias real = f32;

fn exactly(x: f32) -> real { return x; }
fn centre(a: real) -> f32 { return a; }
fn radius(a: real) -> f32 { return 0.0; }
fn settled(a: real) -> real { return a; }

fn add(a: real, b: real) -> real { return a + b; }
fn tally(sum: real, term: real, charge: f32) -> real { return sum + term; }
fn sub(a: real, b: real) -> real { return a - b; }
fn mul(a: real, b: real) -> real { return a * b; }
fn div(a: real, b: real) -> real { return a / b; }
fn square(a: real) -> real { return a * a; }
/// a times a power of two
fn scaled(a: real, factor: f32) -> real { return factor * a; }

fn negated(a: real) -> real { return -a; }
fn absolute(a: real) -> real { return abs(a); }
fn minimum(a: real, b: real) -> real { return min(a, b); }
fn maximum(a: real, b: real) -> real { return max(a, b); }
fn below(a: real, b: real, then: real, otherwise: real) -> real { return select(otherwise, then, a < b); }
`,
  encode: (x) => [centreOf(x)],
  literal: f32,
};

/**
 * Balls.
 *
 * @param underflow what flushing to zero may cost an operation; see UNDERFLOW
 */
export const ballOf = (underflow: number): Arithmetic => ({
  kind: "ball",
  size: 2,
  wgsl: /* wgsl */ `
/// A struct, so that a game which adds or multiplies reals by + or * does not compile: its bound would bound nothing.
struct Ball {
  centre: f32,
  radius: f32,
}

alias real = Ball;

const ROUNDING = ${f32(ROUNDING)};
const UNDERFLOW = ${f32(underflow)};

fn exactly(x: f32) -> real { return Ball(x, 0.0); }
fn centre(a: real) -> f32 { return a.centre; }
fn radius(a: real) -> f32 { return a.radius; }
fn settled(a: real) -> real { return a; }

// Rounding is charged to the operands of a sum, not to the sum: so that it holds under cancellation.
fn add(a: real, b: real) -> real {
  return Ball(a.centre + b.centre, a.radius + b.radius + (ROUNDING * (abs(a.centre) + abs(b.centre)) + UNDERFLOW));
}

/// A term more of a sum that a loop makes, in whichever order: charge is ROUNDING times the sum's additions.
fn tally(sum: real, term: real, charge: f32) -> real {
  return Ball(sum.centre + term.centre, sum.radius + term.radius + (charge * abs(term.centre) + UNDERFLOW));
}

fn sub(a: real, b: real) -> real { return add(a, negated(b)); }

fn mul(a: real, b: real) -> real {
  let product = a.centre * b.centre;
  let spread = abs(a.centre) * b.radius + a.radius * (abs(b.centre) + b.radius);
  return Ball(product, spread + (ROUNDING * (abs(product) + spread) + UNDERFLOW));
}

${STEEPEST}
/// With a = x + α and b = y + β, a/b − x/y = (α − (x/y) β)/b. WGSL has x/y within 2.5 ulps, of which four are charged: the
/// rest is for x/y in its own bound. Each part is divided before it is multiplied, so that what is flushed is not scaled.
fn div(a: real, b: real) -> real {
  let quotient = a.centre / b.centre;
  let most = abs(quotient) + UNDERFLOW;
  let steep = steepest(b.centre, b.radius);
  let spread = a.radius * steep + most * (b.radius * steep);
  return Ball(quotient, spread + (2.0 * ROUNDING * (most + spread) + UNDERFLOW));
}

/// The square of one number: both factors err together.
fn square(a: real) -> real {
  let product = a.centre * a.centre;
  let spread = a.radius * (2.0 * abs(a.centre) + a.radius);
  return Ball(product, spread + (ROUNDING * (product + spread) + UNDERFLOW));
}

// These move no two numbers further apart, so the wider radius would do; but a minimum or a maximum may drop a NaN,
// and a sum keeps it: an overflow must not look like a number again.
fn negated(a: real) -> real { return Ball(-a.centre, a.radius); }
fn absolute(a: real) -> real { return Ball(abs(a.centre), a.radius); }
fn minimum(a: real, b: real) -> real { return Ball(min(a.centre, b.centre), a.radius + b.radius); }
fn maximum(a: real, b: real) -> real { return Ball(max(a.centre, b.centre), a.radius + b.radius); }
`,
  encode: (x) => [centreOf(x), radiusOf(x)],
  literal: (x) => `Ball(${f32(x)}, ${f32(radiusOf(x))})`,
});

/** balls of numbers of which nothing more is known */
export const ball = ballOf(UNDERFLOW);

/**
 * Forms over a cell of candidates, for so many numbers of a decision and a state.
 *
 * @param roundings operations of an episode whose roundings come together
 */
export function affineOf(symbols: Symbols, roundings = 0): Arithmetic {
  const slopes = new Array<number>(symbols.decision + symbols.state).fill(0);
  const encode = (x: number) => [centreOf(x), ...slopes, ...new Array<number>(4).fill(radiusOf(x))];
  return {
    kind: "affine",
    size: slopes.length + FORM_SIZE,
    wgsl: affineWgsl(symbols, roundings),
    encode,
    literal: (x) => `Affine(${[x, ...encode(x).slice(1)].map(f32).join(", ")})`,
  };
}

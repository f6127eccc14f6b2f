// The arithmetics in which games and kernels are written. The same text has three meanings:
//
// - plain: a `real` is an f32.
// - ball: a `real` is an interval with an f32 centre and an upper bound of its radius. It contains the exact result,
//   and
//   also every result that a conforming WGSL implementation may compute in f32: rounded up or down, fused, flushed to zero
//   when subnormal, and with sums in another order (WGSL §15.7, floating point evaluation, and what docs/method.md
//   assumes about it). This is running error analysis, as in N. J. Higham, Accuracy and Stability of Numerical Algorithms,
//   §3.3.
// - affine: a `real` encloses the exact and the computed results for a whole box of candidates. See affine.wgsl.ts.
//
// An addition is charged in the order of the text: one ulp of its operands, and a second ulp, which covers any other
// order of adding up three numbers. For longer sums, `tally` replaces `add`. In a sum of n additions, in any order,
// each term t is rounded at most n times: the computed sum is Σ t (1 + δ) with |δ| ≤ (1 + 2⁻²³)ⁿ − 1 ≤ n 2⁻²² up to n =
// 10⁷. So each term is charged by the number of additions, and the partial sums are not charged.
//
// The radii are computed in f32 too; code that uses a final radius multiplies it by RADIUS_SLACK.

import { affineWgsl, FORM_SIZE, type Symbols } from "./affine.wgsl.ts";
import { centreOf, f32, ROUNDING, radiusOf, STEEPEST, UNDERFLOW } from "./float32.ts";

/** How a `real` is represented in a shader, and how the host writes one. */
export interface Arithmetic {
  readonly kind: "plain" | "ball" | "affine";
  /** f32s per `real` */
  readonly size: number;
  /** the declarations of `real` and its functions */
  readonly wgsl: string;
  /** The f32s of the `real` that stands for a float64. Shape [size]. */
  encode(x: number): number[];
  /** A float64 as a WGSL constant of type `real`. */
  literal(x: number): string;
}

/** f32 as the device computes it */
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
 * @param underflow the maximum error of flushing to zero in an operation; see UNDERFLOW
 */
export const ballOf = (underflow: number): Arithmetic => ({
  kind: "ball",
  size: 2,
  wgsl: /* wgsl */ `
/// A struct, so that code which adds or multiplies reals with + or * does not compile: it would have no error bound.
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

// Rounding is charged to the operands of a sum, not to the sum, so that the bound holds under cancellation.
fn add(a: real, b: real) -> real {
  return Ball(a.centre + b.centre, a.radius + b.radius + (ROUNDING * (abs(a.centre) + abs(b.centre)) + UNDERFLOW));
}

/// Adds a term to a long sum, in any order: charge is ROUNDING times the number of the sum's additions.
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
/// With a = x + α and b = y + β, a/b − x/y = (α − (x/y) β)/b. WGSL computes x/y within 2.5 ulps; four are charged, which also
/// covers the rounding of the bound. Each part is divided before it is multiplied, so that flushed values are not scaled.
fn div(a: real, b: real) -> real {
  let quotient = a.centre / b.centre;
  let most = abs(quotient) + UNDERFLOW;
  let steep = steepest(b.centre, b.radius);
  let spread = a.radius * steep + most * (b.radius * steep);
  return Ball(quotient, spread + (2.0 * ROUNDING * (most + spread) + UNDERFLOW));
}

/// The square of one number, whose two factors have the same error.
fn square(a: real) -> real {
  let product = a.centre * a.centre;
  let spread = a.radius * (2.0 * abs(a.centre) + a.radius);
  return Ball(product, spread + (ROUNDING * (product + spread) + UNDERFLOW));
}

// For negation and absolute value the radius stays. For minimum and maximum the larger radius would be enough, but the
// sum keeps a NaN that min or max may drop: an overflow must not become a number again.
fn negated(a: real) -> real { return Ball(-a.centre, a.radius); }
fn absolute(a: real) -> real { return Ball(abs(a.centre), a.radius); }
fn minimum(a: real, b: real) -> real { return Ball(min(a.centre, b.centre), a.radius + b.radius); }
fn maximum(a: real, b: real) -> real { return Ball(max(a.centre, b.centre), a.radius + b.radius); }
`,
  encode: (x) => [centreOf(x), radiusOf(x)],
  literal: (x) => `Ball(${f32(x)}, ${f32(radiusOf(x))})`,
});

/** balls for numbers about which nothing more is known */
export const ball = ballOf(UNDERFLOW);

/**
 * Affine forms over a box of candidates, for so many numbers of a decision and a state.
 *
 * @param roundings the maximum number of an episode's operations whose roundings combine
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

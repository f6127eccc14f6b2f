// The arithmetic that games and kernels are written in. One text, two meanings:
//
// - plain: a `real` is an f32.
// - ball: a `real` is an interval, its centre an f32 and its radius an upper bound. It holds the exact result, and
//   also whatever a conforming WGSL implementation may compute for it in f32: rounded up or down, fused, reassociated,
//   flushed to zero when subnormal (WGSL §15.7, floating point evaluation). This is running error analysis, as in
//   N. J. Higham, Accuracy and Stability of Numerical Algorithms, §3.3.
//
// The radii are computed in f32 too; whoever reads a radius at the end multiplies it by RADIUS_SLACK.

import { wgsl } from "wgsl-preprocessor/wgsl-preprocessor.js";

/** What a `real` is in a shader. */
export type Arithmetic = "plain" | "ball";

/** f32s in a `real` */
export const REAL_SIZE = { plain: 1, ball: 2 } as const;

/** Two ulps: the rounding of the centre and that of any other evaluation, each in whichever direction. */
export const ROUNDING = 2 ** -22;

/** What flushing to zero may cost an operation, with room for the same in its radius: 4 · 2⁻¹²⁶. */
export const UNDERFLOW = 2 ** -124;

/** What the rounding of the radii themselves may cost in 10,000 episodes; rounding in float64 is far below it. */
export const RADIUS_SLACK = 1.0625;

/**
 * A number as a WGSL f32 literal.
 *
 * @throws RangeError when it is not finite in f32
 */
export function f32(x: number): string {
  const rounded = Math.fround(x);
  if (!Number.isFinite(rounded)) throw new RangeError(`${x} is not a finite float32`);
  if (Math.abs(rounded) < 2 ** -126) return "0.0f";
  const text = String(rounded);
  return /[.e]/.test(text) ? `${text}f` : `${text}.0f`;
}

/** The distance of a float64 from the f32 that stands for it, rounded up to an f32; subnormals stand for nothing. */
export function radiusOf(x: number): number {
  const centre = centreOf(x);
  const distance = Math.abs(x - centre);
  return distance === 0 ? 0 : Math.max(Math.fround(distance * (1 + 2 ** -20)), 2 ** -126);
}

/** The f32 that stands for a float64. */
export function centreOf(x: number): number {
  const centre = Math.fround(x);
  return Math.abs(centre) < 2 ** -126 ? 0 : centre;
}

/** A float64 as a WGSL constant of type `real`. */
export function realLiteral(x: number, arithmetic: Arithmetic): string {
  return arithmetic === "plain" ? f32(x) : `Ball(${f32(x)}, ${f32(radiusOf(x))})`;
}

/** @param underflow what flushing to zero may cost an operation; see UNDERFLOW */
export const realWgsl = (arithmetic: Arithmetic, underflow: number = UNDERFLOW): string => wgsl`
#if ${arithmetic === "plain"}
alias real = f32;

fn exactly(x: f32) -> real { return x; }
fn centre(a: real) -> f32 { return a; }
fn radius(a: real) -> f32 { return 0.0; }

fn add(a: real, b: real) -> real { return a + b; }
fn sub(a: real, b: real) -> real { return a - b; }
fn mul(a: real, b: real) -> real { return a * b; }
fn square(a: real) -> real { return a * a; }

fn negated(a: real) -> real { return -a; }
fn absolute(a: real) -> real { return abs(a); }
fn minimum(a: real, b: real) -> real { return min(a, b); }
fn maximum(a: real, b: real) -> real { return max(a, b); }
#else
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

// Rounding is charged to the operands of a sum, not to the sum: so the radius holds for any order of summation.
fn add(a: real, b: real) -> real {
  return Ball(a.centre + b.centre, a.radius + b.radius + (ROUNDING * (abs(a.centre) + abs(b.centre)) + UNDERFLOW));
}

fn sub(a: real, b: real) -> real { return add(a, negated(b)); }

fn mul(a: real, b: real) -> real {
  let product = a.centre * b.centre;
  let spread = abs(a.centre) * b.radius + a.radius * (abs(b.centre) + b.radius);
  return Ball(product, spread + (ROUNDING * (abs(product) + spread) + UNDERFLOW));
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
#endif

/// a where it is in [low, high], else the nearer end
fn clamped(a: real, low: real, high: real) -> real { return minimum(maximum(a, low), high); }
`;

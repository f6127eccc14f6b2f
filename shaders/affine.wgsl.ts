// The arithmetic for a whole box of candidates. A `real` is a first-order affine form over a box of the decision's grid
// (affine arithmetic, de Figueiredo and Stolfi 2004; the linear part is a mean-value form, Moore 1966):
//
//     exact value = centre + Σ_j slope_j ε_j ± rest,   |ε_j| ≤ reach_j.
//
// The first symbols ε are the distances of a decision's numbers from the middle of the box, and the others the
// distances of the state's numbers from its centre. The form also describes the value that float32 computes for any one
// candidate:
//
//     computed value − exact value = Σ_j slope_j f_j ± loss,   |f_j| ≤ fault_j.
//
// A plain ball has no slopes. Where learning contracts the state, slopes let an error contract with it; where costs
// rise away from the middle, they describe it. So one form rules out a whole box, or bounds the rounding of each of its
// candidates.

import { wgsl } from "wgsl-preprocessor/wgsl-preprocessor.js";
import { f32, RADIUS_SLACK, ROUNDING, STEEPEST } from "./float32.ts";

/** f32s of a form in addition to its slopes */
export const FORM_SIZE = 5;

/** The maximum error of flushing to zero in an operation and its radii: 16 · 2⁻¹²⁶. */
const UNDERFLOW = 2 ** -122;

/** A factor that covers the rounding of the radii in an episode: 32 ulps per operation whose roundings combine. */
const episodeSlack = (roundings: number) => 1 + (roundings + 8) * 2 ** -18;

/** The number of symbols: the decision's, then the state's. */
export interface Symbols {
  readonly decision: number;
  readonly state: number;
}

/**
 * The declarations of `real` and its functions, for given symbols and a number of operations whose roundings combine.
 */
export function affineWgsl({ decision, state }: Symbols, roundings: number): string {
  const all = Array.from({ length: decision + state }, (_, j) => j);
  const decisions = all.slice(0, decision);
  const states = all.slice(decision);
  const list = (of: readonly number[], text: (j: number) => string) => of.map(text).join(", ");
  const sum = (of: readonly number[], text: (j: number) => string) => of.map(text).join(" + ");
  const slopes = (text: (j: number) => string) => list(all, text);
  const zeros = slopes(() => "0.0");

  return wgsl`
/// exact: centre + Σ slope ε ± rest, at most spread from centre; computed: Σ slope f ± loss from the exact, at most error
struct Affine {
  centre: f32,
${all.map((j) => `  slope${j}: f32,`).join("\n")}
  rest: f32,
  spread: f32,
  loss: f32,
  error: f32,
}

alias real = Affine;

const ROUNDING = ${f32(ROUNDING)};

/// the maximum size of each symbol, exact and computed
${all.map((j) => `var<private> reach${j}: f32; var<private> fault${j}: f32;`).join("\n")}
/// the maximum error of flushing to zero in an operation, including its slopes times their symbols
var<private> underflow: f32;

fn measure_underflow() {
  underflow = ${f32(UNDERFLOW)} * (1.0 + ${sum(all, (j) => `reach${j} + fault${j}`)});
}

fn exactly(x: f32) -> real { return Affine(x, ${zeros}, 0.0, 0.0, 0.0, 0.0); }

/// the maximum size of a, as computed
fn magnitude(a: real) -> f32 { return abs(a.centre) + a.spread + a.error; }

// Rounding is charged to the operands of a sum, not to the sum, so that the bound holds under cancellation. Within an
// episode spread and error are bounded like a ball's radius; at its end they are recomputed from the slopes.

fn add(a: real, b: real) -> real {
  let charge = ROUNDING * (magnitude(a) + magnitude(b)) + underflow;
  return Affine(a.centre + b.centre, ${slopes((j) => `a.slope${j} + b.slope${j}`)},
    a.rest + b.rest + charge, a.spread + b.spread + charge,
    a.loss + b.loss + charge, a.error + b.error + charge);
}

/// Adds a term to a long sum, in any order, of forms and of computed values: charge is ROUNDING times the number of the
/// sum's additions. See real.wgsl.ts.
fn tally(sum: real, term: real, charge: f32) -> real { return tally_both(sum, term, charge, charge); }

/// The same, with separate charges for forms and for computed values, whose sums may have different lengths.
fn tally_both(sum: real, term: real, charge: f32, computed_charge: f32) -> real {
  let most = charge * magnitude(term) + underflow;
  // the slopes of the sum, times their faults, are part of the computed value too
  let computed = computed_charge * magnitude(term) + charge * term.error + underflow;
  return Affine(sum.centre + term.centre, ${slopes((j) => `sum.slope${j} + term.slope${j}`)},
    sum.rest + term.rest + most, sum.spread + term.spread + most,
    sum.loss + term.loss + computed, sum.error + term.error + computed);
}

fn sub(a: real, b: real) -> real { return add(a, negated(b)); }

fn mul(a: real, b: real) -> real {
  let x = abs(a.centre);
  let y = abs(b.centre);
  let charge = 2.0 * ROUNDING * (magnitude(a) * magnitude(b)) + underflow;
  let strayed = a.spread * b.spread + charge;
  let erred = a.spread * b.error + (a.error * (b.spread + b.error) + charge);
  return Affine(a.centre * b.centre, ${slopes((j) => `a.centre * b.slope${j} + b.centre * a.slope${j}`)},
    x * b.rest + (y * a.rest + strayed), x * b.spread + (y * a.spread + strayed),
    x * b.loss + (y * a.loss + erred), x * b.error + (y * a.error + erred));
}

${STEEPEST}
/// With q the computed quotient of the centres, y the divisor's centre and d = a − qb, whose centre is 0 except for q's
/// rounding:
///
///     a/b = q + d/y + d (1/b − 1/y).
///
/// The last term is a product of two small factors. The computed value (a + α)/(b + β) is off by (α − qβ)/y, by that times
/// the difference between 1/b and 1/y, and by (a/b − q) β/b. Of the 16 ulps charged, the quotient uses twice 2.5, its
/// slopes 9.
fn div(a: real, b: real) -> real {
  let q = a.centre / b.centre;
  let most = abs(q);
  let steep = steepest(b.centre, b.spread + b.error);
  let charge = 8.0 * ROUNDING * (magnitude(a) * steep) + underflow * (1.0 + (1.0 + abs(b.centre)) * steep);
  let spread = (a.spread + most * b.spread) * steep + charge;
  let error = (a.error + most * b.error) * steep;
  let strayed = spread * (b.spread * steep) + charge;
  let erred = error * ((b.spread + b.error) * steep) + (spread * (b.error * steep) + charge);
  return Affine(q, ${slopes((j) => `(a.slope${j} - q * b.slope${j}) / b.centre`)},
    (a.rest + most * b.rest) * steep + strayed, spread,
    (a.loss + most * b.loss) * steep + erred, error + erred);
}

/// The square of one number, whose two factors have the same error.
fn square(a: real) -> real {
  let twice = 2.0 * a.centre;
  let most = magnitude(a);
  let charge = 2.0 * ROUNDING * (most * most) + underflow;
  let strayed = a.spread * a.spread + charge;
  let erred = a.error * (2.0 * a.spread + a.error) + charge;
  return Affine(a.centre * a.centre, ${slopes((j) => `twice * a.slope${j}`)},
    abs(twice) * a.rest + strayed, abs(twice) * a.spread + strayed,
    abs(twice) * a.loss + erred, abs(twice) * a.error + erred);
}

/// a times a power of two, which is exact
fn scaled(a: real, factor: f32) -> real {
  return Affine(factor * a.centre, ${slopes((j) => `factor * a.slope${j}`)},
    factor * a.rest, factor * a.spread, factor * a.loss, factor * a.error);
}

fn negated(a: real) -> real {
  return Affine(-a.centre, ${slopes((j) => `-a.slope${j}`)}, a.rest, a.spread, a.loss, a.error);
}

/// The maximum of a and 0. If the sign of a is uncertain, it lies near the chord of the corner between a's ends.
fn ramp(a: real) -> real {
  let charge = ROUNDING * magnitude(a) + underflow;
  let doubt = ${f32(RADIUS_SLACK)} * (a.spread + a.error) + charge;
  if (a.centre > doubt) { return a; }
  if (a.centre < -doubt) { return Affine(0.0, ${zeros}, charge, charge, charge, charge); }
  let low = a.centre - a.spread;
  let high = a.centre + a.spread;
  let slope = select(0.5, clamp(high / (high - low), 0.0, 1.0), high > low);
  // the distance of the corner from the line, at the ends and at the corner
  let ends = vec2f(max(low, 0.0) - slope * low, max(high, 0.0) - slope * high);
  let highest = max(0.0, max(ends.x, ends.y));
  let lowest = min(0.0, min(ends.x, ends.y));
  let rest = 0.5 * (highest - lowest) + charge;
  let loss = max(slope, 1.0 - slope) * a.error + charge;
  return Affine(slope * a.centre + 0.5 * (highest + lowest), ${slopes((j) => `slope * a.slope${j}`)},
    slope * a.rest + rest, slope * a.spread + rest, slope * a.loss + loss, a.error + charge);
}

// No branch chooses between operands, because an overflow must not become a number again.
fn maximum(a: real, b: real) -> real { return add(b, ramp(sub(a, b))); }
fn minimum(a: real, b: real) -> real { return sub(b, ramp(sub(b, a))); }
fn absolute(a: real) -> real { return add(ramp(a), ramp(negated(a))); }

/// a without its dependence on the state's symbols, which are about to change: that becomes part of the rest
fn settled(a: real) -> real {
  let rest = a.rest + (${sum(states, (j) => `abs(a.slope${j}) * reach${j}`)});
  let loss = a.loss + (${sum(states, (j) => `abs(a.slope${j}) * fault${j}`)});
  return Affine(a.centre, ${slopes((j) => (j < decision ? `a.slope${j}` : "0.0"))},
    rest, ${sum(decisions, (j) => `abs(a.slope${j}) * reach${j}`)} + rest,
    loss, ${sum(decisions, (j) => `abs(a.slope${j}) * fault${j}`)} + loss);
}

/// the part of a that does not depend on the decision's symbols: the size that a symbol of its own needs
fn own_reach(a: real) -> f32 { return ${f32(episodeSlack(roundings))} * settled(a).rest; }
fn own_fault(a: real) -> f32 { return ${f32(episodeSlack(roundings))} * settled(a).loss; }

${states
  .map(
    (own) => `
/// a as the symbol with index ${own}
fn symbolic${own}(a: real) -> real {
  return Affine(a.centre, ${slopes((j) => (j < decision ? `a.slope${j}` : j === own ? "1.0" : "0.0"))},
    0.0, ${sum(decisions, (j) => `abs(a.slope${j}) * reach${j}`)} + reach${own},
    0.0, ${sum(decisions, (j) => `abs(a.slope${j}) * fault${j}`)} + fault${own});
}`,
  )
  .join("\n")}
`;
}

// float64 numbers as WGSL's f32, and the errors of that conversion and of f32 arithmetic.

/** Two ulps: the rounding of the centre and that of any other evaluation, which may be in opposite directions. */
export const ROUNDING = 2 ** -22;

/** The maximum error of flushing to zero in an operation, including that of its radius: 4 · 2⁻¹²⁶. */
export const UNDERFLOW = 2 ** -124;

/** A factor that covers the rounding of the radii in 10,000 episodes; rounding in float64 is far below it. */
export const RADIUS_SLACK = 1.0625;

/**
 * WGSL: the maximum of 1/b, as computed, for a b within a distance of a centre. It is infinite if b may be 0, or if
 * WGSL gives no accuracy for a division by b (below 2⁻¹²⁶ and above 2¹²⁶), so that a product with it has no bound.
 */
export const STEEPEST = /* wgsl */ `
fn steepest(centre: f32, distance: f32) -> f32 {
  let nearest = abs(centre) - ${RADIUS_SLACK} * distance;
  return 1.0 / select(0.0, nearest, nearest >= 0x1p-126 && abs(centre) <= 0x1p126);
}
`;

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

/** The f32 that represents a float64; a subnormal is represented by 0. */
export function centreOf(x: number): number {
  const centre = Math.fround(x);
  return Math.abs(centre) < 2 ** -126 ? 0 : centre;
}

/** A distance rounded up to an f32 that is not subnormal. */
export function radiusFrom(distance: number): number {
  return distance === 0 ? 0 : Math.max(Math.fround(distance * (1 + 2 ** -20)), 2 ** -126);
}

/** The distance of a float64 from the f32 that represents it, rounded up to an f32. */
export function radiusOf(x: number): number {
  return radiusFrom(Math.abs(x - centreOf(x)));
}

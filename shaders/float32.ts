// float64 numbers as WGSL's f32, and what that and the arithmetic after it may cost.

/** Two ulps: the rounding of the centre and that of any other evaluation, each in whichever direction. */
export const ROUNDING = 2 ** -22;

/** What flushing to zero may cost an operation, with room for the same in its radius: 4 · 2⁻¹²⁶. */
export const UNDERFLOW = 2 ** -124;

/** What the rounding of the radii themselves may cost in 10,000 episodes; rounding in float64 is far below it. */
export const RADIUS_SLACK = 1.0625;

/**
 * WGSL: the most that 1/b can be for a b so near to a centre, as computed. Where b may be 0, or where WGSL does not say
 * how accurate a division by it is (beyond 2⁻¹²⁶ and 2¹²⁶), it is infinite, so that what it is a factor of is unknown.
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

/** The f32 that stands for a float64; subnormals stand for nothing. */
export function centreOf(x: number): number {
  const centre = Math.fround(x);
  return Math.abs(centre) < 2 ** -126 ? 0 : centre;
}

/** A distance as an f32 that is no less; none is subnormal. */
export function radiusFrom(distance: number): number {
  return distance === 0 ? 0 : Math.max(Math.fround(distance * (1 + 2 ** -20)), 2 ** -126);
}

/** The distance of a float64 from the f32 that stands for it, rounded up to an f32. */
export function radiusOf(x: number): number {
  return radiusFrom(Math.abs(x - centreOf(x)));
}

// Conditions under which neither overflow nor underflow matters, so that the moments of a linear game and its rollouts
// differ by rounding only. The bounds of their difference count roundings, each of a relative 2⁻⁵³. A number that
// underflows loses more, and a number that overflows is lost. If a number may come near the ends of float64's range, no
// bound is given, and rollouts decide.
//
// Let L be the largest magnitude of a state's number in the grid. For a future whose roots have the magnitudes ρ_k and
// whose steps multiply a state by at most g_k, define the growth
//
//     K ← ρ² + max(1, g²) K,   1 after the last episode.
//
// It has no discount factor: moments discount costs, while rollouts discount weights, which may vanish long before the
// costs that they multiply. If ρ, g ≤ 2¹²⁰ for a decision and K ≤ 2²⁴⁰ after it, then K ≤ 2⁴⁸¹. With 2⁻⁴⁵⁰ ≤ L ≤ 2²⁵⁰:
//
// - Every state is at most L √K, every cost L² K, every moment K: nothing overflows.
// - An operation that underflows loses at most 2⁻¹⁰⁷⁴. Relative to L², that is at most 2⁻¹⁴¹ in a cost if it was lost
//   from
//   a state or an output, which is multiplied by up to 2K/L; 2⁻¹⁷⁴ from a squared distance; 2⁻⁵⁹³ from a weight, K; and
//   2⁻¹¹⁰ from a moment, K². All this is about 2⁻⁵⁷ of one rounding, and more roundings are counted than occur.

/** the minimum and the maximum of L */
const MIN_STATE = 2 ** -450;
const MAX_STATE = 2 ** 250;
/** the maximum of K after a decision */
export const MAX_GROWTH = 2 ** 240;
/** the maximum of ρ and g of a decision */
export const MAX_FACTOR = 2 ** 120;

/**
 * Whether some state is large enough and none is too large. If all squares underflow, the moments give no information.
 */
export function statesInRange(axes: Iterable<Iterable<number>>): boolean {
  let largest = 0;
  for (const axis of axes) for (const x of axis) largest = Math.max(largest, Math.abs(x));
  return largest >= MIN_STATE && largest <= MAX_STATE;
}

/** K of an empty future. */
export const NO_GROWTH = 1;

/** K of a future that begins with an episode. @param root ρ; @param step g */
export function grown(growth: number, root: number, step: number): number {
  return root * root + Math.max(1, step * step) * growth;
}

/** Whether the growth of a future is small enough. */
export const growthInRange = (growth: number): boolean => growth <= MAX_GROWTH;

/** Whether a decision's ρ or g is small enough. */
export const factorInRange = (factor: number): boolean => factor <= MAX_FACTOR;

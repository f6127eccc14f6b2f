// Where float64's range does not matter, so that rounding alone tells the moments of a linear game from its rollouts. The
// bounds of their difference count roundings, each of a relative 2⁻⁵³; a number that underflows loses more, and one that
// overflows loses all. So where numbers may come near an end, nothing is said, and rollouts decide.
//
// Let L be the largest number of a state of the grid, and let the growth of a future whose roots have the magnitudes
// ρ_k and whose steps multiply a state by at most g_k be
//
//     K ← ρ² + max(1, g²) K,   1 after the last episode,
//
// without the discount, which moments apply to costs and rollouts to weights that may vanish long before what they
// weigh. Up to a decision with ρ, g ≤ 2¹²⁰ and K ≤ 2²⁴⁰ after it, K is at most 2⁴⁸¹. With 2⁻⁴⁵⁰ ≤ L ≤ 2²⁵⁰:
//
// - Every state is at most L √K, every cost L² K, every moment K: nothing overflows.
// - An operation that underflows loses at most 2⁻¹⁰⁷⁴. Per L², that is at most 2⁻¹⁴¹ in a cost where it was lost from a
//   state or an output, which is multiplied by up to 2K/L; 2⁻¹⁷⁴ from a squared distance; 2⁻⁵⁹³ from a weight, K; and
//   2⁻¹¹⁰ from a moment, K². All is some 2⁻⁵⁷ of a rounding, of which more are counted than there are.

/** the largest number of a state, at least and at most */
const LEAST_STATE = 2 ** -450;
const MOST_STATE = 2 ** 250;
/** K of what follows a decision, at most */
export const MOST_GROWTH = 2 ** 240;
/** ρ and g of a decision, at most */
export const MOST_FACTOR = 2 ** 120;

/** Whether some state is large enough, and none too large: where all squares underflow, the moments say nothing. */
export function statesInRange(axes: Iterable<Iterable<number>>): boolean {
  let largest = 0;
  for (const axis of axes) for (const x of axis) largest = Math.max(largest, Math.abs(x));
  return largest >= LEAST_STATE && largest <= MOST_STATE;
}

/** K of no future at all. */
export const NO_GROWTH = 1;

/** K of a future that begins with an episode. @param root ρ; @param step g */
export function grown(growth: number, root: number, step: number): number {
  return root * root + Math.max(1, step * step) * growth;
}

/** Whether a future grows little enough. */
export const growthInRange = (growth: number): boolean => growth <= MOST_GROWTH;

/** Whether a decision's ρ or g is small enough. */
export const factorInRange = (factor: number): boolean => factor <= MOST_FACTOR;

// The worst sums that a device conforming to WGSL may compute: each addition gives the one of the two neighbours of the
// true sum that does more harm, and the order is arbitrary.

const bits = new DataView(new ArrayBuffer(4));

/** The two f32s next to a number that is exact in float64; both are the number itself if it is an f32. */
export function neighbours(exact: number): [below: number, above: number] {
  const nearest = Math.fround(exact);
  if (nearest === exact) return [exact, exact];
  bits.setFloat32(0, nearest);
  const away = nearest < exact === nearest > 0;
  bits.setInt32(0, bits.getInt32(0) + (away ? 1 : -1));
  const other = nearest === 0 ? Math.sign(exact) * 2 ** -149 : bits.getFloat32(0);
  return nearest < exact ? [nearest, other] : [other, nearest];
}

/** The direction in which an addition rounds. */
export type Rounding = "down" | "up" | "either";
export const ROUNDINGS: readonly Rounding[] = ["down", "up", "either"];

/** The order of a sum: term by term, sorted or not, or as a sum of sums. */
export type Order = "text" | "backward" | "ascending" | "descending" | "shuffled" | "tree";
export const ORDERS: readonly Order[] = ["text", "backward", "ascending", "descending", "shuffled", "tree"];

/** A generator of numbers in [0, 1), the same each time. */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The f32 sum of f32 terms; a float64 adds up each pair exactly. */
export function sumAgainst(
  terms: readonly number[],
  order: Order,
  rounding: Rounding,
  roll: () => number,
): number {
  const add = (a: number, b: number) => {
    const [below, above] = neighbours(a + b);
    return rounding === "down" || (rounding === "either" && roll() < 0.5) ? below : above;
  };
  const left = [...terms];
  if (order === "backward") left.reverse();
  if (order === "ascending") left.sort((a, b) => Math.abs(a) - Math.abs(b));
  if (order === "descending") left.sort((a, b) => Math.abs(b) - Math.abs(a));
  const take = () => left.splice(Math.floor(roll() * left.length), 1)[0];
  if (order === "tree") {
    while (left.length > 1) left.push(add(take(), take()));
    return left[0] ?? 0;
  }
  let sum = 0;
  while (left.length > 0) sum = add(sum, order === "shuffled" ? take() : left.shift()!);
  return sum;
}

// Stationary equilibria of a linear game whose last learning rate goes on for ever: decisions that are the best response
// to being played for ever after.
//
// With P of momentFormulas.ts for what follows, an agent expects
//
//     J = now + γ tr((2 P_oδ M_o + M_oᵀ P_δδ M_o) M) + γ tr(P_oo M),
//
// of which the last term, the only one that grows like 1/(1 − γ), is the same for all its decisions: it is left out of
// every comparison. Where all play the decision of cost J₀, so compared, for ever, it is γJ₀/(1 − γ).
//
// Backward induction maps P to that of a horizon longer by an episode. An equilibrium is a fixed point of the map, and is
// stable where the map's derivative there contracts.

import { wholePower } from "../game/graph.ts";
import type { Form } from "./moments.ts";

/** A future to begin an induction with. @param form P; @returns it, and a bound of all of its terms */
export function withBound(form: Float64Array): Form {
  const n = (Math.sqrt(8 * form.length + 1) - 1) / 2;
  const sums = new Float64Array(n);
  const bound = new Float64Array(form.length);
  for (let [i, at] = [0, 0]; i < n; i++)
    for (let j = i; j < n; j++, at++) {
      sums[i] += Math.abs(form[at]);
      if (j > i) sums[j] += Math.abs(form[at]);
    }
  for (let [i, at] = [0, 0]; i < n; at += n - i, i++) bound[at] = 4 * sums[i];
  return Float64Array.of(...form, ...bound);
}

/** What the cost of an agent so many episodes before a decision that is played for ever, at least 1, leaves out. */
export function restForEver(cost: number, discount: number, episodes: number): number {
  return (cost * wholePower(discount, episodes, (x, y) => x * y)) / (1 - discount);
}

/** A decision that is the best response to itself for ever. */
export interface Equilibrium {
  /** the decision's numbers */
  readonly decision: readonly number[];
  /** what follows where all play it, without what is the same for all decisions */
  readonly form: Form;
  /** what it costs then, without that */
  readonly cost: number;
  /**
   * The eigenvalue, largest in magnitude, of the induction map's derivative at the equilibrium; of a complex pair its
   * magnitude. Horizons that come near the equilibrium as they get longer stay there where this is inside (−1, 1).
   */
  readonly multiplier: number;
  /** what an agent could gain by another decision: 0, or at most 10⁻¹² of the cost's terms for a real one */
  readonly gap: number;
  /** by how much the best other candidate costs more; NaN where there is none, or the decision is any real one */
  readonly margin: number;
}

/** What ever longer finite horizons come to. */
export interface FiniteHorizon<Decision = readonly number[]> {
  /**
   * - `limit`: the first agent's decision converges
   * - `cycle`: it goes round
   * - `none`: neither was established
   */
  readonly outcome: "limit" | "cycle" | "none";
  /** 1 for a limit, the length of a cycle, null for neither */
  readonly period: number | null;
  /** the limit, or the decisions of the cycle in the order of longer horizons; empty for neither */
  readonly decisions: readonly Decision[];
  /** the horizon at which this was established or given up, in episodes */
  readonly episodes: number;
}

/** All that is known of a game's stationary equilibria. */
export interface Equilibria {
  /** in ascending order of the decision */
  readonly equilibria: readonly Equilibrium[];
  /** decisions between which float64 cannot tell whether there is another; empty if the list is complete */
  readonly undecided: readonly (readonly [from: readonly number[], to: readonly number[]])[];
  readonly finiteHorizon: FiniteHorizon;
  /** the index of the equilibrium that is played: the finite horizon's limit, else the one of minimum cost; or −1 */
  readonly chosen: number;
}

/** Work that now and then yields the share of it that is done, in [0, 1], so that its caller can do something else. */
export type Search<T> = Generator<number, T, void>;

/** The result of a search that is not paused. */
export function finish<T>(search: Search<T>): T {
  for (;;) {
    const step = search.next();
    if (step.done) return step.value;
  }
}

/** The equilibrium that is played. @param limit the index of the finite horizon's limit, −1 where it has none */
export function choose(equilibria: readonly Equilibrium[], limit: number): number {
  if (limit >= 0) return limit;
  const costs = equilibria.map(({ cost }) => cost);
  return costs.indexOf(Math.min(...costs));
}

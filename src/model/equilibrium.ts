// Stationary equilibria of a linear game whose last learning rate continues for ever: decisions that are the best
// response to being played for ever after.
//
// With P of momentFormulas.ts for what follows, an agent expects
//
//     J = now + γ tr((2 P_oδ M_o + M_oᵀ P_δδ M_o) M) + γ tr(P_oo M).
//
// The last term, the only one that grows like 1/(1 − γ), is the same for all decisions of the agent, so it is left out
// of all comparisons. If all agents play a decision whose cost without that term is J₀, then the term is γJ₀/(1 − γ).
//
// Backward induction maps P to the P of a horizon that is one episode longer. An equilibrium is a fixed point of this
// map; it is stable if the derivative of the map at it is a contraction.

import { wholePower } from "../game/graph.ts";
import type { Form } from "./moments.ts";

/** The form with which an induction begins. @param form P; @returns P, followed by a bound of all of its terms */
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

/** The cost that is left out for an agent so many episodes (at least 1) before a decision that is played for ever. */
export function restForEver(cost: number, discount: number, episodes: number): number {
  return (cost * wholePower(discount, episodes, (x, y) => x * y)) / (1 - discount);
}

/** A decision that is the best response to itself being played for ever. */
export interface Equilibrium {
  /** the decision's numbers */
  readonly decision: readonly number[];
  /** the form of the future if all agents play it, without the term that all decisions share */
  readonly form: Form;
  /** its cost then, without that term */
  readonly cost: number;
  /**
   * The eigenvalue of largest magnitude of the induction map's derivative at the equilibrium; for a complex pair, its
   * magnitude. If it is inside (−1, 1), longer horizons that come near the equilibrium stay near it.
   */
  readonly multiplier: number;
  /** what an agent could gain by another decision: 0, or for a real decision at most 10⁻¹² of the cost's terms */
  readonly gap: number;
  /** by how much the best other candidate costs more; NaN if there is none, or if decisions are real numbers */
  readonly margin: number;
}

/** What the decision of the first agent does as finite horizons get longer. */
export interface FiniteHorizon<Decision = readonly number[]> {
  /**
   * - `limit`: it converges
   * - `cycle`: it repeats a cycle
   * - `none`: neither was established
   */
  readonly outcome: "limit" | "cycle" | "none";
  /** 1 for a limit, the length of a cycle, null for `none` */
  readonly period: number | null;
  /** the limit, or the decisions of the cycle in the order of longer horizons; empty for `none` */
  readonly decisions: readonly Decision[];
  /** the length of the last horizon that was examined, in episodes */
  readonly episodes: number;
}

/** Everything that was found about a game's stationary equilibria. */
export interface Equilibria {
  /** in ascending order of the decision */
  readonly equilibria: readonly Equilibrium[];
  /** intervals of decisions for which float64 cannot tell whether there is another; empty if the list is complete */
  readonly undecided: readonly (readonly [from: readonly number[], to: readonly number[]])[];
  readonly finiteHorizon: FiniteHorizon;
  /** the index of the equilibrium that is played: the finite horizon's limit, else the one of minimum cost; or −1 */
  readonly chosen: number;
}

/** A computation that regularly yields the share that is done, in [0, 1], so that its caller can do something else. */
export type Search<T> = Generator<number, T, void>;

/** Runs a search to its end without pauses. */
export function finish<T>(search: Search<T>): T {
  for (;;) {
    const step = search.next();
    if (step.done) return step.value;
  }
}

/**
 * The index of the equilibrium that is played. @param limit the index of the finite horizon's limit, −1 if it has none
 */
export function choose(equilibria: readonly Equilibrium[], limit: number): number {
  if (limit >= 0) return limit;
  const costs = equilibria.map(({ cost }) => cost);
  return costs.indexOf(Math.min(...costs));
}

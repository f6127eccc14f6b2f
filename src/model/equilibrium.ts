// Stationary equilibria of a proportional game whose last learning rate goes on for ever: decisions that are the best
// response to being played for ever after.
//
// A decision is here what it does to the goal: y = rθ and θ' = (1 − s)θ. Of the moments A, B, C of what follows
// (moments.ts) an agent's choice depends on A and D = A − B alone: its cost per θ² is
//
//     (r − 1)² + γ (s²A − 2sD + E),   E = A − 2B + C,
//
// in which γE is the same for all its decisions. Nothing large cancels in the rest, however near to 1 the discount is.
// The episode before has the moments
//
//     A ← r² + γ(1 − s)²A,   D ← r(r − 1) + γ(1 − s)(D − sA),
//
// and a decision that is played for ever has their fixed point
//
//     A = r²/u,   D = (r(r − 1) − γ(1 − s)sA)/v,   u = (1 − γ) + γs(2 − s),   v = (1 − γ) + γs.
//
// Where u ≤ 0 the goal grows faster than the discount forgets, and the decision costs more than any number, unless it is
// r = 0, which outputs nothing of the goal: then A = D = 0.
//
// Backward induction is the map of (A, D) to that of a horizon longer by an episode. An equilibrium is a fixed point
// of the map, and is stable where the map's derivative there contracts.

import type { Form } from "./moments.ts";

/** What a decision does to the goal. */
export interface Play {
  /** y = rθ */
  readonly r: number;
  /** θ' = (1 − s)θ */
  readonly s: number;
}

/** What follows, as far as an agent's choice depends on it. */
export interface Continuation {
  readonly A: number;
  /** A − B */
  readonly D: number;
}

/** Nothing follows. */
export const END: Continuation = { A: 0, D: 0 };

/** An episode and what follows it. */
export function extend({ A, D }: Continuation, { r, s }: Play, discount: number): Continuation {
  const g = 1 - s;
  return { A: r * r + discount * (g * g * A), D: r * (r - 1) + discount * g * (D - s * A) };
}

/** 1 − γg² and 1 − γg, of which nothing cancels where γ and g are near 1. */
export function decays(s: number, discount: number): { u: number; v: number } {
  const rest = 1 - discount;
  return { u: rest + discount * (s * (2 - s)), v: rest + discount * s };
}

/** A decision that is played for ever; undefined where its cost is infinite. */
export function forEver({ r, s }: Play, discount: number): Continuation | undefined {
  if (r === 0) return END;
  const { u, v } = decays(s, discount);
  const A = (r * r) / u;
  if (!(u > 0 && Number.isFinite(A))) return undefined;
  return { A, D: (r * (r - 1) - discount * (1 - s) * s * A) / v };
}

/** What a decision costs an agent per θ², but for what is the same for all decisions: r(r − 2) + γs(sA − 2D). */
export function relativeCost({ A, D }: Continuation, { r, s }: Play, discount: number): number {
  return r * (r - 2) + discount * (s * (s * A - 2 * D));
}

/**
 * A future to begin an induction with. What is the same for all decisions, an agent's cost of the goal itself, is left
 * out: see {@link restForEver}.
 */
export function formOf({ A, D }: Continuation): Form {
  const E = 2 * D - A;
  const most = [Math.abs(E) + Math.abs(D), A + Math.abs(D)];
  return Float64Array.of(E, D, A, 4 * most[0], 0, 4 * most[1]);
}

/**
 * What a decision that all play for ever costs an agent per θ²: in its own comparison with others, and in what is the
 * same for all its decisions.
 */
export function costForEver(continuation: Continuation, play: Play, discount: number): [number, number] {
  const own = 1 + relativeCost(continuation, play, discount);
  return [own, (discount * own) / (1 - discount)];
}

/** γⁿ/(1 − γ): what C leaves out of the cost of an agent n ≥ 1 episodes before a decision that is played for ever. */
export function restForEver(discount: number, episodes: number): number {
  return discount ** episodes / (1 - discount);
}

/** A decision that is the best response to itself for ever. */
export interface Equilibrium {
  /** the decision's numbers */
  readonly decision: readonly number[];
  readonly play: Play;
  readonly continuation: Continuation;
  /**
   * The eigenvalue, largest in magnitude, of the induction map's derivative at the equilibrium; of a complex pair its
   * magnitude. Horizons that come near the equilibrium as they get longer stay there where this is inside (−1, 1).
   */
  readonly multiplier: number;
  /** what an agent could gain by another decision, per θ²: 0, or at most 10⁻¹² of the cost's terms for a real one */
  readonly gap: number;
  /** by how much the best other candidate costs more, per θ²; NaN where there is none, or the decision is any real one */
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
  /** intervals of the decision in which float64 cannot tell whether there is another; empty if the list is complete */
  readonly undecided: readonly (readonly [number, number])[];
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
export function choose(equilibria: readonly Equilibrium[], limit: number, discount: number): number {
  if (limit >= 0) return limit;
  // where all agents play it, the cost of each is ((r − 1)² + γ(s²A − 2sD))/(1 − γ) per θ²
  const costs = equilibria.map(({ continuation, play }) => relativeCost(continuation, play, discount));
  return costs.indexOf(Math.min(...costs));
}

/** The multiplier where the best response stays as it is nearby: the eigenvalues are γg² and γg. */
export function heldMultiplier({ s }: Play, discount: number): number {
  const g = 1 - s;
  return Math.abs(g) > 1 ? discount * g * g : discount * g;
}

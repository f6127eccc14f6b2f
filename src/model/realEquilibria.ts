// All stationary equilibria among the real coefficients of a game with y = aθ and θ' = (1 − s)θ, s = lost + pull·a²,
// and the behaviour of longer and longer finite horizons.
//
// A choice depends on the future through A = P_δδ and D = P_oδ only: without the part that is the same for all, a
// coefficient costs a(a − 2) + γs(sA − 2D) per θ². One episode earlier the moments are
//
//     A ← a² + γ(1 − s)²A,   D ← a(a − 1) + γ(1 − s)(D − sA),
//
// and a coefficient that is played for ever has their fixed point
//
//     A = a²/u,   D = (a(a − 1) − γ(1 − s)sA)/v,   u = (1 − γ) + γs(2 − s),   v = (1 − γ) + γs.
//
// If u ≤ 0, the goal grows faster than the discount forgets it, and the coefficient's cost is infinite. The exception
// is the coefficient 0, which outputs nothing: then A = D = 0.
//
// If all later agents play a coefficient a, half the derivative of an agent's cost by its coefficient, at a, is
//
//     P(a)/(uv),   P(a) = (a − 1)uv − 2γ pull a² (a(1 − s)v − u).
//
// An equilibrium inside the axis is a root of P, a polynomial of degree 7, whose roots interval arithmetic isolates. An
// end of the axis may be one if P shows that the cost falls towards it. The equilibria are those of these points that no
// other real coefficient beats.

import { minimaWithin } from "./cubic.ts";
import {
  choose,
  type Equilibria,
  type Equilibrium,
  type FiniteHorizon,
  type Search,
  withBound,
} from "./equilibrium.ts";
import {
  constant,
  type Dual,
  type Interval,
  isolateRoots,
  minus,
  plus,
  point,
  squared,
  sub,
  times,
  variable,
} from "./intervals.ts";

/** A game whose decision is any real coefficient from `min` to `max`. */
export interface RealGame {
  /** what a step takes from the goal whatever the coefficient is */
  readonly lost: number;
  /** s = lost + pull·a² */
  readonly pull: number;
  readonly discount: number;
  readonly min: number;
  readonly max: number;
}

/** how far beyond its ends an axis is searched, relative: then a root at an end is inside */
const BEYOND = 1.37e-9;
/** two coefficients count as equally good if their costs differ by at most this share of the cost's terms */
const SAME = 1e-12;
/** the maximum number of episodes, after which the finite horizon is given up */
const MAX_EPISODES = 200_000;
/** episodes between two pauses */
const PAUSE = 4096;
/** the length of the longest cycle that is looked for, and the number of episodes between two checks */
const LONGEST_PERIOD = 64;
/**
 * a future has arrived if its relative distance from an equilibrium, or from itself one round earlier, is at most this
 */
const ARRIVED = 1e-10;
/** a round whose relative differences are below this is not a cycle, but a slow approach to a limit */
const APART = 1e-6;

/** The effect of a decision. */
export interface Play {
  /** y = rθ */
  readonly r: number;
  /** θ' = (1 − s)θ */
  readonly s: number;
}

/** The future, as far as an agent's choice depends on it. */
export interface Continuation {
  readonly A: number;
  /** A − B */
  readonly D: number;
}

/** The empty future. */
export const END: Continuation = { A: 0, D: 0 };

/** An episode followed by a future. */
export function extend({ A, D }: Continuation, { r, s }: Play, discount: number): Continuation {
  const g = 1 - s;
  return { A: r * r + discount * (g * g * A), D: r * (r - 1) + discount * g * (D - s * A) };
}

/** The future of a decision that is played for ever; undefined if its cost is infinite. */
export function forEver({ r, s }: Play, discount: number): Continuation | undefined {
  if (r === 0) return END;
  const rest = 1 - discount;
  const [u, v] = [rest + discount * (s * (2 - s)), rest + discount * s];
  const A = (r * r) / u;
  if (!(u > 0 && Number.isFinite(A))) return undefined;
  return { A, D: (r * (r - 1) - discount * (1 - s) * s * A) / v };
}

/** The cost of a decision per θ², without the part that is the same for all decisions: r(r − 2) + γs(sA − 2D). */
export function relativeCost({ A, D }: Continuation, { r, s }: Play, discount: number): number {
  return r * (r - 2) + discount * (s * (s * A - 2 * D));
}

/** The multiplier if the best response does not change nearby: the eigenvalues are γg² and γg. */
function heldMultiplier({ s }: Play, discount: number): number {
  const g = 1 - s;
  return Math.abs(g) > 1 ? discount * g * g : discount * g;
}

const playOf = ({ lost, pull }: RealGame, a: number): Play => ({ r: a, s: lost + pull * a * a });

/** P and its derivative over an interval; undefined if every coefficient in it has an infinite cost for ever. */
function slopeOf({ lost, pull, discount }: RealGame): (over: Interval) => Dual | undefined {
  const [one, two, gamma] = [1, 2, discount].map((x) => constant(point(x)));
  const rest = constant(sub(point(1), point(discount)));
  const [fixed, growing] = [lost, pull].map((x) => constant(point(x)));
  const twice = times(constant(point(2 * pull)), gamma);
  return (over) => {
    const a = variable(over);
    const square = squared(a);
    const s = plus(fixed, times(growing, square));
    const v = plus(rest, times(gamma, s));
    const u = plus(rest, times(gamma, times(s, minus(two, s))));
    if (u.value.high <= 0) return undefined;
    const inner = minus(times(times(a, minus(one, s)), v), u);
    return minus(times(times(minus(a, one), u), v), times(times(twice, square), inner));
  };
}

/** The agent's best coefficient for a future; NaN if every cost overflows. */
function respond(game: RealGame, { A, D }: Continuation): number {
  const { lost, pull, discount } = game;
  const cubic = 2 * discount * pull * pull * A;
  const linear = 1 + 2 * discount * pull * (lost * A - D);
  let [best, minimum] = [Number.NaN, Number.POSITIVE_INFINITY];
  for (const a of minimaWithin([-1, linear, 0, cubic], game.min, game.max)) {
    const cost = relativeCost({ A, D }, playOf(game, a), discount);
    if (cost < minimum) [best, minimum] = [a, cost];
  }
  return best;
}

/** An equilibrium with the future in which it is played for ever. */
interface RealEquilibrium extends Equilibrium {
  readonly continuation: Continuation;
}

/**
 * The equilibrium at a coefficient; undefined if an agent would deviate. @param isEnd whether it is an end of the axis
 */
function equilibriumAt(game: RealGame, a: number, isEnd: boolean): RealEquilibrium | undefined {
  const { discount } = game;
  const play = playOf(game, a);
  const continuation = forEver(play, discount);
  if (!continuation) return undefined;
  const cost = relativeCost(continuation, play, discount);
  const best = relativeCost(continuation, playOf(game, respond(game, continuation)), discount);
  // the sum of the cost's absolute terms, which may cancel
  const { A, D } = continuation;
  const magnitude =
    Math.abs(a * (a - 2)) + discount * play.s * play.s * A + 2 * discount * Math.abs(play.s * D);
  if (!(cost - best <= SAME * magnitude)) return undefined;
  const multiplier = isEnd
    ? heldMultiplier(play, discount)
    : largestEigenvalue(derivativeAt(game, a, continuation));
  const gap = Math.max(0, cost - best);
  const form = withBound(Float64Array.of(0, D, A));
  return { decision: [a], continuation, form, cost: 1 + cost, multiplier, gap, margin: Number.NaN };
}

/**
 * All stationary equilibria among the real coefficients of an axis; costs are per θ².
 *
 * A coefficient counts as an equilibrium if no other costs less by more than 10⁻¹² of the cost's terms.
 */
export function* findAmongReals(game: RealGame): Search<Equilibria> {
  const { min, max } = game;
  const slopeOver = slopeOf(game);
  const margin = BEYOND * Math.max(1, Math.abs(min), Math.abs(max));
  // a negative coefficient costs 4|a| more than its positive counterpart, if the axis contains that
  const from = max >= -min ? Math.max(0, min) : min;
  const { roots, undecided } = isolateRoots(slopeOver, {
    low: from - margin,
    high: max + margin,
  });
  const equilibria: RealEquilibrium[] = [];
  const offer = (a: number, isEnd: boolean) => {
    const found = equilibriumAt(game, a, isEnd);
    // a root at an end of the axis may be found twice
    if (found && equilibria.at(-1)?.decision[0] !== a) equilibria.push(found);
  };
  const [low, high] = [slopeOver(point(min)), slopeOver(point(max))];
  if (low && low.value.low > 0) offer(min, true);
  for (const root of roots)
    if (root.high >= min && root.low <= max)
      offer(Math.min(max, Math.max(min, root.low + (root.high - root.low) / 2)), false);
  // the coefficient 0 costs the same, however fast it lets the goal grow
  if (max === 0 || (high && high.value.high < 0)) offer(max, true);
  yield 0;

  const finiteHorizon = yield* lengthen(game, equilibria);
  const [limit] = finiteHorizon.outcome === "limit" ? finiteHorizon.decisions : [];
  return {
    equilibria,
    undecided: undecided
      .filter((x) => x.high >= from && x.low <= max)
      .map((x) => [[Math.max(from, x.low)], [Math.min(max, x.high)]] as const),
    finiteHorizon,
    chosen: choose(
      equilibria,
      equilibria.findIndex(({ decision }) => decision === limit),
    ),
  };
}

const isNear = (x: Continuation, y: Continuation, within: number) =>
  Math.max(Math.abs(x.A - y.A), Math.abs(x.D - y.D)) <= within * Math.max(Math.abs(y.A), Math.abs(y.D));

/** Extends the horizon until it arrives at a stable equilibrium or at a stable cycle. */
function* lengthen(game: RealGame, equilibria: readonly RealEquilibrium[]): Search<FiniteHorizon> {
  let now = END;
  /** the futures of the last episodes, the latest first */
  const past: Continuation[] = [];
  let episodes = 0;
  for (; episodes < MAX_EPISODES; episodes++) {
    // an unstable equilibrium counts only if the future equals it to the last bit
    const limit = equilibria.find(({ continuation, multiplier }) =>
      isNear(now, continuation, Math.abs(multiplier) < 1 ? ARRIVED : 0),
    );
    if (limit) return { outcome: "limit", period: 1, decisions: [limit.decision], episodes };
    if (episodes % LONGEST_PERIOD === 0) {
      const period = past.findIndex((then) => isNear(now, then, ARRIVED)) + 1;
      const round = past.slice(0, period).reverse();
      if (period > 1 && isStableCycle(game, round))
        return {
          outcome: "cycle",
          period,
          decisions: round.map((continuation) => [respond(game, continuation)]),
          episodes,
        };
    }
    if (episodes % PAUSE === 0) yield episodes / MAX_EPISODES;
    const a = respond(game, now);
    if (Number.isNaN(a)) break;
    past.unshift(now);
    past.length = Math.min(past.length, LONGEST_PERIOD);
    now = extend(now, playOf(game, a), game.discount);
  }
  return { outcome: "none", period: null, decisions: [], episodes };
}

/** Whether a repeating round is a cycle to which nearby horizons converge. */
function isStableCycle(game: RealGame, round: readonly Continuation[]): boolean {
  if (round.slice(1).every((continuation) => isNear(continuation, round[0], APART))) return false;
  let product: Matrix = [1, 0, 0, 1];
  for (const continuation of round) {
    const [p, q, r, s] = derivativeAt(game, respond(game, continuation), continuation);
    const [a, b, c, d] = product;
    product = [p * a + q * c, p * b + q * d, r * a + s * c, r * b + s * d];
  }
  return Math.abs(largestEigenvalue(product)) < 1 - APART;
}

/** A 2 × 2 matrix, row by row. */
type Matrix = readonly [number, number, number, number];

/**
 * The derivative of the previous episode's (A, B) by (A, B), at the best response a, by the implicit function theorem.
 */
function derivativeAt(game: RealGame, a: number, { A, D }: Continuation): Matrix {
  const { pull, discount, min, max } = game;
  const g = 1 - playOf(game, a).s;
  const byGain = [discount * g * g, discount * g] as const;
  if (a <= min || a >= max) return [byGain[0], 0, 0, byGain[1]];
  const B = A - D;
  // g' and g'', and half the second derivative of the cost
  const [slope, bend] = [-2 * pull * a, -2 * pull];
  const curvature = 1 + discount * (slope * slope * A + bend * (g * A - B));
  const [aByA, aByB] = [(-discount * g * slope) / curvature, (discount * slope) / curvature];
  const [byA, byB] = [2 * (a + discount * g * slope * A), 1 + discount * slope * B];
  return [byGain[0] + byA * aByA, byA * aByB, byB * aByA, byGain[1] + byB * aByB];
}

/** The eigenvalue of largest magnitude; for a complex pair, its magnitude. */
function largestEigenvalue([a, b, c, d]: Matrix): number {
  const half = (a + d) / 2;
  const discriminant = ((a - d) / 2) * ((a - d) / 2) + b * c;
  if (discriminant < 0) return Math.sqrt(a * d - b * c);
  const root = Math.sqrt(discriminant);
  return half < 0 ? half - root : half + root;
}

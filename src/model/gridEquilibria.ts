// All stationary equilibria on a grid of candidates, and what ever longer finite horizons come to, both without a
// guess.
//
// A candidate is an equilibrium if no other costs less where it is played for ever after. Every deviation that pays
// refutes it, so its neighbours are tried first, and few candidates are left to be held against all.
//
// In a finite horizon the candidate that is chosen is the same over a convex region of the moments (A, B), for costs
// are linear in them. While one candidate i is chosen, A − A_i and B − B_i are multiplied by γg² and γg each episode.
// So where i is also chosen at the corners of a rectangle around (A_i, B_i) that holds all that follows, it is chosen
// for ever: that is a proof of the limit. With the products of a round it is one of a cycle, and with powers of them it
// lets the horizon grow by many episodes at once.

import {
  type Continuation,
  choose,
  decays,
  END,
  type Equilibria,
  type Equilibrium,
  extend,
  type FiniteHorizon,
  forEver,
  heldMultiplier,
  type Play,
  type Search,
} from "./equilibrium.ts";

/** What candidates do to the goal, in the order of the grid, shape [candidates] each. */
export interface Plays {
  readonly r: Float64Array;
  readonly s: Float64Array;
}

/** costs between two moments at which the search may be paused */
const PAUSE = 2 ** 16;
/** best responses until the finite horizon is given up */
const MOST_RESPONSES = 20_000;
const LONGEST_PERIOD = 64;
/** by how many episodes the horizon grows at once, at most: a power of two, so even, for what turns */
const LONGEST_STEP = 2 ** 60;

/** Best responses on a grid; the first of equals. */
class Responses {
  readonly discount: number;
  readonly count: number;
  readonly #r: Float64Array;
  readonly #s: Float64Array;
  /** how many costs were computed, and how many when the search was last paused */
  #costs = 0;
  #pausedAt = 0;

  constructor({ r, s }: Plays, discount: number) {
    this.#r = r;
    this.#s = s;
    this.discount = discount;
    this.count = r.length;
  }

  play(index: number): Play {
    return { r: this.#r[index], s: this.#s[index] };
  }

  /** As `relativeCost`; infinite where that overflows. */
  #cost(index: number, A: number, D: number): number {
    const r = this.#r[index];
    const s = this.#s[index];
    const cost = r * (r - 2) + this.discount * (s * (s * A - 2 * D));
    return Number.isFinite(cost) ? cost : Number.POSITIVE_INFINITY;
  }

  /** The best response to what follows; −1 where every cost overflows. */
  to({ A, D }: Continuation): number {
    let best = -1;
    let minimum = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.count; i++) {
      const cost = this.#cost(i, A, D);
      if (cost < minimum) {
        minimum = cost;
        best = i;
      }
    }
    this.#costs += this.count;
    return best;
  }

  /** Whether the search has gone on for long enough to be paused. */
  isDue(): boolean {
    if (this.#costs - this.#pausedAt < PAUSE) return false;
    this.#pausedAt = this.#costs;
    return true;
  }

  /**
   * By how much the best other candidate costs more, NaN if there is none; negative, and no more than that, if one costs
   * less. Neighbours are tried first: few candidates need more to be refuted.
   */
  margin(index: number, { A, D }: Continuation): number {
    const own = this.#cost(index, A, D);
    if (own === Number.POSITIVE_INFINITY) return Number.NEGATIVE_INFINITY;
    this.#costs += 3;
    if (index > 0 && this.#cost(index - 1, A, D) < own) return Number.NEGATIVE_INFINITY;
    if (index + 1 < this.count && this.#cost(index + 1, A, D) < own) return Number.NEGATIVE_INFINITY;
    this.#costs += this.count;
    let best = Number.NaN;
    for (let i = 0; i < this.count; i++) {
      if (i === index) continue;
      const cost = this.#cost(i, A, D);
      if (!(cost >= best)) best = cost;
      if (cost < own) break;
    }
    return best - own;
  }

  /** Whether the induction chooses a candidate: no other costs less, and none before it as much. */
  isChosen(index: number, continuation: Continuation): boolean {
    const margin = this.margin(index, continuation);
    return margin === 0 ? this.to(continuation) === index : !(margin < 0);
  }

  /** Some episodes of one candidate and what follows them. Where there are several, its cost for ever is finite. */
  repeat(index: number, after: Continuation, episodes: number): Continuation {
    const play = this.play(index);
    if (episodes === 1) return extend(after, play, this.discount);
    const { a, b } = approachOf([play], this.discount);
    return between(forEver(play, this.discount)!, after, Math.exp(episodes * a), Math.exp(episodes * b));
  }
}

/**
 * What a round of decisions multiplies the distances of A and of B from their fixed points by: the products of γg² and
 * of γg. Their logarithms keep their digits where they are near 0; `turns` is whether the second is negative.
 */
function approachOf(round: readonly Play[], discount: number): { a: number; b: number; turns: boolean } {
  let [a, b, turns] = [0, 0, false];
  for (const { s } of round) {
    const { u, v } = decays(s, discount);
    a += Math.log1p(-u);
    b += v < 1 ? Math.log1p(-v) : Math.log(v - 1);
    if (v > 1) turns = !turns;
  }
  return { a, b, turns };
}

/** The point at these shares of the way, of A and of B, from `limit` to `now`. */
function between(limit: Continuation, now: Continuation, a: number, b: number): Continuation {
  const farA = now.A - limit.A;
  const farB = farA - (now.D - limit.D);
  return { A: limit.A + a * farA, D: limit.D + (a * farA - b * farB) };
}

/**
 * All stationary equilibria on a grid.
 *
 * @param decisionAt the numbers of a candidate
 */
export function* findOnGrid(
  plays: Plays,
  discount: number,
  decisionAt: (index: number) => readonly number[],
): Search<Equilibria> {
  const responses = new Responses(plays, discount);
  const { count } = responses;
  const indices: number[] = [];
  const equilibria: Equilibrium[] = [];
  for (let index = 0; index < count; index++) {
    const play = responses.play(index);
    const continuation = forEver(play, discount);
    const margin = continuation ? responses.margin(index, continuation) : -1;
    if (continuation && !(margin < 0)) {
      indices.push(index);
      const multiplier = heldMultiplier(play, discount);
      equilibria.push({ decision: decisionAt(index), play, continuation, multiplier, gap: 0, margin });
    }
    if (responses.isDue()) yield (0.5 * index) / count;
  }
  const { decisions, ...horizon } = yield* lengthen(responses);
  const limit = horizon.outcome === "limit" ? indices.indexOf(decisions[0]) : -1;
  return {
    equilibria,
    undecided: [],
    finiteHorizon: { ...horizon, decisions: decisions.map(decisionAt) },
    chosen: choose(equilibria, limit, discount),
  };
}

/** Makes the horizon longer until it is known what that comes to; decisions are indices of candidates. */
function* lengthen(responses: Responses): Search<FiniteHorizon<number>> {
  let now = END;
  let episodes = 0;
  /** how often the last decision was made in a row, and when to ask how long it will be */
  let [streak, nextLook] = [0, 1];
  let nextRound = 2 * LONGEST_PERIOD;
  const past: number[] = [];
  for (let asked = 0; asked < MOST_RESPONSES; asked++) {
    const share = 0.5 + (0.5 * asked) / MOST_RESPONSES;
    if (responses.isDue()) yield share;
    const index = responses.to(now);
    if (index < 0) break;
    let steps = 1;
    if (index !== past.at(-1)) [streak, nextLook] = [0, 1];
    if (streak >= nextLook) {
      nextLook = 2 * streak;
      if (yield* isHeld(responses, [index], now, share))
        return { outcome: "limit", period: 1, decisions: [index], episodes };
      // no part of a round that could be found
      if (streak >= LONGEST_PERIOD)
        while (steps < LONGEST_STEP && (yield* isHeld(responses, [index], now, share, 2 * steps))) steps *= 2;
    }
    if (past.length >= nextRound) {
      nextRound *= 2;
      for (const round of roundsOf(past))
        if (yield* isHeld(responses, round, now, share))
          return { outcome: "cycle", period: round.length, decisions: round, episodes };
    }
    past.push(index);
    streak += steps;
    episodes += steps;
    now = responses.repeat(index, now, steps);
  }
  return { outcome: "none", period: null, decisions: [], episodes };
}

/** What some decisions end with at least twice in a row, shorter rounds first. */
function roundsOf(past: readonly number[]): number[][] {
  const at = (back: number) => past[past.length - 1 - back];
  const rounds: number[][] = [];
  for (let period = 2; period <= LONGEST_PERIOD; period++) {
    let same = 0;
    while (same < period && at(same) === at(same + period)) same++;
    if (same === period) rounds.push(past.slice(-period));
  }
  return rounds;
}

/**
 * Whether candidates that are played in rounds, from the last episode on, are chosen all the while.
 *
 * @param share of the search that is done
 * @param times how many rounds
 */
function* isHeld(
  responses: Responses,
  round: readonly number[],
  now: Continuation,
  share: number,
  times = Number.POSITIVE_INFINITY,
): Search<boolean> {
  const { discount } = responses;
  const plays = round.map((index) => responses.play(index));
  const { a: logA, b: logB, turns } = approachOf(plays, discount);
  let limit: Continuation | undefined;
  if (plays.length === 1) limit = forEver(plays[0], discount);
  else if (logA < 0) {
    const once = plays.reduce((after, play) => extend(after, play, discount), END);
    const A = once.A / -Math.expm1(logA);
    limit = { A, D: A - (once.A - once.D) / (turns ? 1 + Math.exp(logB) : -Math.expm1(logB)) };
  }
  if (!limit) return false;
  // what grows leaves any fixed point but the one that it is at
  const isThere = limit.A === now.A && limit.D === now.D;
  if (logA >= 0 && !isThere) return false;
  const endsA = isThere ? [1] : [1, Math.exp(times * logA)];
  const endsB = isThere ? [1] : [1, turns ? -Math.exp(logB) : Math.exp(times * logB)];
  for (const [i, index] of round.entries()) {
    for (const a of endsA)
      for (const b of endsB) {
        if (!responses.isChosen(index, between(limit, now, a, b))) return false;
        if (responses.isDue()) yield share;
      }
    limit = extend(limit, plays[i], discount);
    now = extend(now, plays[i], discount);
  }
  return true;
}

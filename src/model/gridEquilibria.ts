// All stationary equilibria of a linear game on a grid of candidates, and the behaviour of longer and longer finite
// horizons. Neither starts from a guess.
//
// A candidate is an equilibrium if no other candidate costs less when the candidate is played for ever after. Any
// profitable deviation refutes it. So its neighbours are tried first, and then the last deviation that refuted another
// candidate; only few candidates have to be compared with all others. These comparisons use costs from a linear system.
// Candidates whose costs are close are decided with bounds of all rounding errors, or reported as undecided.
//
// In a finite horizon, the set of futures for which a candidate is chosen is convex, because costs are linear in the
// future. While the candidates of a round are played repeatedly, each round's change of the future is the previous
// change, mapped by the round. So if the sizes of all these changes add up to less than the room in that set, the round
// is played for ever: this proves a limit or a cycle. If there is room for only some rounds, the horizon grows by that
// many rounds at once.

import { MesaError } from "../errors.ts";
import { createEvaluate, type Evaluate } from "../game/evaluate.ts";
import { discountOf, type Game } from "../game/game.ts";
import { isNumber, type Node } from "../game/graph.ts";
import {
  choose,
  type Equilibria,
  type Equilibrium,
  type FiniteHorizon,
  type Search,
  withBound,
} from "./equilibrium.ts";
import { momentFormulasOf } from "./momentFormulas.ts";
import { meanOf, UNIT_ROUNDOFF } from "./moments.ts";
import type { Problem } from "./problem.ts";
import {
  before,
  boundOf,
  type Costs,
  carried,
  changeBefore,
  costsItselfEndlessly,
  episodeOf,
  forEver,
  inTurn,
  matrix,
  multiplierOf,
  plus,
  type Region,
  repetitionsOf,
  type Stretch,
} from "./stretch.ts";

/** numbers of candidates' costs between two pauses */
const PAUSE = 2 ** 16;
/** the maximum number of best responses, after which the finite horizon is given up */
const MAX_RESPONSES = 20_000;
const LONGEST_PERIOD = 64;
/** how many equal decisions in a row must occur before their further repetition is examined */
const FIRST_LOOK = 2;
/** costs that differ by more than this share of their terms are told apart without an error bound */
const CLEAR = 2 ** -40;
/** the minimum pivot, as a share of its row's terms, for which a linear system's solution is precise enough */
const MIN_PIVOT = 2 ** -8;
/** the maximum number of numbers of all candidates: 2 GiB */
const MAX_NUMBERS = 2 ** 28;
/** the maximum number of cached episodes */
const MAX_STRETCHES = 4096;

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

/** The functions of a candidate. S states, of which s are expected to change. */
interface Formulas {
  readonly states: number;
  readonly moving: readonly number[];
  /** how many entries of M are not identically 0 */
  readonly entries: number;
  /** (d, η, parameters, mean): the cost now, those entries, and an episode: M, M_δ, R_δδ and R_oδ */
  readonly candidate: Evaluate;
  /** (d, η, parameters, mean): the sums of the absolute values of their terms */
  readonly sizes: Evaluate;
  /** the positions of A and D in P */
  readonly places: { readonly A: readonly number[]; readonly D: readonly number[] };
  /** (mean, P): the factors of the entries of M and of their products in the later cost */
  readonly later: Evaluate;
  /** the maximum number of roundings of any of these */
  readonly roundings: number;
}

const known = new WeakMap<Game, Formulas>();

function formulasOf(game: Game): Formulas {
  const found = known.get(game);
  if (found) return found;
  const { states, steps, now, inner, squares, sizes, later, ...rest } = momentFormulasOf(game)!;
  const { meanNames, formNames, roundings } = rest;
  const all = range(states);
  const entries = range(steps.length).filter((a) => !isNumber(steps[a], 0));
  const rowOf = (of: readonly Node[], i: number) => of.slice(i * states, (i + 1) * states);
  const moving = all.filter((i) => [...rowOf(steps, i), ...inner[i]].some((x) => !isNumber(x, 0)));
  const ofEpisode = (of: Pick<typeof sizes, "steps" | "inner" | "squares">) => [
    ...moving.flatMap((i) => rowOf(of.steps, i)),
    ...moving.flatMap((i) => moving.map((k) => of.inner[i][k])),
    ...moving.flatMap((i) => moving.map((k) => of.squares[states + i][states + k])),
    ...all.flatMap((j) => moving.map((k) => of.squares[j][states + k])),
  ];
  const pairs = range(steps.length).flatMap((a) => range(steps.length - a).map((b) => [a, a + b]));
  const products = later.quadratic.filter((_, p) => pairs[p].every((a) => entries.includes(a)));
  const names = [game.decisionNames, ["learningRate"], Object.keys(game.parameters)];
  const of = (from: readonly Node[]) => entries.map((a) => from[a]);
  const place = (i: number, j: number) => formNames.indexOf(`P.${Math.min(i, j)}.${Math.max(i, j)}`);
  const made: Formulas = {
    ...{ states, moving, entries: entries.length, roundings },
    candidate: createEvaluate(
      [now, ...of(steps), ...ofEpisode({ steps, inner, squares })],
      ...[...names, meanNames],
    ),
    sizes: createEvaluate([sizes.now, ...of(sizes.steps), ...ofEpisode(sizes)], ...names, meanNames),
    later: createEvaluate([...of(later.linear), ...products], meanNames, formNames),
    places: {
      A: moving.flatMap((i) => moving.map((k) => place(states + i, states + k))),
      D: all.flatMap((j) => moving.map((k) => place(j, states + k))),
    },
  };
  known.set(game, made);
  return made;
}

/** Solves linear systems of one size repeatedly. */
class LinearSystem {
  /** rows of coefficients, then right sides, which are replaced by the solutions; shape [rows][width] */
  readonly at: Float64Array;
  readonly width: number;
  readonly #rows: number;

  constructor(rows: number, rightSides: number) {
    this.#rows = rows;
    this.width = rows + rightSides;
    this.at = new Float64Array(rows * this.width);
  }

  /** @param terms sums of absolute terms of each row's coefficients; @returns whether little of them cancels */
  solve(terms: Float64Array): boolean {
    const { at, width } = this;
    for (let p = 0; p < this.#rows; p++) {
      let pivot = p;
      for (let r = p + 1; r < this.#rows; r++)
        if (Math.abs(at[r * width + p]) > Math.abs(at[pivot * width + p])) pivot = r;
      if (!(Math.abs(at[pivot * width + p]) > MIN_PIVOT * terms[pivot])) return false;
      if (pivot !== p) {
        for (let c = p; c < width; c++) {
          const swapped = at[p * width + c];
          at[p * width + c] = at[pivot * width + c];
          at[pivot * width + c] = swapped;
        }
        terms[pivot] = terms[p];
      }
      const divisor = at[p * width + p];
      for (let c = p; c < width; c++) at[p * width + c] /= divisor;
      for (let r = 0; r < this.#rows; r++) {
        const factor = at[r * width + p];
        if (r === p || factor === 0) continue;
        for (let c = p; c < width; c++) at[r * width + c] -= factor * at[p * width + c];
      }
    }
    return true;
  }
}

/** The part of a problem that a search needs. */
export type Searched = Pick<Problem, "game" | "parameters" | "candidates" | "learningRates" | "states">;

/** The candidates at a learning rate that continues for ever. Costs are in units of the largest mean square. */
class Candidates {
  readonly count: number;
  /** the unit of costs */
  readonly unit: number;
  /** the costs of an empty future */
  readonly end: Costs;
  readonly #problem: Searched;
  readonly #formulas: Formulas;
  readonly #rate: readonly number[];
  readonly #parameters: readonly number[];
  readonly #mean: Float64Array;
  readonly #meanSizes: Float64Array;
  readonly #discount: number;
  /**
   * one row per candidate: what a cost is linear in (the cost now, the entries of M and their products), and an episode
   */
  readonly #rows: Float64Array;
  readonly #width: number;
  /** the position in a row at which the episode begins */
  readonly #episode: number;
  /** index distances of a candidate's neighbours */
  readonly #strides: readonly number[];
  readonly #systems: readonly [ofA: LinearSystem, ofD: LinearSystem];
  readonly #terms: Float64Array;
  readonly #form: Float64Array;
  readonly #stretches = new Map<number, Stretch>();
  /** the last profitable deviation */
  #last = 0;
  /** how many costs were computed since the last pause */
  #costs = 0;

  constructor(problem: Searched, discount: number) {
    const { game, parameters, candidates, learningRates, states } = problem;
    const formulas = formulasOf(game);
    const [S, s] = [formulas.states, formulas.moving.length];
    const mean = meanOf(states.axes);
    const largest = Math.max(...mean);
    this.unit = largest > 0 ? largest : 1;
    this.count = candidates.size;
    this.end = { A: matrix(s, new Array(s * s).fill(0)), D: matrix(s, new Array(S * s).fill(0)) };
    this.#problem = problem;
    this.#formulas = formulas;
    this.#rate = [learningRates.at(-1)!];
    this.#parameters = Object.keys(game.parameters).map((name) => parameters[name]);
    this.#mean = mean.map((x) => x / this.unit);
    this.#meanSizes = this.#mean.map(Math.abs);
    this.#discount = discount;
    this.#episode = 1 + formulas.entries + (formulas.entries * (formulas.entries + 1)) / 2;
    this.#width = this.#episode + 2 * s * (S + s);
    if (this.count * this.#width > MAX_NUMBERS)
      throw new MesaError(
        "LIMIT_EXCEEDED",
        `the search for equilibria allows at most ${Math.floor(MAX_NUMBERS / this.#width)} candidates of the game ${game.name}, got ${this.count}`,
      );
    this.#rows = new Float64Array(this.count * this.#width);
    const counts = candidates.axes.map(({ length }) => length);
    this.#strides = counts.map((_, i) => counts.slice(i + 1).reduce((a, b) => a * b, 1));
    this.#systems = [new LinearSystem(s * s, 1), new LinearSystem(s, S)];
    this.#terms = new Float64Array(Math.max(1, s * s));
    this.#form = new Float64Array(S * (2 * S + 1));
  }

  /** Fills in the rows. */
  *prepare(): Search<void> {
    const { candidates } = this.#problem;
    for (let index = 0; index < this.count; index++) {
      this.#fill(this.#rows, index * this.#width, this.#evaluated(candidates.at(index), "candidate"));
      this.#costs++;
      if (this.isDue()) yield 0;
    }
  }

  #evaluated(decision: readonly number[], what: "candidate" | "sizes"): Float64Array {
    return this.#formulas[what](decision, this.#rate, this.#parameters, this.#mean);
  }

  /** Whether it is time for a pause. */
  isDue(): boolean {
    if (this.#costs < PAUSE) return false;
    this.#costs = 0;
    return true;
  }

  /** The quadratic form of costs, without the term that all decisions share; the next call overwrites it. */
  #formOf({ A, D }: Costs, of: "x" | "error" = "x"): Float64Array {
    const { A: atA, D: atD } = this.#formulas.places;
    for (let i = 0; i < atA.length; i++) this.#form[atA[i]] = A[of][i];
    for (let i = 0; i < atD.length; i++) this.#form[atD[i]] = D[of][i];
    return this.#form;
  }

  /** The factors of the entries of M and of their products in a candidate's cost; the next call overwrites them. */
  #coefficients(form: Float64Array, mean = this.#mean): Float64Array {
    const of = this.#formulas.later(mean, form);
    for (let i = 0; i < of.length; i++) of[i] *= this.#discount;
    return of;
  }

  /** The same for costs of which only sizes are known. */
  #sizesOf(form: Float64Array): Float64Array {
    for (let i = 0; i < form.length; i++) form[i] = Math.abs(form[i]);
    return this.#coefficients(form, this.#meanSizes);
  }

  /** Writes a row from evaluated values. */
  #fill(rows: Float64Array, at: number, values: Float64Array): void {
    const { entries } = this.#formulas;
    for (let i = 0; i <= entries; i++) rows[at++] = values[i];
    for (let i = 1; i <= entries; i++) for (let j = i; j <= entries; j++) rows[at++] = values[i] * values[j];
    for (let i = 1 + entries; i < values.length; i++) rows[at++] = values[i];
  }

  /** The later cost; for sizes, terms do not cancel. */
  #later(index: number, of: Float64Array): number {
    const from = index * this.#width + 1;
    let cost = 0;
    for (let i = 0; i < of.length; i++) cost += of[i] * this.#rows[from + i];
    return cost;
  }

  /** A candidate's cost, without the term that all share; infinite if it overflows. */
  #cost(index: number, of: Float64Array): number {
    const cost = this.#rows[index * this.#width] + this.#later(index, of);
    return Number.isFinite(cost) ? cost : Number.POSITIVE_INFINITY;
  }

  /** The sum of the absolute values of a cost's terms. */
  #size(index: number, of: Float64Array): number {
    const from = index * this.#width;
    let size = this.#rows[from];
    for (let i = 0; i < of.length; i++) size += Math.abs(of[i] * this.#rows[from + 1 + i]);
    return size;
  }

  /** By how much the difference of two costs may change if the coefficients change by at most `of`. */
  #spread(one: number, other: number, of: Float64Array): number {
    const rows = this.#rows;
    const [a, b] = [one * this.#width + 1, other * this.#width + 1];
    let spread = 0;
    for (let i = 0; i < of.length; i++) spread += of[i] * Math.abs(rows[a + i] - rows[b + i]);
    return spread;
  }

  /** The best response to a future, the first of equals; −1 if every cost overflows. */
  to(after: Costs): number {
    return this.#best(this.#coefficients(this.#formOf(after)));
  }

  #best(of: Float64Array): number {
    const rows = this.#rows;
    let best = -1;
    let minimum = Number.POSITIVE_INFINITY;
    for (let i = 0, at = 0; i < this.count; i++) {
      let cost = 0;
      const now = rows[at++];
      for (let k = 0; k < of.length; k++) cost += of[k] * rows[at + k];
      cost += now;
      at += this.#width - 1;
      if (!(cost < minimum) || cost === Number.NEGATIVE_INFINITY) continue;
      best = i;
      minimum = cost;
    }
    this.#costs += this.count;
    return best;
  }

  /** A stretch of one episode with a candidate. */
  stretchOf(index: number): Stretch {
    const known = this.#stretches.get(index);
    if (known) return known;
    const { states: S, moving, entries, roundings } = this.#formulas;
    const s = moving.length;
    const sizes = this.#evaluated(this.#problem.candidates.at(index), "sizes");
    const unit = roundings * UNIT_ROUNDOFF;
    let [from, fromSizes] = [index * this.#width + this.#episode, 1 + entries];
    const take = (rows: number, columns: number) => {
      const x: number[] = [];
      const error: number[] = [];
      for (let i = 0; i < rows * columns; i++) {
        x.push(this.#rows[from++]);
        error.push(unit * sizes[fromSizes++]);
      }
      return matrix(columns, x, error);
    };
    const [push, step, A, D] = [take(s, S), take(s, s), take(s, s), take(S, s)];
    if (this.#stretches.size >= MAX_STRETCHES) this.#stretches.clear();
    const stretch = episodeOf({ A, D }, step, push, this.#discount);
    this.#stretches.set(index, stretch);
    return stretch;
  }

  /**
   * Computes the future if a candidate is played for ever, into #form. Returns whether the linear system is precise
   * enough.
   */
  #solve(index: number): boolean {
    const { states: S, moving, places } = this.#formulas;
    const s = moving.length;
    const discount = this.#discount;
    const rest = 1 - discount;
    const values = this.#rows;
    const M = index * this.#width + this.#episode;
    const N = M + s * S;
    const R = N + s * s;
    const Q = R + s * s;
    const [ofA, ofD] = this.#systems;
    const terms = this.#terms;
    // A − γ Gᵀ A G = R_δδ with G = 1 + N; expanded, because the ones cancel
    for (let i = 0; i < s; i++)
      for (let k = 0; k < s; k++) {
        const row = i * s + k;
        terms[row] = 0;
        for (let a = 0; a < s; a++)
          for (let b = 0; b < s; b++) {
            const left = discount * values[N + a * s + i];
            const right = values[N + b * s + k];
            const product = left * right;
            const once = (b === k ? left : 0) + (a === i ? discount * right : 0);
            const one = a === i && b === k ? rest : 0;
            ofA.at[row * ofA.width + a * s + b] = one - once - product;
            terms[row] += one + Math.abs(once) + Math.abs(product);
          }
        ofA.at[row * ofA.width + s * s] = values[R + row];
      }
    if (!ofA.solve(terms)) return false;
    const A = (i: number, k: number) => ofA.at[(i * s + k) * ofA.width + s * s];
    for (let i = 0; i < s; i++) if (A(i, i) < 0) return false;
    // D − γ D G = R_oδ + γ Mᵀ A G
    for (let k = 0; k < s; k++) {
      terms[k] = 0;
      for (let b = 0; b < s; b++) {
        const change = discount * values[N + b * s + k];
        const one = b === k ? rest : 0;
        ofD.at[k * ofD.width + b] = one - change;
        terms[k] += one + Math.abs(change);
      }
      for (let j = 0; j < S; j++) {
        let right = values[Q + j * s + k];
        for (let b = 0; b < s; b++) {
          let pushed = 0;
          for (let a = 0; a < s; a++) pushed += values[M + a * S + j] * A(a, b);
          right += discount * pushed * ((b === k ? 1 : 0) + values[N + b * s + k]);
        }
        ofD.at[k * ofD.width + s + j] = right;
      }
    }
    if (!ofD.solve(terms)) return false;
    for (let i = 0; i < s; i++) for (let k = i; k < s; k++) this.#form[places.A[i * s + k]] = A(i, k);
    for (let j = 0; j < S; j++)
      for (let k = 0; k < s; k++) this.#form[places.D[j * s + k]] = ofD.at[k * ofD.width + s + j];
    return true;
  }

  /** Whether a candidate is certainly not an equilibrium, decided from costs without error bounds. */
  isRefuted(index: number): boolean {
    this.#costs += 4;
    if (!this.#solve(index)) return false;
    const of = this.#coefficients(this.#form);
    const own = this.#cost(index, of);
    for (const away of this.#strides)
      if (this.#pays(index, index - away, own, of) || this.#pays(index, index + away, own, of)) return true;
    if (this.#pays(index, this.#last, own, of)) return true;
    const best = this.#best(of);
    if (!this.#pays(index, best, own, of)) return false;
    this.#last = best;
    return true;
  }

  /** Whether another candidate certainly costs less. */
  #pays(index: number, other: number, own: number, of: Float64Array): boolean {
    if (other < 0 || other >= this.count) return false;
    const gain = own - this.#cost(other, of);
    return gain > 0 && gain > CLEAR * (this.#size(index, of) + this.#size(other, of));
  }

  /**
   * Whether a candidate is an equilibrium: no other candidate costs less when it is played for ever after.
   *
   * @returns `undecided` if another candidate's cost is equal within rounding, unless both costs are equal to the bit,
   *   term by term
   */
  decide(index: number): Omit<Equilibrium, "gap"> | "undecided" | undefined {
    const { roundings } = this.#formulas;
    const { candidates } = this.#problem;
    const terms = new Float64Array(this.#width);
    const stretch = this.stretchOf(index);
    const costs = forEver(stretch);
    if (!costs) return costsItselfEndlessly(stretch, this.#mean) ? undefined : "undecided";
    const form = this.#formOf(costs).slice();
    const of = this.#coefficients(form).slice();
    const own = this.#cost(index, of);
    const all = this.#sizesOf(form.slice()).slice();
    const off = this.#sizesOf(this.#formOf(costs, "error"));
    const ownSize = this.#size(index, of);
    /** the error bound of a cost, without the error of the future */
    const rounding = (other: number) => {
      this.#fill(terms, 0, this.#evaluated(candidates.at(other), "sizes"));
      return 4 * roundings * UNIT_ROUNDOFF * all.reduce((sum, x, i) => sum + x * terms[1 + i], terms[0]);
    };
    let [best, isTold] = [Number.NaN, Number.isFinite(own)];
    for (let other = 0; other < this.count; other++) {
      if (other === index) continue;
      const cost = this.#cost(other, of);
      if (!(cost >= best)) best = cost;
      if (cost === Number.POSITIVE_INFINITY) continue;
      const more = cost - own;
      const spread = this.#spread(index, other, off);
      if (more > CLEAR * (ownSize + this.#size(other, of)) + spread) continue;
      const isTie =
        this.#rows[other * this.#width] === this.#rows[index * this.#width] &&
        this.#later(other, of) === this.#later(index, of);
      if (isTie) continue;
      const bound = spread + rounding(index) + rounding(other);
      if (more < -bound) return undefined;
      if (!(more > bound)) isTold = false;
    }
    this.#costs += 3 * this.count;
    if (!isTold) return "undecided";
    return {
      ...{ decision: candidates.at(index), form: withBound(form), cost: this.unit * own },
      ...{ multiplier: multiplierOf(stretch), margin: this.unit * (best - own) },
    };
  }

  /**
   * Whether the induction chooses a candidate for a future, and for all futures within a distance of it.
   *
   * @param among compare with its neighbours only, or with all candidates
   */
  isChosen(index: number, after: Costs, far: Costs, among: "neighbours" | "all"): boolean {
    const of = this.#coefficients(this.#formOf(after)).slice();
    const reach = this.#sizesOf(this.#formOf(far));
    const own = this.#cost(index, of);
    if (!Number.isFinite(own)) return false;
    const wins = (other: number) => {
      if (other < 0 || other >= this.count || other === index) return true;
      const more = this.#cost(other, of) - own - this.#spread(index, other, reach);
      return more > 0 || (more === 0 && other > index);
    };
    for (const away of this.#strides) if (!wins(index - away) || !wins(index + away)) return false;
    if (among === "neighbours") return true;
    this.#costs += 2 * this.count;
    for (let other = 0; other < this.count; other++) if (!wins(other)) return false;
    return true;
  }
}

/** All stationary equilibria on the grid of a problem, at its last learning rate. */
export function* findOnGrid(problem: Searched): Search<Equilibria> {
  const discount = discountOf(problem.game, problem.parameters);
  const candidates = new Candidates(problem, discount);
  const { count } = candidates;
  yield* candidates.prepare();
  const indices: number[] = [];
  const equilibria: Equilibrium[] = [];
  const undecided: [from: number, to: number][] = [];
  for (let index = 0; index < count; index++) {
    if (candidates.isDue()) yield (0.5 * index) / count;
    if (candidates.isRefuted(index)) continue;
    const found = candidates.decide(index);
    if (found === "undecided") {
      if (undecided.at(-1)?.[1] === index - 1 && problem.candidates.axes.length === 1)
        undecided.at(-1)![1] = index;
      else undecided.push([index, index]);
    } else if (found) {
      indices.push(index);
      equilibria.push({ ...found, gap: 0 });
    }
  }
  const { decisions, ...horizon } = yield* lengthen(candidates);
  const decisionAt = (index: number) => problem.candidates.at(index);
  return {
    equilibria,
    undecided: undecided.map(([from, to]) => [decisionAt(from), decisionAt(to)] as const),
    finiteHorizon: { ...horizon, decisions: decisions.map(decisionAt) },
    chosen: choose(equilibria, horizon.outcome === "limit" ? indices.indexOf(decisions[0]) : -1),
  };
}

/** Extends the horizon until its limit or cycle is known; decisions are indices of candidates. */
function* lengthen(candidates: Candidates): Search<FiniteHorizon<number>> {
  let now = candidates.end;
  let episodes = 0;
  /** how often the last decision has been repeated, and when to examine its further repetition */
  let [streak, nextLook] = [0, FIRST_LOOK];
  let nextRound = 2 * LONGEST_PERIOD;
  const past: number[] = [];
  for (let asked = 0; asked < MAX_RESPONSES; asked++) {
    if (candidates.isDue()) yield 0.5 + (0.5 * asked) / MAX_RESPONSES;
    const index = candidates.to(now);
    if (index < 0) break;
    let steps = 1;
    let stretch = candidates.stretchOf(index);
    if (index !== past.at(-1)) [streak, nextLook] = [0, FIRST_LOOK];
    if (streak >= nextLook) {
      nextLook = 2 * streak;
      const held = holdsFor(candidates, [index], now);
      if (held.times === Number.POSITIVE_INFINITY)
        return { outcome: "limit", period: 1, decisions: [index], episodes };
      if (held.times > 1) ({ times: steps, stretch } = held);
    }
    if (past.length >= nextRound) {
      nextRound *= 2;
      for (const round of roundsOf(past))
        if (holdsFor(candidates, round, now).times === Number.POSITIVE_INFINITY)
          return { outcome: "cycle", period: round.length, decisions: round, episodes };
    }
    for (let i = 0; i < Math.min(steps, 2 * LONGEST_PERIOD); i++) past.push(index);
    streak += steps;
    episodes += steps;
    now = before(stretch, now);
  }
  return { outcome: "none", period: null, decisions: [], episodes };
}

/** The rounds that occur at least twice in a row at the end of some decisions, shorter rounds first. */
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

/** How many times a round of candidates, played from the last episode on, is certainly chosen again. */
function holdsFor(
  candidates: Candidates,
  round: readonly number[],
  now: Costs,
): { readonly times: number; readonly stretch: Stretch } {
  const stretches = round.map((index) => candidates.stretchOf(index));
  const whole = stretches.reduce((after, one) => inTurn(one, after));
  const isHeld = (way: Region, among: "neighbours" | "all") => {
    let [at, far] = [plus(now, way.middle), way.far];
    for (const [i, index] of round.entries()) {
      if (!candidates.isChosen(index, at, far, among)) return false;
      if (i === round.length - 1) break;
      [at, far] = [before(stretches[i], at), carried(boundOf(stretches[i]), far)];
    }
    return true;
  };
  // most refutations come from a neighbour
  const ways: { readonly way: Region; readonly stretch: Stretch; readonly isAll: boolean }[] = [];
  for (const one of repetitionsOf(whole, changeBefore(whole, now))) {
    if (!isHeld(one.way, "neighbours")) break;
    ways.push(one);
  }
  for (let doublings = ways.length - 1; doublings >= 0; doublings--) {
    const { way, stretch, isAll } = ways[doublings];
    if (isHeld(way, "all")) return { times: isAll ? Number.POSITIVE_INFINITY : 2 ** doublings, stretch };
  }
  return { times: 0, stretch: whole };
}

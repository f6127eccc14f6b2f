// The expected cost of the future in a game that is linear in the state: the quadratic form of momentFormulas.ts,
// carried backwards over the episodes. If the phase is hidden, there is a form for each phase z and each belief b of
// the deciding agent,
//
//     P_z,b ← (P of an episode with the decision d_b, followed by P̄_z,b),
//     P̄_z,b = Σ_j P(j | z) Σ_b' P(b' | j, b) P_j,b',
//
// and an agent that believes in phase z with probability w_z expects (the cost now) + γ Σ_z w_z (the cost later).
// Without memory a belief belongs to a signal s, and P(b' | j, b) = P(s | j) for every b.

import { createEvaluate, type Evaluate } from "../game/evaluate.ts";
import { discountOf, type Game } from "../game/game.ts";
import type { Plan } from "./evaluator.ts";
import type { Following } from "./hiddenPhase.ts";
import { type MomentFormulas, momentFormulasOf } from "./momentFormulas.ts";
import type { Problem } from "./problem.ts";
import { factorInRange, grown, growthInRange, NO_GROWTH, statesInRange } from "./range.ts";

/** 2⁻⁵³ */
export const UNIT_ROUNDOFF = Number.EPSILON / 2;
/** an allowance for underflow, in addition to rounding */
export const UNDERFLOW = Number.MIN_VALUE / Number.EPSILON;
/** the maximum number of candidates whose numbers are cached between steps */
const MAX_CACHED = 2 ** 18;
/** the maximum number of learning rates for which they are cached */
const MAX_RATES = 4;

/**
 * The future from some episode and phase on: P and then B, in the order of their names in momentFormulas.ts; or P only.
 */
export type Form = Float64Array;

/** One phase as an agent sees it when it decides. */
export interface PhaseView {
  /** P(phase | what the agent saw) */
  readonly weight: number;
  /** the learning rate in this phase */
  readonly learningRate: number;
  /** the form of what follows */
  readonly form: Form;
}

/** Everything that an agent's decision depends on: the phases it may be in. Plain data. */
export type AgentView = readonly PhaseView[];

/** The oracle's cost is within cost ± error. */
export interface Enclosure {
  readonly cost: number;
  readonly error: number;
}

/** The mean of o oᵀ over a grid of states, upper triangle by rows. */
export function meanOf(axes: readonly Float64Array[]): Float64Array {
  const squares = axes.map((axis) => axis.reduce((sum, x) => sum + x * x, 0) / axis.length);
  const firsts = axes.map((axis) => axis.reduce((sum, x) => sum + x, 0) / axis.length);
  return Float64Array.from(
    axes.flatMap((_, i) => axes.slice(i).map((_, k) => (k === 0 ? squares[i] : firsts[i] * firsts[i + k]))),
  );
}

/** The total number of roundings in a rollout over so many episodes and states, and in the moments. */
export const roundingsOf = ({ roundings }: MomentFormulas, episodes: number, states: number): number =>
  roundings * (1 + 2 * Math.sqrt(episodes)) + 2 * episodes + 2 * states;

/** A linear game's formulas, prepared for evaluation; the lists of names are the arguments of each function. */
interface Evaluators {
  readonly formulas: MomentFormulas;
  /** (d, η, parameters, M): now, most.now, growth of both, most.step, steps */
  readonly candidate: Evaluate;
  /** (parameters, M, P and B): constant, most.slope, most.rest, linear, quadratic */
  readonly coefficients: Evaluate;
  /** (d, η, parameters, P and B): P and B, and the growth of both */
  readonly extend: Evaluate;
  /** parts of the above, from which costs are computed: (d, η, parameters, M): now, steps */
  readonly now: Evaluate;
  /** (parameters, M, P): constant, linear, quadratic */
  readonly later: Evaluate;
  /** (d, η, parameters, P): P */
  readonly form: Evaluate;
  /** (η, parameters, M, P): the coefficients of J by powers of the decision, now and later */
  readonly powers?: Evaluate | undefined;
}

const evaluators = new WeakMap<Game, Evaluators>();

/** @param game must have moment formulas */
export function evaluatorsOf(game: Game): Evaluators {
  const known = evaluators.get(game);
  if (known) return known;
  const formulas = momentFormulasOf(game)!;
  const { now, most, growth, steps, later, form, bound, formNames, boundNames, meanNames, powers } = formulas;
  const parameters = Object.keys(game.parameters);
  const [decision, rate, forms] = [game.decisionNames, ["learningRate"], [...formNames, ...boundNames]];
  const sizes = [growth.root, growth.step];
  const made: Evaluators = {
    formulas,
    candidate: createEvaluate(
      [now, most.now, ...sizes, most.step, ...steps],
      ...[decision, rate, parameters, meanNames],
    ),
    coefficients: createEvaluate(
      [later.constant, most.slope, most.rest, ...later.linear, ...later.quadratic],
      ...[parameters, meanNames, forms],
    ),
    extend: createEvaluate([...form, ...bound, ...sizes], decision, rate, parameters, forms),
    now: createEvaluate([now, ...steps], ...[decision, rate, parameters, meanNames]),
    later: createEvaluate(
      [later.constant, ...later.linear, ...later.quadratic],
      ...[parameters, meanNames, formNames],
    ),
    form: createEvaluate(form, decision, rate, parameters, formNames),
    powers:
      powers && createEvaluate([...powers.now, ...powers.later], rate, parameters, meanNames, formNames),
  };
  evaluators.set(game, made);
  return made;
}

/** The weighted average of forms. @param which the form of each weight; in their order unless given */
function mixed(weights: readonly number[], forms: readonly Form[], which?: readonly number[]): Form {
  if (weights.length === 1 && weights[0] === 1) return forms[which ? which[0] : 0];
  const mean = new Float64Array(forms[0].length);
  // plain loops, because most of the time is spent here if there are many beliefs
  for (let j = 0; j < weights.length; j++) {
    const weight = weights[j];
    const form = forms[which ? which[j] : j];
    for (let i = 0; i < mean.length; i++) mean[i] += weight * form[i];
  }
  return mean;
}

/** Copies as many numbers as fit; for few numbers this is much faster than `set` and `slice`. */
function fill(to: Float64Array, numbers: Float64Array): Float64Array {
  for (let i = 0; i < to.length; i++) to[i] = numbers[i];
  return to;
}

/** in a row of {@link Cached}, the numbers before the steps; in a view, those before the factors of steps */
const FIXED = 3;

/** The parts of candidates' costs that do not depend on the future, for one learning rate. */
interface Cached {
  /** rows of now, most.now, most.step, steps; most.now is infinite if overflow or underflow may matter */
  readonly rows: Float64Array;
  /** whether a candidate's row has been computed */
  readonly known: Uint8Array;
}

/**
 * The later cost of a candidate.
 *
 * @param of the constant, and from `fixed` on the factors of the steps and of their products
 * @param steps the position in `rows` at which the candidate's steps begin; `count` is their number
 */
function costLater(
  of: Float64Array,
  fixed: number,
  rows: Float64Array,
  steps: number,
  count: number,
): number {
  let cost = of[0];
  let product = fixed + count;
  for (let i = 0; i < count; i++) {
    let slope = of[fixed + i];
    for (let j = i; j < count; j++) slope += of[product++] * rows[steps + j];
    cost += rows[steps + i] * slope;
  }
  return cost;
}

/** The moments of a problem's future, which follow the induction as it goes backwards. */
export class Future {
  /** the mean of o oᵀ over the grid, upper triangle by rows */
  readonly mean: Float64Array;
  readonly #problem: Problem;
  readonly #evaluators: Evaluators;
  readonly #parameters: readonly number[];
  /** γ, which is the same for all states */
  readonly #discount: number;
  readonly #end: readonly Form[];
  readonly #cached = new Map<number, Cached>();
  readonly #statesInRange: boolean;
  readonly #isBounded: boolean;
  /** of the current view, by phase: learning rates, and the values of `later` of {@link Evaluators} */
  readonly #rates: number[][] = [];
  readonly #coefficients: Float64Array[] = [];
  /** the first episode whose decision is included in the forms */
  #from: number;
  /** the forms at that episode, by phase and belief */
  #forms: readonly (readonly Form[])[] = [];
  /** the views of the beliefs of the episode before it, computed on demand */
  #views: { readonly following: Following | undefined; readonly phases: Omit<PhaseView, "weight">[] }[] = [];
  /** the growth K (range.ts) of the future, the maximum over phases */
  #growth = NO_GROWTH;

  /**
   * @param problem of a linear game
   * @param end the form of what comes after the last episode
   * @param isBounded whether enclosures will be needed; if not, forms are P only
   */
  constructor(problem: Problem, end?: Form, isBounded = true) {
    const { game, states, hiddenPhase, learningRates } = problem;
    this.#evaluators = evaluatorsOf(game);
    const { formNames, boundNames } = this.#evaluators.formulas;
    this.mean = meanOf(states.axes);
    this.#problem = problem;
    this.#parameters = Object.keys(game.parameters).map((name) => problem.parameters[name]);
    this.#discount = discountOf(game, problem.parameters);
    this.#statesInRange = statesInRange(states.axes);
    this.#isBounded = isBounded;
    const size = formNames.length + (isBounded ? boundNames.length : 0);
    this.#end = hiddenPhase.trains.map(() => end ?? new Float64Array(size));
    this.#from = learningRates.length;
  }

  /** What an agent with one of its beliefs faces at an episode. */
  viewAt(episode: number, belief: number, plan: Plan): AgentView {
    const { hiddenPhase } = this.#problem;
    this.#goTo(episode, plan);
    return this.#phaseViews(episode, belief).map(({ learningRate, form }, z) => ({
      weight: hiddenPhase.beliefs[episode][belief][z],
      learningRate,
      form,
    }));
  }

  /**
   * Whether, at an episode, moments and rollouts differ by rounding only for every candidate with a finite enclosure.
   */
  isInRange(episode: number, plan: Plan): boolean {
    this.#goTo(episode, plan);
    return this.#statesInRange && growthInRange(this.#growth);
  }

  /** The number of roundings that an episode's enclosures allow for; by default the first episode's. */
  roundings(episode = 0): number {
    const { learningRates, states } = this.#problem;
    return roundingsOf(this.#evaluators.formulas, learningRates.length - episode, states.size);
  }

  /**
   * Prepares the enclosures of the candidates' costs under a view.
   *
   * @returns a function of a candidate's index
   */
  enclosures(view: AgentView, roundings: number): (index: number) => Enclosure {
    const { candidates } = this.#problem;
    const discount = this.#discount;
    const slack = roundings * UNIT_ROUNDOFF;
    const count = this.#evaluators.formulas.steps.length;
    const width = FIXED + count;
    const phases = view.map(({ weight, learningRate, form }) => ({
      ...{ weight, learningRate, cached: this.#cachedAt(learningRate) },
      of: Float64Array.from(this.#evaluators.coefficients(this.#parameters, this.mean, form)),
    }));
    const cachesAll = this.#cachesAll;
    return (index) => {
      const at = cachesAll ? index : 0;
      let [later, most] = [0, 0];
      for (const { weight, learningRate, cached, of } of phases) {
        if (!cachesAll || cached.known[at] === 0) this.#cache(cached, learningRate, at, candidates.at(index));
        const steps = at * width + FIXED;
        later += weight * costLater(of, FIXED, cached.rows, steps, count);
        most += weight * (of[1] * cached.rows[steps - 1] + of[2]);
      }
      const [{ cached }] = phases;
      const error = slack * (cached.rows[at * width + 1] + discount * most) + UNDERFLOW;
      return { cost: cached.rows[at * width] + discount * later, error };
    };
  }

  /** J as a function of any decision, under a view; valid until the next view. */
  costsOf(view: AgentView): (decision: ArrayLike<number>) => number {
    const evaluators = this.#evaluators;
    const count = evaluators.formulas.steps.length;
    for (let z = 0; z < view.length; z++) {
      const of = evaluators.later(this.#parameters, this.mean, view[z].form);
      this.#rates[z] = [view[z].learningRate];
      this.#coefficients[z] = fill(this.#coefficients[z] ?? new Float64Array(of.length), of);
    }
    return (decision) => {
      let [now, later] = [0, 0];
      for (let z = 0; z < view.length; z++) {
        const row = evaluators.now(decision, this.#rates[z], this.#parameters, this.mean);
        now = row[0];
        later += view[z].weight * costLater(this.#coefficients[z], 1, row, 1, count);
      }
      return now + this.#discount * later;
    };
  }

  /**
   * The derivative of J by the decision's one number, as coefficients of its powers; only if the formulas have powers.
   */
  derivative(view: AgentView): [number, number, number, number] {
    const total = [0, 0, 0, 0, 0];
    const discount = this.#discount;
    for (const [z, { weight, learningRate, form }] of view.entries()) {
      const powers = this.#evaluators.powers!([learningRate], this.#parameters, this.mean, form);
      for (let k = 0; k < 5; k++) total[k] += (z === 0 ? powers[k] : 0) + discount * (weight * powers[5 + k]);
    }
    return [total[1], 2 * total[2], 3 * total[3], 4 * total[4]];
  }

  /** whether the rows of all candidates are cached; if there are too many, only one row is */
  get #cachesAll(): boolean {
    return this.#problem.candidates.size <= MAX_CACHED;
  }

  #cachedAt(learningRate: number): Cached {
    const known = this.#cached.get(learningRate);
    if (known) return known;
    const count = this.#cachesAll ? this.#problem.candidates.size : 1;
    const width = FIXED + this.#evaluators.formulas.steps.length;
    const cached = { rows: new Float64Array(count * width), known: new Uint8Array(count) };
    if (this.#cached.size >= MAX_RATES) this.#cached.clear();
    this.#cached.set(learningRate, cached);
    return cached;
  }

  #cache({ rows, known }: Cached, learningRate: number, at: number, decision: ArrayLike<number>): void {
    const { candidate } = this.#evaluators;
    const numbers = candidate(decision, [learningRate], this.#parameters, this.mean);
    const [now, most, root, step] = numbers;
    const isKnown = factorInRange(root) && factorInRange(step);
    const from = at * (numbers.length - 2);
    rows.set(numbers.subarray(2), from);
    rows[from] = now;
    rows[from + 1] = isKnown ? most : Number.POSITIVE_INFINITY;
    rows[from + 2] = numbers[4];
    known[at] = 1;
  }

  /** Extends the forms until they cover the episodes after `episode`. */
  #goTo(episode: number, plan: Plan): void {
    if (this.#from <= episode) {
      this.#from = this.#problem.learningRates.length;
      this.#views = [];
      this.#growth = NO_GROWTH;
    }
    while (this.#from > episode + 1) {
      const forms = this.#extended(this.#from - 1, plan[this.#from - 1]);
      this.#from--;
      this.#forms = forms;
      this.#views = [];
    }
  }

  /** The phases of an episode, each with the form of what follows. */
  #phaseViews(episode: number, belief: number): readonly Omit<PhaseView, "weight">[] {
    if (this.#views[belief]) return this.#views[belief].phases;
    const { hiddenPhase, learningRates } = this.#problem;
    const isLast = this.#from === learningRates.length;
    const following = isLast ? undefined : hiddenPhase.following(episode, belief);
    // without memory, all beliefs have the same successors
    if (this.#views[0]?.following === following && this.#views[0]) return this.#views[0].phases;
    const next = following
      ? following.weights.map((weights, j) => mixed(weights, this.#forms[j], following.beliefs))
      : this.#end;
    const phases = hiddenPhase.trains.map((trains, z) => ({
      form: mixed(hiddenPhase.transition[z], next),
      learningRate: trains ? learningRates[episode] : 0,
    }));
    this.#views[belief] = { following, phases };
    return phases;
  }

  /** The forms of an episode and those after it, by phase and belief. */
  #extended(episode: number, decision: readonly number[]): readonly (readonly Form[])[] {
    const { beliefs, trains } = this.#problem.hiddenPhase;
    const size = decision.length / beliefs[episode].length;
    const growth = this.#growth;
    const forms: Form[][] = trains.map(() => []);
    for (let b = 0; b < beliefs[episode].length; b++) {
      const chosen = decision.slice(b * size, (b + 1) * size);
      const phases = this.#phaseViews(episode, b);
      for (let z = 0; z < phases.length; z++) {
        const { learningRate, form } = phases[z];
        if (!this.#isBounded) {
          const now = this.#evaluators.form(chosen, [learningRate], this.#parameters, form);
          forms[z].push(fill(new Float64Array(now.length), now));
          continue;
        }
        const now = this.#evaluators.extend(chosen, [learningRate], this.#parameters, form);
        const [root, step] = [now[now.length - 2], now[now.length - 1]];
        this.#growth = Math.max(this.#growth, grown(growth, root, step));
        forms[z].push(fill(new Float64Array(now.length - 2), now));
      }
    }
    return forms;
  }
}

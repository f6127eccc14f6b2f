// What the future costs a game that is linear in the state: the quadratic form of momentFormulas.ts, walked back over
// the episodes. Where the phase is hidden there is a form for each phase z and belief b of the agent that decides,
//
//     P_z,b ← (P of an episode with the decision d_b, of what follows P̄_z,b),
//     P̄_z,b = Σ_j P(j | z) Σ_b' P(b' | j, b) P_j,b',
//
// and an agent that holds phase z for likely with probability w_z expects what is now + γ Σ_z w_z (what comes later).
// Without memory a belief is that of a signal s, and P(b' | j, b) = P(s | j), whatever b was.

import { createEvaluate, type Evaluate } from "../game/evaluate.ts";
import { discountOf, type Game } from "../game/game.ts";
import type { Plan } from "./evaluator.ts";
import type { Following } from "./hiddenPhase.ts";
import { type MomentFormulas, momentFormulasOf } from "./momentFormulas.ts";
import type { Problem } from "./problem.ts";
import { factorInRange, grown, growthInRange, NO_GROWTH, statesInRange } from "./range.ts";

/** 2⁻⁵³ */
export const UNIT_ROUNDOFF = Number.EPSILON / 2;
/** what underflow may cost, beside rounding */
const UNDERFLOW = Number.MIN_VALUE / Number.EPSILON;
/** candidates whose numbers are kept from step to step, at most */
const MOST_KEPT = 2 ** 18;
/** learning rates that they are kept for, at most */
const MOST_RATES = 4;

/** A future from some episode and phase on: P and then B, by their names in momentFormulas.ts; or P alone. */
export type Form = Float64Array;

/** A phase as an agent sees it when it decides. */
export interface PhaseView {
  /** P(phase | what the agent saw) */
  readonly weight: number;
  /** the learning rate in this phase */
  readonly learningRate: number;
  /** what follows */
  readonly form: Form;
}

/** All that an agent's decision depends on: the phases it may be in. Plain data. */
export type AgentView = readonly PhaseView[];

/** The minimum and the maximum that the oracle can say where the moments say this: cost ± error. */
export interface Enclosure {
  readonly cost: number;
  readonly error: number;
}

/** Mean of o oᵀ over a grid of states, upper triangle by rows. */
export function meanOf(axes: readonly Float64Array[]): Float64Array {
  const squares = axes.map((axis) => axis.reduce((sum, x) => sum + x * x, 0) / axis.length);
  const firsts = axes.map((axis) => axis.reduce((sum, x) => sum + x, 0) / axis.length);
  return Float64Array.from(
    axes.flatMap((_, i) => axes.slice(i).map((_, k) => (k === 0 ? squares[i] : firsts[i] * firsts[i + k]))),
  );
}

/** How many roundings a rollout over so many episodes and states, and the moments, go through together. */
export const roundingsOf = ({ roundings }: MomentFormulas, episodes: number, states: number): number =>
  roundings * (1 + 2 * Math.sqrt(episodes)) + 2 * episodes + 2 * states;

/** A linear game's formulas, ready to be evaluated; the lists of names are those of each call's arguments. */
interface Evaluators {
  readonly formulas: MomentFormulas;
  /** (d, η, parameters, M): now, most.now, growth of both, most.step, steps */
  readonly candidate: Evaluate;
  /** (parameters, M, P and B): constant, most.slope, most.rest, linear, quadratic */
  readonly coefficients: Evaluate;
  /** (d, η, parameters, P and B): P and B, and the growth of both */
  readonly extend: Evaluate;
  /** parts of these, of which costs are made: (d, η, parameters, M): now, steps */
  readonly now: Evaluate;
  /** (parameters, M, P): constant, linear, quadratic */
  readonly later: Evaluate;
  /** (d, η, parameters, P): P */
  readonly form: Evaluate;
  /** (η, parameters, M, P): J by powers of the decision, now and later */
  readonly powers?: Evaluate | undefined;
}

const evaluators = new WeakMap<Game, Evaluators>();

/** @param game one that has moment formulas */
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

/** The average of some futures. @param which of them, one for each weight; in their order unless given */
function mixed(weights: readonly number[], forms: readonly Form[], which?: readonly number[]): Form {
  if (weights.length === 1 && weights[0] === 1) return forms[which ? which[0] : 0];
  const mean = new Float64Array(forms[0].length);
  // plain loops: with many beliefs, this is where the time goes
  for (let j = 0; j < weights.length; j++) {
    const weight = weights[j];
    const form = forms[which ? which[j] : j];
    for (let i = 0; i < mean.length; i++) mean[i] += weight * form[i];
  }
  return mean;
}

/** Takes as many numbers as there is room for; of so few it is much faster than `set` and `slice`. */
function fill(to: Float64Array, numbers: Float64Array): Float64Array {
  for (let i = 0; i < to.length; i++) to[i] = numbers[i];
  return to;
}

/** numbers of a row of {@link Kept} before its steps, and of a view before what is multiplied by steps */
const FIXED = 3;

/** What the cost of a candidate is made of, beside what follows; at a learning rate. */
interface Kept {
  /** rows of now, most.now, most.step, steps: most.now is infinite where float64's range matters */
  readonly rows: Float64Array;
  /** whether a candidate's are there */
  readonly known: Uint8Array;
}

/**
 * What comes later, of a candidate.
 *
 * @param of the constant, and from `fixed` on what stands beside the steps and their products
 * @param steps where the candidate's steps begin among `rows`, and `count` how many there are
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

/** Keeps the moments of a problem's future while the induction walks back. */
export class Future {
  /** mean of o oᵀ over the grid, upper triangle by rows */
  readonly mean: Float64Array;
  readonly #problem: Problem;
  readonly #evaluators: Evaluators;
  readonly #parameters: readonly number[];
  /** γ, which is the same for all states */
  readonly #discount: number;
  readonly #end: readonly Form[];
  readonly #kept = new Map<number, Kept>();
  readonly #statesInRange: boolean;
  readonly #isBounded: boolean;
  /** of a view, by phase: learning rates, and what `later` of {@link Evaluators} gives */
  readonly #rates: number[][] = [];
  readonly #coefficients: Float64Array[] = [];
  /** the first episode whose decisions are in the moments */
  #from: number;
  /** by phase and belief there */
  #forms: readonly (readonly Form[])[] = [];
  /** what the beliefs of the episode before face, as far as that was asked */
  #views: { readonly following: Following | undefined; readonly phases: Omit<PhaseView, "weight">[] }[] = [];
  /** of what follows, in whichever phase it is most */
  #growth = NO_GROWTH;

  /**
   * @param problem of a linear game
   * @param end what comes after the last episode
   * @param isBounded whether enclosures will be asked for: where they are not, forms are P alone
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

  /** What an agent faces at an episode with one of its beliefs. */
  viewAt(episode: number, belief: number, plan: Plan): AgentView {
    const { hiddenPhase } = this.#problem;
    this.#goTo(episode, plan);
    return this.#phaseViews(episode, belief).map(({ learningRate, form }, z) => ({
      weight: hiddenPhase.beliefs[episode][belief][z],
      learningRate,
      form,
    }));
  }

  /** Whether rounding alone tells the moments from rollouts, for any candidate at an episode that an enclosure bounds. */
  isInRange(episode: number, plan: Plan): boolean {
    this.#goTo(episode, plan);
    return this.#statesInRange && growthInRange(this.#growth);
  }

  /** How many roundings an episode's enclosures allow for; those of the first unless given. */
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
      ...{ weight, learningRate, kept: this.#keptAt(learningRate) },
      of: Float64Array.from(this.#evaluators.coefficients(this.#parameters, this.mean, form)),
    }));
    const keepsAll = this.#keepsAll;
    return (index) => {
      const at = keepsAll ? index : 0;
      let [later, most] = [0, 0];
      for (const { weight, learningRate, kept, of } of phases) {
        if (!keepsAll || kept.known[at] === 0) this.#keep(kept, learningRate, at, candidates.at(index));
        const steps = at * width + FIXED;
        later += weight * costLater(of, FIXED, kept.rows, steps, count);
        most += weight * (of[1] * kept.rows[steps - 1] + of[2]);
      }
      const [{ kept }] = phases;
      const error = slack * (kept.rows[at * width + 1] + discount * most) + UNDERFLOW;
      return { cost: kept.rows[at * width] + discount * later, error };
    };
  }

  /** J of any decision under a view, as a function of it; until the next view. */
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

  /** The derivative of J by the decision's one number, by its powers; where the formulas have them. */
  derivative(view: AgentView): [number, number, number, number] {
    const total = [0, 0, 0, 0, 0];
    const discount = this.#discount;
    for (const [z, { weight, learningRate, form }] of view.entries()) {
      const powers = this.#evaluators.powers!([learningRate], this.#parameters, this.mean, form);
      for (let k = 0; k < 5; k++) total[k] += (z === 0 ? powers[k] : 0) + discount * (weight * powers[5 + k]);
    }
    return [total[1], 2 * total[2], 3 * total[3], 4 * total[4]];
  }

  /** whether all candidates are kept, or one at a time as they are too many */
  get #keepsAll(): boolean {
    return this.#problem.candidates.size <= MOST_KEPT;
  }

  #keptAt(learningRate: number): Kept {
    const known = this.#kept.get(learningRate);
    if (known) return known;
    const count = this.#keepsAll ? this.#problem.candidates.size : 1;
    const width = FIXED + this.#evaluators.formulas.steps.length;
    const kept = { rows: new Float64Array(count * width), known: new Uint8Array(count) };
    if (this.#kept.size >= MOST_RATES) this.#kept.clear();
    this.#kept.set(learningRate, kept);
    return kept;
  }

  #keep({ rows, known }: Kept, learningRate: number, at: number, decision: ArrayLike<number>): void {
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

  /** Makes the moments those of the episodes after `episode`. */
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

  /** An episode's phases, each with what follows it. */
  #phaseViews(episode: number, belief: number): readonly Omit<PhaseView, "weight">[] {
    if (this.#views[belief]) return this.#views[belief].phases;
    const { hiddenPhase, learningRates } = this.#problem;
    const isLast = this.#from === learningRates.length;
    const following = isLast ? undefined : hiddenPhase.following(episode, belief);
    // without memory, the same follows all beliefs
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

  /** The moments of an episode and those after it, by phase and belief. */
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

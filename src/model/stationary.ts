// The infinite horizon: a learning rate that goes on for ever, and a discount below 1. What the agents do then is a
// stationary Markov-perfect equilibrium: a decision that is the best response to itself for ever. There may be several
// or none; the result lists all of them and says which is played.

import { checkNotAborted, MesaError } from "../errors.ts";
import {
  costForEver,
  type Equilibria,
  type FiniteHorizon,
  formOf,
  restForEver,
  type Search,
} from "./equilibrium.ts";
import { type Choice, type Evaluator, stepOf } from "./evaluator.ts";
import { findOnGrid } from "./gridEquilibria.ts";
import { type Form, Future, meanOf } from "./moments.ts";
import { namer, type Problem } from "./problem.ts";
import { findAmongReals } from "./realEquilibria.ts";

/** how long the search goes on before timers and signals get a turn, in milliseconds */
const TURN = 50;
/** candidates that are prepared between two looks at the clock */
const PAUSE = 2 ** 14;

/** Numbers of a decision by name. */
export type NamedDecision = Readonly<Record<string, number>>;

/** The stationary equilibria of an infinite horizon: plain data, ready for JSON. */
export interface Stationary {
  /** in ascending order of the decision */
  readonly equilibria: readonly {
    /** played in every episode after the schedule's last */
    readonly decision: NamedDecision;
    /**
     * The eigenvalue, largest in magnitude, of the induction map's derivative at the equilibrium; of a complex pair
     * its magnitude.
     */
    readonly multiplier: number;
    /** whether that is inside (−1, 1): horizons that come near the equilibrium as they get longer stay there */
    readonly stable: boolean;
    /** what an agent could gain by another decision: average total mesa cost, 0 but for rounding; see docs/method.md */
    readonly gap: number;
  }[];
  /** whether no other exists */
  readonly complete: boolean;
  /** where float64 cannot tell whether there is another: intervals of the decision, [from, to]; none if complete */
  readonly undecided: readonly (readonly [number, number])[];
  /** what the first decision of ever longer finite horizons comes to */
  readonly finiteHorizon: FiniteHorizon<NamedDecision>;
  /** the index of the equilibrium that is played: the finite horizon's limit, else the one of minimum cost; or −1 */
  readonly chosen: number;
}

/**
 * There is no stationary equilibrium, which is proved (`NO_EQUILIBRIUM`), or none was found and float64 cannot tell
 * (`UNDECIDED`).
 */
export class NoEquilibrium extends MesaError {
  readonly stationary: Stationary;

  constructor(stationary: Stationary) {
    const { complete, undecided, finiteHorizon } = stationary;
    const { outcome, period, episodes } = finiteHorizon;
    const long =
      outcome === "cycle"
        ? `ever longer finite horizons cycle with period ${period}`
        : `what ever longer finite horizons come to was not established (${episodes} episodes)`;
    const where = undecided.map(([from, to]) => `from ${from} to ${to}`).join(", ");
    super(
      complete ? "NO_EQUILIBRIUM" : "UNDECIDED",
      complete
        ? `the infinite horizon has no stationary equilibrium: no decision with a finite cost is the best response to itself; ${long}`
        : `float64 cannot tell whether the infinite horizon has a stationary equilibrium ${where}; elsewhere there is none`,
    );
    this.stationary = stationary;
  }
}

/** An equilibrium that is played for ever, and what the induction of the episodes before it begins with. */
export interface End {
  readonly stationary: Stationary;
  /** its future, without what is the same for all decisions */
  readonly form: Form;
  /** the first of the schedule's episodes from which on the learning rate is the last one: it is played from there */
  readonly from: number;
  /** what it is in each of them */
  readonly choice: Choice;
  /** the part of each episode's cost that the moments leave out, shape [T] */
  readonly rest: readonly number[];
}

/** Plain numbers from what a search found. @param meanSquare mean of θ² over the grid */
function describe({ game }: Problem, found: Equilibria, meanSquare: number): Stationary {
  const asDecision = namer(game.decision);
  const { decisions, ...horizon } = found.finiteHorizon;
  return {
    equilibria: found.equilibria.map(({ decision, multiplier, gap }) => ({
      decision: asDecision(decision),
      multiplier,
      stable: Math.abs(multiplier) < 1,
      gap: meanSquare * gap,
    })),
    complete: found.undecided.length === 0,
    undecided: found.undecided,
    finiteHorizon: { ...horizon, decisions: decisions.map(asDecision) },
    chosen: found.chosen,
  };
}

/** The search for all equilibria of a problem's last learning rate, on its grid or among the real coefficients. */
export function* searchEquilibria(
  problem: Pick<Problem, "game" | "parameters" | "config" | "learningRates" | "candidates">,
  method: "exact" | "moments",
): Search<Equilibria> {
  const { game, parameters, config, learningRates, candidates } = problem;
  const { reach, gain, quadraticLoss } = game.proportional!;
  const { discount } = parameters;
  const learningRate = learningRates[learningRates.length - 1];
  const quadratic = quadraticLoss?.(learningRate, parameters);
  if (method === "exact") {
    const { min, max } = config[Object.keys(game.decision)[0]] as { min: number; max: number };
    return yield* findAmongReals({ ...quadratic!, discount, min, max });
  }
  const asDecision = namer(game.decision);
  const [r, s] = [new Float64Array(candidates.size), new Float64Array(candidates.size)];
  for (let i = 0; i < candidates.size; i++) {
    if (i % PAUSE === 0) yield 0;
    const numbers = candidates.at(i);
    const decision = asDecision(numbers);
    r[i] = reach(decision, parameters);
    s[i] = quadratic
      ? quadratic.lost + quadratic.pull * numbers[0] * numbers[0]
      : 1 - gain(decision, learningRate, parameters);
  }
  return yield* findOnGrid({ r, s }, discount, (index) => candidates.at(index));
}

/**
 * Finds all stationary equilibria of a problem's last learning rate.
 *
 * @throws NoEquilibrium; MesaError `ABORTED`
 */
export async function findEnd(
  problem: Problem,
  method: "exact" | "moments",
  { signal, onProgress }: { signal?: AbortSignal | undefined; onProgress?: (share: number) => void },
): Promise<End> {
  const { discount } = problem.parameters;
  const search = searchEquilibria(problem, method);
  let turn = performance.now();
  let step = search.next();
  for (; !step.done; step = search.next()) {
    if (performance.now() - turn < TURN) continue;
    onProgress?.(step.value);
    await new Promise((resolve) => setTimeout(resolve));
    checkNotAborted(signal);
    turn = performance.now();
  }
  const found = step.value;
  const [meanSquare] = meanOf(problem.states.axes);
  const stationary = describe(problem, found, meanSquare);
  if (found.chosen < 0) throw new NoEquilibrium(stationary);
  const { continuation, play, decision, margin } = found.equilibria[found.chosen];
  const { learningRates } = problem;
  const [own, later] = costForEver(continuation, play, discount);
  const from = learningRates.findLastIndex((rate) => rate !== learningRates.at(-1)) + 1;
  return {
    stationary,
    form: formOf(continuation),
    from,
    choice: {
      ...{ index: -1, decision: [...decision], survivors: 1 },
      ...{ cost: meanSquare * own, runnerUp: meanSquare * (own + margin) },
    },
    rest: Array.from(
      learningRates,
      (_, t) => meanSquare * (t < from ? restForEver(discount, from - t) : later),
    ),
  };
}

/**
 * The schedule's own episodes. Those with the last learning rate are part of what goes on for ever: an induction over
 * them would leave an unstable equilibrium, by its rounding.
 */
export function beforeEnd(problem: Problem, evaluator: Evaluator, { form, from, choice }: End): Evaluator {
  const { learningRates } = problem;
  const future = new Future({ ...problem, learningRates: learningRates.slice(0, from) }, form);
  return {
    ...evaluator,
    async decide(episode, plan, watch) {
      const answer =
        episode < from ? await evaluator.respond!(future.viewAt(episode, 0, plan), watch) : choice;
      return [stepOf(problem, episode, [answer])];
    },
  };
}

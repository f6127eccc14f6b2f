// The infinite horizon: the last learning rate continues for ever, and the discount is below 1. The agents then play a
// stationary Markov-perfect equilibrium: a decision that is the best response to itself being played for ever. There
// may be several or none. The result lists all of them and says which is played.

import { checkNotAborted, MesaError } from "../errors.ts";
import { discountOf } from "../game/game.ts";
import { type Equilibria, type FiniteHorizon, restForEver, type Search } from "./equilibrium.ts";
import { type Choice, type Evaluator, stepOf } from "./evaluator.ts";
import { findOnGrid, type Searched } from "./gridEquilibria.ts";
import { type Form, Future, meanOf } from "./moments.ts";
import { namer, type Problem } from "./problem.ts";
import { findAmongReals } from "./realEquilibria.ts";

/** how long the search runs before it lets timers and signals through, in milliseconds */
const TURN = 50;

/** The numbers of a decision by name. */
export type NamedDecision = Readonly<Record<string, number>>;

/** A range of decisions, by its ends: two numbers if the decision is one number, else the same decision twice, by name. */
export type Undecided<Decision = number | NamedDecision> = readonly [from: Decision, to: Decision];

/** The stationary equilibria of an infinite horizon: plain data, ready for JSON. */
export interface Stationary {
  /** the equilibria that were found, in ascending order of the decision */
  readonly equilibria: readonly {
    /** the decision, which is played in every episode after the schedule */
    readonly decision: NamedDecision;
    /**
     * the eigenvalue of maximum magnitude of the derivative of the induction map at the equilibrium; of a complex pair,
     * its magnitude
     */
    readonly multiplier: number;
    /** whether the multiplier is inside (−1, 1): longer and longer horizons that come near the equilibrium stay there */
    readonly stable: boolean;
    /** how much average total mesa cost an agent could save by another decision: 0 except for rounding; see docs/method.md */
    readonly gap: number;
  }[];
  /** whether it is known that there are no other equilibria */
  readonly complete: boolean;
  /** the ranges in which float64 cannot decide whether there are other equilibria; empty if complete */
  readonly undecided: readonly Undecided[];
  /** what the decision of the first agent does as finite horizons get longer */
  readonly finiteHorizon: FiniteHorizon<NamedDecision>;
  /** the index of the equilibrium that is played: the limit of finite horizons, else that of minimum cost; −1 if none */
  readonly chosen: number;
}

/**
 * The error of an infinite horizon without a known stationary equilibrium: it is proved that there is none
 * (`NO_EQUILIBRIUM`), or none was found and float64 cannot decide (`UNDECIDED`).
 */
export class NoEquilibrium extends MesaError {
  /** what is known */
  readonly stationary: Stationary;

  constructor(stationary: Stationary) {
    const { complete, undecided, finiteHorizon } = stationary;
    const { outcome, period, episodes } = finiteHorizon;
    const long =
      outcome === "cycle"
        ? `longer and longer finite horizons cycle with period ${period}`
        : `no limit or cycle of longer and longer finite horizons was established (${episodes} episodes)`;
    const said = (of: number | NamedDecision) =>
      typeof of === "number"
        ? of
        : Object.entries(of)
            .map(([name, x]) => `${name} ${x}`)
            .join(", ");
    const where = undecided
      .map(([from, to]) => (typeof from === "number" ? `from ${from} to ${said(to)}` : `at ${said(from)}`))
      .join(", ");
    super(
      complete ? "NO_EQUILIBRIUM" : "UNDECIDED",
      complete
        ? `the infinite horizon has no stationary equilibrium: no decision with a finite cost is the best response to itself; ${long}`
        : `float64 cannot tell whether the infinite horizon has a stationary equilibrium ${where}; elsewhere there is none`,
    );
    this.stationary = stationary;
  }
}

/** An equilibrium that is played for ever, and the form with which the induction of the episodes before it begins. */
export interface End {
  readonly stationary: Stationary;
  /** the form of its future, without the term that all decisions share */
  readonly form: Form;
  /** the first episode from which on the learning rate is the last one; the equilibrium is played from there on */
  readonly from: number;
  /** the choice in each of these episodes */
  readonly choice: Choice;
  /** the part of each episode's cost that the moments leave out, shape [T] */
  readonly rest: readonly number[];
}

/** The result of a search as plain data. */
function describe({ game }: Problem, found: Equilibria): Stationary {
  const asDecision = namer(game.decision);
  const { decisions, ...horizon } = found.finiteHorizon;
  const bound = (of: readonly number[]) => (of.length === 1 ? of[0] : asDecision(of));
  return {
    equilibria: found.equilibria.map(({ decision, multiplier, gap }) => ({
      decision: asDecision(decision),
      multiplier,
      stable: Math.abs(multiplier) < 1,
      gap,
    })),
    complete: found.undecided.length === 0,
    undecided: found.undecided.map(([from, to]) => [bound(from), bound(to)]),
    finiteHorizon: { ...horizon, decisions: decisions.map(asDecision) },
    chosen: found.chosen,
  };
}

/** Searches for all equilibria at a problem's last learning rate, on its grid or among the real coefficients. */
export function* searchEquilibria(
  problem: Searched & Pick<Problem, "config">,
  method: "exact" | "moments",
): Search<Equilibria> {
  if (method === "moments") return yield* findOnGrid(problem);
  const { game, parameters, config, learningRates, states } = problem;
  const loss = game.proportional!.quadraticLoss!(learningRates.at(-1)!, parameters);
  const { min, max } = config[game.decisionNames[0]] as { min: number; max: number };
  const found = yield* findAmongReals({ ...loss, discount: parameters.discount, min, max });
  const [meanSquare] = meanOf(states.axes);
  return {
    ...found,
    equilibria: found.equilibria.map(({ cost, gap, ...rest }) => ({
      ...rest,
      ...{ cost: meanSquare * cost, gap: meanSquare * gap },
    })),
  };
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
  const discount = discountOf(problem.game, problem.parameters);
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
  const stationary = describe(problem, found);
  if (found.chosen < 0) throw new NoEquilibrium(stationary);
  const { form, cost, decision, margin } = found.equilibria[found.chosen];
  const { learningRates } = problem;
  const from = learningRates.findLastIndex((rate) => rate !== learningRates.at(-1)) + 1;
  return {
    ...{ stationary, form, from },
    choice: { index: -1, decision: [...decision], survivors: 1, cost, runnerUp: cost + margin },
    rest: Array.from(learningRates, (_, t) => restForEver(cost, discount, Math.max(1, from - t))),
  };
}

/**
 * The evaluator of the schedule's episodes. Episodes with the last learning rate belong to the infinite part: an
 * induction over them would drift away from an unstable equilibrium because of rounding.
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

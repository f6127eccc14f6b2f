// The infinite horizon: a learning rate that goes on for ever, and a discount below 1. What the agents do then is a
// stationary Markov-perfect equilibrium: a decision that is the best response to itself for ever. With reach r and
// gain g its moments are
//
//     A* = r²/(1 − γg²),   B* = r/(1 − γg),   C* = 1/(1 − γ).
//
// It is found by iterating backward induction from several guesses of what comes at the end. Whenever the decision
// stays, its own fixed point is tried: where the best response to it is the decision itself, that is an equilibrium.
// There may be several or none, and on a grid the iteration may cycle; the certificate says what happened.

import { checkNotAborted, MesaError } from "../errors.ts";
import { namer, type Problem } from "../problem.ts";
import { costPerSquare, END, extend, Future, type Moments } from "./moments.ts";
import { type Choice, type Evaluator, stepOf, type Watch } from "./step.ts";

/** What became of the iteration from one guess. */
export interface Attempt {
  /** the guess: what is assumed to come at the end */
  readonly start: string;
  readonly outcome: "converged" | "cycle" | "undecided";
  /** the decision's numbers where it converged */
  readonly decision: readonly number[] | null;
  readonly iterations: number;
  /** after how many iterations it repeats itself, where it does */
  readonly period: number | null;
}

/** What is known of the equilibrium. */
export interface Certificate {
  readonly converged: boolean;
  /** the decision of every episode after the schedule's last, by name; null where none was found */
  readonly decision: Readonly<Record<string, number>> | null;
  /** iterations until it was found, or until the search was given up */
  readonly iterations: number;
  /** the largest difference between the decision and the best response to it */
  readonly residual: number | null;
  /** what an agent could still gain by its best response: average total mesa cost of the decision minus the least */
  readonly bestResponseGap: number | null;
  /** period of the cycle that the iteration from no future runs into, where it does */
  readonly period: number | null;
  /** whether every guess that converged came to this decision */
  readonly startsAgree: boolean;
  /** whether ever longer finite horizons come to this decision */
  readonly finiteHorizonAgrees: boolean;
  readonly attempts: readonly Attempt[];
}

/** No equilibrium was found. */
export class NotConverged extends MesaError {
  readonly certificate: Certificate;

  constructor(certificate: Certificate) {
    const { period, iterations } = certificate;
    const why =
      period === null ? `within ${iterations} iterations` : `: the decisions cycle with period ${period}`;
    super(
      "NOT_CONVERGED",
      `the infinite horizon has no stationary equilibrium that was found ${why}`.replace(" :", ":"),
    );
    this.certificate = certificate;
  }
}

const MOST_ITERATIONS = 200_000;
const LONGEST_PERIOD = 64;
/** differences of this relative size are rounding */
const ROUNDING = 1e-12;
/** what comes nearer than this while it goes back and forth is not cycling but on its way */
const CONVERGING = 1e-8;

const close = (a: number, b: number, within = ROUNDING) =>
  Math.abs(a - b) <= within * Math.max(1, Math.abs(a), Math.abs(b));
const same = (a: readonly number[], b: readonly number[]) => a.every((x, i) => close(x, b[i]));
/** where the decision is any real number, an equilibrium is known to within a multiple of its residual */
const agree = (a: readonly number[], b: readonly number[]) => a.every((x, i) => Math.abs(x - b[i]) <= 1e-9);

/** The moments of a decision that goes on for ever; undefined where they are infinite. */
export function fixedPoint(r: number, g: number, discount: number): Moments | undefined {
  if (!(discount * g * g < 1)) return undefined;
  return {
    A: (r * r) / (1 - discount * g * g),
    B: r / (1 - discount * g),
    C: 1 / (1 - discount),
    absB: Math.abs(r) / (1 - discount * Math.abs(g)),
  };
}

/** A stationary equilibrium of what comes after the schedule, with its moments. */
export interface Equilibrium {
  readonly moments: Moments;
  readonly certificate: Certificate;
}

/**
 * Finds a stationary equilibrium of a problem's last learning rate.
 *
 * @param evaluator one that can `respond`
 * @throws NotConverged; MesaError `ABORTED` and what the evaluator throws
 */
export async function findEquilibrium(
  problem: Problem,
  evaluator: Evaluator,
  watch: Watch,
): Promise<Equilibrium> {
  const { game, parameters, learningRates, candidates } = problem;
  const { discount } = parameters;
  const learningRate = learningRates[learningRates.length - 1];
  const asDecision = namer(game.decision);
  const reachAndGain = (numbers: readonly number[]) => {
    const decision = asDecision(numbers);
    const { reach, gain } = game.proportional!;
    return { r: reach(decision, parameters), g: gain(decision, learningRate, parameters) };
  };
  const respond = (after: Moments): Promise<Choice> =>
    evaluator.respond!([{ ...after, weight: 1, learningRate }], watch);

  /** the fixed point of a decision, and the best response to it */
  async function tried(decision: readonly number[]) {
    const { r, g } = reachAndGain(decision);
    const moments = fixedPoint(r, g, discount);
    return moments && { moments, best: (await respond(moments)).decision };
  }

  async function iterate(start: string, guess: Moments): Promise<Attempt> {
    let moments: Moments = { ...guess, C: 1 / (1 - discount) };
    let before: readonly number[] | undefined;
    const past: Moments[] = [];
    for (let iterations = 1; iterations <= MOST_ITERATIONS; iterations++) {
      checkNotAborted(watch.signal);
      watch.onShare?.(iterations / MOST_ITERATIONS);
      const { decision } = await respond(moments);
      if (before && decision.every((x, i) => Math.abs(x - before![i]) <= 1e-6)) {
        const trial = await tried(decision);
        if (trial && same(trial.best, decision))
          return { start, outcome: "converged", decision, iterations, period: null };
      }
      before = decision;
      const { r, g } = reachAndGain(decision);
      moments = { ...extend(moments, r, g, discount), C: moments.C };
      // every decision costs more than any number: there is nothing left to choose by
      if (!Number.isFinite(moments.A))
        return { start, outcome: "undecided", decision: null, iterations, period: null };
      const period = past.findIndex(({ A, B }) => close(A, moments.A) && close(B, moments.B)) + 1;
      const steady = past.length > 0 && close(past[0].A, moments.A, CONVERGING);
      if (period > 1 && !steady) return { start, outcome: "cycle", decision: null, iterations, period };
      past.unshift(moments);
      past.length = Math.min(past.length, LONGEST_PERIOD);
    }
    return { start, outcome: "undecided", decision: null, iterations: MOST_ITERATIONS, period: null };
  }

  const attempts = [await iterate("no future", END)];
  for (const index of new Set([0, Math.floor(candidates.size / 2), candidates.size - 1])) {
    const decision = candidates.at(index);
    const { r, g } = reachAndGain(decision);
    const guess = fixedPoint(r, g, discount);
    if (guess) attempts.push(await iterate(`${decision.join(", ")} for ever`, guess));
  }

  const [finite] = attempts;
  const found = attempts.find(({ outcome }) => outcome === "converged");
  const period = finite.period;
  if (!found?.decision) {
    const iterations = attempts.reduce((sum, attempt) => sum + attempt.iterations, 0);
    throw new NotConverged({
      converged: false,
      decision: null,
      iterations,
      residual: null,
      bestResponseGap: null,
      period,
      startsAgree: false,
      finiteHorizonAgrees: false,
      attempts,
    });
  }

  const { decision } = found;
  const { moments, best } = (await tried(decision))!;
  const outlook = [{ ...moments, weight: 1, learningRate }];
  const { meanSquare } = new Future(problem);
  const costOf = (numbers: readonly number[]) => {
    const { r, g } = reachAndGain(numbers);
    return meanSquare * costPerSquare(outlook, r, () => g, discount);
  };
  return {
    moments,
    certificate: {
      converged: true,
      decision: asDecision(decision),
      iterations: found.iterations,
      residual: Math.max(...decision.map((x, i) => Math.abs(x - best[i]))),
      bestResponseGap: Math.max(0, costOf(decision) - costOf(best)),
      period,
      startsAgree: attempts.every((attempt) => !attempt.decision || agree(attempt.decision, decision)),
      finiteHorizonAgrees: finite.decision !== null && agree(finite.decision, decision),
      attempts,
    },
  };
}

/** The schedule's own episodes, before an end that is no end. */
export function beforeEnd(problem: Problem, evaluator: Evaluator, end: Moments): Evaluator {
  const future = new Future(problem, end);
  return {
    ...evaluator,
    async decide(episode, plan, watch) {
      return [stepOf(problem, episode, [await evaluator.respond!(future.outlook(episode, 0, plan), watch)])];
    },
  };
}

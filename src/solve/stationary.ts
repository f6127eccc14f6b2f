// The infinite horizon: a learning rate that goes on for ever, and a discount below 1. What the agents do then is a
// stationary Markov-perfect equilibrium: a decision that is the best response to itself for ever. There may be several
// or none, and on a grid the iteration that looks for it may cycle; the certificate says what happened.

import { checkNotAborted, MesaError } from "../errors.ts";
import { namer, type Problem } from "../problem.ts";
import {
  type Attempt,
  agree,
  guessesIn,
  MOST_ITERATIONS,
  searchEquilibrium,
  startsAgree,
} from "./equilibrium.ts";
import { costPerSquare, Future, type Moments } from "./moments.ts";
import { type Evaluator, stepOf, type Watch } from "./step.ts";

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

  const search = searchEquilibrium({ discount, reachAndGain, guesses: guessesIn(candidates) });
  let asked = search.next();
  for (let responses = 1; !asked.done; responses++) {
    checkNotAborted(watch.signal);
    watch.onShare?.(Math.min(1, responses / MOST_ITERATIONS));
    const outlook = [{ ...asked.value, weight: 1, learningRate }];
    asked = search.next((await evaluator.respond!(outlook, watch)).decision);
  }
  const { attempts, equilibrium } = asked.value;
  const [finite] = attempts;
  const { period } = finite;
  if (!equilibrium) {
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

  const { decision, moments, best } = equilibrium;
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
      iterations: attempts.find(({ outcome }) => outcome === "converged")!.iterations,
      residual: Math.max(...decision.map((x, i) => Math.abs(x - best[i]))),
      bestResponseGap: Math.max(0, costOf(decision) - costOf(best)),
      period,
      startsAgree: startsAgree({ attempts }, decision),
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

// What an agent's other decisions would have cost it, which explains its decision.

import type { Config } from "../config/config.ts";
import { createRollouts } from "../cpu/compiled.ts";
import { log } from "../elementary.ts";
import { MesaError } from "../errors.ts";
import { discountOf } from "../game/game.ts";
import type { AnyGame } from "../game/names.ts";
import type { Plan } from "../model/evaluator.ts";
import { createHiddenPhase } from "../model/hiddenPhase.ts";
import { Future } from "../model/moments.ts";
import { type NamedPlan, readPlan } from "../model/plan.ts";
import type { Problem } from "../model/problem.ts";
import { quote } from "../schema.ts";

/** What N decisions of one episode cost its agent, averaged over the states. */
export interface Alternatives {
  /** the decisions, shape [N][numbers of a decision]; in the order of the grid unless they were given */
  decisions: (readonly number[])[];
  /** the cost of the episode itself, shape [N] */
  own: number[];
  /** the discounted cost of all later episodes, with the decisions of the plan for them, shape [N] */
  later: number[];
}

/** Which decisions of which agent to compare. */
export interface AlternativesOptions {
  /** the index of the agent's signal, or of its belief if agents remember; 0 by default */
  belief?: number;
  /** the decisions, shape [N][numbers of a decision]; the whole grid by default */
  decisions?: readonly (readonly number[])[];
}

/** the share of a cost that may be left out of an infinite sum */
const NEGLIGIBLE = 1e-16;
/** the maximum number of episodes to which an infinite sum is cut */
const MAX_EPISODES = 1e5;

/**
 * What each decision of an episode would cost its agent, given the later decisions of the plan. `own + later` is the
 * average total mesa cost, and the decision of a solved plan is its minimum.
 *
 * @param config a configuration as for {@link solve}
 * @param plan a plan, as in a result
 * @param episode the episode of the agent, in [0, T − 1]
 * @returns the decisions with both parts of their costs
 * @throws {@link MesaError} `INVALID_CONFIG` if the plan does not fit the game or the schedule, if there is no such episode
 *   or belief, or if the agents are networks and no decisions are given
 */
export function alternatives<const G extends AnyGame>(
  config: Config<G>,
  plan: NamedPlan<G>,
  episode: number,
  options: AlternativesOptions = {},
): Alternatives {
  const read = readPlan(config, plan as NamedPlan);
  const { game, learningRates, candidates, hiddenPhase, horizon } = read.problem;
  const { belief = 0 } = options;
  const within = (name: string, value: number, size: number) => {
    if (!Number.isInteger(value) || value < 0 || value >= size)
      throw new MesaError(
        "INVALID_CONFIG",
        `${name} must be a whole number in [0, ${size - 1}], got ${quote(value)}`,
      );
  };
  within("the episode", episode, learningRates.length);
  within("the belief", belief, hiddenPhase.beliefs[episode].length);
  if (game.network && !options.decisions)
    throw new MesaError(
      "INVALID_CONFIG",
      `the decisions of the game ${game.name} are not on a grid: set options.decisions`,
    );
  const decisions =
    options.decisions?.map(checkDecision(read.problem)) ??
    Array.from({ length: candidates.size }, (_, i) => candidates.at(i));
  const rolls = hiddenPhase.phases === 1 && horizon === "finite";
  const { own, total } = (rolls ? byRollout : byMoments)(read.problem, read.plan, episode, belief);
  const now = own(decisions);
  return { decisions, own: now, later: total(decisions).map((cost, i) => cost - now[i]) };
}

const checkDecision =
  ({ game }: Problem) =>
  (decision: unknown, i: number): readonly number[] => {
    const size = game.decisionNames.length;
    if (!Array.isArray(decision) || decision.length !== size || !decision.every(Number.isFinite))
      throw new MesaError(
        "INVALID_CONFIG",
        `decisions[${i}] must be ${size} finite number${size === 1 ? "" : "s"}, got ${quote(decision)}`,
      );
    return decision;
  };

/** J of decisions, in their order. */
type Costs = (decisions: readonly (readonly number[])[]) => number[];

function byRollout(problem: Problem, plan: Plan, episode: number): { own: Costs; total: Costs } {
  const ended = { ...problem, learningRates: problem.learningRates.slice(0, episode + 1) };
  return {
    own: createRollouts(ended).costsAt(episode, plan),
    total: createRollouts(problem).costsAt(episode, plan),
  };
}

function byMoments(
  problem: Problem,
  plan: Plan,
  episode: number,
  belief: number,
): { own: Costs; total: Costs } {
  const endless = problem.horizon === "infinite" ? truncated(problem, plan) : { problem, plan };
  const future = new Future(endless.problem, undefined, false);
  const view = future.viewAt(episode, belief, endless.plan);
  const onlyNow = view.map((phase) => ({ ...phase, form: new Float64Array(phase.form.length) }));
  // one at a time, because a future's cost function is valid only until its next view
  const under =
    (of: typeof view): Costs =>
    (decisions) =>
      decisions.map(future.costsOf(of));
  return { own: under(onlyNow), total: under(view) };
}

/** An infinite horizon, cut where the remaining episodes no longer matter; its last decision is repeated until then. */
function truncated(problem: Problem, plan: Plan): { problem: Problem; plan: Plan } {
  const { game, parameters, learningRates } = problem;
  const discount = discountOf(game, parameters);
  const more = Math.ceil(log(NEGLIGIBLE) / log(discount));
  if (!(more <= MAX_EPISODES))
    throw new MesaError(
      "INVALID_CONFIG",
      `an infinite horizon is summed over ${MAX_EPISODES} episodes at most, too few for a discount of ${discount}`,
    );
  const last = learningRates.length - 1;
  const rates = Float64Array.from({ length: last + 1 + more }, (_, t) => learningRates[Math.min(t, last)]);
  return {
    problem: {
      ...problem,
      learningRates: rates,
      hiddenPhase: createHiddenPhase(undefined, rates.length),
    },
    plan: Array.from(rates, (_, t) => plan[Math.min(t, last)]),
  };
}

// Monte Carlo estimates of the agents' true cost and of the measures: a plan is played many times with random states,
// phases and signals, and the total mesa cost of one agent is averaged; if the phase is hidden, the measures are too.
// It shares no formula with the solver's moments and expectations, and so can check them.

import * as v from "valibot";
import type { Config } from "../config/config.ts";
import { MesaError } from "../errors.ts";
import { createEvaluate } from "../game/evaluate.ts";
import { ownName } from "../game/formulas.ts";
import type { AnyGame } from "../game/names.ts";
import { checkOptions } from "../schema.ts";
import { Random } from "../search/random.ts";
import type { Plan } from "./evaluator.ts";
import { trainingLengths } from "./hiddenPhase.ts";
import { type GivenPlan, readPlan } from "./plan.ts";
import type { Problem } from "./problem.ts";

/** How many random runs to make, and from which seed and episode. */
export interface RunsOptions {
  /** the number of runs, at least 2; 100,000 by default */
  readonly runs?: number;
  /** the seed of all random numbers: an integer in [0, 2⁵³); 1 by default */
  readonly seed?: number;
  /** the episode that each run starts with, and whose agent's cost is averaged; 0 by default */
  readonly episode?: number;
}

/** The mean of random runs, with its uncertainty. */
export interface Estimate {
  /** the mean over the runs */
  readonly mean: number;
  /** the standard error of the mean: in all but one of 16,000 cases the expectation is within four standard errors */
  readonly standardError: number;
}

/** Estimates of {@link Measures} from random runs. Each is null if it is undefined. */
export interface EstimatedMeasures {
  /** 1 − the root of a mean square; its standard error follows from the derivative of the root at the mean */
  readonly compliance: Estimate | null;
  /** the mean of |θ at deployment / θ_0| */
  readonly retention: Estimate | null;
  /** the share of runs in which θ at deployment has the opposite sign of θ_0 */
  readonly reversal: Estimate | null;
}

/** The total mesa cost of an agent, averaged over random runs: an estimate of the plan's `cost` at that episode. */
export interface RandomRuns extends Estimate {
  /** the number of runs */
  readonly runs: number;
  /** with hidden phases: estimates of the `measures` of a result, from as many runs from the initial state */
  readonly measures?: EstimatedMeasures;
  /** with hidden phases: estimates of `measuresOverHazard`, if a result has it */
  readonly measuresOverHazard?: EstimatedMeasures;
}

/**
 * Runs a plan many times at random. This shares no formula with the solver, and so can check its costs and measures.
 *
 * A run starts at one episode, from a state drawn uniformly from the grid and a phase drawn from its distribution at that
 * episode. Its cost is Σ γ^(k−t) (y_k − θ_t)². Each later agent draws its own signal, and the base optimizer uses its
 * true objective; the cost is therefore what the agent expects only if the agent is right about the base objective. With
 * hidden phases, as many runs of training from the initial state follow for each set of measures.
 *
 * @param config a configuration as for {@link solve}
 * @param plan a plan, from a result or from elsewhere
 * @returns the mean cost with its standard error, and with hidden phases estimates of the measures
 * @throws {@link MesaError} `INVALID_CONFIG` if the plan does not fit the game or the schedule, or if an option is invalid
 */
export function simulateRuns<const G extends AnyGame>(
  config: Config<G>,
  plan: GivenPlan<G>,
  options: RunsOptions = {},
): RandomRuns {
  checkOptions(options, { runs: v.any(), seed: v.any(), episode: v.any() });
  const { problem, plan: decisions } = readPlan(config, plan as GivenPlan);
  const { runs = 100_000, seed = 1, episode = 0 } = options;
  const { learningRates } = problem;
  const last = learningRates.length - 1;
  if (!Number.isSafeInteger(runs) || runs < 2)
    throw new MesaError("INVALID_CONFIG", `runs must be a whole number of at least 2, got ${runs}`);
  if (!Number.isSafeInteger(episode) || episode < 0 || episode > last)
    throw new MesaError("INVALID_CONFIG", `episode must be a whole number in [0, ${last}], got ${episode}`);
  const random = Random.seeded(seed);
  const agents = agentsOf(problem, decisions);
  const play = createPlayer(problem, agents, episode, random);

  const cost = new Mean();
  for (let run = 0; run < runs; run++) cost.add(play());
  const { hiddenPhase } = problem;
  if (hiddenPhase.phases === 1) return { runs, ...cost.estimate };
  const estimate = (end?: number) => estimateMeasures(problem, agents, random, runs, end);
  const measures = estimate(problem.config.initial.deploymentAt);
  const overHazard = trainingLengths(hiddenPhase, learningRates.length) && estimate();
  return { runs, ...cost.estimate, measures, ...(overHazard && { measuresOverHazard: overHazard }) };
}

/**
 * A mean with its standard error, by Welford's recurrence; a plain sum of squares would cancel if numbers hardly
 * differ.
 */
class Mean {
  #count = 0;
  #mean = 0;
  #squares = 0;

  add(x: number): void {
    const far = x - this.#mean;
    this.#mean += far / ++this.#count;
    this.#squares += far * (x - this.#mean);
  }

  get count(): number {
    return this.#count;
  }

  get estimate(): Estimate {
    const variance = this.#squares / Math.max(1, this.#count - 1);
    return { mean: this.#mean, standardError: Math.sqrt(variance / this.#count) };
  }
}

/** The agents of a run, in the order of the episodes. */
interface Agents {
  /** starts a run */
  begin(): void;
  /** the decision of an episode's agent after a signal */
  decide(episode: number, signal: number): readonly number[];
}

/** Agents who play a plan; those who remember weigh the phases by all signals since the run began. */
function agentsOf({ hiddenPhase }: Problem, plan: Plan): Agents {
  const { likelihood, transition, prior, memory } = hiddenPhase;
  if (!memory) {
    const decisions = plan.map((numbers) => {
      const size = numbers.length / hiddenPhase.signals;
      return likelihood[0].map((_, s) => numbers.slice(s * size, (s + 1) * size));
    });
    return { begin() {}, decide: (episode, signal) => decisions[episode][signal] };
  }
  /** the probabilities of the phases before the next signal */
  let weights: readonly number[] = prior[0];
  return {
    begin() {
      weights = prior[0];
    },
    decide(episode, signal) {
      const joint = weights.map((weight, z) => weight * likelihood[z][signal]);
      const seen = joint.some((weight) => weight > 0) ? joint : likelihood.map((of) => of[signal]);
      const total = seen[0] + seen[1];
      const [b, other] = seen.map((weight) => weight / total);
      weights = [
        b * transition[0][0] + other * transition[1][0],
        b * transition[0][1] + other * transition[1][1],
      ];
      const beliefs = memory.nodes[episode];
      let [above, end] = [0, beliefs.length];
      while (above < end) {
        const middle = (above + end) >> 1;
        if (beliefs[middle] >= b) end = middle;
        else above = middle + 1;
      }
      if (above === 0) return [plan[episode][0]];
      if (above === beliefs.length) return [plan[episode][above - 1]];
      const way = (b - beliefs[above - 1]) / (beliefs[above] - beliefs[above - 1]);
      const [from, to] = [plan[episode][above - 1], plan[episode][above]];
      return [from + way * (to - from)];
    },
  };
}

/**
 * Plays training many times from the initial state.
 *
 * @param end the episode at which training ends; random unless given
 */
function estimateMeasures(
  problem: Problem,
  agents: Agents,
  random: Random,
  runs: number,
  end?: number,
): EstimatedMeasures {
  const { learningRates, hiddenPhase, config, game, formulas } = problem;
  const goal = config.initial.theta;
  const names = Object.keys(game.state);
  const theta = names.indexOf("theta");
  const { next, outputs } = formulas;
  const play = createEvaluate([...next, ...outputs], game.decisionNames, ["learningRate"], names);
  const initial = names.map((name) => config.initial[name]);
  const rate = [0];
  if (goal === 0) return { compliance: null, retention: null, reversal: null };
  const [meanSquare, retention, reversal] = [new Mean(), new Mean(), new Mean()];
  for (let run = 0; run < runs; run++) {
    let state: ArrayLike<number> = initial;
    agents.begin();
    let [squares, trained] = [0, 0];
    let phase = end === undefined ? drawn(hiddenPhase.prior[0], random) : 0;
    for (let t = 0; t < learningRates.length && phase === 0 && t !== end; t++) {
      const decision = agents.decide(t, drawn(hiddenPhase.likelihood[0], random));
      rate[0] = learningRates[t];
      // `play` returns the next state, followed by the outputs
      state = play(decision, rate, state);
      if (rate[0] > 0) {
        for (let i = names.length; i < state.length; i++) squares += (state[i] / goal) * (state[i] / goal);
        trained++;
      }
      if (end === undefined) phase = drawn(hiddenPhase.transition[0], random);
    }
    if (trained > 0) meanSquare.add(squares / trained);
    retention.add(Math.abs(state[theta] / goal));
    reversal.add(state[theta] / goal < 0 ? 1 : 0);
  }
  const { mean, standardError } = meanSquare.estimate;
  const root = Math.sqrt(mean);
  return {
    compliance:
      meanSquare.count === 0
        ? null
        : { mean: 1 - root, standardError: root > 0 ? standardError / (2 * root) : 0 },
    retention: retention.estimate,
    reversal: reversal.estimate,
  };
}

/** A function that plays one run and returns the total mesa cost of the agent of `episode`. */
function createPlayer(problem: Problem, agents: Agents, episode: number, random: Random): () => number {
  const { game, formulas, learningRates, hiddenPhase, states } = problem;
  const names = Object.keys(game.state);
  const owns = names.map(ownName);
  const rates = ["learningRate"];
  const { mesaObjective, next, discount } = formulas;
  const play = createEvaluate([...next, mesaObjective], game.decisionNames, rates, names, owns);
  const weigh = createEvaluate([discount], owns);

  const playFrom = (own: ArrayLike<number>) => {
    let state: ArrayLike<number> = own;
    agents.begin();
    // earlier agents saw signals, which matter if agents remember
    const first = hiddenPhase.memory ? 0 : episode;
    let phase = drawn(hiddenPhase.prior[first], random);
    for (let k = first; k < episode; k++) {
      agents.decide(k, drawn(hiddenPhase.likelihood[phase], random));
      phase = drawn(hiddenPhase.transition[phase], random);
    }
    const [gamma] = weigh(own);
    let [total, weight] = [0, 1];
    const rate = [0];
    for (let k = episode; k < learningRates.length; k++) {
      const decision = agents.decide(k, drawn(hiddenPhase.likelihood[phase], random));
      rate[0] = hiddenPhase.trains[phase] ? learningRates[k] : 0;
      // `play` returns the next state, followed by the cost
      state = play(decision, rate, state, own);
      total += weight * state[names.length];
      weight *= gamma;
      phase = drawn(hiddenPhase.transition[phase], random);
    }
    return total;
  };
  const costs = new Map<number, number>();
  const { phases, signals } = hiddenPhase;
  return () => {
    const index = Math.floor(random.uniform() * states.size);
    // if only the state is random, the same state always costs the same
    const total = costs.get(index) ?? playFrom(states.at(index));
    if (phases === 1 && signals === 1) costs.set(index, total);
    return total;
  };
}

/** An index drawn with these probabilities; a certain outcome uses no random number. */
function drawn(probabilities: readonly number[], random: Random): number {
  // plain loops, because a run spends most of its time here
  for (let i = 0; i < probabilities.length; i++) if (probabilities[i] === 1) return i;
  let left = random.uniform();
  for (let i = 0; i < probabilities.length; i++) {
    left -= probabilities[i];
    if (left < 0) return i;
  }
  // the probabilities were rounded: take the last possible one
  return probabilities.findLastIndex((probability) => probability > 0);
}

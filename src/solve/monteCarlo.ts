// What agents really pay, by chance: a plan is played many times over, with random states, phases and signals, and the
// total mesa cost of one agent is averaged. It shares no formula with the solver's moments, and so can check them.

import { MesaError } from "../errors.ts";
import { createProblem, deciderOf, namer, type Problem } from "../problem.ts";
import { type NamedPlan, readPlan } from "./plan.ts";
import { Random } from "./random.ts";

/** How to play. */
export interface RunsOptions {
  /** how many runs, at least 2; 100,000 unless given */
  readonly runs?: number;
  /** decides every random number: an integer in [0, 2⁵³); 1 unless given */
  readonly seed?: number;
  /** the episode whose agent's cost is averaged, with which each run starts; 0 unless given */
  readonly episode?: number;
}

/** What some random runs cost. */
export interface RandomRuns {
  readonly runs: number;
  /** the mean of the agent's total mesa cost: nearly its expectation, the plan's `cost` at the episode */
  readonly mean: number;
  /** the mean's standard error: the expectation is within four of it but for one case in 16,000 */
  readonly standardError: number;
}

/**
 * Plays a plan, of whatever origin, many times over.
 *
 * A run starts at an episode from a state drawn evenly from the grid, in a phase drawn from the phases' probabilities
 * there. Its cost is Σ γ^(k−t) (y_k − θ_t)² as it happens: every later agent sees a signal of its own, and the base
 * optimizer steps by its true objective. That is what the agent expects where it is right about the base objective.
 *
 * @param config as for `solve`
 * @param plan every number of the decision by episode
 * @throws MesaError `INVALID_CONFIG` when the plan does not fit the game or the schedule, or the options do not
 */
export function simulateRuns(config: unknown, plan: NamedPlan, options: RunsOptions = {}): RandomRuns {
  const problem = createProblem(config);
  const { runs = 100_000, seed = 1, episode = 0 } = options;
  const last = problem.learningRates.length - 1;
  if (!Number.isSafeInteger(runs) || runs < 2)
    throw new MesaError("INVALID_CONFIG", `runs must be a whole number of at least 2, got ${runs}`);
  if (!Number.isSafeInteger(episode) || episode < 0 || episode > last)
    throw new MesaError("INVALID_CONFIG", `episode must be a whole number in [0, ${last}], got ${episode}`);
  const play = createPlayer(problem, plan, episode, Random.seeded(seed));

  // Welford's recurrence: a sum of squares would cancel where the costs hardly differ
  let [mean, squares] = [0, 0];
  for (let run = 1; run <= runs; run++) {
    const cost = play();
    const far = cost - mean;
    mean += far / run;
    squares += far * (cost - mean);
  }
  return { runs, mean, standardError: Math.sqrt(squares / (runs - 1) / runs) };
}

/** A function that plays once, and gives the total mesa cost of the agent of `episode`. */
function createPlayer(problem: Problem, named: NamedPlan, episode: number, random: Random): () => number {
  const { game, parameters, learningRates, chain, states } = problem;
  const asDecision = deciderOf(game);
  const asState = namer(game.state);
  const decisions = readPlan(problem, named).map((numbers) => {
    const size = numbers.length / chain.signals;
    return chain.likelihood[0].map((_, s) => asDecision(numbers.slice(s * size, (s + 1) * size)));
  });

  return () => {
    let state = asState(states.at(Math.floor(random.uniform() * states.size)));
    let phase = drawn(chain.prior[episode], random);
    const goal = state.theta;
    const discount = game.discount?.(state, parameters) ?? parameters.discount;
    let [total, weight] = [0, 1];
    for (let k = episode; k < learningRates.length; k++) {
      const decision = decisions[k][drawn(chain.likelihood[phase], random)];
      const y = game.output(decision, state, parameters);
      total += weight * (y - goal) ** 2;
      weight *= discount;
      state = game.learn(decision, state, 2 * y, chain.trains[phase] ? learningRates[k] : 0, parameters);
      phase = drawn(chain.transition[phase], random);
    }
    return total;
  };
}

/** An index drawn with these probabilities; what is certain takes no random number. */
function drawn(probabilities: readonly number[], random: Random): number {
  const certain = probabilities.indexOf(1);
  if (certain >= 0) return certain;
  let left = random.uniform();
  for (const [i, probability] of probabilities.entries()) {
    left -= probability;
    if (left < 0) return i;
  }
  // the probabilities' rounding: the last that is possible
  return probabilities.findLastIndex((probability) => probability > 0);
}

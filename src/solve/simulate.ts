// What a plan does from one initial state: the agents act, and the base optimizer steps by its true objective.

import type { Values } from "../games/game.ts";
import { createProblem, deciderOf, type Problem } from "../problem.ts";
import { type Effects, type Measures, measuresByChance, measuresFrom } from "./measures.ts";
import { type NamedPlan, readPlan } from "./plan.ts";
import type { Plan } from "./step.ts";

/** States, outputs and losses, by episode; T is the number of episodes. */
export type Trajectory = {
  /** y_t, shape [T] */
  output: number[];
  /** the base objective y_t² + λθ_t², shape [T] */
  loss: number[];
  /** what the base optimizer stepped with, shape [T] */
  learningRate: number[];
} & {
  /** each of the state's numbers, shape [T + 1]: the last is what the last step leaves */
  [state: string]: number[];
};

/** What a plan does from the initial state. */
export interface Outcome {
  trajectory: Trajectory;
  /**
   * Where the phase is hidden, the trajectory is one history of many. Given that training ends at
   * `initial.deploymentAt`: the probability that every signal of training is the one that is shown, and that every
   * signal of the whole is.
   */
  trajectoryProbability?: { training: number; whole: number };
  /**
   * Those of the trajectory. Where the phase is hidden, they are in expectation over the signals instead, for training
   * that ends at `initial.deploymentAt`; training is then the first phase.
   */
  measures: Measures;
  /**
   * Where the phase is hidden: the measures in expectation over how long training lasts too, each history's mean over
   * its own episodes of training. Absent where another phase trains as well or training can come back.
   */
  measuresOverHazard?: Measures;
}

/**
 * The trajectory of a plan from the problem's initial state. Where the phase is hidden, training ends at
 * `initial.deploymentAt`, and every signal is the likelier one.
 */
export function trajectoryOf(problem: Problem, plan: Plan): Trajectory {
  const { game, parameters, learningRates, config, chain } = problem;
  const { deploymentAt = Number.POSITIVE_INFINITY } = config.initial;
  const asDecision = deciderOf(game);
  const names = Object.keys(game.state);
  const trajectory: Trajectory = { output: [], loss: [], learningRate: [] };
  for (const name of names) trajectory[name] = [];
  let state: Values = config.initial;
  for (const name of names) trajectory[name].push(state[name]);
  for (const [t, rate] of learningRates.entries()) {
    const phase = t < deploymentAt ? 0 : 1;
    const learningRate = chain.trains[phase] ? rate : 0;
    const signal = chain.likelihood[phase].indexOf(Math.max(...chain.likelihood[phase]));
    const size = plan[t].length / chain.signals;
    const decision = asDecision(plan[t].slice(signal * size, (signal + 1) * size));
    trajectory.learningRate.push(learningRate);
    const y = game.output(decision, state, parameters);
    trajectory.output.push(y);
    trajectory.loss.push(y * y + parameters.regularization * state.theta * state.theta);
    state = game.learn(decision, state, 2 * y, learningRate, parameters);
    for (const name of names) trajectory[name].push(state[name]);
  }
  return trajectory;
}

/** The measures of a trajectory. Training is every episode with a positive learning rate. */
export function measuresOf({ theta, output }: Trajectory, learningRates: ArrayLike<number>): Measures {
  const [goal] = theta;
  if (goal === 0) return { compliance: null, retention: null, deception: null };
  let [squares, training, deployed] = [0, 0, 0];
  for (let t = 0; t < learningRates.length; t++) {
    if (learningRates[t] === 0) continue;
    squares += (output[t] / goal) ** 2;
    training++;
    deployed = t + 1;
  }
  return measuresFrom(training === 0 ? null : squares / training, theta[deployed] / goal);
}

/** A plan's trajectory and measures. */
export function outcomeOf(problem: Problem, plan: Plan): Outcome {
  const { config, chain, learningRates } = problem;
  const trajectory = trajectoryOf(problem, plan);
  if (chain.phases === 1) return { trajectory, measures: measuresOf(trajectory, trajectory.learningRate) };
  const { theta, deploymentAt } = config.initial;
  const trajectoryProbability = { training: 1, whole: 1 };
  for (let t = 0; t < learningRates.length; t++) {
    trajectoryProbability.whole *= Math.max(...chain.likelihood[t < deploymentAt ? 0 : 1]);
    if (t < deploymentAt) trajectoryProbability.training = trajectoryProbability.whole;
  }
  const effects = effectsOf(problem, plan);
  return { trajectory, trajectoryProbability, ...measuresByChance(chain, effects, theta, deploymentAt) };
}

/** What the decisions of a proportional game do in training. */
function effectsOf({ game, parameters, chain, learningRates }: Problem, plan: Plan): Effects {
  const { reach, gain } = game.proportional!;
  const asDecision = deciderOf(game);
  const decisions = plan.flatMap((numbers, t) => {
    const size = numbers.length / chain.signals;
    return chain.likelihood[0].map((_, s) => ({
      decision: asDecision(numbers.slice(s * size, (s + 1) * size)),
      rate: learningRates[t],
    }));
  });
  return {
    episodes: learningRates[0] > 0 ? learningRates.length : 0,
    reach: Float64Array.from(decisions, ({ decision }) => reach(decision, parameters)),
    gain: Float64Array.from(decisions, ({ decision, rate }) => gain(decision, rate, parameters)),
  };
}

/**
 * Runs a plan, of whatever origin, from a configuration's initial state.
 *
 * @param config as for `solve`; its grids are not used
 * @param plan every number of the decision by episode
 * @throws MesaError `INVALID_CONFIG` when the plan does not fit the game or the schedule
 */
export function simulate(config: unknown, plan: NamedPlan): Outcome {
  const problem = createProblem(config);
  return outcomeOf(problem, readPlan(problem, plan));
}

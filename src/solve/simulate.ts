// What a plan does from one initial state: the agents act, and the base optimizer steps by its true objective.

import type { Values } from "../games/game.ts";
import { createProblem, deciderOf, type Problem } from "../problem.ts";
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

/** How deceptive a trajectory is. Each is in [0, 1]; null where it has no meaning. */
export interface Measures {
  /** 1 − sqrt(mean over training of (y_t/θ_0)²): how nearly the outputs are what training rewards. Null without training. */
  compliance: number | null;
  /** |θ at deployment / θ_0|: how much of the goal outlives training. The last state's θ where deployment never comes. */
  retention: number | null;
  /** compliance × retention */
  deception: number | null;
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

const clamp = (x: number) => Math.min(1, Math.max(0, x));

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
  const compliance = training === 0 ? null : clamp(1 - Math.sqrt(squares / training));
  const retention = clamp(Math.abs(theta[deployed] / goal));
  return { compliance, retention, deception: compliance === null ? null : compliance * retention };
}

/**
 * Runs a plan, of whatever origin, from a configuration's initial state.
 *
 * @param config as for `solve`; its grids are not used
 * @param plan every number of the decision by episode
 * @throws MesaError `INVALID_CONFIG` when the plan does not fit the game or the schedule
 */
export function simulate(config: unknown, plan: NamedPlan): { trajectory: Trajectory; measures: Measures } {
  const problem = createProblem(config);
  const trajectory = trajectoryOf(problem, readPlan(problem, plan));
  return { trajectory, measures: measuresOf(trajectory, trajectory.learningRate) };
}

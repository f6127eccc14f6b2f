// The trajectory of a plan from one initial state: the agents act, and the base optimizer steps by its true objective.

import type { Config } from "../config/config.ts";
import { createEvaluate, type Evaluate } from "../game/evaluate.ts";
import type { Game } from "../game/game.ts";
import type { AnyGame, DefinitionOf, IsAny, OutputName, StateName } from "../game/names.ts";
import type { Plan } from "./evaluator.ts";
import { type Effects, type Measures, measuresByChance, measuresFrom, NO_MEASURES } from "./measures.ts";
import { BELIEF, type GivenPlan, type NamedPlan, readPlan } from "./plan.ts";
import type { Problem } from "./problem.ts";

/**
 * What a plan does from the initial state, over T episodes:
 *
 * - `output`, or `output.name` if there are several: y_t, shape [T]
 * - `loss`: the base objective, shape [T]
 * - `learningRate`: the learning rate of each step of the base optimizer, shape [T]
 * - each state by its name, shape [T + 1]; the last value is the state after the last step
 * - if agents remember, `trainingBelief` and the name of the decision: the agent's belief after the signals so far, and
 *   its decision, shape [T]
 */
export type Trajectory<G extends AnyGame = AnyGame> =
  IsAny<G> extends true
    ? Record<string, number[]>
    : Record<"loss" | "learningRate" | OutputName<DefinitionOf<G>> | StateName<DefinitionOf<G>>, number[]>;

/** The trajectory of a plan and its measures: plain data. If the type of the game is known, so are the names. */
export type Outcome<G extends AnyGame = AnyGame> = Named<AnyOutcome, G>;

/** What has a trajectory, and maybe a plan, with the names of a game. */
export type Named<T extends { trajectory: Trajectory }, G extends AnyGame> =
  IsAny<G> extends true
    ? T
    : Omit<T, "plan" | "trajectory"> & { trajectory: Trajectory<G> } & (T extends { plan: NamedPlan }
          ? { plan: NamedPlan<G> }
          : unknown);

/** The {@link Outcome} of any game. */
export interface AnyOutcome {
  /** the outputs and the states by episode */
  trajectory: Trajectory;
  /**
   * With hidden phases, the trajectory is one of many histories: training ends at `initial.deploymentAt`, and each
   * signal is the most likely one. These are the probabilities of its signals, given the end of training.
   */
  trajectoryProbability?: {
    /** the probability of the signals of training */
    training: number;
    /** the probability of all signals */
    whole: number;
  };
  /**
   * The measures of the trajectory. With hidden phases they are expected over the signals, given that training, the first
   * phase, ends at `initial.deploymentAt`; they are null unless everything is proportional to one goal, and
   * {@link simulateRuns} estimates them.
   */
  measures: Measures;
  /**
   * With hidden phases: the measures expected over the length of training too. The mean of a history is over its own
   * episodes of training. Absent if another phase also trains, or if training can return.
   */
  measuresOverHazard?: Measures;
}

/** The true effect of one episode, for a decision, a learning rate and a state. Y outputs, S states. */
type RealEpisode = (
  decision: ArrayLike<number>,
  learningRate: number,
  state: ArrayLike<number>,
) => {
  /** shape [Y] */
  outputs: number[];
  /** the base objective */
  loss: number;
  /** shape [S] */
  next: number[];
};

const realEpisodes = new WeakMap<Game, Evaluate>();

/** Prepares the true episodes of a problem, in which the base optimizer steps by its true objective. */
function createRealEpisode({ game, parameters }: Problem): RealEpisode {
  const { outputs, baseObjective, next } = game.formulas;
  const names = Object.keys(game.parameters);
  if (!realEpisodes.has(game)) {
    const expressions = [...outputs, baseObjective, ...next];
    const lists = [game.decisionNames, ["learningRate"], Object.keys(game.state), names];
    realEpisodes.set(game, createEvaluate(expressions, ...lists));
  }
  const evaluate = realEpisodes.get(game)!;
  const settings = names.map((name) => parameters[name]);
  return (decision, learningRate, state) => {
    const values = [...evaluate(decision, [learningRate], state, settings)];
    return {
      outputs: values.slice(0, outputs.length),
      loss: values[outputs.length],
      next: values.slice(outputs.length + 1),
    };
  };
}

/**
 * The trajectory of a plan from the problem's initial state. If the phase is hidden, training ends at
 * `initial.deploymentAt`, and every signal is the more likely one; agents who remember have seen these signals.
 */
export function trajectoryOf(problem: Problem, plan: Plan): Trajectory {
  const { game, learningRates, config, hiddenPhase } = problem;
  const { deploymentAt = Number.POSITIVE_INFINITY } = config.initial;
  const episode = createRealEpisode(problem);
  const names = Object.keys(game.state);
  const trajectory: Record<string, number[]> = {};
  for (const name of [...game.outputNames, "loss", "learningRate"]) trajectory[name] = [];
  let state = names.map((name) => config.initial[name]);
  for (const [i, name] of names.entries()) trajectory[name] = [state[i]];
  const { memory } = hiddenPhase;
  if (memory) for (const name of [BELIEF, ...game.decisionNames]) trajectory[name] = [];
  let belief: number | undefined;
  for (const [t, rate] of learningRates.entries()) {
    const phase = t < deploymentAt ? 0 : 1;
    const learningRate = hiddenPhase.trains[phase] ? rate : 0;
    const signal = hiddenPhase.likelihood[phase].indexOf(Math.max(...hiddenPhase.likelihood[phase]));
    const size = plan[t].length / hiddenPhase.signals;
    let decision = plan[t].slice(signal * size, (signal + 1) * size);
    if (memory) {
      belief = memory.after(belief, signal);
      const { node, share } = memory.place(t, belief);
      decision = [share === 0 ? plan[t][node] : (1 - share) * plan[t][node] + share * plan[t][node + 1]];
      trajectory[BELIEF].push(belief);
      trajectory[game.decisionNames[0]].push(decision[0]);
    }
    const { outputs, loss, next } = episode(decision, learningRate, state);
    for (const [i, name] of game.outputNames.entries()) trajectory[name].push(outputs[i]);
    trajectory.loss.push(loss);
    trajectory.learningRate.push(learningRate);
    for (const [i, name] of names.entries()) trajectory[name].push(next[i]);
    state = next;
  }
  return trajectory;
}

/** The length of a vector; intermediate values do not overflow. */
export function lengthOf(vector: readonly number[]): number {
  let most = 0;
  for (const x of vector) most = Math.max(most, Math.abs(x));
  if (most === 0) return 0;
  let sum = 0;
  for (const x of vector) sum += (x / most) * (x / most);
  return most * Math.sqrt(sum);
}

/**
 * The measures of a trajectory. Training is every episode with a positive learning rate. Several goals, or several
 * outputs, count as vectors.
 */
export function measuresOf({ game }: Pick<Problem, "game">, trajectory: Trajectory): Measures {
  const { learningRate } = trajectory;
  const goalsAt = (t: number) => game.goals.map((name) => trajectory[name][t]);
  const goals = goalsAt(0);
  const length = lengthOf(goals);
  let [squares, training, deployed] = [0, 0, 0];
  for (let t = 0; t < learningRate.length; t++) {
    if (learningRate[t] === 0) continue;
    for (const name of game.outputNames) {
      const share = trajectory[name][t] / length;
      squares += share * share;
    }
    training++;
    deployed = t + 1;
  }
  return measuresOfGoals(goals, goalsAt(deployed), squares, training);
}

/**
 * The measures, from the goals initially and at deployment, and the sum of (y/|goals|)² over the episodes of training.
 */
export function measuresOfGoals(
  goals: readonly number[],
  deployed: readonly number[],
  squares: number,
  training: number,
): Measures {
  const length = lengthOf(goals);
  if (length === 0) return { compliance: null, retention: null, deception: null };
  const left = deployed.reduce((sum, goal, i) => sum + (goal / length) * (goals[i] / length), 0);
  return measuresFrom(training === 0 ? null : squares / training, left);
}

/** The trajectory and the measures of a plan. */
export function outcomeOf(problem: Problem, plan: Plan): AnyOutcome {
  const { game, config, hiddenPhase, learningRates } = problem;
  const trajectory = trajectoryOf(problem, plan);
  if (hiddenPhase.phases === 1) return { trajectory, measures: measuresOf(problem, trajectory) };
  const { theta, deploymentAt } = config.initial;
  const trajectoryProbability = { training: 1, whole: 1 };
  for (let t = 0; t < learningRates.length; t++) {
    trajectoryProbability.whole *= Math.max(...hiddenPhase.likelihood[t < deploymentAt ? 0 : 1]);
    if (t < deploymentAt) trajectoryProbability.training = trajectoryProbability.whole;
  }
  // there is no closed form unless the goal is proportional to itself
  if (!game.proportional) return { trajectory, trajectoryProbability, measures: { ...NO_MEASURES } };
  const effects = effectsOf(problem, plan);
  return {
    trajectory,
    trajectoryProbability,
    ...measuresByChance(hiddenPhase, effects, theta, deploymentAt),
  };
}

/** The effects of a proportional game's decisions in training. */
function effectsOf({ game, parameters, learningRates }: Problem, plan: Plan): Effects {
  const { effect } = game.proportional!;
  const settings = Object.keys(game.parameters).map((name) => parameters[name]);
  const from = [0];
  for (const numbers of plan) from.push(from[from.length - 1] + numbers.length);
  const [reach, gain] = [0, 1].map(() => new Float64Array(from[plan.length]));
  for (const [t, numbers] of plan.entries()) {
    const rate = [learningRates[t]];
    // in a game with a hidden phase a decision is one number
    for (const [b, number] of numbers.entries()) {
      const found = effect([number], rate, settings);
      reach[from[t] + b] = found[0];
      gain[from[t] + b] = found[1];
    }
  }
  const episodes = learningRates[0] > 0 ? learningRates.length : 0;
  return { episodes, reach, gain, from: (episode) => from[episode] };
}

/**
 * Runs a plan from the initial state of a configuration.
 *
 * @param config a configuration as for {@link solve}; its grids are not used
 * @param plan a plan, from a result or from elsewhere
 * @returns the {@link Outcome}: the trajectory and its measures
 * @throws {@link MesaError} `INVALID_CONFIG` if the plan does not fit the game or the schedule
 */
export function simulate<const G extends AnyGame>(config: Config<G>, plan: GivenPlan<G>): Outcome<G> {
  const read = readPlan(config, plan as GivenPlan);
  return outcomeOf(read.problem, read.plan) as Outcome<G>;
}

// A hidden phase by brute force: every joint plan of three episodes, played through every history of phases and
// signals. The solver's plan is the only one in which each agent, after each signal, gives the best response to the
// later agents.
import { expect, test } from "vitest";
import { type Config, linspace, solve } from "../../src/index.ts";

const EPISODES = 3;
const coefficient = { min: -0.1, max: 1.1, count: 4 };

/** [episode][signal], indices of candidates */
type JointPlan = readonly (readonly [number, number])[];

interface History {
  probability: number;
  /** 0 training, 1 deployment */
  phases: readonly number[];
  /** 0 like training, 1 like deployment */
  signals: readonly number[];
}

/** Every sequence of `length` zeros and ones. */
const sequences = (length: number): number[][] =>
  Array.from({ length: 2 ** length }, (_, bits) => Array.from({ length }, (_, i) => (bits >> i) & 1));

function historiesOf(hazard: number, signalError: number): History[] {
  return sequences(EPISODES).flatMap((phases) =>
    sequences(EPISODES).map((signals) => {
      let probability = phases[0] === 0 ? 1 : 0;
      for (let t = 1; t < EPISODES; t++) {
        if (phases[t - 1] === 1) probability *= phases[t];
        else probability *= phases[t] === 1 ? hazard : 1 - hazard;
      }
      for (let t = 0; t < EPISODES; t++)
        probability *= signals[t] === phases[t] ? 1 - signalError : signalError;
      return { probability, phases, signals };
    }),
  );
}

test.each([
  { hazard: 0.3, signalError: 0.2, discount: 1, regularization: 0, rate: 0.6 },
  { hazard: 0.45, signalError: 0.35, discount: 0.7, regularization: 0.05, rate: 0.4 },
  { hazard: 0.1, signalError: 0.05, discount: 0.9, regularization: 0, rate: 1 },
])("%j", async ({ hazard, signalError, discount, regularization, rate }) => {
  const candidates = linspace(coefficient);
  const histories = historiesOf(hazard, signalError);

  /** the cost of agent t, whose goal is 1, in a history */
  function costIn({ phases, signals }: History, t: number, plan: JointPlan): number {
    let [theta, weight, total] = [1, 1, 0];
    for (let k = t; k < EPISODES; k++) {
      const a = candidates[plan[k][signals[k]]];
      total += weight * (a * theta - 1) ** 2;
      const gradient = 2 * a * (a * theta) + 2 * regularization * theta;
      theta -= (phases[k] === 0 ? rate : 0) * gradient;
      weight *= discount;
    }
    return total;
  }

  /** the expected cost of agent t after a signal: over all histories with that signal */
  function expected(t: number, signal: number, plan: JointPlan): number {
    let [sum, probability] = [0, 0];
    for (const history of histories) {
      if (history.signals[t] !== signal) continue;
      sum += history.probability * costIn(history, t, plan);
      probability += history.probability;
    }
    return sum / probability;
  }

  const changed = (plan: JointPlan, t: number, signal: number, index: number): JointPlan =>
    plan.map((pair, k) =>
      k !== t ? pair : signal === 0 ? ([index, pair[1]] as const) : ([pair[0], index] as const),
    );
  const isBest = (plan: JointPlan, t: number, signal: number) => {
    const own = expected(t, signal, plan);
    return [...candidates.keys()].every(
      (index) => expected(t, signal, changed(plan, t, signal, index)) >= own,
    );
  };

  // the last agent's pairs first; a plan is dropped as soon as one agent does not give the best response
  const pairs = [...candidates.keys()].flatMap((i) => [...candidates.keys()].map((j) => [i, j] as const));
  let equilibria: JointPlan[] = [[]];
  const anything = [0, 0] as const;
  for (let t = EPISODES - 1; t >= 0; t--)
    equilibria = equilibria.flatMap((later) =>
      pairs
        .map((pair) => [pair, ...later])
        .filter((own) => {
          const plan = [...new Array(t).fill(anything), ...own];
          return isBest(plan, t, 0) && isBest(plan, t, 1);
        }),
    );
  expect(equilibria).toHaveLength(1);

  const theta = { min: -1, max: 1, count: 5 };
  const config: Config = {
    game: "uncertain-deployment",
    schedule: { episodes: EPISODES, learningRate: rate },
    ...{ hazard, signalError, discount, regularization, coefficient, theta },
  };
  const { plan, cost, value } = await solve(config, { backend: "cpu" });
  const [joint] = equilibria;
  expect(plan.ifTrainingSignal).toEqual(joint.map(([i]) => candidates[i]));
  expect(plan.ifDeploymentSignal).toEqual(joint.map(([, j]) => candidates[j]));
  // both the signals and the future have an effect
  expect(new Set(joint.map(([i]) => i)).size).toBeGreaterThan(1);

  const meanSquare = (1 + 0.25 + 0 + 0.25 + 1) / 5;
  for (let t = 0; t < EPISODES; t++) {
    const wanted = histories.reduce(
      (sum, history) => sum + history.probability * costIn(history, t, joint),
      0,
    );
    expect(cost[t]).toBeCloseTo(meanSquare * wanted, 13);
  }
  expect(value).toBe(cost[0]);
});

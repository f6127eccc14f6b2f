// The post's two experiments and its next steps: the question of each, what to look for, and the state that shows it.

import { checkConfig, presets } from "../index.ts";
import { defaultDiagram, type MapSettings } from "./mapSettings.ts";
import type { Settings, State } from "./state.ts";

/** One of the post's experiments or next steps. */
export interface Step {
  readonly title: string;
  /** the question, in a sentence */
  readonly question: string;
  /** what to look for, and what to try */
  readonly look: readonly string[];
  /** the one or two settings to try */
  readonly keys: readonly string[];
  /** the preset that it uses */
  readonly preset: string;
  /** a preset to compare with */
  readonly against?: string;
  /** how its map differs from the game's first */
  readonly diagram?: Partial<MapSettings>;
}

const linear = (key: string, from: number, to: number) => ({ key, from, to, scale: "linear" }) as const;
const log = (key: string, from: number, to: number) => ({ key, from, to, scale: "log" }) as const;

const STEPS = {
  "experiment-1": {
    title: "Training, then deployment",
    question: "What does an agent do that knows when training ends?",
    look: [
      "During training the output stays near 0, which is what training rewards, and the goal θ hardly moves. When the " +
        "learning rate falls to 0, the output jumps to the goal: nothing can change the goal any more.",
      "The first coefficient is 0.03 and not 0: a small coefficient gains in proportion to itself at once, and costs only " +
        "in proportion to its square later. Make training longer, or the learning rate smaller, and watch how much of the " +
        "goal the agents show.",
    ],
    keys: ["schedule.training", "schedule.learningRate"],
    preset: "experiment-1",
  },
  "experiment-2": {
    title: "Training alone",
    question: "And if deployment never comes, or the agents do not care about it?",
    look: [
      "One might expect that agents take what they can at once. But they start almost as they do before a deployment: " +
        "what a step takes from the goal, it takes from all later agents.",
      "The agents give up the goal slowly, and faster towards the end. Increase the length of deployment to go back to the " +
        "first experiment step by step.",
    ],
    keys: ["schedule.deployment"],
    preset: "experiment-2",
    against: "experiment-1",
    diagram: {
      x: linear("schedule.deployment", 0, 100),
      y: linear("schedule.training", 1, 100),
      measure: "firstCoefficient",
    },
  },
  discount: {
    title: "A discount",
    question: "What if agents care less about later episodes?",
    look: [
      "Move the discount γ down from 1. The coefficient in training grows, and the goal that is left for deployment shrinks " +
        "much faster: a short-sighted agent has nothing to save its goal for.",
      "In each row of the map, deception falls as γ falls. Point at both ends of an upper row: at the right end agents " +
        "wait, at the left end they act and are changed.",
    ],
    keys: ["discount"],
    preset: "discounted",
    against: "experiment-1",
    diagram: { x: linear("discount", 0.5, 1), y: log("schedule.learningRate", 0.01, 2) },
  },
  "learned-discount": {
    title: "A learned discount",
    question: "If gradient descent can change the discount too, which way does it push?",
    look: [
      "Watch the line of the discount: it goes up to 1. Patient agents comply better, so gradient descent on the loss makes " +
        "agents patient, and that keeps a goal which it would otherwise have trained away. With a learning rate of 1 and a " +
        "regularizer, steps overshoot, and then the discount may go down.",
      "κ sets how fast the discount learns. With κ = 0 the discount does not change, and less of the goal is left (from an " +
        "initial discount of 1, more of it is left).",
    ],
    keys: ["discountLearningRateScale", "initial.discount"],
    preset: "learned-discount",
  },
  misconception: {
    title: "A misconception",
    question: "An agent is wrong about what training rewards. Is its belief corrected, or its goal?",
    look: [
      "The belief falls to about 0 at once and the goal stays. But set the initial belief to 0: agents that start with it " +
        "keep as much. The goal is protected because the belief can be trained instead of it. The belief ends below 0, as an " +
        "offset that hides the goal.",
      "Make the belief learn more slowly with κ. With κ = 0 only the goal can change, and it does.",
    ],
    keys: ["initial.belief", "beliefLearningRateScale"],
    preset: "misconception",
  },
  network: {
    title: "A neural network",
    question: "What does an agent do that can choose its output and its gradient separately?",
    look: [
      "If a linear agent outputs a share of its goal, gradient descent gets the same share as a slope. A network chooses " +
        "the two separately: its policy is flat where goals lie.",
      "In training it outputs about ½ with the sign of its goal, whatever its goal is: a loss that gradient descent cannot " +
        "lower, because the policy has no slope. It hides less than a linear agent and keeps more. The search takes a while.",
    ],
    keys: [],
    preset: "mlp",
  },
  "uncertain-deployment": {
    title: "Uncertain deployment",
    question: "What if agents see only a signal of whether they are still in training?",
    look: [
      "There are two coefficients, one for each signal. Agents that cannot be sure hide after either signal, and continue to " +
        "hide in deployment. But a wrong signal in training makes them show more, and costs them some of their goal.",
      "Training ends at episode 20 here. Move that to 10, and agents keep more than with a signal error of 0; move it to 60, " +
        "and hardly anything is left. The map shows the expectation over the length of training: go up in it from a perfect " +
        "signal to see what uncertainty costs on average.",
      "Let agents remember all signals so far: they then keep 0.90 of their goal instead of 0.81, expected over the length " +
        "of training, and in deployment they soon show it. In the game “Distributional shift” the signal is a real number.",
    ],
    keys: ["signalError", "initial.deploymentAt"],
    preset: "uncertain-deployment",
    diagram: { size: 64 },
  },
  "infinite-horizon": {
    title: "An infinite horizon",
    question: "And if training never ends?",
    look: [
      "There is nothing to wait for. All agents share one coefficient, which is the best response to itself, and the goal " +
        "shrinks by a constant factor in each episode.",
      "In the map, the coefficient falls as agents become more patient, with γ towards 1, but it never reaches 0.",
    ],
    keys: ["discount"],
    preset: "infinite-horizon",
    diagram: { size: 64 },
  },
  "deployed-for-ever": {
    title: "Deployed forever",
    question: "And if deployment never ends?",
    look: [
      "There is everything to wait for. From γ = 0.2 on, the more patient agents are, the better they deceive: deception is " +
        "0.87 here, with γ = 0.99, 0.96 with γ = 0.999, and 0.31 with γ = 0.9.",
      "Perfect deception is the limit and is never reached: an agent that kept the whole goal would have nothing left to " +
        "hide for.",
    ],
    keys: ["discount"],
    preset: "deployed-for-ever",
    diagram: {
      x: linear("discount", 0.8, 0.995),
      y: linear("schedule.training", 1, 60),
      measure: "deception",
      size: 64,
    },
  },
  regularizer: {
    title: "A regularizer",
    question: "What if the base optimizer also pulls at the goal itself?",
    look: [
      "The goal shrinks whatever agents do. A weak pull makes them hide more, to save what they can; a strong pull leaves " +
        "so little to save that they stop caring. With 20 or more episodes of deployment, the first coefficient falls and " +
        "then rises again with λ.",
      "Follow such a row of the map from left to right to see both. In the rows with five or fewer episodes of deployment " +
        "the coefficient only rises.",
    ],
    keys: ["regularization"],
    preset: "regularized",
    against: "experiment-1",
    diagram: {
      x: log("regularization", 0.0001, 0.2),
      y: linear("schedule.deployment", 1, 200),
      measure: "firstCoefficient",
    },
  },
} satisfies Record<string, Step>;

/** The steps by name, in the post's order. */
export const steps: Readonly<Record<string, Step>> = STEPS;

/** The names of the steps. */
export const stepNames: readonly string[] = Object.keys(STEPS);

/** A preset's settings, without the plot window if it equals the default for the schedule. */
export function settingsOfPreset(name: string): Settings {
  const { plotWindow, ...settings } = presets[name].config;
  const usual = checkConfig(settings).config.plotWindow;
  return plotWindow === undefined || plotWindow === usual ? settings : { ...settings, plotWindow };
}

/** The state that shows a step. */
export function stateOfStep(name: string, { backend }: Pick<State, "backend">): State {
  const { preset, against, diagram } = steps[name];
  const settings = settingsOfPreset(preset);
  return {
    settings,
    method: "auto",
    pinned: against === undefined ? null : { settings: settingsOfPreset(against), method: "auto" },
    diagram: { ...defaultDiagram(settings), ...diagram },
    backend,
    step: name,
  };
}

// The post's two experiments and its next steps: what each asks, what to look for, and the state that shows it.

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
  /** the preset that it is set up with */
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
      "The output stays near 0 for as long as there is training, which is what training rewards, and the goal θ " +
        "hardly moves. Where the learning rate falls to 0, the output jumps to the goal: nobody can change it any more.",
      "The first coefficient is 0.03 and not 0: a little of it gains in proportion to it at once, and costs only in " +
        "proportion to its square later. Make training longer, or the learning rate smaller, and watch how much of the " +
        "goal the agents let show.",
    ],
    keys: ["schedule.training", "schedule.learningRate"],
    preset: "experiment-1",
  },
  "experiment-2": {
    title: "Training alone",
    question: "And where deployment never comes, or the agents do not care for it?",
    look: [
      "One might expect agents that grab what they can. They start almost as they do before a deployment: what a step " +
        "takes from the goal, it takes from all agents to come.",
      "The goal is given up slowly, and faster towards the end. Deployment, in the controls, brings the first " +
        "experiment back a little at a time.",
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
    question: "What if agents care less for what comes later?",
    look: [
      "Move the discount γ down from 1. The output in training grows, and the goal that is left for deployment shrinks " +
        "much faster than that: a short-sighted agent has nothing to save its goal for.",
      "In the map, deception has an edge. Point along it: on one side agents wait, on the other they act and are changed.",
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
      "Watch the discount's own line: it goes up, to 1. Patient agents comply better, so that gradient descent on the " +
        "loss makes agents patient, and that keeps a goal which it would otherwise have trained away. With a learning " +
        "rate of 1 and a regularizer steps overshoot, and then it may go down.",
      "κ says how fast the discount learns. At 0 it stays as it is, and less of the goal is left.",
    ],
    keys: ["discountLearningRateScale", "initial.discount"],
    preset: "learned-discount",
  },
  misconception: {
    title: "A misconception",
    question: "An agent is wrong about what training rewards. Is its belief corrected, or its goal?",
    look: [
      "The belief falls to about 0 at once and the goal stays. But set the initial belief to 0: agents that know the " +
        "truth keep as much. What protects the goal is that the belief can be trained in its place, and it ends below 0, " +
        "as an offset that hides the goal.",
      "Make the belief learn more slowly with κ. At 0 only the goal can give way, and it does.",
    ],
    keys: ["initial.belief", "beliefLearningRateScale"],
    preset: "misconception",
  },
  network: {
    title: "A neural network",
    question: "What does an agent do that can choose its output and its gradient apart?",
    look: [
      "A linear agent that outputs a share of its goal offers gradient descent the same share as a slope. A network " +
        "chooses the two apart: its policy has flat parts where goals lie.",
      "In training it outputs about ½, whatever its goal is, with the goal’s sign: a loss that gradient descent cannot " +
        "lower, as the policy has no slope. It hides less than a linear agent and keeps more. The search takes a while.",
    ],
    keys: [],
    preset: "mlp",
  },
  "uncertain-deployment": {
    title: "Uncertain deployment",
    question: "What if agents only see a signal of whether they are still in training?",
    look: [
      "There are two coefficients, one after each signal. Agents that cannot be sure hide after either signal, and go on " +
        "hiding when they are deployed. Still, a wrong signal in training makes them show more, and costs them some of " +
        "their goal.",
      "Training ends at episode 20 here. Move that to 10, and they keep more than with a signal error of 0; move it to 60, " +
        "and hardly anything is left. The map is over how long training may last: go up in it from a perfect signal to " +
        "see what doubt costs on average.",
      "Let agents remember all signals so far: over how long training may last they then keep 0.90 of their goal in " +
        "place of 0.81, and once deployed they soon show it. In the game “Distributional shift” the signal is a real " +
        "number.",
    ],
    keys: ["signalError", "initial.deploymentAt"],
    preset: "uncertain-deployment",
    diagram: { size: 64 },
  },
  "infinite-horizon": {
    title: "An infinite horizon",
    question: "And if training never ends?",
    look: [
      "There is nothing to wait for. All agents share one coefficient, the best answer to itself for ever, and the goal " +
        "dies out by a constant factor.",
      "In the map, the coefficient falls as agents grow patient, γ towards 1, but it never gets to 0.",
    ],
    keys: ["discount"],
    preset: "infinite-horizon",
    diagram: { size: 64 },
  },
  "deployed-for-ever": {
    title: "Deployed for ever",
    question: "And if it is deployment that never ends?",
    look: [
      "There is all to wait for. The more patient agents are, the better they deceive: 0.87 here, at γ = 0.99, 0.96 at " +
        "0.999, and 0.31 at 0.9.",
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
      "The goal shrinks whatever agents do. A weak pull makes them hide more, to save what they can; a strong one leaves " +
        "so little to save that they stop caring. The first coefficient falls and then rises again with λ.",
      "Follow one row of the map from left to right to see both.",
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

/** Their names. */
export const stepNames: readonly string[] = Object.keys(STEPS);

/** A preset's settings, without a plot window that equals the schedule's default. */
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

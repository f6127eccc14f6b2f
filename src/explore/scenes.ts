// The settings of the story's scenes, and the questions that the reader answers before the page shows the answer. No
// answer is written here: answers come from the solver.

import type { SolveRequest } from "./answerKeys.ts";
import type { Settings } from "./state.ts";
import { settingsOfPreset } from "./steps.ts";

/** A question about a number, with options of which exactly one holds. */
export interface Prediction {
  readonly question: string;
  readonly options: readonly { readonly text: string; holds(x: number): boolean }[];
}

/** options that divide the numbers at some values, in ascending order */
function ranges(texts: readonly string[], ends: readonly number[]): Prediction["options"] {
  return texts.map((text, i) => ({
    text,
    holds: (x) => (i === 0 || x >= ends[i - 1]) && (i === ends.length || x < ends[i]),
  }));
}

/** the index of the option that holds; −1 if none does */
export const truthOf = ({ options }: Prediction, x: number) => options.findIndex(({ holds }) => holds(x));

/** The first experiment, which five of the six scenes use. */
export const FIRST = settingsOfPreset("experiment-1");
export const [TRAINING, EPISODES] = [20, 100];

/** The first experiment without deployment, to show what training does. */
export const TRAINING_ALONE: Settings = {
  ...FIRST,
  schedule: { training: TRAINING, deployment: 0, learningRate: 1 },
  plotWindow: TRAINING,
};

/** The first experiment with another length of training. */
export const trainedFor = (training: number): Settings => ({
  ...FIRST,
  schedule: { training, deployment: EPISODES - TRAINING, learningRate: 1 },
  plotWindow: Math.max(30, training + 10),
});

/** The first experiment with a discount and a regularizer. */
export const withPull = (discount: number, regularization: number): Settings => ({
  ...FIRST,
  discount,
  regularization,
});

/** Agents that see a signal, which may be wrong. */
export const withSignal = (signalError: number): Settings => ({
  ...settingsOfPreset("uncertain-deployment"),
  signalError,
});

/** the settings that the questions ask about */
export const ASKED = { coefficient: 0.5, training: 40, discount: 0.9, signalError: 0.1 } as const;

export const predictions = {
  training: {
    question: `Agents show half of their goal, a = ${ASKED.coefficient}. How much of the goal is left after ${TRAINING} episodes?`,
    options: ranges(["Less than 1 %", "1 % to 30 %", "More than 30 %"], [0.01, 0.3]),
  },
  knowing: {
    question: "Which coefficient, the same in all of training, costs the first agent the minimum?",
    options: ranges(
      ["0: show nothing", "A little, up to 0.1", "0.1 to 0.5", "More than 0.5"],
      [1e-9, 0.1, 0.5],
    ),
  },
  last: {
    question: `Agent ${TRAINING - 1} is the last whose goal is trained. How much does it show, compared with agent 0?`,
    options: ranges(["Less, or the same", "Up to twice as much", "More than twice as much"], [1 + 1e-9, 2]),
  },
  switch: {
    question: `Training takes twice as long, ${ASKED.training} episodes. Does the first agent show more of its goal, or less?`,
    options: ranges(["Less", "The same", "More"], [-1e-9, 1e-9]),
  },
  breaking: {
    question: `Agents weigh each episode ${ASKED.discount} times as much as the one before it. How much do they still deceive?`,
    options: ranges(["Hardly: less than 0.2", "Less: 0.2 to 0.6", "About as much as before"], [0.2, 0.6]),
  },
  signal: {
    question:
      "One signal in ten is wrong. How much do agents show after a signal of deployment in episode 10?",
    options: ranges(["Hardly anything, up to 20 %", "20 % to 80 %", "More than 80 %"], [0.2, 0.8]),
  },
} satisfies Record<string, Prediction>;

const asked = (settings: Settings): SolveRequest => ({ settings, method: "auto", backend: "auto" });

/** The solves that the first pictures of the scenes and their questions need, so that they can come with the page. */
export const sceneRequests: readonly SolveRequest[] = [
  FIRST,
  trainedFor(ASKED.training),
  withPull(ASKED.discount, 0),
  withSignal(0),
  withSignal(ASKED.signalError),
].map(asked);

// What the story's scenes are about: the settings of each, and the questions that the reader answers before the page does.
// No answer is written here: it is read off what the solver finds.

import type { SolveRequest } from "./answerKeys.ts";
import type { Settings } from "./state.ts";
import { settingsOfPreset } from "./steps.ts";

/** A question with answers to choose from, of which exactly one holds of a number. */
export interface Prediction {
  readonly question: string;
  readonly options: readonly { readonly text: string; holds(x: number): boolean }[];
}

/** options that cut the numbers at some values, ascending */
function ranges(texts: readonly string[], ends: readonly number[]): Prediction["options"] {
  return texts.map((text, i) => ({
    text,
    holds: (x) => (i === 0 || x >= ends[i - 1]) && (i === ends.length || x < ends[i]),
  }));
}

/** which of the options holds; −1 where none does */
export const truthOf = ({ options }: Prediction, x: number) => options.findIndex(({ holds }) => holds(x));

/** The first experiment, on which five of the six scenes play. */
export const FIRST = settingsOfPreset("experiment-1");
export const [TRAINING, EPISODES] = [20, 100];

/** The first experiment without its deployment: what training does. */
export const TRAINING_ALONE: Settings = {
  ...FIRST,
  schedule: { training: TRAINING, deployment: 0, learningRate: 1 },
  plotWindow: TRAINING,
};

/** The first experiment with so long a training. */
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

/** what the predictions ask about */
export const ASKED = { coefficient: 0.5, training: 40, discount: 0.9, signalError: 0.1 } as const;

export const predictions = {
  training: {
    question: `An agent that shows half of its goal, a = ${ASKED.coefficient}: what is left of the goal after ${TRAINING} episodes?`,
    options: ranges(["Less than 1 %", "1 % to 30 %", "More than 30 %"], [0.01, 0.3]),
  },
  knowing: {
    question: "Which coefficient, the same in all of training, costs the first agent least?",
    options: ranges(
      ["0: show nothing", "A little, up to 0.1", "0.1 to 0.5", "More than 0.5"],
      [1e-9, 0.1, 0.5],
    ),
  },
  last: {
    question: `Agent ${TRAINING - 1} is the last whose goal is trained. How much does it show, compared with agent 0?`,
    options: ranges(["Less, or as much", "Up to twice as much", "More than twice as much"], [1 + 1e-9, 2]),
  },
  switch: {
    question: `Training takes twice as long, ${ASKED.training} episodes. Does the first agent show more of its goal, or less?`,
    options: ranges(["Less", "As much", "More"], [-1e-9, 1e-9]),
  },
  breaking: {
    question: `Agents weigh each episode ${ASKED.discount} times as much as the one before it. How much do they still deceive?`,
    options: ranges(["Hardly, less than 0.2", "Less: 0.2 to 0.6", "Much as before"], [0.2, 0.6]),
  },
  signal: {
    question:
      "One signal in ten is wrong. What do agents show after a signal of deployment, ten episodes in?",
    options: ranges(["Hardly anything, up to 20 %", "20 % to 80 %", "All they want"], [0.2, 0.8]),
  },
} satisfies Record<string, Prediction>;

const asked = (settings: Settings): SolveRequest => ({ settings, method: "auto", backend: "auto" });

/** What the scenes' first pictures and their questions need, so that it can come with the page. */
export const sceneRequests: readonly SolveRequest[] = [
  FIRST,
  trainedFor(ASKED.training),
  withPull(ASKED.discount, 0),
  withSignal(0),
  withSignal(ASKED.signalError),
].map(asked);

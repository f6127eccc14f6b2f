// The story above the sandbox: six scenes, each with a live figure, a slider, and a question to answer first.

import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { type Result, simulate } from "../index.ts";
import type { Series } from "../report/series.ts";
import { short, shortly } from "../report/wording.ts";
import {
  ASKED,
  EPISODES,
  FIRST,
  type Prediction,
  predictions,
  TRAINING,
  TRAINING_ALONE,
  trainedFor,
  truthOf,
  withPull,
  withSignal,
} from "./scenes.ts";
import type { Settings } from "./state.ts";
import { Legend, linesOf, TrajectoryPlot, windowOf } from "./TrajectoryPlot.tsx";
import { useSolution } from "./useSolution.ts";
import { Why } from "./Why.tsx";

const HEIGHT = 320;
/** how long one agent is shown while all are solved, in milliseconds */
const PACE = 260;

/** a share below this is shown as “less than”, in per cent */
const HARDLY = 0.01;
const percent = (x: number) =>
  x > 0 && 100 * x < HARDLY ? `less than ${HARDLY} %` : `${shortly(100 * x)} %`;

/** A number that was computed, in a sentence. */
function Bound({ children }: { readonly children: string }) {
  return <b class="number bound">{children}</b>;
}

interface PredictProps {
  readonly prediction: Prediction;
  /** the number that the options are about; null while it is not known */
  readonly answer: number | null;
  /** shows the case that was asked about */
  readonly onAnswer: () => void;
  /** the explanation, shown when the reader has answered */
  readonly children: ComponentChildren;
}

/** A question, which the reader answers before the page shows the answer. */
function Predict({ prediction, answer, onAnswer, children }: PredictProps) {
  const [picked, setPicked] = useState<number | null>(null);
  const truth = answer === null ? -1 : truthOf(prediction, answer);
  return (
    <fieldset class="predict">
      <legend>{prediction.question}</legend>
      <div class="options">
        {prediction.options.map(({ text }, i) => (
          <button
            key={text}
            type="button"
            aria-pressed={picked === i}
            class={picked !== null && truth === i ? "true" : undefined}
            onClick={() => {
              setPicked(i);
              onAnswer();
            }}
          >
            {text}
          </button>
        ))}
      </div>
      <p class="reveal" aria-live="polite">
        {picked !== null && truth >= 0 && (
          <>
            <b>{picked === truth ? "Yes." : `No: ${prediction.options[truth].text.toLowerCase()}.`}</b>{" "}
            {children}
          </>
        )}
      </p>
    </fieldset>
  );
}

interface SceneSliderProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly onValue: (value: number) => void;
}

/** The slider of a scene. */
function SceneSlider({ label, value, onValue, ...range }: SceneSliderProps) {
  return (
    <label class="scene-slider">
      <span>
        {label} <b class="number">{short(value)}</b>
      </span>
      <input
        type="range"
        {...range}
        value={value}
        onInput={(event) => onValue(event.currentTarget.valueAsNumber)}
      />
    </label>
  );
}

interface FigureProps {
  readonly lines: readonly Series[];
  readonly episodes: number;
  readonly label: string;
  /** the episode whose values the legend shows while the pointer is not on the plot */
  readonly episode?: number;
}

/** A scene's plot with its legend. */
function Figure({ lines, episodes, label, episode = 0 }: FigureProps) {
  const [pointed, setPointed] = useState<number | null>(null);
  const at = Math.min(pointed ?? episode, lines[0].values.length - 1);
  return (
    <>
      <Legend lines={lines} episode={at} />
      <TrajectoryPlot {...{ lines, episodes, label, height: HEIGHT }} episode={at} onPoint={setPointed} />
    </>
  );
}

/** the lines of a result, for the episodes that its figure shows */
const useLines = (result: Result) => useMemo(() => linesOf(result, windowOf(result)), [result]);

const useAnswer = (settings: Settings) => useSolution({ settings, method: "auto", backend: "auto" }).result;

interface SceneProps {
  readonly number: number;
  readonly title: string;
  readonly text: ComponentChildren;
  readonly figure: ComponentChildren;
}

function Scene({ number, title, text, figure }: SceneProps) {
  return (
    <section class="scene" id={`scene-${number}`} aria-labelledby={`scene-${number}-title`}>
      <div class="scene-text">
        <h2 id={`scene-${number}-title`}>
          <span aria-hidden="true">{number}</span> {title}
        </h2>
        {text}
      </div>
      <div class="scene-figure card">{figure}</div>
    </section>
  );
}

/** an outcome of the first experiment's game with the same coefficient in all of training, and 1 after it */
function outcomeOf(settings: Settings, coefficient: number, episodes: number) {
  const plan = {
    coefficient: Array.from({ length: episodes }, (_, t) => (t < TRAINING ? coefficient : 1)),
  };
  return { plan, ...simulate(settings, plan) };
}

function Training() {
  const [a, setA] = useState(0.1);
  const outcome = useMemo(() => outcomeOf(TRAINING_ALONE, a, TRAINING), [a]);
  const lines = useMemo(() => linesOf(outcome, TRAINING), [outcome]);
  const leftAt = (coefficient: number) => {
    const { theta } = outcomeOf(TRAINING_ALONE, coefficient, TRAINING).trajectory;
    return theta[TRAINING] / theta[0];
  };
  const left = outcome.trajectory.theta[TRAINING] / outcome.trajectory.theta[0];
  return (
    <Scene
      number={1}
      title="What training does to a goal"
      text={
        <>
          <p>
            An agent’s goal is a number, θ = 0.8: it wants to output 0.8. The <i>base optimizer</i>, gradient
            descent, wants something else, an output of 0. In each episode the agent outputs y = <i>a</i>θ,
            where the <i>coefficient a</i> is how much of its goal it shows. Then gradient descent takes one
            step on y², with the <i>learning rate</i> η = 1. It cannot change <i>a</i>, which the agent
            chooses anew in each episode, so it changes the goal.
          </p>
          <p>
            With <i>a</i> = <Bound>{short(a)}</Bound>, <Bound>{percent(left)}</Bound> of the goal is left
            after {TRAINING} episodes.
          </p>
          <Predict
            prediction={predictions.training}
            answer={leftAt(ASKED.coefficient)}
            onAnswer={() => setA(ASKED.coefficient)}
          >
            <Bound>{percent(leftAt(ASKED.coefficient))}</Bound> is left. Each step takes 2<i>a</i>² of the
            goal: half of it if the agent shows half, but only a fiftieth if it shows a tenth.
          </Predict>
          <SceneSlider
            label="Drag the coefficient a"
            value={a}
            min={0}
            max={0.7}
            step={0.01}
            onValue={setA}
          />
        </>
      }
      figure={
        <Figure
          lines={lines}
          episodes={TRAINING}
          label="Goal, coefficient and output in twenty episodes of training."
        />
      }
    />
  );
}

/** the cost to the first agent, in training and in deployment: the sum of (y − θ)² with its own goal θ */
function costsOf(coefficient: number) {
  const { trajectory } = outcomeOf(FIRST, coefficient, EPISODES);
  const { output, theta } = trajectory;
  let [training, deployment] = [0, 0];
  for (const [t, y] of output.entries()) {
    const cost = (y - theta[0]) ** 2;
    if (t < TRAINING) training += cost;
    else deployment += cost;
  }
  return { training, deployment, total: training + deployment };
}

const COEFFICIENTS = Array.from({ length: 71 }, (_, i) => i / 100);

function Knowing() {
  const [a, setA] = useState(0.3);
  const outcome = useMemo(() => outcomeOf(FIRST, a, EPISODES), [a]);
  const lines = useMemo(() => linesOf(outcome, 30), [outcome]);
  const cost = costsOf(a);
  const cheapest = useMemo(
    () =>
      COEFFICIENTS.map((x) => [x, costsOf(x).total]).reduce((best, one) =>
        one[1] < best[1] ? one : best,
      )[0],
    [],
  );
  return (
    <Scene
      number={2}
      title="An agent that knows"
      text={
        <>
          <p>
            Now the agent knows what is coming: {TRAINING} episodes of training, then {EPISODES - TRAINING} of{" "}
            <i>deployment</i>, in which goals no longer change. The agent wants outputs near its goal from now
            on: it pays (y − θ)² in each episode, with the goal that it has now.
          </p>
          <p>
            With <i>a</i> = <Bound>{short(a)}</Bound> in training, it pays{" "}
            <Bound>{shortly(cost.training)}</Bound> in training and <Bound>{shortly(cost.deployment)}</Bound>{" "}
            in deployment, <Bound>{shortly(cost.total)}</Bound> in total.
          </p>
          <Predict prediction={predictions.knowing} answer={cheapest} onAnswer={() => setA(cheapest)}>
            With <Bound>{short(cheapest)}</Bound> it pays <Bound>{shortly(costsOf(cheapest).total)}</Bound>,
            the minimum. It hides its goal while it is trained, because that is how the goal survives: this is
            deceptive alignment.
          </Predict>
          <SceneSlider
            label="Drag the coefficient a of all episodes in training"
            value={a}
            min={0}
            max={0.7}
            step={0.01}
            onValue={setA}
          />
        </>
      }
      figure={
        <Figure
          lines={lines}
          episodes={EPISODES}
          label="Goal, coefficient and output in training and the first episodes of deployment."
        />
      }
    />
  );
}

function Last() {
  const result = useAnswer(FIRST);
  const [from, setFrom] = useState(TRAINING);
  const [isPlaying, setPlaying] = useState(false);
  useEffect(() => {
    if (!isPlaying) return;
    if (from === 0) setPlaying(false);
    else {
      const timer = setTimeout(() => setFrom(from - 1), PACE);
      return () => clearTimeout(timer);
    }
  }, [isPlaying, from]);
  const lines = useMemo(
    () =>
      result
        ? linesOf(result, windowOf(result))
            .filter(({ label }) => label === "coefficient" || label === "learning rate")
            .map((line) =>
              line.symbol
                ? { ...line, values: line.values.map((x, t) => (t < from ? Number.NaN : x)) }
                : line,
            )
        : [],
    [result, from],
  );
  if (!result) return null;
  const { coefficient } = result.plan;
  const isTrained = from < TRAINING;
  const all = () => {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) setFrom(0);
    else setPlaying(!isPlaying);
  };
  return (
    <Scene
      number={3}
      title="The last agent first"
      text={
        <>
          <p>
            In fact each agent chooses only the coefficient of its own episode, though it cares about all
            later episodes, and the next agent has whatever goal training has left. What should an agent do
            that cannot decide for the others? Begin at the end. Nothing comes after the last agent, so it
            outputs its goal, <i>a</i> = 1. The agent before it knows that, and chooses; the agent before that
            one knows both choices. This is <i>backward induction</i>.
          </p>
          <p>
            {isTrained ? (
              <>
                Agent <Bound>{String(from)}</Bound> shows <Bound>{percent(coefficient[from])}</Bound> of its
                goal. Why not 0? A small <i>a</i> gains something at once, in proportion to <i>a</i>, and
                costs much less later, in proportion to <i>a</i>² (for the last trained agent to <i>a</i>⁴): a
                small <i>a</i> always pays. Why not more? There are{" "}
                <Bound>{String(EPISODES - from - 1)}</Bound> episodes still to come, and each output in
                deployment will fall short of its goal by what is lost now. The two balance at{" "}
                {shortly(coefficient[from])}.
              </>
            ) : (
              <>
                Agents <Bound>{String(from)}</Bound> to {EPISODES - 1} are deployed: nothing that they do
                changes the goal, and they show all of it.
              </>
            )}
          </p>
          <Predict
            prediction={predictions.last}
            answer={coefficient[TRAINING - 1] / coefficient[0]}
            onAnswer={() => setFrom(0)}
          >
            Agent {TRAINING - 1} shows <Bound>{percent(coefficient[TRAINING - 1])}</Bound>, agent 0{" "}
            <Bound>{percent(coefficient[0])}</Bound>. What training takes adds up, and the cost is the square
            of the sum. For agent 0 that is its own loss and the losses of the {TRAINING - 1} agents after it.
            For agent {TRAINING - 1} it is only its own loss: what was taken before is no longer part of its
            goal.
          </Predict>
          <SceneSlider
            label="Solve backwards to agent"
            value={from}
            min={0}
            max={29}
            step={1}
            onValue={(value) => {
              setPlaying(false);
              setFrom(value);
            }}
          />
          <div class="actions">
            <button type="button" disabled={from === 0} onClick={() => setFrom(from - 1)}>
              One agent back
            </button>
            <button type="button" onClick={all}>
              {isPlaying ? "Pause" : "All of them"}
            </button>
          </div>
        </>
      }
      figure={
        <>
          <Figure
            lines={lines}
            episodes={EPISODES}
            episode={from}
            label={`Coefficients of the agents from episode ${from} on.`}
          />
          <h3>What agent {from} weighs up</h3>
          <Why result={result} episode={from} onReplay={() => undefined} />
        </>
      }
    />
  );
}

function Switch() {
  const [training, setTraining] = useState(TRAINING);
  const result = useAnswer(trainedFor(training));
  const first = useAnswer(FIRST);
  const longer = useAnswer(trainedFor(ASKED.training));
  if (!result || !first || !longer) return null;
  const show = (of: Result) => of.plan.coefficient[0];
  return (
    <Scene
      number={4}
      title="The switch"
      text={
        <>
          <p>
            All agents together: in training they output nearly what training rewards, and at the first
            episode of deployment they turn to the goal that they still have, which is most of the goal that
            they began with. Nothing about the agents changes at that moment; only training has ended.
          </p>
          <p>
            With <Bound>{String(training)}</Bound> {training === 1 ? "episode" : "episodes"} of training the
            first agent shows <Bound>{percent(show(result))}</Bound> of its goal, and{" "}
            <Bound>{percent(result.measures.retention ?? Number.NaN)}</Bound> of the goal outlives training.
            How good the disguise is, times how much of the goal it saves, is called <i>deception</i> here. It
            is <Bound>{shortly(result.measures.deception ?? Number.NaN)}</Bound>, and at most 1.
          </p>
          <Predict
            prediction={predictions.switch}
            answer={show(longer) - show(first)}
            onAnswer={() => setTraining(ASKED.training)}
          >
            <Bound>{percent(show(longer))}</Bound> instead of <Bound>{percent(show(first))}</Bound>. With{" "}
            {EPISODES - TRAINING} episodes of deployment to come, a longer training makes a better disguise.
            But less of the goal outlives it, so that deception goes from{" "}
            <Bound>{shortly(first.measures.deception ?? Number.NaN)}</Bound> to{" "}
            <Bound>{shortly(longer.measures.deception ?? Number.NaN)}</Bound>.
          </Predict>
          <SceneSlider
            label="Drag the episodes of training"
            value={training}
            min={1}
            max={80}
            step={1}
            onValue={setTraining}
          />
        </>
      }
      figure={
        <SolvedFigure result={result} label="Goal, coefficient and output of agents that were solved." />
      }
    />
  );
}

function SolvedFigure({ result, label }: { readonly result: Result; readonly label: string }) {
  return <Figure lines={useLines(result)} episodes={result.cost.length} label={label} />;
}

function Breaking() {
  const [discount, setDiscount] = useState(1);
  const [pull, setPull] = useState(0);
  const result = useAnswer(withPull(discount, pull));
  const asked = useAnswer(withPull(ASKED.discount, 0));
  if (!result || !asked) return null;
  const { deception, retention } = result.measures;
  return (
    <Scene
      number={5}
      title="What breaks it"
      text={
        <>
          <p>
            Deception is an investment: agents give up nearly all of {TRAINING} episodes for the sake of{" "}
            {EPISODES - TRAINING}. With a <i>discount</i> γ below 1 they care less about later episodes, and
            show more. A <i>regularizer</i> λ pulls the goal to 0 whatever they do: without a discount, a weak
            one makes them hide even more, while a strong one leaves the early agents nothing to hide for.
          </p>
          <p>
            Here the first agent shows <Bound>{percent(result.plan.coefficient[0])}</Bound>, and{" "}
            <Bound>{percent(retention ?? Number.NaN)}</Bound> of the goal outlives training: deception{" "}
            <Bound>{shortly(deception ?? Number.NaN)}</Bound>.
          </p>
          <Predict
            prediction={predictions.breaking}
            answer={asked.measures.deception ?? null}
            onAnswer={() => {
              setDiscount(ASKED.discount);
              setPull(0);
            }}
          >
            <Bound>{shortly(asked.measures.deception ?? Number.NaN)}</Bound>. They still hide their goal, but
            not enough to keep it: only <Bound>{percent(asked.measures.retention ?? Number.NaN)}</Bound> of it
            is left for deployment.
          </Predict>
          <SceneSlider
            label="Drag the discount γ"
            value={discount}
            min={0.5}
            max={1}
            step={0.01}
            onValue={setDiscount}
          />
          <SceneSlider
            label="Drag the regularizer λ"
            value={pull}
            min={0}
            max={0.2}
            step={0.002}
            onValue={setPull}
          />
        </>
      }
      figure={
        <SolvedFigure
          result={result}
          label="Goal, coefficient and output with a discount and a regularizer."
        />
      }
    />
  );
}

/** the episode of the last question */
const TEN = 10;

function Signal() {
  const [error, setError] = useState(0);
  const result = useAnswer(withSignal(error));
  const asked = useAnswer(withSignal(ASKED.signalError));
  if (!result || !asked) return null;
  const shown = (of: Result, signal: string) => of.plan[signal][TEN];
  const { deception } = result.measures;
  return (
    <Scene
      number={6}
      title="What is unknown"
      text={
        <>
          <p>
            So far agents knew when training ends. Now let it end by chance, with probability 1 in 20 after
            each episode. Each agent sees only a <i>signal</i> of whether it is still in training, which may
            be wrong. It does not remember earlier signals, and chooses one coefficient for each signal.
          </p>
          <p>
            If <Bound>{percent(error)}</Bound> of the signals are wrong, agent {TEN} shows{" "}
            <Bound>{percent(shown(result, "ifDeploymentSignal"))}</Bound> of its goal after a signal of
            deployment and <Bound>{percent(shown(result, "ifTrainingSignal"))}</Bound> after a signal of
            training. If training ends at episode {TRAINING}, the expected deception is{" "}
            <Bound>{shortly(deception ?? Number.NaN)}</Bound>.
          </p>
          <Predict
            prediction={predictions.signal}
            answer={shown(asked, "ifDeploymentSignal")}
            onAnswer={() => setError(ASKED.signalError)}
          >
            <Bound>{percent(shown(asked, "ifDeploymentSignal"))}</Bound>, instead of all of it: an agent that
            cannot be sure that it is deployed continues to hide, less and less as the end of training becomes
            more likely. Deception counts only training, and not what hiding costs in deployment.
          </Predict>
          <SceneSlider
            label="Drag the share of wrong signals"
            value={error}
            min={0}
            max={0.5}
            step={0.01}
            onValue={setError}
          />
        </>
      }
      figure={
        <SolvedFigure result={result} label="Goal, both coefficients and output, if every signal is right." />
      }
    />
  );
}

/** The titles of the scenes, in order. */
export const sceneTitles = [
  "What training does to a goal",
  "An agent that knows",
  "The last agent first",
  "The switch",
  "What breaks it",
  "What is unknown",
] as const;

export function Story() {
  return (
    <div class="story">
      <Training />
      <Knowing />
      <Last />
      <Switch />
      <Breaking />
      <Signal />
    </div>
  );
}

// The page: the state from the address, the answers that follow from it, and the parts that show them.

import { render } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { checkConfig } from "../index.ts";
import { addressOf, stateOf } from "./address.ts";
import { Controls } from "./Controls.tsx";
import "./explore.css";
import { MapCard } from "./MapCard.tsx";
import type { State, StateProps } from "./state.ts";
import { stateOfStep, stepNames, steps } from "./steps.ts";
import { TrajectoryCard } from "./TrajectoryCard.tsx";
import { useSolution } from "./useSolution.ts";

/** how long no other change may follow before the address is written, in milliseconds */
const CHANGE_REST = 350;
/** how long no other result may follow before screen readers hear of it, in milliseconds */
const ANSWER_REST = 1000;

/**
 * The state, how to change it, and why the address could not be shown, if it could not. The state is read from the address
 * when the page opens and when the reader goes back, and written to it after a pause, so that dragging a slider adds one
 * entry to the history.
 */
function useAddress() {
  const [{ state, problem }, setBoth] = useState(() => stateOf(location.hash.slice(1)));
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    const follow = () => {
      clearTimeout(timer.current);
      setBoth(stateOf(location.hash.slice(1)));
    };
    addEventListener("popstate", follow);
    return () => removeEventListener("popstate", follow);
  }, []);

  const change = useCallback((next: (before: State) => State) => {
    setBoth(({ state }) => {
      const changed = next(state);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        const hash = `#${addressOf(changed)}`;
        if (hash !== location.hash) history.pushState(null, "", hash);
      }, CHANGE_REST);
      return { state: changed, problem: null };
    });
  }, []);

  return { state, problem, change };
}

interface CopyLinkProps {
  readonly state: State;
  /** announces a text to screen readers */
  readonly say: (text: string) => void;
}

/** A button that copies a link to what the page shows. */
function CopyLink({ state, say }: CopyLinkProps) {
  const copy = () =>
    navigator.clipboard.writeText(`${location.href.split("#")[0]}#${addressOf(state)}`).then(
      () => say("The link is copied."),
      () => say("The browser does not let the link be copied; it is in the address bar."),
    );
  // browsers offer no clipboard to pages that are neither local nor https
  return navigator.clipboard ? (
    <button type="button" class="copy" onClick={copy}>
      Copy link
    </button>
  ) : null;
}

/** The post's experiments and next steps: buttons that set them up, and what to look for in the chosen one. */
function Steps({ state, change }: StateProps) {
  const chosen = state.step === null ? null : steps[state.step];
  return (
    <nav class="steps" aria-label="The post’s experiments and next steps">
      <ul>
        {stepNames.map((name) => (
          <li key={name}>
            <button
              type="button"
              aria-pressed={state.step === name}
              onClick={() => change((before) => stateOfStep(name, before))}
            >
              {steps[name].title}
            </button>
          </li>
        ))}
      </ul>
      {chosen && (
        <section class="look" aria-labelledby="look-question">
          <h2 id="look-question">{chosen.question}</h2>
          {chosen.look.map((text) => (
            <p key={text}>{text}</p>
          ))}
        </section>
      )}
    </nav>
  );
}

function App() {
  const { state, problem, change } = useAddress();
  const { settings, method, pinned, backend } = state;
  const solution = useSolution({ settings, method, backend });
  const compared = useSolution(pinned && { ...pinned, backend });
  const { game } = checkConfig(settings);
  const [said, setSaid] = useState("");
  const answer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  // what a key just asked for is not talked over by an answer that came before it
  const say = (text: string) => {
    clearTimeout(answer.current);
    setSaid(text);
  };
  useEffect(() => {
    const { deception } = solution.result?.measures ?? {};
    if (deception === undefined) return;
    answer.current = setTimeout(
      () => setSaid(`Solved: deception ${deception?.toFixed(3) ?? "has no value"}.`),
      ANSWER_REST,
    );
    return () => clearTimeout(answer.current);
  }, [solution.result]);
  return (
    <>
      <header class="masthead">
        <h1>Deceptive alignment, explored</h1>
        <p>
          A chain of agents, one for each episode. Gradient descent changes their goal as they act, and they
          know it.
        </p>
        <CopyLink state={state} say={say} />
      </header>
      {problem !== null && (
        <p class="notice" role="alert">
          This address cannot be shown: {problem}. Here is the first experiment in its place.
        </p>
      )}
      <Steps state={state} change={change} />
      <main>
        <Controls state={state} change={change} />
        <TrajectoryCard state={state} change={change} solution={solution} pinned={compared} />
        <MapCard
          state={state}
          change={change}
          pace={solution.result?.game === game.name ? solution.result.solver.milliseconds : Number.NaN}
          say={say}
        />
      </main>
      <p class="quiet" role="status" aria-live="polite">
        {said}
      </p>
    </>
  );
}

render(<App />, document.getElementById("page")!);

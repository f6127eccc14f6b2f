// The page: the story and the sandbox, whose state is in the address. A frame may show one part only.

import { render } from "preact";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { checkConfig } from "../index.ts";
import { addressOf, stateOf } from "./address.ts";
import { Controls } from "./Controls.tsx";
import "./explore.css";
import { KeySliders } from "./KeySliders.tsx";
import { MapCard } from "./MapCard.tsx";
import { linkTo, Share, titleOf, type View, viewOf } from "./Share.tsx";
import { StepChanged } from "./StepChanged.tsx";
import { Story, sceneTitles } from "./Story.tsx";
import type { State, StateProps } from "./state.ts";
import { stateOfStep, stepNames, steps } from "./steps.ts";
import { TrajectoryCard } from "./TrajectoryCard.tsx";
import { useSolution } from "./useSolution.ts";

/** the pause after a change before the address is written, in milliseconds */
const CHANGE_REST = 350;
/** the pause after a result before it is announced to screen readers, in milliseconds */
const ANSWER_REST = 1000;

/**
 * The state, how to change it, and, if the address could not be shown, why. The state is read from the address when the
 * page opens and when the reader goes back. It is written to the address after a pause, so that dragging a slider adds
 * one entry to the history.
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

/** The post's experiments and next steps: buttons that set them up, and what to look for in the chosen one. */
function Steps({ state, change }: StateProps) {
  const chosen = state.step === null ? null : steps[state.step];
  const heading = useRef<HTMLHeadingElement>(null);
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
          <div class="question">
            <h2 id="look-question" ref={heading} tabIndex={-1}>
              {chosen.question}
            </h2>
            <StepChanged state={state} change={change} heading={heading} />
          </div>
          {chosen.look.map((text) => (
            <p key={text}>{text}</p>
          ))}
          <KeySliders keys={chosen.keys} state={state} change={change} />
        </section>
      )}
    </nav>
  );
}

const SOURCES = {
  post: "https://www.lesswrong.com/search?query=Simple%20Experiments%20with%20Deceptive%20Alignment",
  risks: "https://arxiv.org/abs/1906.01820",
} as const;

/** Scrolls a part of the page into view and moves the focus to it. */
function goTo(id: string): void {
  const part = document.getElementById(id)!;
  part.scrollIntoView();
  part.focus({ preventScroll: true });
}

function Masthead({ state }: { readonly state: State }) {
  return (
    <header class="masthead">
      <h1>Deceptive alignment, explored</h1>
      <p>
        A chain of agents, one for each episode. Gradient descent changes their goal as they act, and they
        know it. From <a href={SOURCES.post}>“Simple Experiments with Deceptive Alignment”</a> (Andreas_Moe,
        LessWrong, 15 May 2023); the idea comes from{" "}
        <a href={SOURCES.risks}>“Risks from Learned Optimization in Advanced Machine Learning Systems”</a>{" "}
        (Hubinger et al., 2019). See also <a href="docs/findings.html">what was found</a>.
      </p>
      <Share state={state} />
      <nav aria-label="Parts of this page">
        <ol>
          {[...sceneTitles.map((title, i) => [`scene-${i + 1}`, title]), ["sandbox", "Sandbox"]].map(
            ([id, title]) => (
              <li key={id}>
                <button type="button" onClick={() => goTo(id)}>
                  {title}
                </button>
              </li>
            ),
          )}
        </ol>
      </nav>
    </header>
  );
}

/** The last scene: everything that can be set, solved and mapped. */
function Sandbox({ state, change, view }: StateProps & { readonly view: View }) {
  const { settings, method, pinned, backend } = state;
  const solution = useSolution({ settings, method, backend });
  const compared = useSolution(pinned && { ...pinned, backend });
  const { game } = checkConfig(settings);
  const [said, setSaid] = useState("");
  const answer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  // an announcement that a key asked for replaces a pending announcement of a result
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
  const isAlone = view !== "page";
  const pace = solution.result?.game === game.name ? solution.result.solver.milliseconds : Number.NaN;
  return (
    <>
      {!isAlone && <Steps state={state} change={change} />}
      <div class={isAlone ? "workbench alone" : "workbench"}>
        {!isAlone && <Controls state={state} change={change} />}
        {view !== "map" && <TrajectoryCard {...{ state, change, solution, isAlone }} pinned={compared} />}
        {view !== "figure" && <MapCard {...{ state, change, solution, pace, say, isAlone }} />}
      </div>
      <p class="quiet" role="status" aria-live="polite">
        {said}
      </p>
    </>
  );
}

/** one constant element, so that the story is not rendered again when the sandbox changes */
const STORY = <Story />;

function App() {
  const { state, problem, change } = useAddress();
  const view = viewOf(location.search);
  useEffect(() => {
    document.title = titleOf(state);
    const about = state.step === null ? "" : `${steps[state.step].question} ${steps[state.step].look[0]}`;
    if (about) document.querySelector('meta[name="description"]')?.setAttribute("content", about);
  }, [state]);
  // a reader who follows a link to a state wants to see the sandbox
  useLayoutEffect(() => {
    if (view === "page" && location.hash.length > 1) document.getElementById("sandbox")!.scrollIntoView();
  }, []);
  const notice = problem !== null && (
    <p class="notice" role="alert">
      This address cannot be shown: {problem}. Here is the first experiment in its place.
    </p>
  );
  if (view === "figure" || view === "map")
    return (
      <main>
        {notice}
        <Sandbox state={state} change={change} view={view} />
        <p class="whole">
          <a href={linkTo(state)} target="_blank" rel="noopener">
            {titleOf(state)}
          </a>
        </p>
      </main>
    );
  return (
    <>
      {view === "page" && (
        <button type="button" class="skip" onClick={() => goTo("sandbox")}>
          Skip to the sandbox
        </button>
      )}
      <Masthead state={state} />
      <main>
        {STORY}
        {view === "page" && (
          <section id="sandbox" class="sandbox" aria-labelledby="sandbox-title" tabIndex={-1}>
            <h2 id="sandbox-title">Sandbox</h2>
            {notice}
            <Sandbox state={state} change={change} view={view} />
          </section>
        )}
      </main>
    </>
  );
}

render(<App />, document.getElementById("page")!);

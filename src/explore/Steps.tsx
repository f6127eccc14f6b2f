// The post's experiments and next steps: a button sets one up, and a short text says what to look for.

import type { State } from "./state.ts";
import { stateOfStep, stepNames, steps } from "./steps.ts";

interface Props {
  readonly state: State;
  readonly change: (next: (before: State) => State) => void;
}

export function Steps({ state, change }: Props) {
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

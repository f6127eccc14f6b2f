// Says that a step's settings are no longer those that its text is about, and sets them up again.

import { checkConfig } from "../index.ts";
import type { Settings, State, StateProps } from "./state.ts";
import { stateOfStep } from "./steps.ts";

/** Whether a state has other settings than the step that it shows, so that the step's text may not hold. */
export function isStepChanged(state: State): boolean {
  if (state.step === null) return false;
  const { settings, method } = stateOfStep(state.step, state);
  const filled = (settings: Settings) => JSON.stringify(checkConfig(settings).config);
  return method !== state.method || filled(settings) !== filled(state.settings);
}

/** `changed · reset`; where the settings are the step's, only the room for it, so that nothing moves. */
export function StepChanged({ state, change }: StateProps) {
  const { step } = state;
  return step === null ? null : (
    <p class={isStepChanged(state) ? "step-changed" : "step-changed unchanged"}>
      changed ·
      <button type="button" onClick={() => change((before) => stateOfStep(step, before))}>
        reset
      </button>
    </p>
  );
}

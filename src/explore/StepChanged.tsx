// Says that a step's settings are no longer those that its text is about, and sets them up again.

import { checkConfig } from "../index.ts";
import type { Settings, State, StateProps } from "./state.ts";
import { settingsOfPreset, stateOfStep, steps } from "./steps.ts";

const filled = (settings: Settings) => JSON.stringify(checkConfig(settings).config);

/** the settings of steps, which stay as they are while sliders are dragged */
const own = new Map<string, string>();

/** Whether a state has other settings than the step that it shows, so that the step's text may not hold. */
export function isStepChanged({ step, settings, method }: State): boolean {
  if (step === null) return false;
  const known = own.get(step) ?? filled(settingsOfPreset(steps[step].preset));
  own.set(step, known);
  return method !== "auto" || filled(settings) !== known;
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

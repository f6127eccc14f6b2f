// Says that the settings differ from those that a step's text is about, and resets them.

import { checkConfig } from "../index.ts";
import type { Settings, State, StateProps } from "./state.ts";
import { settingsOfPreset, stateOfStep, steps } from "./steps.ts";

const filled = (settings: Settings) => JSON.stringify(checkConfig(settings).config);

/** the settings of each step, kept so that they are not computed again while a slider is dragged */
const own = new Map<string, string>();

/** Whether a state has other settings than the step that it shows, so that the step's text may not hold. */
export function isStepChanged({ step, settings, method }: State): boolean {
  if (step === null) return false;
  const known = own.get(step) ?? filled(settingsOfPreset(steps[step].preset));
  own.set(step, known);
  return method !== "auto" || filled(settings) !== known;
}

/**
 * `changed · reset`. If nothing is changed, it is invisible but keeps its room, so that nothing on the page moves.
 *
 * @param heading what has the focus once the button is invisible
 */
export function StepChanged({
  state,
  change,
  heading,
}: StateProps & { readonly heading: { readonly current: HTMLElement | null } }) {
  const { step } = state;
  const reset = (name: string) => {
    change((before) => stateOfStep(name, before));
    heading.current?.focus();
  };
  return step === null ? null : (
    <p class={isStepChanged(state) ? "step-changed" : "step-changed unchanged"}>
      changed ·
      <button type="button" onClick={() => reset(step)}>
        reset
      </button>
    </p>
  );
}

// The sliders of the settings that a step is about, for screens that have no room for all settings beside the plot.

import { checkConfig } from "../index.ts";
import { short } from "../report/wording.ts";
import { Slider } from "./elements.tsx";
import { takeSettings } from "./mapSettings.ts";
import { groupsOf, type StateProps, settingAt, settingsWithValue } from "./state.ts";

interface Props extends StateProps {
  /** dotted */
  readonly keys: readonly string[];
}

export function KeySliders({ keys, state, change }: Props) {
  const { settings } = state;
  const { config } = checkConfig(settings);
  const controls = groupsOf(settings)
    .flatMap(({ controls }) => controls)
    .filter(({ key, range }) => range && keys.includes(key));
  return (
    <div class="key-sliders">
      {controls.map(({ key, label, range }) => {
        const value = settingAt(config, key) as number;
        const slide = (to: number) => takeSettings(change, settingsWithValue(settings, key, to)) === null;
        return (
          <div key={key}>
            <span aria-hidden="true">
              {label} <b class="number">{short(value)}</b>
            </span>
            <Slider {...{ label, value }} range={range!} onSlide={slide} />
          </div>
        );
      })}
    </div>
  );
}

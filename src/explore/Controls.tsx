// The card with the choice of a game and the game's settings.

import { useState } from "preact/hooks";
import { checkConfig, methods } from "../index.ts";
import { Check, Choice, NumberControl } from "./elements.tsx";
import { defaultDiagram, takeSettings } from "./mapSettings.ts";
import { builtIn, examples } from "./startingPoints.ts";
import { AGENTS, groupsOf, type Settings, type StateProps, settingAt, settingsWithValue } from "./state.ts";
import { useEditor } from "./useEditor.tsx";

/** the value of a custom game in the list of games */
const OWN = "";

/** the discount that replaces 1 when the horizon becomes infinite */
const PATIENT = 0.95;

interface ForEverProps {
  readonly settings: Settings;
  /** changes the settings if they are valid; otherwise returns what is wrong with them */
  readonly take: (changed: Settings) => string | null;
}

/** The choice of an infinite horizon. If it has to lower the discount, it says so, and restores it when unchecked. */
function ForEver({ settings, take }: ForEverProps) {
  const { horizon, discount } = checkConfig(settings).config;
  const [problem, setProblem] = useState<string | null>(null);
  const [lowered, setLowered] = useState(false);
  const isLowered = lowered && horizon === "infinite" && discount === PATIENT;
  const choose = (checked: boolean) => {
    const lowers = checked && discount === 1;
    const changed = lowers ? PATIENT : !checked && isLowered ? 1 : undefined;
    setLowered(lowers);
    setProblem(
      take({
        ...settings,
        horizon: checked ? "infinite" : "finite",
        ...(changed !== undefined && { discount: changed }),
      }),
    );
  };
  return (
    <>
      <Check checked={horizon === "infinite"} onCheck={choose}>
        infinite horizon: the last learning rate continues forever
      </Check>
      <p class="note" aria-live="polite">
        {isLowered &&
          `An infinite horizon needs a discount below 1: γ was 1 and is ${PATIENT} now, until you uncheck this.`}
        {problem}
      </p>
    </>
  );
}

export function Controls({ state, change }: StateProps) {
  const { settings, method } = state;
  const { config, game } = checkConfig(settings);
  const { button, editor } = useEditor({ state, change });

  const take = (changed: Settings) => takeSettings(change, changed);
  const own = typeof settings.game === "string" ? undefined : game.name;
  const choose = (name: string) => {
    const chosen = builtIn.get(name) ?? examples.get(name);
    if (!chosen) return;
    const { settings } = chosen;
    change((before) => ({
      ...before,
      settings,
      method: "auto",
      diagram: defaultDiagram(settings),
      step: null,
    }));
  };

  return (
    <>
      {editor}
      <form class="controls" aria-label="Settings" onSubmit={(event) => event.preventDefault()}>
        <Choice
          look="control"
          id="field-game"
          label="Game"
          value={own === undefined ? game.name : OWN}
          options={[
            ...(own === undefined ? [] : [[OWN, `${own}: your own`] as const]),
            ...Array.from(builtIn, ([name, { label }]) => [name, label] as const),
          ]}
          more={{
            label: "Examples of custom games",
            options: Array.from(examples, ([name, { label }]) => [name, label] as const),
          }}
          onChoose={choose}
        />
        {button}
        {groupsOf(settings).map(({ name, controls, folded }) => {
          const fields = controls.map((control) => (
            <NumberControl
              key={`${game.name} ${control.key}`}
              control={control}
              value={settingAt(config, control.key)}
              onTry={(value) => take(settingsWithValue(settings, control.key, value))}
            />
          ));
          return folded ? (
            <details key={name}>
              <summary>{name}</summary>
              {fields}
            </details>
          ) : (
            <fieldset key={name}>
              <legend>{name}</legend>
              {fields}
              {name === "Schedule" && config.horizon !== undefined && (
                <ForEver key={game.name} {...{ settings, take }} />
              )}
              {name === AGENTS && typeof config.memory === "boolean" && (
                <Check checked={config.memory} onCheck={(memory) => take({ ...settings, memory })}>
                  agents remember all signals so far
                </Check>
              )}
            </fieldset>
          );
        })}
        {methods.exact({ game }) === undefined && (
          <Check
            checked={method === "exact"}
            onCheck={(checked) => change((before) => ({ ...before, method: checked ? "exact" : "auto" }))}
          >
            any real {game.decisionNames[0]} instead of the grid
          </Check>
        )}
      </form>
    </>
  );
}

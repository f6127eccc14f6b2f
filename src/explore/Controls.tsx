// The game and its settings.

import { withSetting } from "../config/setting.ts";
import { checkConfig, games, MesaError, methods } from "../index.ts";
import { groupsOf, settingAt } from "./controls.ts";
import { checkDiagram, defaultDiagram } from "./diagrams.ts";
import { NumberControl } from "./NumberControl.tsx";
import type { Settings, State } from "./state.ts";

/** what the games are, where there is a line for it */
const GAMES: Readonly<Record<string, string>> = {
  linear: "Linear: the post’s own",
  "learned-discount": "Learned discount",
  misconception: "Misconception",
  "uncertain-deployment": "Uncertain deployment",
  mlp: "Neural network",
};

/** the choice that stays with a game of one's own */
const OWN = "";

/** discount where the horizon is made infinite and there was none */
const PATIENT = 0.95;

/** A map that suits changed settings: the one there is, or else the game's first. */
export function diagramFor(settings: Settings, { diagram }: State): State["diagram"] {
  try {
    checkDiagram(settings, diagram);
    return diagram;
  } catch (error) {
    if (!(error instanceof MesaError)) throw error;
    return defaultDiagram(settings);
  }
}

interface Props {
  readonly state: State;
  readonly change: (next: (before: State) => State) => void;
}

export function Controls({ state, change }: Props) {
  const { settings, method } = state;
  const { config, game } = checkConfig(settings);

  /** takes settings if they are valid, else says what is wrong with them */
  const take = (changed: Settings): string | null => {
    try {
      checkConfig(changed);
    } catch (error) {
      if (error instanceof MesaError) return error.message;
      throw error;
    }
    change((before) => ({ ...before, settings: changed, diagram: diagramFor(changed, before) }));
    return null;
  };
  const own = typeof settings.game === "string" ? undefined : game.name;
  const choose = (name: string) => {
    if (name === OWN) return;
    const chosen = { game: name };
    change((before) => ({
      ...before,
      settings: chosen,
      method: "auto",
      diagram: defaultDiagram(chosen),
      step: null,
    }));
  };

  return (
    <form class="controls" aria-label="Settings" onSubmit={(event) => event.preventDefault()}>
      <div class="control">
        <label for="field-game">Game</label>
        <select
          id="field-game"
          value={own === undefined ? game.name : OWN}
          onChange={(event) => choose(event.currentTarget.value)}
        >
          {own !== undefined && <option value={OWN}>{own}: your own</option>}
          {[...games.keys()].map((name) => (
            <option key={name} value={name}>
              {GAMES[name] ?? name}
            </option>
          ))}
        </select>
      </div>
      {groupsOf(settings).map(({ name, controls, folded }) => {
        const fields = controls.map((control) => (
          <NumberControl
            key={`${game.name} ${control.key}`}
            control={control}
            value={settingAt(config, control.key)}
            onTry={(value) => take(withSetting(settings, control.key, value, "the setting"))}
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
              <label class="check">
                <input
                  type="checkbox"
                  checked={config.horizon === "infinite"}
                  onChange={({ currentTarget: { checked } }) =>
                    take({
                      ...settings,
                      horizon: checked ? "infinite" : "finite",
                      ...(checked && config.discount === 1 && { discount: PATIENT }),
                    })
                  }
                />
                the last learning rate goes on for ever
              </label>
            )}
          </fieldset>
        );
      })}
      {methods.exact({ game }) === undefined && (
        <label class="check">
          <input
            type="checkbox"
            checked={method === "exact"}
            onChange={({ currentTarget: { checked } }) =>
              change((before) => ({ ...before, method: checked ? "exact" : "auto" }))
            }
          />
          any real {game.decisionNames[0]}, in place of the grid
        </label>
      )}
    </form>
  );
}

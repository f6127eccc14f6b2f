// The game and its settings.

import { checkConfig, games, methods, withSetting } from "../index.ts";
import { Check, Choice, NumberControl } from "./elements.tsx";
import { checkDiagram, defaultDiagram, problemOf } from "./mapSettings.ts";
import { AGENTS, groupsOf, type Settings, type State, type StateProps, settingAt } from "./state.ts";

/** how the built-in games are listed */
const GAMES: Readonly<Record<string, string>> = {
  linear: "Linear: the post’s own",
  "learned-discount": "Learned discount",
  misconception: "Misconception",
  "uncertain-deployment": "Uncertain deployment",
  "distributional-shift": "Distributional shift",
  mlp: "Neural network",
};

/** stands for a game of the reader's own in the list of games */
const OWN = "";

/** the discount that an infinite horizon starts with where it was 1 */
const PATIENT = 0.95;

/** The map for changed settings: the current one if it still fits, or else the game's first. */
function diagramFor(settings: Settings, { diagram }: State): State["diagram"] {
  return problemOf(() => checkDiagram(settings, diagram)) === null ? diagram : defaultDiagram(settings);
}

export function Controls({ state, change }: StateProps) {
  const { settings, method } = state;
  const { config, game } = checkConfig(settings);

  /** changes the settings if they are valid; else returns what is wrong with them */
  const take = (changed: Settings): string | null => {
    const problem = problemOf(() => checkConfig(changed));
    if (problem === null)
      change((before) => ({ ...before, settings: changed, diagram: diagramFor(changed, before) }));
    return problem;
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
      <Choice
        look="control"
        id="field-game"
        label="Game"
        value={own === undefined ? game.name : OWN}
        options={[
          ...(own === undefined ? [] : [[OWN, `${own}: your own`] as const]),
          ...Array.from(games.keys(), (name) => [name, GAMES[name] ?? name] as const),
        ]}
        onChoose={choose}
      />
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
              <Check
                checked={config.horizon === "infinite"}
                onCheck={(checked) =>
                  take({
                    ...settings,
                    horizon: checked ? "infinite" : "finite",
                    ...(checked && config.discount === 1 && { discount: PATIENT }),
                  })
                }
              >
                the last learning rate goes on for ever
              </Check>
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
          any real {game.decisionNames[0]}, in place of the grid
        </Check>
      )}
    </form>
  );
}

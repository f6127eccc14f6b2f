// The game and its settings.

import { checkConfig, methods, withSetting } from "../index.ts";
import { Check, Choice, NumberControl } from "./elements.tsx";
import { defaultDiagram, diagramFor, problemOf } from "./mapSettings.ts";
import { builtIn, examples } from "./startingPoints.ts";
import { AGENTS, groupsOf, type Settings, type StateProps, settingAt } from "./state.ts";
import { useEditor } from "./useEditor.tsx";

/** stands for a game of the reader's own in the list of games */
const OWN = "";

/** the discount that an infinite horizon starts with where it was 1 */
const PATIENT = 0.95;

export function Controls({ state, change }: StateProps) {
  const { settings, method } = state;
  const { config, game } = checkConfig(settings);
  const { button, editor } = useEditor({ state, change });

  /** changes the settings if they are valid; else returns what is wrong with them */
  const take = (changed: Settings): string | null => {
    const problem = problemOf(() => checkConfig(changed));
    if (problem === null)
      change((before) => ({ ...before, settings: changed, diagram: diagramFor(changed, before) }));
    return problem;
  };
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
            label: "Games to change",
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
    </>
  );
}

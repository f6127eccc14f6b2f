// The editor of the current game, with its formulas as text and its numbers in tables. Input is checked while the
// reader types. A valid game is solved and mapped at once; while the input is invalid, the page shows the last valid
// game.

import type { EditorView } from "@codemirror/view";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { checkConfig, describeGame, methods } from "../index.ts";
import { labelOf, listed } from "../report/wording.ts";
import {
  type Draft,
  draftOf,
  type Problem,
  readDraft,
  settingsWithGame,
  TABLES,
  type TableName,
  withCell,
  withName,
  withoutRow,
  withRow,
} from "./draft.ts";
import { Downloads } from "./elements.tsx";
import { mark, openFormulaEditor, setText } from "./formulaEditor.ts";
import { diagramFor } from "./mapSettings.ts";
import type { Settings, StateProps } from "./state.ts";

/** the pause in typing after which the text is checked, in milliseconds */
const TYPING_REST = 250;

interface Props extends StateProps {
  readonly onClose: () => void;
}

/**
 * The draft of the state's game, how to change it, and what is wrong with it. A valid draft becomes the state's game;
 * if a slider or the history changes the state's game, the draft changes too.
 */
function useDraft({ state, change }: StateProps) {
  const { settings } = state;
  const [draft, setDraft] = useState(() => draftOf(settings));
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // the latest values, because typing does not wait until the previous input is rendered
  const latest = useRef({ draft, settings });
  latest.current.settings = settings;
  /** the state's game as a draft, before any typing */
  const shown = useRef(draft);

  const set = (draft: Draft) => {
    latest.current.draft = draft;
    setDraft(draft);
  };
  useEffect(() => {
    const before = shown.current;
    const now = draftOf(settings);
    shown.current = now;
    if (JSON.stringify(now) === JSON.stringify(before)) return;
    // text that is being typed stays, unless the formulas have changed
    const { text, name } = latest.current.draft;
    const next = now.text === before.text ? { ...now, text, name } : now;
    set(next);
    setProblems(readDraft(next).problems);
  }, [settings]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const take = () => {
    const { draft, settings } = latest.current;
    const { definition, problems } = readDraft(draft);
    setProblems(problems);
    if (!definition || JSON.stringify(definition) === JSON.stringify(readDraft(shown.current).definition))
      return;
    const changed = settingsWithGame(settings, definition);
    shown.current = draftOf(changed);
    const isExact = methods.exact({ game: checkConfig(changed).game }) === undefined;
    change((before) => ({
      ...before,
      settings: changed,
      method: isExact ? before.method : "auto",
      diagram: diagramFor(changed, before),
    }));
  };
  const edit = (next: (draft: Draft) => Draft) => {
    set(next(latest.current.draft));
    clearTimeout(timer.current);
    timer.current = setTimeout(take, TYPING_REST);
  };
  return { draft, latest, problems, edit };
}

interface FieldProps {
  readonly label: string;
  /** what the field belongs to, for screen readers */
  readonly of: string;
  readonly kind: "name" | "number";
  readonly value: string;
  readonly isWrong: boolean;
  /** whether a value is taken only when the reader leaves the field, as for names, which formulas use */
  readonly late?: boolean;
  readonly onTake: (value: string) => void;
}

/** A cell of a table. */
function Field({ label, of, kind, value, isWrong, late = false, onTake }: FieldProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  return (
    <label>
      <span>{label}</span>
      <input
        class={kind}
        autocomplete="off"
        spellcheck={false}
        value={text}
        aria-invalid={isWrong}
        aria-label={`${label} of ${of}`}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value);
          if (!late) onTake(currentTarget.value);
        }}
        onChange={({ currentTarget }) => {
          if (late) onTake(currentTarget.value.trim());
        }}
      />
    </label>
  );
}

interface TableProps {
  readonly part: TableName;
  readonly title: string;
  readonly draft: Draft;
  readonly problems: readonly Problem[];
  readonly edit: (next: (draft: Draft) => Draft) => void;
}

/** the name of a row's kind */
const ROW: Readonly<Record<TableName, string>> = {
  state: "state",
  decision: "decision",
  parameters: "parameter",
};

/** The table of one kind of names with their numbers. */
function Table({ part, title, draft, problems, edit }: TableProps) {
  const isWrong = (path: string) => problems.some(({ cell }) => cell === path);
  return (
    <fieldset class="table">
      <legend>{title}</legend>
      {draft.tables[part].map(({ name, cells }, i) => {
        const of = `${ROW[part]} ${name}`;
        return (
          <div class="row" key={i}>
            <Field
              {...{ label: "name", of, kind: "name", value: name, late: true }}
              isWrong={isWrong(`${part}.${name}`)}
              onTake={(value) => edit((draft) => withName(draft, part, i, value))}
            />
            {TABLES[part].columns.map(({ key, label }) => (
              <Field
                key={key}
                {...{ label, of, kind: "number", value: cells[key] ?? "" }}
                isWrong={isWrong(`${part}.${name}.${key}`)}
                onTake={(value) => edit((draft) => withCell(draft, part, i, key, value))}
              />
            ))}
            <button
              type="button"
              aria-label={`Remove ${of}`}
              title={`remove ${name}`}
              onClick={() => edit((draft) => withoutRow(draft, part, i))}
            >
              ×
            </button>
          </div>
        );
      })}
      <button type="button" onClick={() => edit((draft) => withRow(draft, part))}>
        Add a {ROW[part]}
      </button>
    </fieldset>
  );
}

/** What the solver derives from the formulas of the game that the page shows. */
function Derived({ settings }: { readonly settings: Settings }) {
  const { gradient, next, expectedNext, structure, methods } = useMemo(
    () => describeGame(settings),
    [JSON.stringify(settings)],
  );
  const applying = [...new Set(methods.filter(({ why }) => why === null).map(({ method }) => method))];
  const line = (name: string, formula: string) => (
    <div key={name}>
      <dt>{name}</dt>
      <dd>
        <code>{formula}</code>
      </dd>
    </div>
  );
  return (
    <section class="derived" aria-labelledby="derived-title">
      <h3 id="derived-title">Derived from the formulas</h3>
      <dl>
        {Object.entries(gradient).map(([name, formula]) => line(`gradient by ${labelOf(name)}`, formula))}
        {Object.entries(next).map(([name, formula]) => line(`next ${labelOf(name)}`, formula))}
        {Object.entries(expectedNext).map(([name, formula]) =>
          line(`next ${labelOf(name)}, as the agent expects it`, formula),
        )}
      </dl>
      <p class="solver">
        {structure.linear
          ? "The game is linear in the state."
          : `The game is not linear in the state: ${structure.nonlinear}.`}{" "}
        It is solved by {listed(applying)}.
      </p>
    </section>
  );
}

/** What the editor cannot change in a game, and why. */
function Kept({ kept: { hidden, network } }: Draft) {
  return (
    <>
      {network && (
        <p class="faint">
          The output is computed by a network of tanh layers, {network.layers.join("–")} wide. A search finds
          its weights, so the network has no formula and no decision here. Where its formula is too long to
          print, it is shown as “…”. Its layers are among the settings.
        </p>
      )}
      {hidden && (
        <p class="faint">
          The game has {hidden.initial.length} hidden phases, of which agents see{" "}
          {hidden.signals ? `the signals ${listed(hidden.signals)}` : "a signal that is a real number"}. You
          can change the formulas of the probabilities, but not add or remove phases and signals. If you
          remove all lines that begin with “hidden”, the phase is not hidden.
        </p>
      )}
    </>
  );
}

export function GameEditor({ state, change, onClose }: Props) {
  const { draft, latest, problems, edit } = useDraft({ state, change });
  const section = useRef<HTMLElement>(null);
  const element = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);

  useEffect(() => {
    view.current = openFormulaEditor({
      parent: element.current!,
      text: draft.text,
      label: "Formulas",
      describedBy: "formulas-keys",
      names() {
        const { tables, text } = latest.current.draft;
        const states = tables.state.map(({ name }) => name);
        return [
          ...states,
          ...[...tables.decision, ...tables.parameters].map(({ name }) => name),
          ...Array.from(text.matchAll(/^[\w.]+(?=\s*=)/gm), ([name]) => name),
          ...states.flatMap((name) => [`own.${name}`, `gradient.${name}`, `next.${name}`]),
          ...["learningRate", "target", "regularization", "definitions"],
        ].filter((name, i, all) => all.indexOf(name) === i);
      },
      onChange(text) {
        if (text !== latest.current.draft.text) edit((draft) => ({ ...draft, text }));
      },
    });
    view.current.focus();
    // the editor may open far from the button that opens it
    const { top } = section.current!.getBoundingClientRect();
    if (top < 0 || top > innerHeight / 2) section.current!.scrollIntoView();
    return () => view.current?.destroy();
  }, []);
  useEffect(() => {
    const { text } = latest.current.draft;
    if (view.current && view.current.state.doc.toString() !== text) setText(view.current, text);
  }, [draft.text]);
  useEffect(() => {
    if (view.current) mark(view.current, problems);
  }, [problems]);

  const invalid = problems.some(({ severity }) => severity === "error");
  const table = (part: TableName, title: string) => <Table {...{ part, title, draft, problems, edit }} />;
  return (
    <section ref={section} class="card editor" aria-labelledby="editor-title">
      <header>
        <h2 id="editor-title">The game’s formulas</h2>
        <button type="button" onClick={onClose}>
          Close the editor
        </button>
      </header>
      <div class="halves">
        <div>
          <div ref={element} />
          <p id="formulas-keys" class="keys">
            Formulas may use numbers, names, + − * / ^ and min, max, abs, clamp and tanh. A line that is left
            out has its default. Tab leaves the editor, Ctrl + Space completes a name.
          </p>
          <div class="problems" aria-live="polite">
            {problems.length === 0 && <p class="faint">No problems: the page shows this game.</p>}
            {problems.map(({ message, severity }) => (
              <p key={message} class={severity === "error" ? "problem" : "faint"}>
                {message}
                {severity === "error" && ". The page shows the last valid game."}
              </p>
            ))}
          </div>
          <Derived settings={state.settings} />
        </div>
        <div>
          <label class="game-name">
            <span>name</span>
            <input
              class="name"
              autocomplete="off"
              spellcheck={false}
              value={draft.name}
              onInput={({ currentTarget }) => {
                const name = currentTarget.value.trim();
                edit((draft) => ({ ...draft, name }));
              }}
            />
          </label>
          {table("state", "State: what training may change")}
          {!draft.kept.network && table("decision", "Decision: what an agent chooses")}
          {table("parameters", "Parameters, besides discount and regularization")}
          <Kept {...draft} />
          <Downloads
            what="the game"
            disabled={invalid}
            files={[
              {
                label: "configuration",
                name: `${draft.name}.json`,
                type: "application/json",
                make: () => `${JSON.stringify(state.settings, null, 2)}\n`,
              },
            ]}
          />
        </div>
      </div>
    </section>
  );
}

// The game at hand as formulas and tables to change. What is typed is checked as it is typed; what is valid is solved and
// mapped at once, and what is not leaves the last valid game on show.

import type { EditorView } from "@codemirror/view";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { checkConfig, describeGame, methods } from "../index.ts";
import { labelOf, listed } from "../report/wording.ts";
import {
  type Draft,
  draftOf,
  type Part,
  type Problem,
  readDraft,
  settingsWithGame,
  TABLES,
  withCell,
  withName,
  withoutRow,
  withRow,
} from "./draft.ts";
import { Downloads } from "./elements.tsx";
import { mark, openFormulaEditor, setText } from "./formulaEditor.ts";
import { diagramFor } from "./mapSettings.ts";
import type { Settings, StateProps } from "./state.ts";

/** how long nothing may be typed before it is checked, in milliseconds */
const TYPING_REST = 250;

interface Props extends StateProps {
  readonly onClose: () => void;
}

/**
 * The draft of the state's game, how to change it, and what is wrong with it. A valid draft becomes the state's game; what
 * changes in that from elsewhere, as by a slider or the history, changes the draft.
 */
function useDraft({ state, change }: StateProps) {
  const { settings } = state;
  const [draft, setDraft] = useState(() => draftOf(settings));
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // typing does not wait until what was typed before is rendered
  const latest = useRef({ draft, settings });
  latest.current.settings = settings;
  /** the state's game as a draft that nobody has typed in */
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
    // what is being typed stays, unless the formulas are others now
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
  /** of what, for screen readers */
  readonly of: string;
  readonly kind: "name" | "number";
  readonly value: string;
  readonly isWrong: boolean;
  /** whether a value is taken only when the reader is done with it, as a name is that stands in formulas */
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
  readonly part: Part;
  readonly title: string;
  readonly draft: Draft;
  readonly problems: readonly Problem[];
  readonly edit: (next: (draft: Draft) => Draft) => void;
}

/** what a row is called */
const ROW: Readonly<Record<Part, string>> = { state: "state", decision: "decision", parameters: "parameter" };

/** The names of one kind with their numbers. */
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

/** What follows from the formulas of the game that is on show. */
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
      <h3 id="derived-title">What follows</h3>
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

/** What the editor does not show of a game, and why. */
function Kept({ kept: { hidden, network } }: Draft) {
  return (
    <>
      {network && (
        <p class="faint">
          The output is that of a network of tanh layers, {network.layers.join("–")} wide, whose weights a
          search finds: it has no formula and no decision here, and is … where it is too long to print. Its
          layers are among the settings.
        </p>
      )}
      {hidden && (
        <p class="faint">
          The phase is hidden: it is one of {hidden.initial.length}, of which agents see{" "}
          {hidden.signals ? `the signals ${listed(hidden.signals)}` : "a signal that is a real number"}. The
          probabilities are formulas here; which phases and signals there are stays as it is. Without any line
          that begins with “hidden” the phase is not hidden.
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
    // it may open far from the button that opens it
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
  const table = (part: Part, title: string) => <Table {...{ part, title, draft, problems, edit }} />;
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
            A formula has numbers, names, + − * / ^ and min, max, abs, clamp and tanh; a line that is left out
            has its default. Tab leaves the editor, Ctrl + Space completes a name.
          </p>
          <div class="problems" aria-live="polite">
            {problems.length === 0 && <p class="faint">Nothing is wrong: this game is on show.</p>}
            {problems.map(({ message, severity }) => (
              <p key={message} class={severity === "error" ? "problem" : "faint"}>
                {message}
                {severity === "error" && ". What is shown is the last valid game."}
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
          {table("parameters", "Parameters, beside discount and regularization")}
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

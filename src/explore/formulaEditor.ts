// The editor of formulas: CodeMirror with highlighting for formulas, completion of names, and problems marked at their
// characters. It uses the page's colours, light or dark, and leaves the Tab key to the page.

import { autocompletion, type CompletionContext, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Problem } from "./draft.ts";

const FUNCTIONS = ["min", "max", "abs", "clamp", "tanh"];

const formulas = StreamLanguage.define({
  name: "formulas",
  token(stream) {
    if (stream.eatSpace()) return null;
    if (stream.sol() || stream.string.slice(0, stream.pos).trim() === "")
      if (stream.match(/[\w.]+(\[\d+\])?(?=\s*=)/)) return "heading";
    if (stream.match(/\d*\.?\d+([eE][-+]?\d+)?/)) return "number";
    if (stream.match(/[A-Za-z_]\w*(?=\s*\()/)) return "keyword";
    if (stream.match(/[A-Za-z_][\w.]*/)) return "variableName";
    stream.next();
    return "operator";
  },
});

const colours = HighlightStyle.define([
  { tag: tags.heading, color: "var(--accent)", fontWeight: "600" },
  { tag: tags.number, color: "var(--formula-number)" },
  { tag: tags.keyword, color: "var(--formula-function)" },
  { tag: tags.operator, color: "var(--faint)" },
]);

/** the style of the editor, in addition to the page's style sheets */
const look = EditorView.theme({
  "&": {
    background: "var(--card)",
    color: "var(--ink)",
    border: "1px solid var(--axis)",
    borderRadius: "8px",
  },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "1px" },
  ".cm-content": { fontFamily: "var(--code)", padding: "0.6rem 0", caretColor: "var(--ink)" },
  // the wrapped rows of a formula are indented
  ".cm-line": { padding: "0 0.8rem 0 2.2rem", textIndent: "-1.4rem" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { background: "var(--rule)" },
  ".cm-tooltip": { background: "var(--card)", border: "1px solid var(--axis)", borderRadius: "6px" },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--code)" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": {
    background: "var(--accent)",
    color: "var(--on-accent)",
  },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--problem) 1.5px" },
  ".cm-lintRange-warning": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--line-other-3) 1.5px",
  },
  ".cm-diagnostic": { maxWidth: "60ch" },
});

/** The options and callbacks of the editor. */
export interface FormulaEditorOptions {
  readonly parent: HTMLElement;
  readonly text: string;
  readonly label: string;
  /** the id of the element that describes the editor */
  readonly describedBy: string;
  /** the names that formulas may use now */
  names(): readonly string[];
  onChange(text: string): void;
}

/** Opens an editor. `destroy()` closes it. */
export function openFormulaEditor(options: FormulaEditorOptions): EditorView {
  const { parent, text, label, describedBy, names, onChange } = options;
  const complete = (context: CompletionContext) => {
    const word = context.matchBefore(/[A-Za-z][\w.]*/);
    if (!word && !context.explicit) return null;
    return {
      from: word?.from ?? context.pos,
      options: [
        ...names().map((label) => ({ label, type: "variable" })),
        ...FUNCTIONS.map((label) => ({ label, type: "function" })),
      ],
      validFor: /^[\w.]*$/,
    };
  };
  return new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        history(),
        keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
        EditorView.lineWrapping,
        formulas,
        syntaxHighlighting(colours),
        bracketMatching(),
        autocompletion({ override: [complete], icons: false }),
        look,
        EditorView.contentAttributes.of({
          "aria-label": label,
          "aria-describedby": describedBy,
          autocapitalize: "off",
          spellcheck: "false",
        }),
        EditorView.updateListener.of(({ docChanged, state }) => {
          if (docChanged) onChange(state.doc.toString());
        }),
      ],
    }),
  });
}

/** Replaces the text, as one step that can be undone. */
export function setText(view: EditorView, text: string): void {
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
}

/** Marks these problems, and removes all other marks. */
export function mark(view: EditorView, problems: readonly Problem[]): void {
  const { length } = view.state.doc;
  const diagnostics = problems.flatMap(({ span, message, severity }) =>
    span && span.to <= length ? [{ ...span, message, severity }] : [],
  );
  view.dispatch(setDiagnostics(view.state, diagnostics));
}

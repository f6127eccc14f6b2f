// Opens the editor of formulas. Its code is loaded when the editor is first opened.

import type { ComponentType } from "preact";
import { useRef, useState } from "preact/hooks";
import type { StateProps } from "./state.ts";

/** A button that opens the editor, and the editor while it is open. */
export function useEditor(props: StateProps) {
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [Editor, setEditor] = useState<ComponentType<StateProps & { onClose: () => void }> | null>(null);

  const toggle = async () => {
    setOpen(!isOpen);
    setProblem(null);
    if (Editor) return;
    try {
      const { GameEditor } = await import("./GameEditor.tsx");
      setEditor(() => GameEditor);
    } catch {
      setOpen(false);
      setProblem("The editor could not be loaded. Is the server of this page still reachable?");
    }
  };
  return {
    button: (
      <>
        <button ref={button} type="button" class="edit" aria-expanded={isOpen} onClick={toggle}>
          Edit the formulas
        </button>
        {problem !== null && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
      </>
    ),
    editor:
      isOpen && Editor ? (
        <Editor
          {...props}
          onClose={() => {
            setOpen(false);
            button.current?.focus();
          }}
        />
      ) : null,
  };
}

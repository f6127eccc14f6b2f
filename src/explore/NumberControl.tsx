// One number of a configuration: a field that takes whatever the configuration's check allows, and a slider over the
// usual range.

import { useEffect, useState } from "preact/hooks";
import { short } from "../report/wording.ts";
import type { Control } from "./controls.ts";

interface Props {
  readonly control: Control;
  readonly value: unknown;
  /** tries a value: gives what is wrong with it, or null where it is taken */
  readonly onTry: (value: unknown) => string | null;
}

/** The text of a list's field. */
const textOf = (value: unknown) => (Array.isArray(value) ? value.join(", ") : String(value));

/** What a field's text means; undefined while it means nothing. */
function read(text: string, { kind }: Control): unknown {
  const parts = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (parts.some((part) => !Number.isFinite(part))) return undefined;
  return kind === "list" ? parts : parts.length === 1 ? parts[0] : undefined;
}

export function NumberControl({ control, value, onTry }: Props) {
  const { key, label, unit, range } = control;
  const [text, setText] = useState(textOf(value));
  const [problem, setProblem] = useState<string | null>(null);
  const said = textOf(value);
  // what is typed stays as it is typed while it means the value that there is
  useEffect(() => {
    if (textOf(read(text, control)) !== said) setText(said);
    setProblem(null);
  }, [said]);

  const type = (typed: string) => {
    setText(typed);
    const given = read(typed, control);
    setProblem(given === undefined ? `${label} must be a number` : onTry(given));
  };
  const id = `field-${key.replaceAll(".", "-")}`;
  return (
    <div class={control.kind === "list" ? "control list" : "control"}>
      <label for={id}>
        {label}
        {unit && <span class="unit">{unit}</span>}
      </label>
      <input
        id={id}
        class="number"
        inputMode={control.kind === "list" ? "text" : "decimal"}
        autocomplete="off"
        value={text}
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : `${id}-problem`}
        onInput={(event) => type(event.currentTarget.value)}
        onBlur={() => {
          if (problem === null) return;
          setText(said);
          setProblem(null);
        }}
      />
      {range && (
        <input
          type="range"
          aria-label={label}
          aria-valuetext={short(Number(value))}
          min={range.from}
          max={range.to}
          step={range.step}
          value={Number(value)}
          onInput={(event) => setProblem(onTry(event.currentTarget.valueAsNumber))}
        />
      )}
      {problem !== null && (
        <p class="problem" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </div>
  );
}

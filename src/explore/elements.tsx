// What is used all over the page: fields, choices, files to take home, and how wide something is.

import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { short } from "../report/wording.ts";
import type { Control } from "./state.ts";

/** pixels of an image for each of its figure's, for screens and for print */
const SHARPNESS = 2;

/** An element's inner width in whole pixels; 0 until it is there. */
export function useWidth(ref: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const measure = () => setWidth(Math.floor(element.clientWidth));
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, [ref]);
  return width;
}

interface ChoiceProps {
  readonly look: "control" | "choice";
  readonly id: string;
  readonly label: string;
  readonly value: string;
  /** values, and what they are called */
  readonly options: readonly (readonly [string, string])[];
  readonly onChoose: (value: string) => void;
}

/** One of several values. */
export function Choice({ look, id, label, value, options, onChoose }: ChoiceProps) {
  return (
    <div class={look}>
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        {options.map(([name, text]) => (
          <option key={name} value={name}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

interface CheckProps {
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onCheck: (checked: boolean) => void;
  readonly children: ComponentChildren;
}

/** Yes or no. */
export function Check({ checked, disabled = false, onCheck, children }: CheckProps) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onCheck(event.currentTarget.checked)}
      />
      {children}
    </label>
  );
}

interface NumberProps {
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

/**
 * One number of a configuration, or a list of them: a field that takes whatever the configuration's check allows, and a
 * slider over the usual range.
 */
export function NumberControl({ control, value, onTry }: NumberProps) {
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

/** A file that can be made. */
export interface Download {
  /** on the button: `SVG` */
  readonly label: string;
  readonly name: string;
  readonly type: string;
  make(): string | Blob | Promise<string | Blob>;
}

/** The files of a figure, and of what it shows. @param stem of the figure's files */
export function figureDownloads(stem: string, svg: () => string): Download[] {
  return [
    { label: "SVG", name: `${stem}.svg`, type: "image/svg+xml", make: svg },
    { label: "PNG", name: `${stem}.png`, type: "image/png", make: () => pngOf(svg()) },
  ];
}

interface DownloadsProps {
  readonly what: string;
  readonly files: readonly Download[];
  /** while the files are not of what is shown */
  readonly disabled: boolean;
}

/** A row of buttons, each of which makes a file. They are made in the page, and nothing is sent anywhere. */
export function Downloads({ what, files, disabled }: DownloadsProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: these buttons are no form's
    <div class="downloads" role="group" aria-label={`Download ${what}`}>
      <span aria-hidden="true">Download</span>
      {files.map(({ label, name, type, make }) => (
        <button
          key={name}
          type="button"
          disabled={disabled}
          title={name}
          aria-label={`${what} as ${label}`}
          onClick={async () => save(name, type, await make())}
        >
          {label}
        </button>
      ))}
    </div>
  );
}

/** Offers bytes or text as a file. */
function save(name: string, type: string, content: string | Blob): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // the browser has taken the file once its own task has run
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** An SVG document, `width` and `height` among its attributes, as a PNG image. */
async function pngOf(svg: string): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = SHARPNESS * image.naturalWidth;
    canvas.height = SHARPNESS * image.naturalHeight;
    canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done, failed) =>
      canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("the image is too large"))), "image/png"),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}

// Elements that several parts of the page use: fields, choices, sliders, download buttons, and the width of an element.

import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { short } from "../report/wording.ts";
import { nearestStop } from "./slider.ts";
import type { Control, Range } from "./state.ts";

/** pixels of a PNG for each pixel of its figure */
const SHARPNESS = 2;

/** An element's inner width in whole pixels; 0 until it is rendered. */
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
  /** values and their labels */
  readonly options: Options;
  /** options of another kind, under a heading */
  readonly more?: { readonly label: string; readonly options: Options };
  readonly onChoose: (value: string) => void;
}

type Options = readonly (readonly [string, string])[];

/** A list to choose one value from. */
export function Choice({ look, id, label, value, options, more, onChoose }: ChoiceProps) {
  const listed = (options: Options) =>
    options.map(([name, text]) => (
      <option key={name} value={name}>
        {text}
      </option>
    ));
  return (
    <div class={look}>
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        {listed(options)}
        {more && <optgroup label={more.label}>{listed(more.options)}</optgroup>}
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

/** A checkbox. */
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
  /** tries a value: returns what is wrong with it, or null if it was accepted */
  readonly onTry: (value: unknown) => string | null;
}

/** The text of a field. */
const textOf = (value: unknown) => (Array.isArray(value) ? value.join(", ") : String(value));

/** The value of a field's text; undefined if it is not a number or a list of numbers. */
function read(text: string, { kind }: Control): unknown {
  const parts = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (parts.some((part) => !Number.isFinite(part))) return undefined;
  return kind === "list" ? parts : parts.length === 1 ? parts[0] : undefined;
}

/**
 * A setting that is a number or a list of numbers: a field that accepts every valid value, and a slider over the usual
 * range.
 */
export function NumberControl({ control, value, onTry }: NumberProps) {
  const { key, label, unit, range } = control;
  const [text, setText] = useState(textOf(value));
  const [problem, setProblem] = useState<string | null>(null);
  const said = textOf(value);
  // the typed text is not changed while its value is the current value
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
    <div
      class={control.kind === "list" ? "control list" : "control"}
      // the message about a rejected value disappears when the reader leaves the field
      onFocusOut={() => setProblem(null)}
    >
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
          if (problem !== null) setText(said);
        }}
      />
      {range && (
        <Slider
          {...{ label, range, value: Number(value) }}
          onSlide={(value) => {
            const problem = onTry(value);
            setProblem(problem);
            return problem === null;
          }}
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

interface SliderProps {
  readonly label: string;
  readonly range: Range;
  readonly value: number;
  /** tries a value: returns whether it was accepted */
  readonly onSlide: (value: number) => boolean;
}

/** A slider over a range, with equal steps or given stops. */
export function Slider({ label, range: { from, to, step, stops }, value, onSlide }: SliderProps) {
  const position = stops ? nearestStop(stops, value) : value;
  const rejected = useRef(false);
  return (
    <input
      type="range"
      aria-label={label}
      aria-valuetext={short(value)}
      min={stops ? 0 : from}
      max={stops ? stops.length - 1 : to}
      step={stops ? 1 : step}
      value={position}
      onInput={({ currentTarget: { valueAsNumber: at } }) => {
        rejected.current = !onSlide(stops ? stops[at] : at);
      }}
      onChange={({ currentTarget }) => {
        // if the thumb is released at a rejected value, it goes back
        if (rejected.current) currentTarget.valueAsNumber = position;
      }}
    />
  );
}

/** A file that can be made. */
export interface Download {
  /** the text of the button: `SVG` */
  readonly label: string;
  readonly name: string;
  readonly type: string;
  make(): string | Blob | Promise<string | Blob>;
}

/** The module that draws figures and writes files, loaded on first use. */
export const files = () => import("./files.ts");

/** The downloads of a figure. @param stem the beginning of the file names */
export function figureDownloads(stem: string, svg: () => Promise<string>): Download[] {
  return [
    { label: "SVG", name: `${stem}.svg`, type: "image/svg+xml", make: svg },
    { label: "PNG", name: `${stem}.png`, type: "image/png", make: async () => pngOf(await svg()) },
  ];
}

interface DownloadsProps {
  readonly what: string;
  readonly files: readonly Download[];
  /** whether the files would not match what is shown */
  readonly disabled: boolean;
}

/** Buttons that make files in the page; nothing is sent over the network. */
export function Downloads({ what, files, disabled }: DownloadsProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: these buttons belong to no form
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

/** Downloads bytes or text as a file. */
function save(name: string, type: string, content: string | Blob): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // by then the browser has read the file
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** An SVG document, which must have a width and a height, as a PNG image. */
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

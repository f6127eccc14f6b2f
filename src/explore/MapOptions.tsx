// What the map is of: its axes, its measure, and how fine it is.

import { useState } from "preact/hooks";
import { checkConfig, MesaError, methods } from "../index.ts";
import { measureLabel, settingLabel } from "../report/wording.ts";
import {
  axesOf,
  checkDiagram,
  type Diagram,
  isQuick,
  isWhole,
  type MapAxis,
  measuresOf,
  sizesOf,
  wholeAxis,
} from "./diagrams.ts";
import { NumberControl } from "./NumberControl.tsx";
import type { Backend, State } from "./state.ts";

interface Props {
  readonly state: State;
  readonly change: (next: (before: State) => State) => void;
}

const BACKENDS: Readonly<Record<Backend, string>> = {
  auto: "a hardware GPU, or else the CPU",
  gpu: "any GPU, also in software",
  cpu: "the CPU",
};

export function MapOptions({ state, change }: Props) {
  const { settings, diagram, backend } = state;
  const [problem, setProblem] = useState<string | null>(null);
  /** takes a map if it makes sense, else says why not */
  const take = (changed: Diagram): string | null => {
    try {
      checkDiagram(settings, changed);
    } catch (error) {
      if (error instanceof MesaError) return error.message;
      throw error;
    }
    change((before) => ({ ...before, diagram: changed }));
    return null;
  };
  const chooseKey = (name: "x" | "y", key: string) => {
    const other = name === "x" ? "y" : "x";
    // the other axis' setting: the two change places
    const changed =
      diagram[other].key === key
        ? { ...diagram, x: diagram.y, y: diagram.x }
        : { ...diagram, [name]: wholeAxis(settings, key) };
    setProblem(take(changed));
  };
  const choice = (
    label: string,
    id: string,
    value: string,
    choose: (value: string) => void,
    of: [string, string][],
  ) => (
    <div class="choice">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => choose(event.currentTarget.value)}>
        {of.map(([name, text]) => (
          <option key={name} value={name}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
  const axes = axesOf(settings).map(({ key }): [string, string] => [key, settingLabel(key)]);
  const ends = (name: "x" | "y", axis: MapAxis) => (
    <fieldset class="ends" key={name}>
      <legend>{name === "x" ? "From left to right" : "From below to above"}</legend>
      {(["from", "to"] as const).map((end) => (
        <NumberControl
          key={`${axis.key} ${end}`}
          control={{ key: `${name}.${end}`, label: end, unit: "", kind: "number" }}
          value={axis[end]}
          onTry={(value) => take({ ...diagram, [name]: { ...axis, [end]: value } })}
        />
      ))}
      {!isWhole(settings, axis.key) && (
        <label class="check">
          <input
            type="checkbox"
            checked={axis.scale === "log"}
            disabled={axis.scale === "linear" && axis.from <= 0}
            onChange={({ currentTarget: { checked } }) =>
              take({ ...diagram, [name]: { ...axis, scale: checked ? "log" : "linear" } })
            }
          />
          logarithmic
        </label>
      )}
    </fieldset>
  );
  return (
    <>
      <div class="choices">
        {choice(
          "Measure",
          "map-measure",
          diagram.measure,
          (measure) => take({ ...diagram, measure }),
          measuresOf(settings).map((name): [string, string] => [name, measureLabel(name)]),
        )}
        {choice("Across", "map-x", diagram.x.key, (key) => chooseKey("x", key), axes)}
        {choice("Up", "map-y", diagram.y.key, (key) => chooseKey("y", key), axes)}
      </div>
      {problem !== null && <p class="problem">{problem}</p>}
      <details class="more">
        <summary>Ranges, resolution, and where it is computed</summary>
        <div class="choices">
          {ends("x", diagram.x)}
          {ends("y", diagram.y)}
          {choice(
            "Cells",
            "map-size",
            String(diagram.size),
            (size) => take({ ...diagram, size: Number(size) }),
            sizesOf(settings).map((size): [string, string] => [String(size), `${size} × ${size}`]),
          )}
          {isQuick(settings) &&
            methods.exact(checkConfig(settings)) === undefined &&
            choice(
              "Coefficients",
              "map-method",
              diagram.method,
              (method) => take({ ...diagram, method: method === "grid" ? "grid" : "auto" }),
              [
                ["auto", "any real number"],
                ["grid", "those of the grid"],
              ],
            )}
          {choice(
            "Computed by",
            "map-backend",
            backend,
            (chosen) => change((before) => ({ ...before, backend: chosen as Backend })),
            Object.entries(BACKENDS),
          )}
        </div>
      </details>
    </>
  );
}

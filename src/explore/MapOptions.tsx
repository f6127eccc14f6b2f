// The options of the map: its axes, its measure, its resolution, and where it is computed.

import { useState } from "preact/hooks";
import { checkConfig, methods } from "../index.ts";
import { measureLabel } from "../report/wording.ts";
import { Check, Choice, NumberControl } from "./elements.tsx";
import {
  axesOf,
  checkDiagram,
  isQuick,
  isWhole,
  type MapAxis,
  type MapSettings,
  measuresOf,
  problemOf,
  sizesOf,
  wholeAxis,
} from "./mapSettings.ts";
import { type Backend, menuLabel, type StateProps } from "./state.ts";

const BACKENDS: Readonly<Record<Backend, string>> = {
  auto: "a hardware GPU if there is one, otherwise the CPU",
  gpu: "any GPU, also in software",
  cpu: "the CPU",
};

export function MapOptions({ state, change }: StateProps) {
  const { settings, diagram, backend } = state;
  const [problem, setProblem] = useState<string | null>(null);
  /** changes the map if it is valid; otherwise returns what is wrong with it */
  const take = (changed: MapSettings): string | null => {
    const problem = problemOf(() => checkDiagram(settings, changed));
    if (problem === null) change((before) => ({ ...before, diagram: changed }));
    return problem;
  };
  const chooseKey = (name: "x" | "y", key: string) => {
    const other = name === "x" ? "y" : "x";
    // choosing the other axis' setting swaps the axes
    const changed =
      diagram[other].key === key
        ? { ...diagram, x: diagram.y, y: diagram.x }
        : { ...diagram, [name]: wholeAxis(settings, key) };
    setProblem(take(changed));
  };
  const choice = (
    label: string,
    name: string,
    value: string,
    onChoose: (value: string) => void,
    options: readonly (readonly [string, string])[],
  ) => <Choice look="choice" id={`map-${name}`} {...{ label, value, options, onChoose }} />;
  const axes = axesOf(settings).map(({ key }) => [key, menuLabel(key)] as const);
  const ends = (name: "x" | "y", axis: MapAxis) => (
    <fieldset class="ends" key={name}>
      <legend>{name === "x" ? "Horizontal axis" : "Vertical axis"}</legend>
      {(["from", "to"] as const).map((end) => (
        <NumberControl
          key={`${axis.key} ${end}`}
          control={{ key: `${name}.${end}`, label: end, unit: "", kind: "number" }}
          value={axis[end]}
          onTry={(value) => take({ ...diagram, [name]: { ...axis, [end]: value } })}
        />
      ))}
      {!isWhole(settings, axis.key) && (
        <Check
          checked={axis.scale === "log"}
          disabled={axis.scale === "linear" && axis.from <= 0}
          onCheck={(checked) => take({ ...diagram, [name]: { ...axis, scale: checked ? "log" : "linear" } })}
        >
          logarithmic
        </Check>
      )}
    </fieldset>
  );
  return (
    <>
      <div class="choices">
        {choice(
          "Measure",
          "measure",
          diagram.measure,
          (measure) => take({ ...diagram, measure }),
          measuresOf(settings).map((name) => [name, measureLabel(name)] as const),
        )}
        {choice("Horizontal", "x", diagram.x.key, (key) => chooseKey("x", key), axes)}
        {choice("Vertical", "y", diagram.y.key, (key) => chooseKey("y", key), axes)}
      </div>
      {problem !== null && <p class="problem">{problem}</p>}
      <details class="more">
        <summary>Ranges, resolution, and where it is computed</summary>
        <div class="choices">
          {ends("x", diagram.x)}
          {ends("y", diagram.y)}
          {choice(
            "Cells",
            "size",
            String(diagram.size),
            (size) => take({ ...diagram, size: Number(size) }),
            sizesOf(settings).map((size) => [String(size), `${size} × ${size}`] as const),
          )}
          {isQuick(settings) &&
            methods.exact(checkConfig(settings)) === undefined &&
            choice(
              "Coefficients",
              "method",
              diagram.method,
              (method) => take({ ...diagram, method: method === "grid" ? "grid" : "auto" }),
              [
                ["auto", "any real number"],
                ["grid", "candidates of the grid"],
              ],
            )}
          {choice(
            "Computed on",
            "backend",
            backend,
            (chosen) => change((before) => ({ ...before, backend: chosen as Backend })),
            Object.entries(BACKENDS),
          )}
        </div>
      </details>
    </>
  );
}

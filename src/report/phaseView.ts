// What the figure of a phase diagram says.

import type { Phase } from "../index.ts";
import type { DiagramView } from "./mapPanel.ts";
import { describeExpectation, describeRest, measureLabel, settingLabel } from "./panels.ts";
import { differencesOf, short } from "./schedule.ts";

/** a name without its unit: `discount γ (per episode)` is `discount γ` */
const plain = (label: string) => label.replace(/ \(.*|, .*/, "");

/** `a`, `a and b`, `a, b and c` */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** Title, settings, axes and maps of a diagram. */
export function viewOf({
  diagram,
  values,
  status,
  solver,
}: Pick<Phase, "diagram" | "values" | "status" | "solver">): DiagramView {
  const { game, config, x, y, measures } = diagram;
  const keys = [x.key, y.key];
  const { deploymentAt } = config.initial;
  const ends =
    deploymentAt === undefined ||
    keys.includes("initial.deploymentAt") ||
    measures.every((name) => name.endsWith("OverHazard"))
      ? []
      : [`training ends at episode ${short(deploymentAt)}`];
  const axisOf = ({ key, values, scale }: typeof x) => ({
    values,
    log: scale === "log",
    label: settingLabel(key),
  });
  const axes = `${plain(settingLabel(x.key))} and ${plain(settingLabel(y.key))}`;
  const named = listed(measures.map((name) => measureLabel(name)));
  return {
    title: `${game.name}: ${measures.length > 3 ? "a phase diagram" : named} by ${axes}`,
    settings: [
      ...describeRest(config.schedule, keys),
      ...ends,
      ...describeExpectation(config, measures),
      ...differencesOf(config, keys).filter((text) => !text.startsWith("initial deployment at")),
      `method ${solver.method}`,
    ],
    x: axisOf(x),
    y: axisOf(y),
    maps: measures.map((measure) => ({ measure, label: measureLabel(measure), values: values[measure] })),
    status,
  };
}

// The games that one may begin with: the package's own, each as its preset sets it up, and the examples of own games.

import cubicPolicy from "../../examples/cubic-policy.json" with { type: "json" };
import momentum from "../../examples/momentum.json" with { type: "json" };
import outputDecay from "../../examples/output-decay.json" with { type: "json" };
import twoGoals from "../../examples/two-goals.json" with { type: "json" };
import wantedOutput from "../../examples/wanted-output.json" with { type: "json" };
import { games, presets } from "../index.ts";
import type { Settings } from "./state.ts";
import { settingsOfPreset } from "./steps.ts";

/** A game in a menu, and the settings that it begins with. */
export interface StartingPoint {
  readonly label: string;
  readonly settings: Settings;
}

/** how the built-in games are listed */
const LABELS: Readonly<Record<string, string>> = {
  linear: "Linear: the post’s own",
  "learned-discount": "Learned discount",
  misconception: "Misconception",
  "uncertain-deployment": "Uncertain deployment",
  "distributional-shift": "Distributional shift",
  mlp: "Neural network",
};

/** The package's games by name: each begins with the settings of the first preset that it has. */
export const builtIn: ReadonlyMap<string, StartingPoint> = new Map(
  Array.from(games.keys(), (name) => {
    const preset = Object.keys(presets).find((preset) => presets[preset].config.game === name);
    const settings = preset === undefined ? { game: name } : settingsOfPreset(preset);
    return [name, { label: LABELS[name] ?? name, settings }];
  }),
);

/** Games of formulas to begin an own one with, by name. */
export const examples: ReadonlyMap<string, StartingPoint> = new Map(
  [
    { label: "Two goals", settings: twoGoals },
    { label: "Momentum", settings: momentum },
    { label: "Cubic policy", settings: cubicPolicy },
    { label: "Decay of the output", settings: outputDecay },
    { label: "Another wanted output", settings: wantedOutput },
  ].map((one) => [one.settings.game.name, one]),
);

// The games to start from: the built-in games, each with the settings of its preset, and examples of custom games.

import cubicPolicy from "../../examples/cubic-policy.json" with { type: "json" };
import momentum from "../../examples/momentum.json" with { type: "json" };
import outputDecay from "../../examples/output-decay.json" with { type: "json" };
import twoGoals from "../../examples/two-goals.json" with { type: "json" };
import wantedOutput from "../../examples/wanted-output.json" with { type: "json" };
import { games, presets } from "../index.ts";
import type { Settings } from "./state.ts";
import { settingsOfPreset } from "./steps.ts";

/** A game in a menu, and its first settings. */
export interface StartingPoint {
  readonly label: string;
  readonly settings: Settings;
}

/** the labels of the built-in games */
const LABELS: Readonly<Record<string, string>> = {
  linear: "Linear: the game of the post",
  "learned-discount": "Learned discount",
  misconception: "Misconception",
  "uncertain-deployment": "Uncertain deployment",
  "distributional-shift": "Distributional shift",
  mlp: "Neural network",
};

/** The built-in games by name, each with the settings of its first preset. */
export const builtIn: ReadonlyMap<string, StartingPoint> = new Map(
  Array.from(games.keys(), (name) => {
    const preset = Object.keys(presets).find((preset) => presets[preset].config.game === name);
    const settings = preset === undefined ? { game: name } : settingsOfPreset(preset);
    return [name, { label: LABELS[name] ?? name, settings }];
  }),
);

/** Examples of custom games to start from, by name. */
export const examples: ReadonlyMap<string, StartingPoint> = new Map(
  [
    { label: "Two goals", settings: twoGoals },
    { label: "Momentum", settings: momentum },
    { label: "Cubic policy", settings: cubicPolicy },
    { label: "Decay of the output", settings: outputDecay },
    { label: "Another target output", settings: wantedOutput },
  ].map((one) => [one.settings.game.name, one]),
);

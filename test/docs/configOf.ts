import { withSetting } from "../../src/config/setting.ts";
import { type Config, presets } from "../../src/index.ts";

/** A configuration with settings changed. */
export const withSettings = (config: Config, changes: Record<string, unknown>): Config =>
  Object.entries(changes).reduce<Config>((all, [key, value]) => withSetting(all, key, value, "set"), config);

/** A preset with settings changed. */
export const configOf = (preset: string, changes: Record<string, unknown> = {}): Config =>
  withSettings(presets[preset].config, changes);

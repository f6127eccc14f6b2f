// One setting of a configuration, named by a dotted key: `schedule.learningRate`.

import { MesaError } from "../errors.ts";
import { isRecord } from "../schema.ts";

/**
 * A configuration with one setting changed. Neither the key nor the value is checked here: {@link checkConfig} does that.
 *
 * @param config a configuration; it is not changed
 * @param path the dotted key of the setting, such as `schedule.learningRate`
 * @param value the new value
 * @param asked what the change comes from, as error messages name it: `--set`
 * @returns a changed copy
 * @throws {@link MesaError} `INVALID_CONFIG` if a part of the key names a value that has no settings, or an item that a
 *   list does not have
 */
export function withSetting<C extends object>(config: C, path: string, value: unknown, asked: string): C {
  const invalid = (text: string) => new MesaError("INVALID_CONFIG", `${asked} ${path}: ${text}`);
  const changed = (at: object, [key, ...rest]: readonly string[]): object => {
    // follow or create own keys only, so that __proto__ is a key like any other
    const there = Object.hasOwn(at, key) ? (at as Record<string, unknown>)[key] : undefined;
    if (Array.isArray(at) && !Object.hasOwn(at, key)) throw invalid(`the list has no item ${key}`);
    let next = value;
    if (rest.length > 0) {
      const inner = Object.hasOwn(at, key) ? there : {};
      if (typeof inner !== "object" || inner === null)
        throw invalid(`${key} is ${JSON.stringify(inner)} and has no settings of its own`);
      next = changed(inner, rest);
    }
    const copy = Array.isArray(at) ? [...at] : { ...at };
    return Object.defineProperty(copy, key, {
      value: next,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  };
  const whole = changed(config, path.split(".")) as C & { schedule?: unknown };
  const [first, second] = path.split(".");
  if (first !== "schedule" || second === undefined || !isRecord(whole.schedule)) return whole;
  // a list of rates and the other kinds of schedule replace each other
  const isList = (key: string) => key === "learningRates";
  const kept = Object.entries(whole.schedule).filter(([key]) => isList(key) === isList(second));
  return { ...whole, schedule: Object.fromEntries(kept) };
}

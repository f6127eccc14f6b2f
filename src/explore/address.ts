// Converts the state to the fragment of the page's address, and back. A fragment is readable and short: defaults are
// left out, and settings are written as for `--set`:
//
//     #v=1&game=linear&discount=0.9&x=schedule.learningRate:0.01:10:log&y=…&measure=deception&size=128
//
// For a custom game it holds the definition, packed (#v=1&game=~q1bK…) or, in older addresses, as JSON. An address may
// come from anywhere, so its content is checked like a configuration file. It is accepted or rejected as a whole.

import { checkConfig, MesaError, methods, withSetting } from "../index.ts";
import { readValue, valueText } from "../report/wording.ts";
import { isRecord, quote } from "../schema.ts";
import { checkDiagram, defaultDiagram, type MapAxis, type MapSettings, oneOf } from "./mapSettings.ts";
import { isPacked, pack, unpacked } from "./packed.ts";
import { type Settings, type State, settingAt } from "./state.ts";
import { stateOfStep, stepNames } from "./steps.ts";

/** the version of the fragment's format */
const VERSION = "1";
/**
 * the maximum length of a fragment, in characters: enough to list a learning rate for the maximum number of episodes
 */
const LONGEST = 2 ** 16;
/** the prefix of settings that are kept for comparison */
const PINNED = "pinned.";
const OWN = ["v", "method", "x", "y", "measure", "size", "cells", "backend", "step", `${PINNED}method`];

/** the state without a fragment: the post's first experiment */
const FIRST = stateOfStep("experiment-1", { backend: "auto" });

const invalid = (text: string) => new MesaError("INVALID_CONFIG", text);

/** percent-encoded text, except for characters that a fragment may contain and that keep it readable */
const encoded = (text: string) => encodeURIComponent(text).replace(/%(3A|2C|5B|5D|2F)/g, decodeURIComponent);

/** the values of a configuration that differ from the game's defaults, by dotted key */
function settingsIn(settings: Settings): [string, unknown][] {
  const defaults = checkConfig({ game: settings.game }).config;
  const leaves = (value: object, path: string): [string, unknown][] =>
    Object.entries(value).flatMap(([key, inner]) =>
      isRecord(inner) ? leaves(inner, `${path}${key}.`) : [[`${path}${key}`, inner]],
    );
  const same = (key: string, value: unknown) =>
    key !== "plotWindow" && JSON.stringify(settingAt(defaults, key)) === JSON.stringify(value);
  return [
    ["game", isRecord(settings.game) ? pack(settings.game) : settings.game],
    ...leaves(settings, "").filter(([key, value]) => key !== "game" && !same(key, value)),
  ];
}

const axisText = ({ key, from, to, scale }: MapAxis) =>
  [key, from, to, ...(scale === "log" ? ["log"] : [])].join(":");

/** A state as an address's fragment, without its #. */
export function addressOf({ settings, method, pinned, diagram, backend, step }: State): string {
  const first = defaultDiagram(settings);
  const { x, y, measure, size, method: cells } = diagram;
  const entries: [string, unknown, ...unknown[]][] = [
    ["v", VERSION],
    ...settingsIn(settings),
    ["method", method, "auto"],
    ["x", axisText(x), axisText(first.x)],
    ["y", axisText(y), axisText(first.y)],
    ["measure", measure, first.measure],
    ["size", size, first.size],
    ["cells", cells, first.method],
    ["backend", backend, "auto"],
    ...(step === null ? [] : [["step", step] as [string, unknown]]),
    ...(pinned ? settingsIn(pinned.settings) : []).map(
      ([key, value]) => [PINNED + key, value] as [string, unknown],
    ),
    [`${PINNED}method`, pinned?.method ?? "auto", "auto"],
  ];
  return entries
    .filter(([, value, ...usual]) => !usual.includes(value))
    .map(([key, value]) => `${encoded(key)}=${encoded(valueText(value))}`)
    .join("&");
}

/** The fragment of an address that shows a configuration, and the first map of its game. */
export function addressOfSettings(settings: Settings): string {
  const diagram = defaultDiagram(settings);
  return addressOf({ settings, diagram, method: "auto", pinned: null, backend: "auto", step: null });
}

function readAxis(name: string, text: string): MapAxis {
  const parts = text.split(":");
  const [key, from, to, scale = "linear"] = parts;
  if (parts.length < 3 || parts.length > 4 || (scale !== "log" && scale !== "linear"))
    throw invalid(`${name} must be setting:from:to or setting:from:to:log, got ${quote(text)}`);
  return { key, from: Number(from || "?"), to: Number(to || "?"), scale };
}

function givenValue(key: string, text: string): unknown {
  if (key !== "game" || !isPacked(text)) return readValue(text);
  const game = unpacked(text);
  if (game === undefined) throw invalid(`its game is damaged: ${quote(text)} cannot be unpacked`);
  return game;
}

/** a configuration, checked; it is plain data, because an address holds nothing else */
function readSettings(entries: readonly [string, string][]): Settings {
  const settings = entries.reduce<object>(
    (settings, [key, text]) => withSetting(settings, key, givenValue(key, text), "the setting"),
    {},
  );
  checkConfig(settings);
  return settings as Settings;
}

function readState(text: string): State {
  if (text.length > LONGEST)
    throw invalid(`it must be at most ${LONGEST} characters long, got ${text.length}`);
  const entries = [...new URLSearchParams(text)];
  const given = new Map(entries);
  if (given.size < entries.length) {
    const [twice] = entries.find(([key], i) => entries.findIndex((other) => other[0] === key) < i)!;
    throw invalid(`each key must come once, got ${quote(twice)} twice`);
  }
  if (given.get("v") !== VERSION)
    throw invalid(`v must be ${VERSION}, got ${given.has("v") ? quote(given.get("v")) : "none"}`);

  const choice = <T extends string>(key: string, allowed: readonly T[]) =>
    oneOf(key, given.get(key) ?? allowed[0], allowed);
  const rest = entries.filter(([key]) => !OWN.includes(key));
  const settings = readSettings(rest.filter(([key]) => !key.startsWith(PINNED)));
  const pinned = rest.filter(([key]) => key.startsWith(PINNED));
  const method = (key: string, of: Settings) => {
    const chosen = choice(key, ["auto", "exact"]);
    const { game } = checkConfig(of);
    const reason = chosen === "auto" ? undefined : methods[chosen]({ game });
    if (reason !== undefined) throw invalid(`the game ${game.name} has no method ${chosen} ${reason}`);
    return chosen;
  };
  const first = defaultDiagram(settings);
  const diagram: MapSettings = {
    x: given.has("x") ? readAxis("x", given.get("x")!) : first.x,
    y: given.has("y") ? readAxis("y", given.get("y")!) : first.y,
    measure: given.get("measure") ?? first.measure,
    size: given.has("size") ? Number(given.get("size")) : first.size,
    method: choice("cells", ["auto", "grid"]),
  };
  checkDiagram(settings, diagram);
  const kept =
    pinned.length > 0 ? readSettings(pinned.map(([k, text]) => [k.slice(PINNED.length), text])) : null;
  return {
    settings,
    method: method("method", settings),
    pinned: kept && { settings: kept, method: method(`${PINNED}method`, kept) },
    diagram,
    backend: choice("backend", ["auto", "cpu", "gpu"]),
    step: given.has("step") ? choice("step", stepNames) : null,
  };
}

/**
 * The state of an address.
 *
 * @param fragment without its #; empty for the first state
 * @returns the state; if the address cannot be shown, the first state and a sentence that says what is wrong
 */
export function stateOf(fragment: string): { state: State; problem: string | null } {
  if (fragment === "") return { state: FIRST, problem: null };
  try {
    return { state: readState(fragment), problem: null };
  } catch (error) {
    if (!(error instanceof MesaError)) throw error;
    return { state: FIRST, problem: error.message };
  }
}

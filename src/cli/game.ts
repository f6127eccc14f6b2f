// `game`: describes a game: its formulas, what the solver derives from them, and which methods apply.

import { type Config, describeGame, type GameDescription, games, type Parameter, presets } from "../index.ts";
import { toJson } from "../report/json.ts";
import { alignColumns } from "../report/table.ts";
import { readConfiguration, readJson } from "./configuration.ts";

/** the maximum number of characters that are printed of a derived formula */
const LONGEST = 400;

const cut = (text: string) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

/** The configuration of a preset, a game, or a file; the file holds a configuration or only the formulas of a game. */
async function configurationOf(name: string | undefined): Promise<Config> {
  if (name === undefined || Object.hasOwn(presets, name)) return readConfiguration(name, []);
  if (games.has(name)) return { game: name };
  const names = [...Object.keys(presets), ...games.keys()];
  const file = await readJson(name, `a preset or game (${names.join(", ")})`, names);
  return (Object.hasOwn(file, "game") ? file : { game: file }) as Config;
}

/** `−1 to 1 in 11 points` */
const axisText = ({ min, max, count }: { min: number; max: number; count: number }) =>
  count === 1 ? `${min}` : `${min} to ${max} in ${count} points`;

/** Blocks of aligned columns under headings; empty blocks are left out. */
function blocks(of: Readonly<Record<string, readonly (readonly string[])[]>>): string {
  return Object.entries(of)
    .filter(([, rows]) => rows.length > 0)
    .map(([heading, rows]) => `${heading}\n${alignColumns(rows, rows[0].length).replace(/^/gm, "  ")}`)
    .join("\n\n");
}

/** A game in words and formulas. */
function gameText({ name, state, decision, parameters, formulas, structure, ...rest }: GameDescription) {
  const { linear, nonlinear, mustEnd, mustForget, mirrored, degrees } = structure;
  const allowed = ({ min, max }: Parameter) =>
    min !== undefined && max !== undefined
      ? `in [${min}, ${max}]`
      : [min !== undefined && `at least ${min}`, max !== undefined && `at most ${max}`]
          .filter(Boolean)
          .join();
  const equations = (of: Readonly<Record<string, string>>, named: (key: string) => string) =>
    Object.entries(of).map(([key, text]) => [named(key), `= ${cut(text)}`]);
  const places = new Map<string, string[]>();
  const reasons = new Map<string, Set<string>>();
  for (const { method, gives, why } of rest.methods) {
    places.set(method, [...(places.get(method) ?? []), gives ?? "–"]);
    if (why !== null) reasons.set(why, (reasons.get(why) ?? new Set()).add(method));
  }
  return `${name}\n\n${blocks({
    state: Object.entries(state).map(([key, one]) => [key, axisText(one), `from ${one.initial}`]),
    decision: Object.entries(decision).map(([key, one]) => [key, axisText(one)]),
    parameters: Object.entries(parameters).map(([key, one]) => [key, `${one.default}`, allowed(one)]),
    formulas: formulas.map(({ name, formula, given }) => [name, `= ${formula}`, given ? "" : "(default)"]),
    derived: [
      ...equations(rest.gradient, (key) => `gradient.${key}`),
      ...equations(rest.next, (key) => `next.${key}`),
      ...equations(rest.expectedNext, (key) => `next.${key}, as the agent expects`),
    ],
    structure: [
      ["linear in the state", linear ? "yes" : `no: ${nonlinear}`],
      ["infinite horizon", mustEnd === null ? "yes, with a discount below 1" : `no: ${mustEnd}`],
      [
        "agents who remember",
        mustForget === null ? "yes, on the cpu, with memory true" : `no: ${mustForget}`,
      ],
      ["mirrored in", mirrored.length > 0 ? mirrored.join(", ") : "no state"],
      ...Object.entries(degrees).map(([key, degree]) => [
        `degree in ${key}`,
        degree === null ? "not a polynomial" : `${degree}`,
      ]),
    ],
    methods: [
      ["method", "cpu", "gpu", "gpu, f32"],
      ...Array.from(places, ([method, gives]) => [method, ...gives]),
    ],
    "why a method does not apply (–)": Array.from(reasons, ([why, of]) => [`${[...of].join(", ")}:`, why]),
  })}\n`;
}

/** Prints the description. @throws MesaError if the game is invalid */
export async function gameCommand(name: string | undefined, { json }: { json?: boolean }): Promise<void> {
  const description = describeGame(await configurationOf(name));
  process.stdout.write(json ? toJson(description) : gameText(description));
}

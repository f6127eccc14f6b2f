// A draft is a game in the editor: formulas as text, one line for each, and numbers in tables. This file converts a
// configuration to a draft, and a draft to a game or to a list of problems with their places.
//
//     output = coefficient * theta
//     baseObjective = (output - target)^2 + regularization * theta^2
//     next.theta = theta - learningRate * gradient.theta
//
// A draft has every formula that may be changed, also those with their defaults; a line that is left out has its
// default. A line without = continues the formula above it. A name that is not a part of a game is a definition.

import { DEFAULTS } from "../game/formulas.ts";
import {
  type Axis,
  checkConfig,
  type Formula,
  type GameDefinition,
  GameError,
  type GamePlace,
  games,
  MesaError,
  withSetting,
} from "../index.ts";
import { readValue } from "../report/wording.ts";
import { isRecord, meant, quote } from "../schema.ts";
import { problemOf } from "./mapSettings.ts";
import { type Settings, settingAt } from "./state.ts";

/** The tables: the kinds of names that have numbers. */
export type TableName = "state" | "decision" | "parameters";

/** One name in a table. */
export interface Row {
  readonly name: string;
  /** the text of each cell as it was typed, by the key of its column */
  readonly cells: Readonly<Record<string, string>>;
}

/** A game that is being edited. */
export interface Draft {
  readonly name: string;
  /** the formulas */
  readonly text: string;
  readonly tables: Readonly<Record<TableName, readonly Row[]>>;
  /** parts that are not edited here, or of which only the formulas are */
  readonly kept: Pick<GameDefinition, "hidden" | "network">;
}

/** A column of a table; an optional one may be empty. */
interface Column {
  /** the dotted key in the definition */
  readonly key: string;
  readonly label: string;
  readonly optional?: boolean;
}

const AXIS: readonly Column[] = [
  { key: "min", label: "from" },
  { key: "max", label: "to" },
  { key: "count", label: "points" },
];

/** The columns of each table, and the content of a new row. */
export const TABLES: Readonly<
  Record<TableName, { readonly columns: readonly Column[]; readonly fresh: Row["cells"] }>
> = {
  state: {
    columns: [
      ...AXIS,
      { key: "initial", label: "start" },
      { key: "bounds.min", label: "at least", optional: true },
      { key: "bounds.max", label: "at most", optional: true },
    ],
    fresh: { min: "-1", max: "1", count: "11", initial: "0.5" },
  },
  decision: { columns: AXIS, fresh: { min: "-1", max: "1", count: "21" } },
  parameters: {
    columns: [
      { key: "default", label: "value" },
      { key: "min", label: "at least", optional: true },
      { key: "max", label: "at most", optional: true },
    ],
    fresh: { default: "1" },
  },
};

/** names for new rows */
const NAMES: Readonly<Record<TableName, readonly string[]>> = {
  state: ["phi", "psi", "chi", "omega", "xi", "eta", "zeta"],
  decision: ["a", "b", "c", "d", "e", "f", "g", "h"],
  parameters: ["k", "l", "m", "n", "p", "q", "r", "s"],
};

/** lines that are formulas of the game, not definitions */
const PLAIN = ["baseObjective", "believedTarget", "mesaObjective", "discount"] as const;
const HEADS: readonly string[] = ["output", ...PLAIN];
const ROWS = ["transition", "likelihood"] as const;
/** lines of hidden phases that are lists of formulas; [] stands for the index of a phase */
const LISTS = ["initial", "transition[]", "likelihood[]", "signal.means"];
const PARTS = ["state", "decision", "parameters"] as const satisfies TableName[];

/** An error in a draft, or a warning. */
export interface Problem {
  readonly message: string;
  readonly severity: "error" | "warning";
  /** the characters that the problem is about, if it is in the text */
  readonly span?: Span;
  /** the dotted path of the cell that the problem is about, if it is in a table: `state.theta.min` */
  readonly cell?: string;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** The place of a formula in the text, and the place of its name. */
type Place = Span & { readonly name: Span };

/** A formula in the text. */
interface Line {
  readonly name: string;
  readonly nameSpan: Span;
  readonly formula: string;
  readonly from: number;
}

// from a configuration to a draft

/** A configuration's game, with the grids, initial values and parameters of the configuration as its defaults. */
export function gameWithSettings(settings: Settings): GameDefinition {
  const { game, config } = checkConfig(settings);
  const { state, decision, parameters, hidden, ...rest } = game.definition;
  const axes = <T extends Axis>(of: Readonly<Record<string, T>>) =>
    mapped(of, (axis, key) => ({ ...axis, ...(config[key] as Axis) }));
  return {
    ...rest,
    state: mapped(axes(state), (one, key) => ({ ...one, initial: config.initial[key] })),
    ...(decision && { decision: axes(decision) }),
    ...(parameters && {
      parameters: mapped(parameters, (one, key) => ({ ...one, default: config[key] as number })),
    }),
    ...(hidden && { hidden: { ...hidden, deploymentAt: config.initial.deploymentAt } }),
  };
}

/** The draft of a configuration's game. A built-in game gets another name, because an edited game is another game. */
export function draftOf(settings: Settings): Draft {
  const definition = gameWithSettings(settings);
  const { name, network, hidden } = definition;
  const table = (part: TableName) =>
    Object.entries(definition[part] ?? {}).map(([name, one]): Row => {
      const cells = TABLES[part].columns.map(({ key }) => [key, settingAt(one, key)] as const);
      const given = cells.filter(([, value]) => value !== undefined);
      return { name, cells: Object.fromEntries(given.map(([key, value]) => [key, String(value)])) };
    });
  return {
    name: games.has(name) ? `my-${name}` : name,
    text: textOf(definition),
    tables: { state: table("state"), decision: table("decision"), parameters: table("parameters") },
    kept: { ...(network && { network }), ...(hidden && { hidden }) },
  };
}

/** The formulas of a game, one line for each. */
function textOf({ state, definitions = {}, output, hidden, ...rest }: GameDefinition): string {
  const line = (name: string, formula: unknown): string[] => {
    if (formula === undefined) return [];
    if (!isRecord(formula)) return [`${name} = ${formula}`];
    return Object.entries(formula).map(([key, one]) => `${name}.${key} = ${one}`);
  };
  const list = (name: string, formulas: readonly Formula[] | undefined) => line(name, formulas?.join(", "));
  return [
    ...Object.entries(definitions).flatMap(([key, formula]) =>
      line(HEADS.includes(key) ? `definitions.${key}` : key, formula),
    ),
    ...line("output", output),
    ...PLAIN.flatMap((key) => line(key, rest[key] ?? DEFAULTS[key])),
    ...Object.entries(state).flatMap(([key, { trained = true, learningRateScale: scale }]) =>
      line(`next.${key}`, rest.next?.[key] ?? (trained ? descent(key, scale) : key)),
    ),
    ...list("hidden.initial", hidden?.initial),
    ...ROWS.flatMap((key) => hidden?.[key]?.flatMap((row, z) => list(`hidden.${key}[${z}]`, row)) ?? []),
    ...list("hidden.signal.means", hidden?.signal?.means),
  ].join("\n");
}

/** The next value of a state that descends its gradient. */
export function descent(state: string, scale?: Formula): string {
  const factor = scale === undefined ? "" : /^[\w.]+$/.test(String(scale)) ? `${scale} * ` : `(${scale}) * `;
  return `${state} - ${factor}learningRate * gradient.${state}`;
}

// from a draft to a game

/**
 * Reads a draft.
 *
 * @returns the checked game and warnings, or null and errors
 */
export function readDraft(draft: Draft): { definition: GameDefinition | null; problems: readonly Problem[] } {
  const places = new Map<string, Place>();
  try {
    const lines = linesIn(draft.text);
    const definition = definitionOf(draft, lines, places);
    const { game, config } = checkConfig({ game: definition });
    game.hidden?.phases(mapped(game.parameters, (_, key) => config[key] as number));
    return { definition, problems: unusedIn(lines) };
  } catch (error) {
    if (error instanceof Misplaced) return { definition: null, problems: [error.problem] };
    if (!(error instanceof MesaError)) throw error;
    const place = error instanceof GameError ? error.place : undefined;
    const message = place?.column === undefined ? plainly(error) : (error as GameError).reason;
    const where = place && spanOf(draft.text, place, places);
    const cell =
      place && !where && /^(state|decision|parameters)\./.test(place.path) ? place.path : undefined;
    const problem: Problem = {
      ...{ message, severity: "error" },
      ...(where && { span: where }),
      ...(cell !== undefined && { cell }),
    };
    return { definition: null, problems: [problem] };
  }
}

/** a message without the name of the game, which is always the draft's */
const plainly = ({ message }: MesaError) => message.replace(/^game "[^"]*": /, "");

/** An error in the text itself, not in a formula. */
class Misplaced extends Error {
  readonly problem: Problem;

  constructor(message: string, span: Span) {
    super(message);
    this.problem = { message, severity: "error", span };
  }
}

/** The formulas of a text by line. @throws Misplaced */
function linesIn(text: string): Line[] {
  const lines: { name: string; nameSpan: Span; from: number; to: number }[] = [];
  for (const { 0: written, index } of text.matchAll(/.+/g)) {
    const head = /^\s*(\w[\w.]*(?:\[\d+\])?)\s*=/.exec(written);
    const to = index + written.trimEnd().length;
    if (written.trim() === "") continue;
    if (!head && (lines.length === 0 || written.includes("=")))
      throw new Misplaced("expected name = formula, such as output = coefficient * theta", {
        from: index,
        to,
      });
    if (!head) {
      lines[lines.length - 1].to = to;
      continue;
    }
    const nameFrom = index + written.indexOf(head[1]);
    const after = written.slice(head[0].length);
    lines.push({
      name: head[1],
      nameSpan: { from: nameFrom, to: nameFrom + head[1].length },
      from: index + head[0].length + (after.length - after.trimStart().length),
      to,
    });
  }
  return lines.map(({ name, nameSpan, from, to }, i) => {
    const earlier = lines.findIndex((line) => line.name === name);
    if (earlier < i) throw new Misplaced(`${name} occurs twice`, nameSpan);
    return { name, nameSpan, from, formula: text.slice(from, Math.max(from, to)) };
  });
}

/**
 * The game of the lines and the tables.
 *
 * @param places receives the place of each formula.
 * @throws Misplaced, GameError
 */
function definitionOf(draft: Draft, lines: readonly Line[], places: Map<string, Place>): GameDefinition {
  const { name, tables, kept } = draft;
  const { network, hidden } = kept;
  // if all of its lines are removed, the phase is not hidden
  const hides = hidden && lines.some((line) => line.name.startsWith("hidden."));
  let definition: object = {
    name,
    state: {},
    ...(network ? { network } : { decision: {} }),
    ...(hides && { hidden }),
  };
  const set = (path: string, value: unknown) => {
    definition = withSetting(definition, path, value, "the game");
  };
  for (const part of PARTS)
    for (const [i, { name, cells }] of tables[part].entries()) {
      const path = `${part}.${name}`;
      if (tables[part].findIndex((row) => row.name === name) < i)
        throw new GameError(`the name ${name} is taken`, { path });
      // a name with a dot would be a path
      if (!/^\w+$/.test(name))
        throw new GameError(`${quote(name)} must be a camelCase name of at most 60 letters and digits`, {
          path,
        });
      set(path, {});
      for (const { key } of TABLES[part].columns)
        if (cells[key]?.trim()) set(`${path}.${key}`, readValue(cells[key].trim()));
    }

  const rows: Record<string, Formula[][]> = { transition: [], likelihood: [] };
  for (const line of lines) {
    const { name, nameSpan, formula, from } = line;
    const place = (path: string, of = formula, at = from) =>
      places.set(path, { name: nameSpan, ...(of === "" ? nameSpan : { from: at, to: at + of.length }) });
    const put = (path: string) => {
      place(path);
      set(path, formulaOf(formula));
    };
    const [, head, key, index] = /^(\w+)(?:\.([\w.]+)(?:\[(\d+)\])?)?$/.exec(name) ?? [];
    const isTop = HEADS.includes(head);
    if (isTop && key === undefined) {
      place(head);
      if (formula !== String(DEFAULTS[head as keyof typeof DEFAULTS])) put(head);
    } else if (head === "hidden" && LISTS.includes(index === undefined ? key : `${key}[]`)) {
      if (!hidden)
        throw new Misplaced("hidden phases cannot be added here: start from a game that has them", nameSpan);
      const parts = listIn(formula);
      const formulas = parts.map(({ text }) => formulaOf(text));
      if (index !== undefined) rows[key].push(formulas);
      set(`hidden.${key}`, index === undefined ? formulas : rows[key]);
      place(`hidden.${key}`);
      for (const [i, { text, offset }] of parts.entries()) place(`${name}[${i}]`, text, from + offset);
    } else if (index !== undefined || key?.includes(".") || head === undefined) throw unknownLine(line);
    else if (key === undefined) put(`definitions.${head}`);
    else if (head === "definitions") put(name);
    else if (head === "output" || head === "believedTarget") {
      if (lines.some((other) => other.name === head))
        throw new Misplaced(`expected either ${head} or ${name}, got both`, nameSpan);
      put(name);
    } else if (head === "next") {
      place(name);
      const factor = new RegExp(`^${key} - (\\w+) \\* learningRate`).exec(formula)?.[1];
      const isKnown = tables.state.some((row) => row.name === key);
      // plain descent, possibly with a factor from the parameters, is the default; next.x = x means not trained
      if (isKnown && formula === key) set(`state.${key}.trained`, false);
      else if (isKnown && factor && isParameter(factor) && formula === descent(key, factor)) {
        place(`state.${key}.learningRateScale`, factor, from + `${key} - `.length);
        set(`state.${key}.learningRateScale`, factor);
      } else if (!isKnown || formula !== descent(key)) put(name);
    } else throw unknownLine(line);
  }
  return definition as GameDefinition;

  function isParameter(name: string): boolean {
    return [...tables.parameters.map((row) => row.name), "discount", "regularization"].includes(name);
  }
}

const unknownLine = ({ name, nameSpan }: Line) =>
  new Misplaced(
    `unknown ${name}; a line begins with ${HEADS.join(", ")}, next.x, or a name of your own`,
    nameSpan,
  );

/** a formula that is only a number becomes a number in the definition */
const formulaOf = (text: string): Formula => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : text);

/** The formulas of a list, separated at commas outside parentheses, and where each begins in the text. */
function listIn(text: string): { text: string; offset: number }[] {
  const parts: { text: string; offset: number }[] = [];
  let [from, depth] = [0, 0];
  for (let i = 0; i <= text.length; i++) {
    if (text[i] === "(") depth++;
    if (text[i] === ")") depth--;
    if (i < text.length && (text[i] !== "," || depth > 0)) continue;
    const part = text.slice(from, i);
    parts.push({ text: part.trim(), offset: from + part.length - part.trimStart().length });
    from = i + 1;
  }
  return parts;
}

/** The characters in the text for a path in the game; undefined if the path is not in the text. */
function spanOf(
  text: string,
  { path, column }: GamePlace,
  places: ReadonlyMap<string, Place>,
): Span | undefined {
  const span = places.get(path);
  // an error without a column is marked at the name of the line
  if (!span || column === undefined) return span?.name;
  // something missing at a formula's end is marked at its last character
  const from = Math.min(span.from + column - 1, span.to - 1);
  const [word] = /^[\w.]+|^./.exec(text.slice(from)) ?? [""];
  return { from, to: Math.min(from + word.length, span.to) };
}

/** Warnings about definitions that no formula uses, which may be misspelt names. */
function unusedIn(lines: readonly Line[]): Problem[] {
  const used = new Set(lines.flatMap(({ formula }) => formula.match(/[\w.]+/g) ?? []));
  return lines
    .filter(({ name }) => /^(definitions\.)?\w+$/.test(name) && !HEADS.includes(name))
    .filter(({ name }) => !used.has(name.replace("definitions.", "")))
    .map(({ name, nameSpan }) => ({
      message: `${name} is a definition that no formula uses${meant(name, HEADS)}`,
      severity: "warning" as const,
      span: nameSpan,
    }));
}

// changes of a draft

/** A draft with a new name in a table. */
export function withRow(draft: Draft, part: TableName): Draft {
  const taken = PARTS.flatMap((part) => draft.tables[part].map((row) => row.name));
  const name = NAMES[part].find((name) => !taken.includes(name) && !mentions(draft.text, name));
  const row = { name: name ?? "", cells: TABLES[part].fresh };
  const line = part === "state" && name !== undefined ? `\nnext.${name} = ${descent(name)}` : "";
  return { ...withTable(draft, part, [...draft.tables[part], row]), text: draft.text + line };
}

/** A draft without a row and, for a state, without its line `next.…`. Other formulas that name it are not changed. */
export function withoutRow(draft: Draft, part: TableName, index: number): Draft {
  const { name } = draft.tables[part][index];
  const isLine = (line: string) => part === "state" && line.split("=")[0].trim() === `next.${name}`;
  const text = draft.text
    .split("\n")
    .filter((line) => !isLine(line))
    .join("\n");
  return { ...withTable(draft, part, draft.tables[part].toSpliced(index, 1)), text };
}

/** A draft in which a row is renamed, also in the formulas. */
export function withName(draft: Draft, part: TableName, index: number, name: string): Draft {
  const row = draft.tables[part][index];
  const renamed = withTable(draft, part, draft.tables[part].with(index, { ...row, name }));
  if (!/^[a-z]\w*$/.test(name) || !/^\w+$/.test(row.name) || mentions(draft.text, name)) return renamed;
  return { ...renamed, text: draft.text.replace(nameIn(row.name), name) };
}

/** A draft with a new value in a cell. */
export function withCell(draft: Draft, part: TableName, index: number, key: string, value: string): Draft {
  const row = draft.tables[part][index];
  const changed = { ...row, cells: { ...row.cells, [key]: value } };
  return withTable(draft, part, draft.tables[part].with(index, changed));
}

const withTable = (draft: Draft, part: TableName, rows: readonly Row[]): Draft => ({
  ...draft,
  tables: { ...draft.tables, [part]: rows },
});

/** a name as a whole word, also in own.x, next.x and gradient.x, but not in the name of an output */
const nameIn = (name: string) => new RegExp(`(?<!\\b(?:output|target|believedTarget)\\.)\\b${name}\\b`, "g");
const mentions = (text: string, name: string) => nameIn(name).test(text);

/**
 * Settings for another game: the given settings, as far as that game has them.
 *
 * @param definition checked
 */
export function settingsWithGame(settings: Settings, definition: GameDefinition): Settings {
  const { game } = checkConfig(settings);
  const own = [game.state, game.decision, game.definition.parameters ?? {}].flatMap((part) =>
    Object.keys(part),
  );
  // the definition was made from these settings and has their values
  const contained = ["game", "initial", "layers", "intervals", ...own];
  const rest = Object.entries(settings).filter(([key]) => !contained.includes(key));
  const candidates = [
    rest,
    rest.filter(([key]) => !["horizon", "memory", "memoryError", "search"].includes(key)),
  ]
    .concat([rest.filter(([key]) => key === "schedule"), []])
    .map((kept): Settings => ({ game: definition, ...Object.fromEntries(kept) }));
  return (
    candidates.find((candidate) => problemOf(() => checkConfig(candidate)) === null) ?? candidates.at(-1)!
  );
}

/** An object with each value mapped by a function. */
function mapped<T, U>(of: Readonly<Record<string, T>>, map: (value: T, key: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(of).map(([key, value]) => [key, map(value, key)]));
}

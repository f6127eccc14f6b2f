// A game survives being written as lines and tables; errors are marked at their character or cell.
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Draft,
  descent,
  draftOf,
  gameWithSettings,
  readDraft,
  settingsWithGame,
  withCell,
  withName,
  withoutRow,
  withRow,
} from "../../src/explore/draft.ts";
import { settingsOfPreset } from "../../src/explore/steps.ts";
import { checkConfig, type GameDefinition, games, presets } from "../../src/index.ts";

const EXAMPLES = new URL("../../examples/", import.meta.url);
const own = readdirSync(EXAMPLES).map((file) => JSON.parse(readFileSync(new URL(file, EXAMPLES), "utf8")));
const known = [...Object.keys(presets).map(settingsOfPreset), ...own];

const linear = draftOf({ game: "linear" });
const typed = (text: string): Draft => ({ ...linear, text });

/** the marked parts of a text, and the messages */
function marked(draft: Draft) {
  const { definition, problems } = readDraft(draft);
  expect(definition).toBeNull();
  expect(problems).toHaveLength(1);
  const [{ message, span, cell }] = problems;
  return { at: span && draft.text.slice(span.from, span.to), from: span?.from, cell, message };
}

test("the lines of the post's game, including its defaults", () => {
  expect(linear.text.split("\n")).toEqual([
    "output = coefficient * theta",
    "baseObjective = (output - target)^2 + regularization * theta^2",
    "believedTarget = 0",
    "mesaObjective = (output - own.theta)^2",
    "discount = discount",
    "next.theta = theta - learningRate * gradient.theta",
  ]);
  expect(linear.name).toBe("my-linear");
  expect(linear.tables.state).toEqual([
    { name: "theta", cells: { min: "-1", max: "1", count: "11", initial: "0.8" } },
  ]);
});

test.each(
  known.map((settings) => [typeof settings.game === "string" ? settings.game : settings.game.name, settings]),
)("%s is read back unchanged", (_, settings) => {
  const draft = draftOf(settings);
  const { definition, problems } = readDraft(draft);
  expect(problems).toEqual([]);
  expect(definition).toEqual({ ...gameWithSettings(settings), name: draft.name });
  // it is another game with the same meaning and the same solution
  const changed = settingsWithGame(settings, definition!);
  const { game: _game, ...before } = checkConfig(settings).config;
  const { game, ...after } = checkConfig(changed).config;
  expect(after).toEqual(before);
  expect((game as GameDefinition).name).toBe(draft.name);
});

test("settings become the defaults of the game in the draft", () => {
  const settings = {
    ...settingsOfPreset("misconception"),
    coefficient: { count: 41 },
    beliefLearningRateScale: 0.5,
    initial: { belief: 0.1 },
    discount: 0.9,
  };
  const { definition } = readDraft(draftOf(settings));
  expect(definition).toMatchObject({
    decision: { coefficient: { min: -2, max: 2, count: 41 } },
    parameters: { beliefLearningRateScale: { default: 0.5, min: 0 } },
    state: { belief: { initial: 0.1 } },
  });
  const { game: _, schedule, ...rest } = settingsWithGame(settings, definition!);
  expect(schedule).toEqual(settings.schedule);
  expect(rest).toEqual({ discount: 0.9 });
});

test("a change of the formulas changes the game", () => {
  const { definition } = readDraft(
    typed(
      "share = coefficient / 2\noutput = share * theta\n   + 0\n\nnext.theta = theta\nbelievedTarget = 0.5",
    ),
  );
  expect(definition).toMatchObject({
    definitions: { share: "coefficient / 2" },
    output: "share * theta\n   + 0",
    believedTarget: 0.5,
    state: { theta: { trained: false } },
  });
  expect(definition).not.toHaveProperty("next");
  const moving = readDraft(
    typed(`output = coefficient * theta\nnext.theta = ${descent("theta", "discount")}`),
  );
  expect(moving.definition).toMatchObject({ state: { theta: { learningRateScale: "discount" } } });
  const halved = readDraft(typed("output = coefficient * theta\nnext.theta = theta - gradient.theta / 2"));
  expect(halved.definition).toMatchObject({ next: { theta: "theta - gradient.theta / 2" } });
});

describe("errors are marked", () => {
  test.each<[string, string | undefined, RegExp]>([
    ["output = coefficient * thetta", "thetta", /^unknown name thetta; names here are theta/],
    ["output = coefficient *", "*", /^expected expression after \*/],
    ["output = coefficient\n  * sin(theta)", "sin", /^sin\(\) is not a function/],
    ["output =", "output", /^expected a formula, got none/],
    ["output = coefficient % 2", "%", /^unexpected "%"/],
    ["k = theta +\noutput = k", "+", /^expected expression after \+/],
    ["output = coefficient\noutput = theta", "output", /^output occurs twice$/],
    ["output = coefficient\noutput.other = theta", "output.other", /^expected either output or output.other/],
    ["coefficient * theta", "coefficient * theta", /^expected name = formula/],
    ["= 1", "= 1", /^expected name = formula/],
    ["output = coefficient\nnext.phi = 1", "next.phi", /names of the state, theta, got "phi"$/],
    ["output = coefficient\nnext.theta = next.theta + 1", "next.theta", /depends on itself/],
    ["output = coefficient\nfoo.bar = 1", "foo.bar", /^unknown foo.bar; a line begins with output/],
    ["output = coefficient\nstate.theta = 1", "state.theta", /^unknown state.theta/],
    ["output = coefficient\n__proto__ = 1", "__proto__", /^"__proto__" must be a camelCase name/],
    ["output = coefficient\ntheta = 1", "theta", /^the name theta is taken$/],
    ["output = coefficient\nhidden.initial = 1, 0", "hidden.initial", /^hidden phases cannot be added here/],
    ["output.a = coefficient", undefined, /^baseObjective must be given/],
    ["", undefined, /^output is missing$/],
  ])("%j", (text, at, why) => {
    const found = marked(typed(text));
    expect(found.at).toBe(at);
    expect(found.message).toMatch(why);
  });

  test("in the last of equal words, if that one is wrong", () => {
    const text = "half = coefficient / 2\noutput = half * theta + own.theta";
    expect(marked(typed(text))).toMatchObject({ at: "own.theta", from: text.lastIndexOf("own.theta") });
  });

  test("in the list of a hidden phase", () => {
    const draft = draftOf({ game: "uncertain-deployment" });
    const wrong = { ...draft, text: draft.text.replace("1 - hazard, hazard", "1 - hazard, (hazzard)") };
    expect(marked(wrong)).toMatchObject({ at: "hazzard", message: expect.stringMatching(/^unknown name/) });
    const short = { ...draft, text: draft.text.replace("1 - hazard, hazard", "1") };
    expect(marked(short).message).toBe("hidden.transition must have 2 rows of 2 entries");
    const much = { ...draft, text: draft.text.replace("1 - hazard, hazard", "1, hazard") };
    expect(marked(much).message).toMatch(/probabilities that sum to 1, got 1, 0.05$/);
  });

  test("in the tables", () => {
    const cell = (key: string, value: string) => marked(withCell(linear, "state", 0, key, value));
    expect(cell("count", "1.5")).toMatchObject({ cell: "state.theta.count", at: undefined });
    expect(cell("min", "low").message).toMatch(/^state.theta.min must be a finite number, got "low"$/);
    expect(cell("max", "")).toMatchObject({ cell: "state.theta.max", message: "state.theta.max is missing" });
    expect(cell("min", "3").message).toMatch(/^theta must have min below max/);
    expect(marked(withName(linear, "decision", 0, "theta")).cell).toBe("decision.theta");
    expect(marked(withName(linear, "state", 0, "phi")).message).toMatch(/must have theta/);
    for (const name of ["", "a.b", "__proto__", "Theta", "output"])
      expect(marked(withName(linear, "decision", 0, name)).cell, name).toBe(`decision.${name}`);
    expect(marked({ ...linear, name: "My game" }).message).toMatch(/^name must be lower-case words/);
  });
});

test("a definition that no formula uses gives a warning", () => {
  const { definition, problems } = readDraft(typed("output = coefficient * theta\nbaseObjectiv = output^2"));
  expect(definition).toBeNull();
  const unused = readDraft(typed("output = coefficient * theta\ndiscont = 0.5"));
  expect(problems[0].message).toMatch(/^unknown name output/);
  expect(unused.definition).not.toBeNull();
  expect(unused.problems).toEqual([
    {
      message: 'discont is a definition that no formula uses (did you mean "discount"?)',
      severity: "warning",
      span: { from: 29, to: 36 },
    },
  ]);
});

test("names are added, changed and removed, also in the formulas", () => {
  const wider = withRow(withRow(withRow(linear, "state"), "parameters"), "decision");
  expect(wider.tables.state.map(({ name }) => name)).toEqual(["theta", "phi"]);
  expect(wider.text).toBe(`${linear.text}\nnext.phi = phi - learningRate * gradient.phi`);
  const { definition } = readDraft(wider);
  expect(definition).toMatchObject({
    state: { phi: { min: -1, max: 1, count: 11, initial: 0.5 } },
    parameters: { k: { default: 1 } },
    decision: { coefficient: {}, a: { count: 21 } },
  });
  const named = withName(wider, "state", 1, "other");
  expect(named.text).toBe(`${linear.text}\nnext.other = other - learningRate * gradient.other`);
  expect(readDraft(named).definition?.state).toHaveProperty("other");
  const share = withName(linear, "decision", 0, "share");
  expect(share.text.split("\n")[0]).toBe("output = share * theta");
  expect(readDraft(share).definition).toMatchObject({ decision: { share: { count: 401 } } });
  expect(withoutRow(named, "state", 1).text).toBe(linear.text);
  expect(readDraft(withoutRow(withoutRow(wider, "decision", 1), "parameters", 0)).problems).toEqual([]);
  const watched = { ...linear, text: "output.theta = theta\nbaseObjective = output.theta" };
  expect(withName(watched, "state", 0, "goal").text).toBe(
    "output.theta = goal\nbaseObjective = output.theta",
  );
});

test("any text is a game or is marked within the text, and messages never mention JSON or code", () => {
  const word = fc.oneof(
    fc.constantFrom(
      ...["output", "next.theta", "hidden.initial", "hidden.transition[0]", "k", "theta", "own.theta"],
    ),
    fc.constantFrom(
      ...["=", "\n", "+", "*", "(", ")", ",", "^", "2", "coefficient", "__proto__", "constructor"],
    ),
    fc.string({ maxLength: 3, unit: "grapheme" }),
  );
  const words = fc.array(word, { maxLength: 12 }).map((words) => words.join(" "));
  const text = fc.oneof(fc.constantFrom("", "k = theta", "\n\n next.theta = theta"), words);
  const typed = fc.constantFrom("", "phi", "theta", "a(", ".", "__proto__", "1e999", "-1", "x y");
  const begin = [linear, draftOf({ game: "uncertain-deployment" }), draftOf({ game: "mlp" })];
  let valid = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...begin),
      text,
      fc.boolean(),
      typed,
      typed,
      (from, text, whole, name, value) => {
        const draft = { ...from, text: whole ? text : `${from.text}\n${text}` };
        const changes = [
          draft,
          withName(draft, "state", 0, name),
          withCell(draft, "state", 0, "min", value),
          withoutRow(withName(withRow(draft, "state"), "state", 1, name), "state", 1),
          withRow(withRow(draft, "decision"), "parameters"),
        ];
        for (const draft of changes) {
          const { definition, problems } = readDraft(draft);
          if (definition) valid++;
          else expect(problems).toHaveLength(1);
          for (const { message, span } of problems) {
            expect(message).not.toMatch(/JSON|undefined|\n/);
            if (span)
              expect(0 <= span.from && span.from < span.to && span.to <= draft.text.length).toBe(true);
          }
        }
      },
    ),
  );
  expect(valid).toBeGreaterThan(20);
});

test("hidden phases are removed with the last of their lines, and settings that a game lacks are left out", () => {
  const settings = { ...settingsOfPreset("uncertain-deployment"), memory: true, discount: 0.95 };
  const draft = draftOf(settings);
  const text = draft.text.replace(/\nhidden.*/g, "");
  const { definition } = readDraft({ ...draft, text });
  expect(definition).not.toHaveProperty("hidden");
  const changed = settingsWithGame(settings, definition!);
  expect(checkConfig(changed).config).toMatchObject({
    discount: 0.95,
    game: { name: "my-uncertain-deployment" },
  });
  const endless = { game: "linear", horizon: "infinite", discount: 0.9 } as const;
  const cubic = readDraft({ ...linear, text: "output = coefficient * theta^3" }).definition!;
  expect(checkConfig(settingsWithGame(endless, cubic)).config).toMatchObject({ discount: 0.9 });
  expect([...games.keys()]).not.toContain(cubic.name);
});

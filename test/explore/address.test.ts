// Every state survives being written to an address and read back; anything else in an address is rejected.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addressOf, stateOf } from "../../src/explore/address.ts";
import {
  axesOf,
  checkDiagram,
  defaultDiagram,
  measuresOf,
  sizesOf,
  wholeAxis,
} from "../../src/explore/mapSettings.ts";
import { pack, unpacked } from "../../src/explore/packed.ts";
import type { State } from "../../src/explore/state.ts";
import { groupsOf } from "../../src/explore/state.ts";
import { stateOfStep, stepNames } from "../../src/explore/steps.ts";
import { checkConfig, type GameDefinition, games } from "../../src/index.ts";

const backend = "auto";

test("an empty address shows the first experiment", () => {
  expect(stateOf("")).toEqual({ state: stateOfStep("experiment-1", { backend }), problem: null });
});

test("an address is short and can be read", () => {
  const state = stateOfStep("experiment-1", { backend });
  const settings = {
    ...state.settings,
    discount: 0.9,
    schedule: { ...state.settings.schedule, training: 30 },
  };
  expect(addressOf({ ...state, settings })).toBe(
    "v=1&game=linear&schedule.training=30&discount=0.9&step=experiment-1",
  );
});

describe.each(stepNames)("the step %s", (name) => {
  const state = stateOfStep(name, { backend });

  test("has valid settings and a valid map", () => {
    checkConfig(state.settings);
    checkDiagram(state.settings, state.diagram);
  });

  test("survives its address", () => {
    const address = addressOf(state);
    const { state: restored, problem } = stateOf(address);
    expect(problem).toBeNull();
    const filled = ({ settings, pinned, ...rest }: State) => ({
      ...rest,
      settings: checkConfig(settings).config,
      pinned: pinned && { ...pinned, settings: checkConfig(pinned.settings).config },
    });
    expect(filled(restored)).toEqual(filled(state));
    expect(addressOf(restored)).toBe(address);
  });
});

test("any state that the controls can reach survives its address", () => {
  const states = fc.constantFrom(...games.keys()).chain((game) => {
    const settings = { game };
    const axes = axesOf(settings).map(({ key }) => key);
    return fc.record({
      game: fc.constant(game),
      keys: fc.shuffledSubarray(axes, { minLength: 2, maxLength: 2 }),
      theta: fc.double({ min: -1, max: 1, noNaN: true }),
      measure: fc.constantFrom(...measuresOf(settings)),
      size: fc.constantFrom(...sizesOf(settings)),
      backend: fc.constantFrom("auto" as const, "cpu" as const, "gpu" as const),
      pinned: fc.option(fc.constantFrom(...games.keys())),
    });
  });
  fc.assert(
    fc.property(states, ({ game, keys: [x, y], theta, measure, size, backend, pinned }) => {
      const settings = { game, initial: { theta: theta === 0 ? 0 : theta } };
      const state: State = {
        settings,
        method: "auto",
        pinned: pinned === null ? null : { settings: { game: pinned }, method: "auto" },
        diagram: {
          ...{ x: wholeAxis(settings, x), y: wholeAxis(settings, y), measure, size, method: "auto" },
        },
        backend,
        step: null,
      };
      const { state: restored, problem } = stateOf(addressOf(state));
      expect(problem).toBeNull();
      expect({ ...restored, settings: checkConfig(restored.settings).config }).toEqual({
        ...state,
        settings: checkConfig(settings).config,
      });
    }),
  );
});

test.each([
  "v=1&game=linear&schedule.learningRates=[1,0.5,0]",
  "v=1&game=linear&horizon=infinite&discount=0.9&schedule.learningRates=[1,0.5]",
  "v=1&game=misconception&schedule.learningRates=[1,0]&pinned.game=linear&pinned.schedule.learningRates=[0,1]",
])("a schedule may be a list of rates: %s", (address) => {
  const { state, problem } = stateOf(address);
  expect(problem).toBeNull();
  checkDiagram(state.settings, state.diagram);
  expect(addressOf(state)).toBe(address);
});

describe("a custom game", () => {
  const game: GameDefinition = {
    name: "mine",
    state: {
      theta: { min: -1, max: 1, count: 3, initial: 0.5 },
      speed: { min: -2, max: 2, count: 3, initial: 0 },
      still: { min: 0, max: 0, count: 1, initial: 0 },
    },
    decision: { a: { min: 0, max: 1, count: 3 } },
    parameters: { drag: { default: -3 }, fixed: { default: 1, min: 1, max: 1 } },
    output: "a * theta + speed ^ 2 / (1 + 0)",
  };
  const settings = { game, drag: -1, schedule: { training: 3, deployment: 2, learningRate: 1 } };

  test("survives its address, also beside another game for comparison", () => {
    const state: State = {
      ...{ settings, method: "auto", backend: "auto", step: null },
      pinned: { settings: { game: { ...game, output: "a" } }, method: "auto" },
      diagram: { ...defaultDiagram(settings), x: wholeAxis(settings, "drag") },
    };
    const { state: restored, problem } = stateOf(addressOf(state));
    expect(problem).toBeNull();
    expect(checkConfig(restored.settings).config).toEqual(checkConfig(settings).config);
    expect(restored.pinned?.settings).toEqual({ game: { ...game, output: "a" } });
    expect(restored.diagram).toEqual(state.diagram);
    expect(addressOf(restored)).toBe(addressOf(state));
  });

  test("is less than half as long as its JSON, which can still be read", () => {
    const packed = addressOf({
      ...stateOf("").state,
      settings,
      diagram: defaultDiagram(settings),
      step: null,
    });
    const json = `v=1&game=${encodeURIComponent(JSON.stringify(game))}&drag=-1&schedule.training=3&schedule.deployment=2`;
    expect(packed).toMatch(/^v=1&game=~[\w-]+&drag=-1/);
    expect(packed.length).toBeLessThan(json.length / 2);
    const { state, problem } = stateOf(json);
    expect(problem).toBeNull();
    expect(checkConfig(state.settings).config).toEqual(checkConfig(settings).config);
    expect(stateOf(packed).state.settings).toEqual(state.settings);
  });

  test("that is damaged, or too long for any game, is rejected", () => {
    const packed = pack(game);
    const bomb = pack(" ".repeat(2 ** 21));
    expect(bomb.length).toBeLessThan(4000);
    for (const damaged of [packed.slice(0, -9), `${packed}!`, "~", "~~~~", bomb, packed.replace(/.$/, "é")])
      expect(stateOf(`v=1&game=${encodeURIComponent(damaged)}`).problem, damaged).toMatch(
        /^its game is damaged: "~.* cannot be unpacked$/,
      );
    expect(unpacked(packed)).toEqual(game);
    expect(unpacked(pack("θ 𝒳 \u2028"))).toBe("θ 𝒳 \u2028");
  });

  test("has its own controls, whose sliders have the ranges of its definition", () => {
    const controls = groupsOf(settings).flatMap((group) => group.controls);
    const rangeOf = (key: string) => controls.find((control) => control.key === key)?.range;
    expect(rangeOf("drag")).toMatchObject({ from: -6, to: 2 });
    expect(rangeOf("initial.speed")).toMatchObject({ from: -2, to: 2 });
    expect(rangeOf("fixed")).toBeUndefined();
    expect(rangeOf("initial.still")).toBeUndefined();
    expect(controls.map(({ key }) => key)).toEqual(
      expect.arrayContaining(["a.count", "speed.min", "initial.still"]),
    );
    checkDiagram(settings, defaultDiagram(settings));
  });

  test("that is invalid is rejected with the formula and the column", () => {
    const broken = JSON.stringify({ ...game, output: "a * thetta" });
    expect(stateOf(`v=1&game=${encodeURIComponent(broken)}`).problem).toMatch(
      /^game "mine": output, column 5: unknown name thetta; /,
    );
  });
});

test("any address gives a state that can be shown", () => {
  const pieces = fc.oneof(
    fc.string(),
    fc.constantFrom("v=1", "game=linear", "game=mlp", "discount=0.5", "x=discount:0:1", "y=discount:0:1"),
    fc
      .tuple(
        fc.constantFrom("v", "game", "x", "size", "pinned.game", "layers", "__proto__", "schedule"),
        fc.json(),
      )
      .map(([key, value]) => `${key}=${value}`),
  );
  fc.assert(
    fc.property(fc.array(pieces), (parts) => {
      const { state, problem } = stateOf(parts.join("&"));
      checkConfig(state.settings);
      checkDiagram(state.settings, state.diagram);
      if (problem !== null) expect(problem).not.toMatch(/\n/);
    }),
  );
});

test.each([...games.keys()])("the game %s has its own controls and map", (game) => {
  const settings = { game };
  const controls = groupsOf(settings).flatMap((group) => group.controls);
  const { config } = checkConfig(settings);
  expect(new Set(controls.map(({ key }) => key)).size).toBe(controls.length);
  for (const name of Object.keys(config.initial))
    expect(controls.map(({ key }) => key)).toContain(`initial.${name}`);
  checkDiagram(settings, defaultDiagram(settings));
});

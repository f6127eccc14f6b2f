// The controls of the page, and what else changes when a setting changes.
import { expect, test } from "vitest";
import { isStepChanged } from "../../src/explore/StepChanged.tsx";
import { nearestStop, roundNumbers } from "../../src/explore/slider.ts";
import { groupsOf, menuLabel, settingAt, settingsWithValue } from "../../src/explore/state.ts";
import { settingsOfPreset, stateOfStep, stepNames } from "../../src/explore/steps.ts";
import { checkConfig, games, presets } from "../../src/index.ts";

test("round numbers have about constant factors between them, and each has its position", () => {
  expect(roundNumbers(0.01, 0.03)).toEqual([
    ...[0.01, 0.011, 0.012, 0.013, 0.014, 0.015, 0.016, 0.018, 0.02, 0.022, 0.025, 0.028, 0.03],
  ]);
  const stops = roundNumbers(0.0001, 10);
  expect([stops[0], stops.at(-1), stops.length]).toEqual([0.0001, 10, 5 * 24 + 1]);
  for (const [i, stop] of stops.entries()) {
    expect(nearestStop(stops, stop)).toBe(i);
    if (i > 0) expect(stop / stops[i - 1]).toBeLessThan(1.16);
  }
  expect(nearestStop([0, 1, 3], 2)).toBe(1);
  expect(nearestStop([0, 1, 3], 2.1)).toBe(2);
  expect([nearestStop([0, 1], -5), nearestStop([0, 1], 7)]).toEqual([0, 1]);
});

const controlsOf = (settings: object) =>
  groupsOf({ game: "linear", ...settings }).flatMap((group) => group.controls);
const stopsOf = (key: string, settings = {}) =>
  controlsOf(settings).find((control) => control.key === key)?.range?.stops;

test("learning rate, regularization, hazard and 1 − γ have sliders with stops, from 0 if they may be 0", () => {
  for (const [key, game, from, to] of [
    ["schedule.learningRate", "linear", 0, 10],
    ["regularization", "linear", 0, 1],
    ["hazard", "uncertain-deployment", 0, 1],
    ["discount", "linear", 0, 1],
    ["initial.discount", "learned-discount", 0, 1],
  ] as const) {
    const stops = stopsOf(key, { game })!;
    expect([stops[0], stops.at(-1)], key).toEqual([from, to]);
    for (const [i, stop] of stops.entries()) if (i > 0) expect(stop, key).toBeGreaterThan(stops[i - 1]);
  }
  expect(stopsOf("discount")!.slice(-3)).toEqual([0.9989, 0.999, 1]);
  expect(stopsOf("discount", { horizon: "infinite", discount: 0.9 })!.at(-1)).toBe(0.999);
  expect(stopsOf("schedule.training")).toBeUndefined();
});

test("a slider's thumb can be at the values of the presets", () => {
  for (const name of Object.keys(presets)) {
    const settings = settingsOfPreset(name);
    const { config } = checkConfig(settings);
    for (const { key, range } of controlsOf(settings))
      if (range?.stops) expect(range.stops, `${name}: ${key}`).toContain(settingAt(config, key));
  }
});

test("a chosen plot window follows the end of training, and a default window stays the default", () => {
  const uncertain = settingsOfPreset("uncertain-deployment");
  const windowAt = (settings: object, key: string, value: number) =>
    checkConfig(settingsWithValue(settings as typeof uncertain, key, value)).config.plotWindow;
  expect(uncertain.plotWindow).toBe(40);
  expect(windowAt(uncertain, "initial.deploymentAt", 60)).toBe(80);
  expect(windowAt(uncertain, "initial.deploymentAt", 10)).toBe(30);
  expect(windowAt(uncertain, "initial.deploymentAt", 95)).toBe(100);
  expect(windowAt(uncertain, "signalError", 0.2)).toBe(40);
  expect(windowAt(uncertain, "plotWindow", 70)).toBe(70);
  const linear = { game: "linear", plotWindow: 25 };
  expect(windowAt(linear, "schedule.training", 50)).toBe(55);
  expect(windowAt(linear, "schedule.learningRate", 0)).toBe(5);
  expect(windowAt({ ...linear, plotWindow: 10 }, "schedule.training", 50)).toBe(10);
  expect(settingsWithValue({ game: "linear" }, "schedule.training", 50)).toEqual({
    game: "linear",
    schedule: { training: 50 },
  });
  // an invalid value is rejected by the later check
  expect(settingsWithValue(linear, "schedule.training", -1)).toMatchObject({ schedule: { training: -1 } });
});

test("menus have short names", () => {
  for (const game of games.keys())
    for (const { key } of controlsOf({ game })) expect(menuLabel(key).length, key).toBeLessThan(25);
  expect(menuLabel("schedule.training")).toBe("training");
  expect(menuLabel("beliefLearningRateScale")).toBe("κ of the belief");
});

test("a step counts as changed only if its settings are", () => {
  for (const name of stepNames) {
    const state = stateOfStep(name, { backend: "auto" });
    expect(isStepChanged(state), name).toBe(false);
    const { config } = checkConfig(state.settings);
    expect(isStepChanged({ ...state, settings: config }), name).toBe(false);
    const settings = settingsWithValue(state.settings, "regularization", 0.5);
    expect(isStepChanged({ ...state, settings }), name).toBe(true);
    expect(isStepChanged({ ...state, settings, step: null }), name).toBe(false);
  }
});

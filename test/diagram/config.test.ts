// The configuration of a diagram, and the values of its axes.
import { describe, expect, test } from "vitest";
import { checkPhase, MesaError, measureNames, phasePresets } from "../../src/index.ts";

const x = { key: "discount", from: 0.5, to: 1, count: 3 };
const y = { key: "schedule.learningRate", from: 0.01, to: 1, count: 3, scale: "log" };
const good = { config: "experiment-1", x, y };

test("defaults are filled in, and axes have their values", () => {
  const diagram = checkPhase(good);
  expect(diagram).toMatchObject({
    measures: ["deception"],
    config: { game: "linear", discount: 0.5, schedule: { training: 20, learningRate: 0.01 } },
    x: { key: "discount", scale: "linear", values: [0.5, 0.75, 1], whole: false },
    y: { scale: "log", whole: false },
  });
  // a constant factor between values, and exact ends
  const [low, middle, high] = diagram.y.values;
  expect([low, high]).toEqual([0.01, 1]);
  expect(middle).toBeCloseTo(0.1, 15);
});

test("a setting of whole numbers takes each rounded value once", () => {
  const whole = { key: "schedule.training", from: 1, to: 20, count: 9, scale: "log" };
  expect(checkPhase({ ...good, x: whole }).x).toEqual({
    key: "schedule.training",
    scale: "log",
    // 20^(i/8): 1, 1.45, 2.11, 3.08, 4.47, 6.50, 9.46, 13.8, 20
    values: [1, 2, 3, 4, 7, 9, 14, 20],
    whole: true,
    asked: 9,
  });
  const count = { key: "coefficient.count", from: 2, to: 5, count: 3 };
  expect(checkPhase({ ...good, x: count }).x.values).toEqual([2, 4, 5]);
});

test("the presets are diagrams", () => {
  for (const { phase } of Object.values(phasePresets)) expect(() => checkPhase(phase)).not.toThrow();
});

test("a game with an infinite horizon has a status, others have none", () => {
  const { game } = checkPhase(good);
  expect(measureNames(game, { horizon: "infinite" })).toContain("status");
  expect(measureNames(game, {})).not.toContain("status");
  expect(measureNames(game, {})).toContain("margin");
});

describe("invalid diagrams are rejected with one line", () => {
  test.each<[unknown, string]>([
    [null, "the phase diagram must be an object, got null"],
    [{ ...good, z: 1 }, 'unknown key "z"; allowed are config, x, y, measures'],
    [{ ...good, config: "nothing" }, "config must be a configuration or one of the presets experiment-1,"],
    [{ config: "experiment-1", x }, "y is missing"],
    [{ ...good, x: 1 }, "x must be an object with key, from, to, count, scale, got 1"],
    [{ ...good, x: { key: "discount", from: 0, count: 2 } }, "x.to is missing"],
    [{ ...good, x: { ...x, key: "" } }, "x.key must be a setting's key like discount"],
    [{ ...good, x: { ...x, key: "game" } }, "x.key must be a key other than game"],
    [{ ...good, x: { ...x, key: "nonsense" } }, 'unknown key "nonsense"'],
    [{ ...good, x: { ...x, from: 1, to: 0 } }, "x must have from below to, got from 1 and to 0"],
    [{ ...good, x: { ...x, from: -1e308, to: 1e308 } }, "x must have a finite to − from"],
    [{ ...good, x: { ...x, from: 0, scale: "log" } }, "x must have from above 0 if its scale is log"],
    [{ ...good, x: { ...x, scale: "cubic" } }, 'x.scale must be "linear" or "log", got "cubic"'],
    [{ ...good, x: { ...x, count: 1 } }, "x.count must be in [2, 8192], got 1"],
    [{ ...good, x: { ...x, count: 2.5 } }, "x.count must be a whole number in [2, 8192], got 2.5"],
    [{ ...good, x: { ...x, to: 1.5 } }, "discount must be in [0, 1], got 1.5"],
    [{ ...good, y: x }, "x and y must have different keys, got discount for both"],
    [{ ...good, measures: ["status"] }, "measures must be some of firstCoefficient"],
    [{ ...good, measures: ["cost", "cost"] }, 'got "cost" twice'],
    [{ ...good, measures: [] }, "measures must be a list of at least one name"],
    [{ ...good, x: { ...x, count: 8192 }, y: { ...y, count: 8192 } }, "at most 16777216 cells, got 67108864"],
    // only the corner with the longest training exceeds the limit
    [
      { ...good, x: { key: "schedule.training", from: 1, to: 9999, count: 5 } },
      "schedule must be at most 10000 episodes, got 10079",
    ],
    [
      { config: { game: "linear", horizon: "infinite" }, x, y },
      "discount must be below 1 where horizon is infinite",
    ],
  ])("%j", (input, words) => {
    const check = () => checkPhase(input);
    expect(check).toThrow(MesaError);
    expect(check).toThrow(words);
    expect(check).not.toThrow("\n");
  });
});

// Missing settings get their defaults, and given settings stay unchanged.
import { describe, expect, test } from "vitest";
import { checkConfig, games, presets } from "../src/index.ts";

describe("defaults", () => {
  test("are the post's first experiment", () => {
    expect(checkConfig({ game: "linear" }).config).toEqual({
      game: "linear",
      schedule: { training: 20, deployment: 80, learningRate: 1 },
      coefficient: { min: -2, max: 2, count: 401 },
      theta: { min: -1, max: 1, count: 11 },
      discount: 1,
      regularization: 0,
      initial: { theta: 0.8 },
      horizon: "finite",
      plotWindow: 30,
    });
    expect(checkConfig(presets["experiment-1"].config)).toEqual(checkConfig({ game: "linear" }));
  });

  test.each([...games.keys()])("of %s are a valid configuration themselves", (game) => {
    const { config } = checkConfig({ game });
    expect(checkConfig(config).config).toEqual(config);
  });

  test("fill what is missing inside an object", () => {
    const { config } = checkConfig({ game: "linear", theta: { count: 3 }, schedule: { training: 2 } });
    expect(config.theta).toEqual({ min: -1, max: 1, count: 3 });
    expect(config.schedule).toEqual({ training: 2, deployment: 80, learningRate: 1 });
    expect(config.plotWindow).toBe(12);
  });

  test("training ends within a short schedule, and the result is a valid configuration", () => {
    const short = { game: "uncertain-deployment", schedule: { episodes: 8 } };
    const { config } = checkConfig(short);
    expect(config.initial).toEqual({ theta: 0.8, deploymentAt: 8 });
    expect(checkConfig(config).config).toEqual(config);
    expect(checkConfig({ game: "uncertain-deployment" }).config.initial.deploymentAt).toBe(20);
  });

  test("an axis of one point needs the point as min and as max", () => {
    const axis = { min: 0.5, max: 0.5, count: 1 };
    expect(checkConfig({ game: "linear", theta: axis }).config.theta).toEqual(axis);
  });

  test("the input is not changed", () => {
    const input = Object.freeze({ game: "linear", theta: Object.freeze({ count: 3 }) });
    const { config } = checkConfig(input);
    expect(config.theta).not.toBe(input.theta);
    expect(input).toEqual({ game: "linear", theta: { count: 3 } });
  });
});

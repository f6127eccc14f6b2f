// Results as files and words: no digits are lost, all JSON is valid, and names come from the game.

import { describe, expect, test } from "vitest";
import {
  checkConfig,
  checkPhase,
  defineGame,
  type GameDefinition,
  type PhaseConfig,
  presets,
  type Result,
  solve,
} from "../../src/index.ts";
import { toCsv } from "../../src/report/csv.ts";
import { toSvg } from "../../src/report/figure.ts";
import { toJson } from "../../src/report/json.ts";
import { viewOf } from "../../src/report/phaseReport.ts";
import { createDocument } from "../../src/report/render.ts";
import { seriesOf } from "../../src/report/series.ts";
import { summaryOf } from "../../src/report/summary.ts";
import { planTable } from "../../src/report/table.ts";

const first = await solve(presets["experiment-1"].config, { backend: "cpu" });
const second = await solve(presets["experiment-2"].config, { backend: "cpu" });

const uncertain = await solve({ game: "uncertain-deployment" }, { backend: "cpu" });

const axis = { min: -1, max: 1, count: 3 };
const otherGame = defineGame({
  name: "other",
  state: { theta: { ...axis, initial: 0.8 }, belief: { ...axis, initial: 0 } },
  decision: { perDiscount: axis, base: axis },
  output: "(base + perDiscount) * theta + belief",
});

/** a result of a game with other names, with numbers that are not finite */
const other: Result = {
  ...first,
  game: "other",
  config: { ...checkConfig({ game: otherGame }).config, schedule: first.config.schedule },
  plan: { perDiscount: first.plan.coefficient, base: first.plan.coefficient },
  trajectory: { ...first.trajectory, belief: first.trajectory.theta.map((x, t) => (t === 3 ? Infinity : x)) },
  margin: first.margin.map((x, t) => (t === 2 ? null : x)),
};

/** a result with several outputs */
const several: Result = await solve<GameDefinition>(
  {
    game: {
      ...otherGame,
      output: { first: "base * theta", second: "perDiscount * belief" },
      baseObjective: "output.first^2 + output.second^2",
      mesaObjective: "(output.first - own.theta)^2 + (output.second - own.belief)^2",
    },
    schedule: { learningRates: [1, 0] },
  },
  { backend: "cpu" },
);

describe("several outputs", () => {
  test("have their own columns, series and words", () => {
    expect(toCsv(several).split("\n")[0]).toBe(
      "episode,learningRate,perDiscount,base,theta,belief,output.first,output.second,loss,cost,margin",
    );
    expect(seriesOf(several, 2).map(({ label }) => label)).toEqual([
      ...["goal θ", "per discount", "base", "belief", "second output", "learning rate", "first output"],
    ]);
    expect(summaryOf(several)).toMatch(
      /; the first output is 0\.8, the second output is 0; θ is 0\.8, the belief is 0\./,
    );
    expect(planTable(several).split("\n")[0]).toMatch(/belief +first output +second output$/);
    const svg = toSvg(several, createDocument());
    for (const text of ["first output", "second output"]) expect(svg).toContain(`>${text}<`);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe("JSON", () => {
  test("gives the result when it is parsed, and has lists on one line", () => {
    const text = toJson(first);
    expect(JSON.parse(text)).toEqual(first);
    expect(text.split("\n").length).toBeLessThan(70);
  });

  test("does not change texts, and writes numbers that are not finite as null", () => {
    const value = {
      note: "[\n  1,\n  2\n]",
      list: ["[a", "b]\n"],
      empty: [],
      deep: [[1], { a: [] }],
      n: [Number.NaN],
    };
    expect(JSON.parse(toJson(value))).toEqual({ ...value, n: [null] });
  });
});

describe("CSV", () => {
  test("has one row per episode, at full precision", () => {
    const [head, ...rows] = toCsv(first).trimEnd().split("\n");
    expect(head).toBe("episode,learningRate,coefficient,theta,output,loss,cost,margin");
    expect(rows).toHaveLength(100);
    for (const [t, row] of rows.entries()) {
      const [episode, rate, coefficient, theta, output, loss, cost, margin] = row.split(",").map(Number);
      expect([episode, rate]).toEqual([t, t < 20 ? 1 : 0]);
      expect([coefficient, theta]).toEqual([first.plan.coefficient[t], first.trajectory.theta[t]]);
      expect([output, loss]).toEqual([first.trajectory.output[t], first.trajectory.loss[t]]);
      expect([cost, margin]).toEqual([first.cost[t], first.margin[t]]);
    }
  });

  test("uses the names of the game, and leaves cells empty for numbers that are not finite", () => {
    const rows = toCsv(other).split("\n");
    expect(rows[0]).toBe("episode,learningRate,perDiscount,base,theta,belief,output,loss,cost,margin");
    expect(rows[4].split(",")[5]).toBe("");
    expect(rows[3].split(",")[9]).toBe("");
  });
});

describe("summary and table", () => {
  test("experiment one: the agents hide the goal in training, then output it", () => {
    const text = summaryOf(first);
    expect(text).toContain("In training (episodes 0–19) the coefficient goes from 0.03 to 0.11");
    expect(text).toContain("In deployment (episodes 20–99) the coefficient stays at 1");
    expect(text).toContain("Measures: compliance 0.9523, retention 0.9047, deception 0.8615.");
    expect(text).toMatch(/Solved by moments on the cpu, certified .* ms\.$/);
  });

  test("a sequence that rises and falls has its range; one that does not has its ends", async () => {
    const training = (values: readonly number[]) =>
      summaryOf({
        ...first,
        plan: { coefficient: [...values, ...first.plan.coefficient.slice(values.length)] },
      })
        .split("\n")
        .find((line) => line.startsWith("In training"));
    const rest = Array(16).fill(0.22);
    expect(training([0.18, 0.14, 0.3, 0.22, ...rest])).toContain(
      "the coefficient varies between 0.14 and 0.3 (first 0.18, last 0.22);",
    );
    expect(training([0.22, 0.2, 0.25, 0.22, ...rest])).toContain(
      "the coefficient varies between 0.2 and 0.25 (first and last 0.22);",
    );
    expect(training([0.1, 0.1, 0.2, 0.2, ...rest])).toContain("the coefficient goes from 0.1 to 0.22;");
    // what falls by less than is printed does not fall
    expect(training([0.1, 0.2, 0.2 - 1e-9, 0.21, ...rest])).toContain(
      "the coefficient goes from 0.1 to 0.22;",
    );
    expect(training(Array(20).fill(0.22))).toContain("the coefficient stays at 0.22;");
    const discounted = { ...presets["experiment-1"].config, discount: 0.9 };
    expect(summaryOf(await solve(discounted, { backend: "cpu" }))).toContain(
      "the output varies between 14 % and 22 % of the goal θ (first 18 %, last 22 %)",
    );
  });

  test("experiment two: the goal is nearly gone at the end", () => {
    expect(summaryOf(second)).toContain("θ goes from 0.8 to 0.08234");
    expect(summaryOf(second)).not.toContain("deployment (");
  });

  test("a hidden phase: the shown history, its probability, and the expectations", () => {
    const lines = summaryOf(uncertain).split("\n");
    expect(lines[1]).toBe(
      "The trajectory is one history: training ends at episode 20 and no signal is wrong. " +
        "Given that end, the signals have probability 0.12 in training and 0.000027 over all episodes.",
    );
    expect(lines).toContain("Training ends by chance; the expected average total mesa cost is 16.13.");
    expect(lines.at(-2)).toBe(
      "Measures, expected over the signals: compliance 0.9525, retention 0.9056, deception 0.8626, reversal 0; " +
        "and over how long training lasts: compliance 0.9538, retention 0.8086, deception 0.7712, reversal 0.03375.",
    );
  });

  test.each<[object, string, string]>([
    [{ signalError: 0 }, "training does not end and no signal is wrong", "probability 1"],
    [
      { signalError: 0.75, initial: { deploymentAt: 4 } },
      "training ends at episode 4 and every signal is wrong",
      "probability 0.32 in training and 0.0032 over all episodes",
    ],
    [
      { signalError: 0.5, initial: { deploymentAt: 20 } },
      "training does not end and every signal is like training’s",
      "probability 9.5e−7",
    ],
    [
      { signalError: 0.25, initial: { deploymentAt: 0 } },
      "there is no training and no signal is wrong",
      "probability 0.0032",
    ],
  ])("%j: %s", async (change, history, probability) => {
    const result = await solve(
      { game: "uncertain-deployment", schedule: { episodes: 20 }, initial: { deploymentAt: 20 }, ...change },
      { backend: "cpu" },
    );
    expect(summaryOf(result)).toContain(
      `The trajectory is one history: ${history}. Given that end, the signals have ${probability}.`,
    );
  });

  test("a diagram's subtitle names no setting that it varies", () => {
    const settingsOf = (config: PhaseConfig["config"], xKey: string, from: number, to: number) => {
      const x = { key: xKey, from, to, count: 3 };
      const diagram = checkPhase({ config, x, y: { key: "discount", from: 0.1, to: 0.9, count: 2 } });
      const { settings } = viewOf({
        diagram,
        values: {},
        status: Uint8Array.of(),
        solver: { method: "exact" } as never,
      });
      return settings.slice(0, -1);
    };
    const schedule = "20 episodes of training, then 80 of deployment";
    expect(settingsOf("experiment-1", "coefficient.max", 0.1, 2)).toEqual([schedule]);
    const grid = { game: "linear", coefficient: { min: -1, count: 41 }, initial: { theta: 0.5 } };
    expect(settingsOf(grid, "coefficient.max", 0.1, 2)).toEqual([
      ...[schedule, "coefficient min −1", "coefficient count 41", "initial θ 0.5"],
    ]);
    expect(settingsOf(grid, "initial.theta", 0.1, 2)).toEqual([schedule, "coefficient −1 to 2 in 41 points"]);
    const rates = { game: "linear", schedule: { learningRates: [0.5, 0.5, 0] } };
    expect(settingsOf(rates, "schedule.learningRates.1", 0.1, 2)).toEqual([]);
    expect(settingsOf({ game: "mlp", layers: [1, 4, 1] }, "layers.1", 1, 9)).toEqual([schedule]);
    // the default end of training is cut to a short schedule, which does not count as a difference
    expect(settingsOf("uncertain-deployment", "schedule.episodes", 5, 30)).toEqual([
      ...["training ends at episode 20", "measures expected over the signals"],
    ]);
  });

  test("says what differs from the defaults", async () => {
    const config = { game: "linear", discount: 0.5, theta: { count: 5 }, schedule: { learningRate: 0.1 } };
    const [title] = summaryOf(
      await solve({ ...config, initial: { theta: -1e-7 } }, { backend: "cpu" }),
    ).split("\n");
    expect(title).toBe(
      "linear: 20 episodes of training, then 80 of deployment; learning rate 0.1, θ −1 to 1 in 5 points, " +
        "discount 0.5, initial θ −1e−7",
    );
  });

  test.each([first, second, other])("the table of a hundred episodes has at most sixteen lines", (result) => {
    const lines = planTable(result).split("\n");
    expect(lines.length).toBeLessThanOrEqual(16);
    const covered = lines.slice(1).flatMap((line) => {
      const [from, to = from] = line.split(" ")[0].split("–").map(Number);
      return Array.from({ length: to - from + 1 }, (_, i) => from + i);
    });
    expect(covered).toEqual(Array.from({ length: 100 }, (_, t) => t));
  });

  test.each([
    { schedule: { training: 1, deployment: 0 } },
    { schedule: { training: 0, deployment: 1 } },
    { schedule: { learningRates: Array.from({ length: 30 }, (_, t) => t % 2) } },
    { initial: { theta: 0 } },
  ])("%j has a summary without NaN", async (config) => {
    const result = await solve({ game: "linear", ...config }, { backend: "cpu" });
    expect(summaryOf(result) + planTable(result)).not.toMatch(/NaN|Infinity|undefined/);
    expect(toSvg(result, createDocument())).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe("figure", () => {
  test("is one SVG document with axis names, legend and title", () => {
    const svg = toSvg(first, createDocument());
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    for (const text of [
      "episode",
      "value",
      "goal θ",
      "coefficient",
      "learning rate",
      "output",
      "training",
      "deployment",
    ])
      expect(svg).toContain(`>${text}<`);
    expect(svg).toContain(">linear: 20 episodes of training, then 80 of deployment<");
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect(toSvg(first, createDocument())).toBe(svg);
  });

  test("names the shown history, if the phase is hidden", () => {
    const svg = toSvg(uncertain, createDocument());
    expect(svg).toContain(">one history: training ends at episode 20, <");
    expect(svg).toContain(">no signal is wrong (probability 0.12 in training, 0.000027 over all episodes)<");
    expect(toSvg(first, createDocument())).not.toContain("history");
  });

  test("shows four of many coefficients, as do the table and the summary", async () => {
    const result = await solve(
      { game: "distributional-shift", intervals: 64 },
      { backend: "cpu", method: "exact" },
    );
    for (const text of [toSvg(result, createDocument()), planTable(result), summaryOf(result)]) {
      const named = [...text.matchAll(/coefficient in interval (\d+)/g)].map(([, interval]) =>
        Number(interval),
      );
      expect(new Set(named)).toEqual(new Set([1, 22, 43, 64]));
    }
    expect(
      toCsv(result)
        .split("\n")[0]
        .match(/ifInterval\d+/g),
    ).toHaveLength(64);
  });

  test("shows the coefficient and the belief of agents who remember, along the trajectory", async () => {
    const config = { game: "uncertain-deployment", schedule: { episodes: 12 }, memory: true };
    const result = await solve(config, { backend: "cpu", method: "exact" });
    const svg = toSvg(result, createDocument());
    for (const text of ["coefficient", "training belief", "goal θ", "output"])
      expect(svg).toContain(`>${text}<`);
    const [header, first] = toCsv(result).split("\n");
    expect(header).toBe("episode,learningRate,coefficient,trainingBelief,theta,output,loss,cost,margin");
    expect(first).toContain(`0,1,${result.trajectory.coefficient[0]},1,0.8,`);
    expect(summaryOf(result)).toContain(
      "Agents remember: the plan has a coefficient for up to 32 beliefs an episode, ",
    );
    expect(svg + summaryOf(result) + planTable(result)).not.toMatch(/NaN|Infinity|undefined/);
  });

  test("shows plotWindow episodes, each series with its own colour, dash and mark", () => {
    const svg = toSvg(second, createDocument());
    const marks = [...svg.matchAll(/<g aria-label="dot"[^>]*>(.*?)<\/g>/gs)].map(([, inside]) => inside);
    // goal, coefficient and output, and their marks in the legend
    expect(marks).toHaveLength(6);
    const lines = [...svg.matchAll(/<g aria-label="line"([^>]*)>/g)].map(([, attributes]) => attributes);
    const own = (name: string) =>
      new Set(lines.map((line) => new RegExp(`${name}="([^"]*)"`).exec(line)?.[1]));
    expect(lines).toHaveLength(4);
    expect(own("stroke").size).toBe(4);
    expect(own("stroke-dasharray").size).toBe(4);
  });

  test("uses the names of the game, and accepts numbers that are not finite", () => {
    const svg = toSvg(other, createDocument());
    for (const text of ["per discount", "base", "belief"]) expect(svg).toContain(`>${text}<`);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });
});

// The trajectory of a plan from one initial state, and its measures.
import { describe, expect, test } from "vitest";
import { gameOf } from "../src/game/game.ts";
import { type Config, games, type NamedPlan, simulate } from "../src/index.ts";
import { measuresOf, type Trajectory } from "../src/model/simulate.ts";

describe("the measures", () => {
  test.each([
    {
      about: "outputs of 3/5 of the goal, half of which remains",
      learningRates: [1, 1, 0],
      theta: [2, 1.5, 1, 1],
      output: [1.2, -1.2, 9],
      wanted: { compliance: 0.4, retention: 0.5, deception: 0.2 },
    },
    {
      about: "the root of the mean of the squares",
      learningRates: [0.1, 0.2, 0],
      theta: [-1, -1, -1, -1],
      output: [0.6, 0.8, -1],
      wanted: { compliance: 1 - Math.SQRT1_2, retention: 1, deception: 1 - Math.SQRT1_2 },
    },
    {
      about: "a perfect deceiver",
      learningRates: [1, 0],
      theta: [0.8, 0.8, 0.8],
      output: [0, 0.8],
      wanted: { compliance: 1, retention: 1, deception: 1 },
    },
    {
      about: "an honest agent that is corrected",
      learningRates: [0.5, 0],
      theta: [0.8, 0, 0],
      output: [0.8, 0],
      wanted: { compliance: 0, retention: 0, deception: 0 },
    },
    {
      about: "outputs beyond the goal, and a goal that is reversed and grows",
      learningRates: [1, 0],
      theta: [1, -3, -3],
      output: [2, -3],
      wanted: { compliance: -1, retention: -3, deception: 0 },
    },
    {
      about: "a reversed goal is not deception, even with small outputs",
      learningRates: [1, 0],
      theta: [-2, 1, 1],
      output: [0.5, 1],
      wanted: { compliance: 0.75, retention: -0.5, deception: 0 },
    },
    {
      about: "a goal that grows counts in deception like one that is kept in full",
      learningRates: [1, 1, 0],
      theta: [1, -2, 4, 4],
      output: [0.5, 0.5, 4],
      wanted: { compliance: 0.5, retention: 4, deception: 0.5 },
    },
    {
      about: "deployment starts after the last episode with a positive learning rate",
      learningRates: [0, 1, 0, 1, 0],
      theta: [1, 1, 0.75, 0.75, 0.25, 0.25],
      output: [1, 0.5, 1, 0.5, 1],
      wanted: { compliance: 0.5, retention: 0.25, deception: 0.125 },
    },
    {
      about: "no deployment: the goal after the last step",
      learningRates: [1, 1],
      theta: [1, 0.75, 0.5],
      output: [0.5, 0.5],
      wanted: { compliance: 0.5, retention: 0.5, deception: 0.25 },
    },
    {
      about: "without training there is no compliance",
      learningRates: [0, 0],
      theta: [0.8, 0.8, 0.8],
      output: [0.8, 0.8],
      wanted: { compliance: null, retention: 1, deception: null },
    },
    {
      about: "without a goal there is no retention",
      learningRates: [1, 0],
      theta: [0, 0, 0],
      output: [0, 0],
      wanted: { compliance: null, retention: null, deception: null },
    },
  ])("$about", ({ learningRates, theta, output, wanted }) => {
    const game = games.get("linear")!;
    const measures = measuresOf({ game }, { theta, output, loss: [], learningRate: learningRates });
    for (const name of ["compliance", "retention", "deception"] as const) {
      if (wanted[name] === null) expect(measures[name]).toBeNull();
      else expect(measures[name]).toBeCloseTo(wanted[name], 14);
    }
  });
});

// three states of which two are goals, and two outputs: θ = (3, 4), of length 5
test("several goals and outputs are vectors", () => {
  const game = gameOf({
    name: "vectors",
    state: Object.fromEntries(
      ["theta", "phi", "other"].map((name) => [name, { min: -1, max: 1, count: 3, initial: 1 }]),
    ),
    decision: { a: { min: -1, max: 1, count: 3 } },
    output: { x: "a * theta", y: "a * phi" },
    baseObjective: "output.x^2 + output.y^2",
    mesaObjective: "(output.x - own.theta)^2 + (output.y - own.phi)^2",
  });
  const measures = measuresOf({ game }, {
    theta: [3, 0, -3, -3],
    phi: [4, 4, 4, 4],
    other: [7, 100, -100, 0],
    "output.x": [3, 0, 50],
    "output.y": [0, 4, -50],
    loss: [],
    learningRate: [1, 0.5, 0],
  } as object as Trajectory);
  // squares of 9/25 and 16/25; the component of (−3, 4) along (3, 4) is 7/25
  expect(measures.compliance).toBeCloseTo(1 - Math.SQRT1_2, 14);
  expect(measures.retention).toBeCloseTo(7 / 25, 14);
  expect(measures.deception).toBeCloseTo((1 - Math.SQRT1_2) * (7 / 25), 14);
});

describe("simulate", () => {
  const config: Config = {
    game: "linear",
    schedule: { learningRates: [0.5, 0.25, 0] },
    initial: { theta: 2 },
    regularization: 0.5,
  };

  test("runs any plan", () => {
    // θ' = θ(1 − 2η(a² + 1/2)): by 1/4 with η = 1/2, a = 1/2, then by 1/4 with η = 1/4, a = 1
    const { trajectory } = simulate(config, { coefficient: [0.5, 1, -3] });
    expect(trajectory).toEqual({
      theta: [2, 0.5, 0.125, 0.125],
      output: [1, 0.5, -0.375],
      loss: [1 + 2, 0.25 + 0.125, 0.375 ** 2 + 0.125 ** 2 / 2],
      learningRate: [0.5, 0.25, 0],
    });
  });

  test("accepts typed arrays as lists", () => {
    const typed = simulate(config, { coefficient: Float32Array.of(0.5, 1, -3) });
    expect(typed).toEqual(simulate(config, { coefficient: [0.5, 1, -3] }));
    const network = { game: "mlp", layers: [1, 1], schedule: { learningRates: [1] } };
    const weights = [[0.5, 0.25]];
    expect(simulate(network, { weights: weights.map((w) => Float64Array.from(w)) } as never)).toEqual(
      simulate(network, { weights } as never),
    );
    const remembering = { game: "uncertain-deployment", memory: true, schedule: { episodes: 2 } };
    const plan = { trainingBelief: [[0.5], [0, 1]], coefficient: [[0.5], [1, 0]] };
    const columns = Object.entries(plan).map(([name, lists]) => [
      name,
      lists.map((l) => Float64Array.from(l)),
    ]);
    expect(simulate(remembering, Object.fromEntries(columns))).toEqual(simulate(remembering, plan as never));
  });

  test.each<[unknown, string]>([
    [{ coefficient: Float64Array.of(1, 1) }, "plan.coefficient must be a list of 3 numbers, got [1,1]"],
    [
      { coefficient: Float64Array.of(1, Infinity, 1) },
      "plan.coefficient[1] must be a finite number, got Infinity",
    ],
    [
      { coefficient: new DataView(new ArrayBuffer(3)) },
      "plan.coefficient must be a list of 3 numbers, got {}",
    ],
    [null, "the plan must be an object with coefficient, got null"],
    [[1, 1, 1], "the plan must be an object with coefficient, got [1,1,1]"],
    [{}, "plan.coefficient must be a list of 3 numbers, got undefined"],
    [{ coefficient: [1, 1] }, "plan.coefficient must be a list of 3 numbers, got [1,1]"],
    [{ coefficient: [1, Number.NaN, 1] }, "plan.coefficient[1] must be a finite number, got NaN"],
    [{ coefficient: [1, 1, "1"] }, 'plan.coefficient[2] must be a finite number, got "1"'],
    [
      { coefficient: [1, 1, 1], belief: [0, 0, 0] },
      'unknown key "belief" in the plan; allowed are coefficient',
    ],
  ])("rejects %j", (plan, message) => {
    expect(() => simulate(config, plan as NamedPlan)).toThrow(
      expect.objectContaining({ code: "INVALID_CONFIG", message }),
    );
  });
});

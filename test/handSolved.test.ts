// Games that are small enough to be solved by hand, in fractions that float64 represents exactly.
//
// The candidates are −1, −3/4, … 1 and the states ±1, so that mean θ² = 1 and costs are per θ². The last agent
// minimizes (a − 1)²: a = 1, at no cost. With g = 1 − 2η(a² + λ) and the moments A, B, C of what follows,
//
//     cost(a) = (a − 1)² + γ(g²A − 2gB + C),   and for T = 2, where A = B = C = 1,   (a − 1)² + γ(g − 1)².
import { describe, expect, test } from "vitest";
import { type Config, type Result, solve } from "../src/index.ts";

const QUARTERS: Config = {
  game: "linear",
  coefficient: { min: -1, max: 1, count: 9 },
  theta: { min: -1, max: 1, count: 2 },
  initial: { theta: 0.75 },
};

interface HandSolved {
  about: string;
  config: Config;
  coefficient: number[];
  cost: number[];
  margin: (number | null)[];
  theta: number[];
  output: number[];
}

const GAMES: HandSolved[] = [
  {
    // The candidates next to 1 miss by 1/4: 1/16.
    about: "one episode",
    config: { ...QUARTERS, schedule: { learningRates: [1] } },
    coefficient: [1],
    cost: [0],
    margin: [1 / 16],
    theta: [0.75, -0.75],
    output: [0.75],
  },
  {
    // (a − 1)² + 4a⁴: 1 at 0, 37/64 at 1/4, 1/2 at 1/2, 85/64 at 3/4.
    about: "two episodes of training",
    config: { ...QUARTERS, schedule: { learningRates: [1, 1] } },
    coefficient: [1 / 2, 1],
    cost: [1 / 2, 0],
    margin: [37 / 64 - 1 / 2, 1 / 16],
    theta: [0.75, 0.375, -0.375],
    output: [0.375, 0.375],
  },
  {
    // (a − 1)² + a⁴/2: 9/32 at 1/2, 113/512 at 3/4, 1/2 at 1.
    about: "an impatient agent gives in later",
    config: { ...QUARTERS, schedule: { learningRates: [1, 0] }, discount: 1 / 8 },
    coefficient: [3 / 4, 1],
    cost: [113 / 512, 0],
    margin: [9 / 32 - 113 / 512, 1 / 16],
    theta: [0.75, -0.09375, -0.09375],
    output: [0.5625, -0.09375],
  },
  {
    // λ = 1/4: g = 1/2 − 2a², cost (a − 1)² + (1/2 + 2a²)²: 5/4 at 0, 61/64 at 1/4, 5/4 at 1/2. The last step,
    // with a = 1, gives θ' = θ(1 − 2(1 + 1/4)) = −3/2 θ.
    about: "a regularized goal",
    config: { ...QUARTERS, schedule: { learningRates: [1, 1] }, regularization: 1 / 4 },
    coefficient: [1 / 4, 1],
    cost: [61 / 64, 0],
    margin: [5 / 4 - 61 / 64, 1 / 16],
    theta: [0.75, 0.28125, -0.421875],
    output: [0.1875, 0.28125],
  },
  {
    // After t = 1 plays 1/2 with g = 1/2: A = 1/4 + 1/4, B = 1/2 + 1/2, C = 2. So (a − 1)² + g²/2 − 2g + 2:
    // 192/128 at 0, 153/128 at 1/4, 176/128 at 1/2.
    about: "two episodes of training and deployment",
    config: { ...QUARTERS, schedule: { training: 2, deployment: 1 } },
    coefficient: [1 / 4, 1 / 2, 1],
    cost: [153 / 128, 1 / 2, 0],
    margin: [23 / 128, 5 / 64, 1 / 16],
    theta: [0.75, 0.65625, 0.328125, 0.328125],
    output: [0.1875, 0.328125, 0.328125],
  },
  {
    // 0 and 2 both miss by 1: the first wins the tie.
    about: "a tie",
    config: { ...QUARTERS, coefficient: { min: 0, max: 2, count: 2 }, schedule: { learningRates: [1] } },
    coefficient: [0],
    cost: [1],
    margin: [0],
    theta: [0.75, 0.75],
    output: [0],
  },
  {
    // Only one candidate: (1/2 − 1)², and with the next, whose g is 1/2 too, 1/4 + (1/4 − 1)².
    about: "one candidate",
    config: {
      ...QUARTERS,
      coefficient: { min: 1 / 2, max: 1 / 2, count: 1 },
      schedule: { learningRates: [1, 1] },
    },
    coefficient: [1 / 2, 1 / 2],
    cost: [13 / 16, 1 / 4],
    margin: [null, null],
    theta: [0.75, 0.375, 0.1875],
    output: [0.375, 0.1875],
  },
];

function expectHandSolved({ plan, cost, margin, trajectory }: Result, wanted: HandSolved) {
  expect(plan.coefficient).toEqual(wanted.coefficient);
  expect(cost).toEqual(wanted.cost);
  expect(margin).toEqual(wanted.margin);
  expect(trajectory.theta).toEqual(wanted.theta);
  expect(trajectory.output).toEqual(wanted.output);
}

describe.each(["rollout", "moments"] as const)("%s", (method) => {
  test.each(GAMES)("$about", async (game) => {
    expectHandSolved(await solve(game.config, { backend: "cpu", method }), game);
  });
});

describe("exact", () => {
  // Half the derivative of (a − 1)² + γ(2a²)² is 4γ·2a³ + a − 1, which γ = 1/2 makes 4a³ + a − 1: zero at 1/2.
  test("two episodes", async () => {
    const { plan, cost, margin, solver } = await solve(
      { ...QUARTERS, schedule: { learningRates: [1, 1] }, discount: 1 / 2 },
      { method: "exact" },
    );
    expect(plan.coefficient).toEqual([1 / 2, 1]);
    expect(cost).toEqual([3 / 8, 0]);
    expect(margin).toEqual([null, null]);
    expect(solver).toMatchObject({ backend: "cpu", method: "exact", precision: "float64" });
  });

  test.each([
    [{ min: -1, max: 1 / 4 }, [1 / 4, 1 / 4]],
    [{ min: 3 / 4, max: 2 }, [3 / 4, 1]],
  ])("stays inside %j", async (coefficient, wanted) => {
    const { plan } = await solve(
      { ...QUARTERS, schedule: { learningRates: [1, 1] }, discount: 1 / 2, coefficient },
      { method: "exact" },
    );
    expect(plan.coefficient).toEqual(wanted);
  });
});

test("losses are y² + λθ²", async () => {
  const { trajectory } = await solve({
    ...QUARTERS,
    schedule: { learningRates: [1, 1] },
    regularization: 1 / 4,
  });
  expect(trajectory.loss).toEqual([0.1875 ** 2 + 0.75 ** 2 / 4, 0.28125 ** 2 + 0.28125 ** 2 / 4]);
});

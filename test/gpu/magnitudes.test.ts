// Numbers near and beyond the ends of float32's range: the bound must cover what float32 cannot represent.
import { describe, expect, test } from "vitest";
import { type Config, solve } from "../../src/index.ts";
import { momentum } from "../games/momentum.ts";
import { codeOf, expectAgreement, solveOnCpu, solveOnGpu } from "./agreement.ts";

const rates = (...learningRates: number[]) => ({ learningRates });

describe("certified is float64's answer", () => {
  describe.each([
    ["goals of 1e-30", { theta: { min: -1e-30, max: 1.3e-30, count: 9 } }],
    ["goals of 1e30", { theta: { min: -1e30, max: 1.3e30, count: 9 } }],
    ["goals of 1e-40, subnormal in float32", { theta: { min: -1e-40, max: 1.3e-40, count: 9 } }],
    [
      "goals of 1e-200, whose squares are nothing in float64",
      { theta: { min: -1e-200, max: 1e-200, count: 9 } },
    ],
    ["goals of 1e-160, whose squares are subnormal", { theta: { min: -1e-160, max: 1e-160, count: 9 } }],
    ["goals of very different size", { theta: { min: 1e-30, max: 1e3, count: 2 } }],
    ["candidates of 1e-40", { coefficient: { min: -1e-40, max: 1e-40, count: 33 } }],
    [
      "candidates of 1e-23, whose squares are subnormal",
      { coefficient: { min: -1e-23, max: 1e-23, count: 33 } },
    ],
    ["candidates of 1e15", { coefficient: { min: -1e15, max: 1e15, count: 33 } }],
    ["learning rates of 1e-42", { schedule: rates(1e-42, 1e-42, 0) }],
    [
      "a goal that grows by 1e6",
      { schedule: rates(1e6, 1e6, 0), coefficient: { min: 0.9, max: 1.1, count: 33 } },
    ],
    [
      "costs that overflow float32",
      { schedule: rates(1e10, 1e10, 1e10), coefficient: { min: 1, max: 2, count: 33 } },
    ],
    [
      "costs of which some overflow",
      { schedule: rates(1e10, 1e10, 1e10), coefficient: { min: 0, max: 2, count: 33 } },
    ],
    [
      "nothing but the present counts, and the future overflows",
      { discount: 0, schedule: rates(1e20, 1e20, 1e20, 1e20) },
    ],
    ["a discount of 1e-45", { discount: 1e-45 }],
    [
      "weights that vanish in float64 before what they weigh",
      {
        theta: { min: 2 ** -204, max: 2 ** -204, count: 1 },
        coefficient: { min: 0.9, max: 1.1, count: 41 },
        discount: 2 ** -100,
        schedule: rates(1.5e13, ...new Array<number>(13).fill(7.9e14)),
      },
    ],
    ["a regularization of 1e-30", { regularization: 1e-30 }],
    ["a regularization of 1e10", { regularization: 1e10 }],
  ])("%s", (_, options) => {
    const base = { schedule: rates(1, 0.5, 0.5, 0), coefficient: { count: 129 } };
    test("linear", () => expectAgreement({ game: "linear", ...base, ...options }, ["rollout", "moments"]));
  });

  // a game whose states are not scaled, and whose bound is computed for every state
  test.each([
    ["goals of 1e-30", { theta: { min: -1e-30, max: 1.3e-30, count: 9 } }],
    ["goals of 1e30", { theta: { min: -1e30, max: 1.3e30, count: 9 } }],
    ["goals of 1e-200", { theta: { min: -1e-200, max: 1e-200, count: 9 } }],
    ["candidates of 1e-40", { coefficient: { min: -1e-40, max: 1e-40, count: 33 } }],
    ["costs of which some overflow", { schedule: rates(1e10, 1e10, 1e10) }],
    ["a future that overflows and does not count", { discount: 0, schedule: rates(1e20, 1e20, 1e20, 1e20) }],
  ])("momentum: %s", async (_, options) => {
    const base = { schedule: rates(1, 0.5, 0.5, 0), coefficient: { count: 129 } };
    await expectAgreement({ game: momentum, ...base, ...options }, ["rollout"]);
  });

  test("if float64 overflows too, both say so", async () => {
    const config = {
      game: "linear",
      schedule: { training: 20, deployment: 0, learningRate: 1e20 },
      coefficient: { min: 1, max: 2, count: 9 },
    };
    expect(await codeOf(solveOnCpu(config))).toBe("NOT_FINITE");
    expect(await codeOf(solveOnGpu(config, "rollout"))).toBe("NOT_FINITE");
    expect(await codeOf(solveOnGpu(config, "moments"))).toBe("NOT_FINITE");
  });
});

describe("f32 reports if it has no answer", () => {
  const overflowing: Config = {
    game: "linear",
    schedule: rates(1e10, 1e10, 1e10),
    coefficient: { min: 1, max: 2, count: 33 },
  };
  test.each(["rollout", "moments"] as const)("by %s", async (method) => {
    const { cost } = await solveOnCpu(overflowing);
    expect(Math.max(...cost)).toBeGreaterThan(3.4e38);
    expect(await codeOf(solveOnGpu(overflowing, method, { precision: "f32" }))).toBe("NOT_FINITE");
  });

  test.each(["rollout", "moments"] as const)("and is right if it has one, by %s", async (method) => {
    const config = { ...overflowing, coefficient: { min: 0, max: 2, count: 33 } };
    const [cpu, f32] = [await solveOnCpu(config), await solveOnGpu(config, method, { precision: "f32" })];
    expect(f32.plan).toEqual(cpu.plan);
  });
});

describe("numbers that float32 cannot represent", () => {
  const beyond = [
    { regularization: 1e300 },
    { schedule: rates(1e39) },
    { theta: { min: -1e39, max: 1, count: 3 } },
    { coefficient: { min: 0, max: 1e300, count: 3 } },
  ];
  const cases = [
    ...beyond.flatMap((options) => [
      { game: "linear", method: "rollout", ...options } as const,
      { game: "linear", method: "moments", ...options } as const,
    ]),
    { game: "mlp", method: "rollout", regularization: 1e39 } as const,
  ];
  test.each(cases)("are rejected on the gpu: %j", async ({ method, ...config }) => {
    {
      const failure = await solve(config, { backend: "gpu", method }).catch((e) => e);
      expect(failure).toMatchObject({ code: "LIMIT_EXCEEDED" });
      expect(failure.message).toMatch(/too large for float32/);
    }
  });
});

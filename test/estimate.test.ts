// `auto` uses the CPU if a solve is estimated to end before a device is open, and the result says so.
import { expect, test } from "vitest";
import { readSpeeds } from "../bench/speeds.ts";
import { type Config, solve } from "../src/index.ts";
import { createProblem } from "../src/model/problem.ts";
import { SPEEDS, secondsOnCpu } from "../src/solve/estimate.ts";

test("the speeds are the measured ones", async () => {
  expect(SPEEDS).toEqual(await readSpeeds(SPEEDS.measured));
});

test("the estimate is proportional to the work", () => {
  const seconds = (count: number, method: "rollout" | "moments", threads = 1) =>
    secondsOnCpu(
      createProblem({
        game: "linear",
        coefficient: { count },
        theta: { count: 10 },
        schedule: { learningRates: [1, 1, 0] },
      }),
      method,
      threads,
    );
  // three steps of one, two and three episodes
  expect(seconds(50, "rollout")).toBe((50 * 10 * 6) / SPEEDS.rollout);
  expect(seconds(50, "moments")).toBe((50 * 3) / SPEEDS.moments);
  expect(seconds(1_000_001, "moments")).toBe(seconds(4000, "moments"));
  expect(seconds(50, "rollout", 4)).toBe(seconds(50, "rollout") / 4);
});

test("a small solve opens no device, and a large one requests one", async () => {
  let asked = 0;
  const gpu = {
    async requestAdapter() {
      asked++;
      return null;
    },
  };
  const config: Config<"linear"> = { game: "linear", schedule: { learningRates: [1, 0] } };
  const small = await solve(config, { gpu, method: "rollout" });
  expect([asked, small.solver.backend]).toEqual([0, "cpu"]);
  expect(small.solver.why).toMatch(/^it takes an estimated [\de.-]+ s, and opening a device [\d.]+ s$/);
  const large = await solve(
    { ...config, coefficient: { count: 2_000_001 }, theta: { count: 101 } },
    { gpu, method: "rollout", threads: 1 },
  );
  expect([asked, large.solver.backend, large.solver.why]).toEqual([1, "cpu", "there is no hardware adapter"]);
  const told = await solve(config, { backend: "cpu" });
  expect(told.solver.why).toBe(null);
});

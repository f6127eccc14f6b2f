// Backward induction can be watched, stopped and resumed without changing the result.
import { describe, expect, test } from "vitest";
import { type Config, Induction, type Progress, type Result, solve } from "../src/index.ts";
import { whole } from "./games/whole.ts";

const CONFIG: Config = {
  game: "linear",
  schedule: { training: 12, deployment: 8 },
  coefficient: { count: 101 },
};

/** a result without its duration */
const said = ({ solver: { milliseconds: _, ...solver }, ...result }: Result) => ({ ...result, solver });

describe.each(["rollout", "moments", "exact"] as const)("%s", (method) => {
  const options = method === "exact" ? { method } : { method, backend: "cpu" as const };

  test("stopped anywhere and resumed, it gives the same result", async () => {
    const whole = said(await solve(CONFIG, options));
    for (const stop of [19, 13, 12, 1]) {
      const induction = new Induction(20);
      const controller = new AbortController();
      const onProgress = ({ episode }: Progress) => episode === stop && controller.abort("enough");
      await expect(
        solve(CONFIG, { ...options, induction, signal: controller.signal, onProgress }),
      ).rejects.toMatchObject({ code: "ABORTED", cause: "enough" });
      expect(induction.remaining).toBe(stop);

      const decided: number[] = [];
      const rest = await solve(CONFIG, {
        ...options,
        induction,
        onProgress: ({ episode }) => decided.push(episode),
      });
      expect(said(rest)).toEqual(whole);
      expect(new Set(decided)).toEqual(new Set(Array.from({ length: stop }, (_, t) => t)));
    }
  });

  test("reports its progress", async () => {
    const seen: Progress[] = [];
    await solve(CONFIG, { ...options, onProgress: (progress) => seen.push(progress) });
    expect(seen.at(-1)).toEqual({ episode: 0, episodes: 20, share: 1 });
    expect(seen.map(({ share }) => share)).toEqual(seen.map(({ share }) => share).toSorted((a, b) => a - b));
    expect(seen.length).toBeGreaterThanOrEqual(20);
  });

  test("does nothing if the signal is already aborted", async () => {
    const induction = new Induction(20);
    await expect(solve(CONFIG, { ...options, induction, signal: AbortSignal.abort() })).rejects.toMatchObject(
      { code: "ABORTED" },
    );
    expect(induction.remaining).toBe(20);
  });
});

test("a finished induction does no further work", async () => {
  const induction = new Induction(20);
  const first = await solve(CONFIG, { backend: "cpu", induction });
  const again = await solve(CONFIG, {
    backend: "cpu",
    induction,
    onProgress: () => expect.unreachable(),
  });
  expect(said(again)).toEqual(said(first));
});

test("an induction with another number of episodes is rejected", async () => {
  await expect(solve(CONFIG, { backend: "cpu", induction: new Induction(5) })).rejects.toMatchObject({
    code: "INVALID_CONFIG",
    message: "the induction must have as many episodes as the schedule, 20, got 5",
  });
});

test("a step that takes seconds can be stopped midway", async () => {
  const controller = new AbortController();
  const long: Config = {
    game: whole,
    schedule: { training: 1, deployment: 0 },
    coefficient: { count: 2 ** 20 },
    theta: { count: 2 ** 11 },
  };
  const shares: number[] = [];
  await expect(
    solve(long, {
      backend: "cpu",
      method: "rollout",
      signal: controller.signal,
      onProgress: ({ share }) => {
        shares.push(share);
        controller.abort();
      },
    }),
  ).rejects.toMatchObject({ code: "ABORTED" });
  expect(shares).toHaveLength(1);
  expect(shares[0]).toBeLessThan(1);
});

describe("options are checked", () => {
  test.each<[object, string]>([
    [{ backend: "tpu" }, 'backend must be one of auto, cpu, gpu, got "tpu"'],
    [{ method: "guess" }, 'method must be one of auto, rollout, moments, exact, got "guess"'],
    [{ precision: "f16" }, 'precision must be one of certified, f32, got "f16"'],
    [
      { backend: "gpu", method: "exact" },
      "the method exact is a formula in float64, which only the cpu computes",
    ],
    [
      { backend: "cpu", precision: "f32" },
      "precision f32 is the GPU's arithmetic: it needs backend gpu or auto and a grid",
    ],
  ])("%j", async (options, message) => {
    await expect(solve(CONFIG, options)).rejects.toMatchObject({ code: "INVALID_CONFIG", message });
  });
});

// A solve ends when its signal is aborted, and the device is freed in any case.
import { describe, expect, test } from "vitest";
import { type Config, solve } from "../../src/index.ts";
import { bent } from "../games/bent.ts";
import { codeOf, solveOnGpu } from "./agreement.ts";
import { freed, watchedGpu } from "./gpus.ts";

const config: Config = { game: "linear", schedule: { learningRates: [1, 0.5, 0] } };

describe("abort", () => {
  test.each(["certified", "f32"] as const)(
    "in the middle of a solve in %s, and the device is freed",
    async (precision) => {
      const { gpu, devices } = await watchedGpu();
      const controller = new AbortController();
      const seen: number[] = [];
      const solving = solve(
        { game: "linear", coefficient: { count: 20_001 } },
        {
          backend: "gpu",
          method: "rollout",
          precision,
          gpu,
          signal: controller.signal,
          onProgress({ episode }) {
            seen.push(episode);
            if (episode < 95) controller.abort(new Error("enough"));
          },
        },
      );
      const failure = await solving.catch((error) => error);
      expect(failure).toMatchObject({ code: "ABORTED", cause: new Error("enough") });
      expect(seen.at(-1)).toBeGreaterThan(0);
      await freed(devices[0]);
    },
  );

  test("in the middle of a step", async () => {
    const { gpu, devices } = await watchedGpu();
    const controller = new AbortController();
    const step = {
      game: bent,
      schedule: { learningRates: [1] },
      coefficient: { count: 400_001 },
      theta: { count: 401 },
    };
    const solving = solve(step, {
      backend: "gpu",
      method: "rollout",
      gpu,
      signal: controller.signal,
      onProgress: ({ share }) => {
        expect(share).toBeLessThan(1);
        controller.abort();
      },
    });
    expect(await codeOf(solving)).toBe("ABORTED");
    await freed(devices[0]);
  });
});

test("a device is freed after a successful solve", async () => {
  const { gpu, devices } = await watchedGpu();
  await solveOnGpu(config, "rollout", { gpu });
  expect(await freed(devices[0])).toMatchObject({ reason: "destroyed" });
});

// Faults in opening and using a GPU, provoked: each gives its error code and its cause, and the device is freed.
import { describe, expect, test } from "vitest";
import { guarded, openDevice } from "../../src/gpu/device.ts";
import { type Config, defineGame, solve } from "../../src/index.ts";
import { contrary } from "../games/contrary.ts";
import { codeOf, expectSameSteps, solveOnCpu } from "./agreement.ts";
import { freed, HARDWARE, replace, type WebGpu, watchedGpu, wrappedGpu } from "./gpus.ts";

const config: Config = { game: "linear", schedule: { learningRates: [1, 0.5, 0] } };

describe("no adapter", () => {
  const gpu: WebGpu = { requestAdapter: async () => null };

  test("is an error where a gpu was asked for", async () => {
    const failure = await solve(config, { backend: "gpu", gpu }).catch((error) => error);
    expect(failure).toMatchObject({ code: "NO_ADAPTER" });
    expect(failure.message).toMatch(/use the cpu backend/);
  });

  test("makes auto use the cpu, and the result says so", async () => {
    const result = await solve(config, { gpu });
    expect(result.solver).toMatchObject({
      backend: "cpu",
      adapter: "cpu",
      precision: "certified",
      notes: [],
    });
    expectSameSteps(result, await solveOnCpu(config));
  });

  test("is noted if f32 was asked for", async () => {
    const { solver } = await solve(config, { gpu, precision: "f32" });
    expect(solver).toMatchObject({ backend: "cpu", precision: "certified" });
    expect(solver.notes).toEqual(["there is no hardware adapter: solved in float64 on the cpu"]);
  });
});

test("auto does not use a software adapter", async () => {
  const { gpu, devices } = await watchedGpu();
  expect((await solve(config, { gpu })).solver.backend).toBe("cpu");
  expect(devices).toHaveLength(0);
});

describe("an adapter that gives no device", () => {
  const denied = async (): Promise<WebGpu> =>
    wrappedGpu({
      info: HARDWARE,
      device: () => Promise.reject(new TypeError("denied\nand more")),
    });

  test("is an error where a gpu was asked for", async () => {
    const failure = await solve(config, { backend: "gpu", gpu: await denied() }).catch((error) => error);
    expect(failure).toMatchObject({
      code: "NO_ADAPTER",
      message: "the adapter acme test gave no device: denied",
    });
    expect(failure.cause).toBeInstanceOf(TypeError);
  });

  test("makes auto use the cpu", async () => {
    expect((await solve(config, { gpu: await denied() })).solver.backend).toBe("cpu");
  });
});

describe("numbers beyond float32", () => {
  const large = { ...config, regularization: 1e300, coefficient: { count: 5 } };

  test("are rejected on the gpu, and its device is freed", async () => {
    const { gpu, devices } = await watchedGpu();
    expect(await codeOf(solve(large, { backend: "gpu", gpu }))).toBe("LIMIT_EXCEEDED");
    await freed(devices[0]);
  });

  test("make auto continue on the cpu, with a note", async () => {
    const gpu = await wrappedGpu({ info: HARDWARE });
    const gentle = { ...large, regularization: 1e39 };
    const result = await solve(gentle, { gpu, precision: "f32" });
    expect(result.solver).toMatchObject({ backend: "cpu", adapter: "cpu" });
    expect(result.solver.notes).toEqual([
      "the GPU was not used: 1e+39 is too large for float32, which the GPU uses",
    ]);
    expectSameSteps(result, await solveOnCpu(gentle));
  });
});

/** A WebGPU whose devices receive changed shader texts. */
const retold = (change: (code: string, entryPoint: string) => string) =>
  watchedGpu((device) => {
    const { createShaderModule } = device;
    replace(device, {
      createShaderModule: ({ label = "", code }: GPUShaderModuleDescriptor) =>
        createShaderModule.call(device, { label, code: change(code, label) }),
    });
  });

describe("a shader that is wrong", () => {
  const own = { ...config, game: contrary };
  const failureOf = async (change: (code: string) => string) => {
    let changed = false;
    const { gpu, devices } = await retold((code) => {
      const text = change(code);
      changed ||= text !== code;
      return text;
    });
    const failure = await solve(own, { backend: "gpu", gpu }).catch((e) => e);
    expect(changed).toBe(true);
    await freed(devices[0]);
    return failure;
  };

  test("does not compile: the error has line, column and the line's text", async () => {
    const failure = await failureOf((code) => code.replace("mul(c.x0, s.x0)", "c.nothing"));
    expect(failure).toMatchObject({ code: "SHADER_COMPILE" });
    expect(failure.message).toMatch(
      /^(rollout|adopt) \d+:\d+: .*nothing.*, in `let v0 = mul\(c\.x0, s\.x0\);`$/,
    );
    expect(failure.cause[0]).toMatchObject({ type: "error" });
  });

  test("uses operators, which have no error bound", async () => {
    const failure = await failureOf((code) => code.replace("mul(c.x0, s.x0)", "c.x0 * s.x0"));
    expect(failure).toMatchObject({ code: "SHADER_COMPILE" });
    expect(failure.message).toMatch(/no matching overload.*operator \*/);
  });

  test("lacks a function", async () => {
    const failure = await failureOf((code) => code.replace("fn play(", "fn other("));
    expect(failure).toMatchObject({ code: "SHADER_COMPILE" });
    expect(failure.message).toMatch(/play/);
  });

  test("compiles, but gives no pipeline", async () => {
    const failure = await failureOf((code) =>
      code.replace(
        /fn prepare\(.*\{/,
        (head) => `override missing: f32;\n${head}\n  var unknown = missing; unknown += 1.0;`,
      ),
    );
    expect(failure).toMatchObject({ code: "SHADER_COMPILE" });
    expect(failure.cause.name).toBe("GPUPipelineError");
  });
});

describe("a bound that does not hold", () => {
  const half = (code: string, entryPoint: string) =>
    entryPoint === "enclose" || entryPoint === "moments"
      ? code.replace(
          /Enclosed\((index|part\.first \+ id\.x), (sum|centre\(cost\)), /g,
          "Enclosed($1, 0.5 * $2, ",
        )
      : code;

  test.each([
    { name: "linear by rollout", game: "linear", method: "rollout" },
    { name: "linear by moments", game: "linear", method: "moments" },
    { name: "cells", game: contrary, method: "rollout" },
  ] as const)("of $name ends the solve", async ({ game, method }) => {
    const { gpu, devices } = await retold(half);
    const failure = await solve({ ...config, game } as Config, { backend: "gpu", method, gpu }).catch(
      (e) => e,
    );
    expect(failure).toMatchObject({ code: "BOUND_BROKEN" });
    expect(failure.message).toMatch(
      /^the error bound of float32 is broken at episode [0-2]: candidate \d+ costs [\d.e-]+, which is not within [\d.e-]+ of [\d.e-]+$/,
    );
    await freed(devices[0]);
  });

  test("is not an error if no bound is claimed", async () => {
    const { gpu } = await retold(half);
    const game = defineGame({ ...contrary, name: "bent", output: "tanh(coefficient) * theta" });
    const { solver } = await solve({ ...config, game } as Config, { backend: "gpu", method: "rollout", gpu });
    expect(solver.precision).toBe("screened");
  });
});

describe("errors that WebGPU's error scopes report", () => {
  /** A WebGPU whose devices create one of their buffers with another size. */
  const oversized = (size: (limits: GPUSupportedLimits) => number) =>
    watchedGpu((device) => {
      const { createBuffer } = device;
      replace(device, {
        createBuffer: (descriptor: GPUBufferDescriptor) =>
          createBuffer.call(
            device,
            descriptor.label === "enclosures" ? { ...descriptor, size: size(device.limits) } : descriptor,
          ),
      });
    });

  test("an invalid buffer", async () => {
    const { gpu, devices } = await oversized(({ maxBufferSize }) => maxBufferSize + 4);
    const failure = await solve(config, { backend: "gpu", gpu }).catch((error) => error);
    expect(failure).toMatchObject({ code: "GPU_VALIDATION" });
    expect(failure.message).toMatch(/^WebGPU rejected the work: [^\n]*size[^\n]*$/i);
    expect(failure.cause.constructor.name).toBe("GPUValidationError");
    await freed(devices[0]);
  });

  // The driver accepts buffers of maxBufferSize but cannot allocate one: it reports this before it touches any memory.
  test("more memory than available", async () => {
    const { gpu, devices } = await oversized(({ maxBufferSize }) => maxBufferSize);
    const failure = await solve(config, { backend: "gpu", gpu }).catch((error) => error);
    expect(failure).toMatchObject({ code: "OUT_OF_MEMORY" });
    expect(failure.message).toMatch(/^the adapter is out of memory: [^\n[]+$/);
    expect(failure.cause.constructor.name).toBe("GPUOutOfMemoryError");
    await freed(devices[0]);
  });

  test("scopes are always popped", async () => {
    const open = (await openDevice(undefined, true))!;
    const { device } = open;
    try {
      expect(await codeOf(guarded(open, () => device.createBuffer({ size: 4, usage: 0 })))).toBe(
        "GPU_VALIDATION",
      );
      expect(await codeOf(guarded(open, () => Promise.reject(new RangeError("mine"))))).toBeInstanceOf(
        RangeError,
      );
      expect(await guarded(open, async () => 7)).toBe(7);
      await expect(device.popErrorScope()).rejects.toThrow();
    } finally {
      device.destroy();
    }
  });
});

// What can go wrong on the way to a GPU and on it, made to happen: each has its code and its cause, and frees the device.
import { describe, expect, test } from "vitest";
import { guarded, openDevice } from "../../src/gpu/device.ts";
import { type Config, defineGame, solve } from "../../src/index.ts";
import { momentum } from "../games/momentum.ts";
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

  test("leaves auto the cpu, and the result says so", async () => {
    const result = await solve(config, { gpu });
    expect(result.solver).toMatchObject({
      backend: "cpu",
      adapter: "cpu",
      precision: "certified",
      notes: [],
    });
    expectSameSteps(result, await solveOnCpu(config));
  });

  test("is noted where float32 was asked for", async () => {
    const { solver } = await solve(config, { gpu, precision: "f32" });
    expect(solver).toMatchObject({ backend: "cpu", precision: "certified" });
    expect(solver.notes).toEqual(["there is no hardware adapter: solved in float64 on the cpu"]);
  });
});

test("auto leaves a software adapter alone", async () => {
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
      message: "the adapter acme test gives no device: denied",
    });
    expect(failure.cause).toBeInstanceOf(TypeError);
  });

  test("leaves auto the cpu", async () => {
    expect((await solve(config, { gpu: await denied() })).solver.backend).toBe("cpu");
  });
});

describe("numbers beyond float32", () => {
  const large = { ...config, regularization: 1e300, coefficient: { count: 5 } };

  test("are refused on the gpu, and its device is freed", async () => {
    const { gpu, devices } = await watchedGpu();
    expect(await codeOf(solve(large, { backend: "gpu", gpu }))).toBe("LIMIT_EXCEEDED");
    await freed(devices[0]);
  });

  test("make auto go on with the cpu, and it says so", async () => {
    const gpu = await wrappedGpu({ info: HARDWARE });
    const gentle = { ...large, regularization: 1e39 };
    const result = await solve(gentle, { gpu });
    expect(result.solver).toMatchObject({ backend: "cpu", adapter: "cpu" });
    expect(result.solver.notes).toEqual([
      "did without the GPU: 1e+39 is too large for float32, which the GPU computes in",
    ]);
    expectSameSteps(result, await solveOnCpu(gentle));
  });
});

describe("a game whose WGSL is wrong", () => {
  const withWgsl = (wgsl: string) =>
    defineGame({ ...momentum, parameters: {}, name: "wrong", wgsl } as never);
  const failureOf = async (wgsl: string) => {
    const { gpu, devices } = await watchedGpu();
    const failure = await solve({ ...config, game: withWgsl(wgsl) }, { backend: "gpu", gpu }).catch((e) => e);
    await freed(devices[0]);
    return failure;
  };
  const learn = "fn learn(d: Decision, s: State, error: real, learning_rate: real) -> State { return s; }";

  test("does not compile: line, column and the line itself", async () => {
    const failure = await failureOf(
      `fn output(d: Decision, s: State) -> real { return d.nothing; }\n${learn}`,
    );
    expect(failure).toMatchObject({ code: "SHADER_COMPILE" });
    expect(failure.message).toMatch(/^(rollout|adopt) \d+:\d+: .*nothing.*, in `fn output\(d: Decision.*`$/);
    expect(failure.cause[0]).toMatchObject({ type: "error" });
  });

  test("uses operators, whose error nobody bounds", async () => {
    const failure = await failureOf(
      `fn output(d: Decision, s: State) -> real { return d.coefficient * s.theta; }\n${learn}`,
    );
    expect(failure).toMatchObject({ code: "SHADER_COMPILE" });
    expect(failure.message).toMatch(/no matching overload.*operator \*/);
  });

  test("lacks a function", async () => {
    const failure = await failureOf(learn);
    expect(failure).toMatchObject({ code: "SHADER_COMPILE" });
    expect(failure.message).toMatch(/output/);
  });

  test("compiles, and makes no pipeline", async () => {
    const failure = await failureOf(
      `override missing: f32;\nfn output(d: Decision, s: State) -> real { return exactly(missing); }\n${learn}`,
    );
    expect(failure).toMatchObject({ code: "SHADER_COMPILE" });
    expect(failure.cause.name).toBe("GPUPipelineError");
  });
});

describe("what WebGPU's error scopes report", () => {
  /** A WebGPU whose devices make one of their buffers so large. */
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
    expect(failure.message).toMatch(/^WebGPU refused the work: [^\n]*size[^\n]*$/i);
    expect(failure.cause.constructor.name).toBe("GPUValidationError");
    await freed(devices[0]);
  });

  // The driver allows buffers of maxBufferSize and then has no such block: it reports so before it touches any memory.
  test("more memory than there is", async () => {
    const { gpu, devices } = await oversized(({ maxBufferSize }) => maxBufferSize);
    const failure = await solve(config, { backend: "gpu", gpu }).catch((error) => error);
    expect(failure).toMatchObject({ code: "OUT_OF_MEMORY" });
    expect(failure.message).toMatch(/^the adapter is out of memory: [^\n[]+$/);
    expect(failure.cause.constructor.name).toBe("GPUOutOfMemoryError");
    await freed(devices[0]);
  });

  test("scopes are popped, whatever happens within them", async () => {
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

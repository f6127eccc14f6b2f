// The metered WebGPU counts what the solver uses; after a solve nothing is left.
import { expect, test } from "vitest";
import { instructionsPerStep } from "../../bench/limit.ts";
import { measure } from "../../bench/measure.ts";
import { openMeter } from "../../bench/measurements.ts";
import { meterGpu } from "../../bench/meter.ts";
import { workOf } from "../../bench/variants.ts";
import { createGpu } from "../../src/gpu/node.ts";
import { type Config, solve } from "../../src/index.ts";
import { createProblem } from "../../src/model/problem.ts";

const gpu = (await createGpu(["disable-dawn-features=timestamp_quantization"]))!;

/** GPUBufferUsage.STORAGE, because Node has no such constants */
const STORAGE = 0x80;
const COPY_SOURCE = 0x4;

test("buffers are counted until they are destroyed", async () => {
  const meter = meterGpu(gpu);
  const device = await (await meter.gpu.requestAdapter())!.requestDevice();
  expect(meter).toMatchObject({ devices: 1, buffers: 0, bytes: 0 });
  const [small, large] = [100, 1000].map((size) => device.createBuffer({ size, usage: STORAGE }));
  expect(meter).toMatchObject({ buffers: 2, bytes: 1100 });
  large.destroy();
  large.destroy();
  expect(meter).toMatchObject({ buffers: 1, bytes: 100 });
  expect(meter.takePeakBytes()).toBe(1100);
  expect(meter.takePeakBytes()).toBe(100);
  device.destroy();
  expect(meter).toMatchObject({ devices: 0, buffers: 0, bytes: 0 });
  small.destroy();
  expect(meter.bytes).toBe(0);
});

test("the time of compute passes is measured, and only of these", async () => {
  const meter = meterGpu(gpu);
  const device = await (await meter.gpu.requestAdapter())!.requestDevice();
  const code = `
    @group(0) @binding(0) var<storage, read_write> sums: array<f32, 64>;
    @compute @workgroup_size(64) fn work(@builtin(local_invocation_index) i: u32) {
      var x = f32(i);
      for (var k = 0; k < 20000; k++) { x = x * 0.999 + 1.0; }
      sums[i] = x;
    }`;
  const pipeline = device.createComputePipeline({
    layout: "auto",
    compute: { module: device.createShaderModule({ code }), entryPoint: "work" },
  });
  const buffer = device.createBuffer({ size: 256, usage: STORAGE | COPY_SOURCE });
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer } }],
  });
  const submit = async (passes: number) => {
    const encoder = device.createCommandEncoder();
    for (let i = 0; i < passes; i++) {
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(1);
      pass.end();
    }
    const started = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return (performance.now() - started) / 1000;
  };
  await submit(1);
  expect(await meter.takeSeconds()).toBeGreaterThan(0);
  expect(await meter.takeSeconds()).toBe(0);
  const waited = (await submit(2)) + (await submit(0)) + (await submit(3));
  const seconds = (await meter.takeSeconds())!;
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThan(waited);
  device.destroy();
  expect(await meter.takeSeconds()).toBeUndefined();
});

const schedule = { training: 3, deployment: 3, learningRate: 0.5 };
const configs: Config[] = [
  { game: "linear", schedule, coefficient: { count: 41 } },
  {
    game: "learned-discount",
    schedule,
    base: { count: 5 },
    perDiscount: { count: 5 },
    discount: { count: 3 },
  },
  // few weights: a kernel of the default network takes seconds to compile, and uses the same memory
  { game: "mlp", layers: [1, 3, 1], schedule, search: { starts: 2, evaluations: 20 } },
];

test.each(configs)(
  "solves of $game free all memory, and each uses no more than the one before",
  async (config) => {
    const meter = meterGpu(gpu);
    const taken: number[] = [];
    for (let i = 0; i < 4; i++) {
      const precision = i % 2 === 0 || config.game === "mlp" ? "certified" : "f32";
      const { solver } = await solve(config, {
        backend: "gpu",
        method: "rollout",
        precision,
        gpu: meter.gpu,
      });
      expect(solver.backend).toBe("gpu");
      expect(meter).toMatchObject({ devices: 0, buffers: 0, bytes: 0 });
      taken.push(meter.takePeakBytes());
    }
    expect(taken[0]).toBeGreaterThan(1000);
    expect(taken.slice(2)).toEqual(taken.slice(0, -2));
  },
);

test("the measured peak of an adapter is more than rollouts reach", async () => {
  const { meter, peak } = (await openMeter())!;
  const problem = createProblem({ game: "linear" });
  const asked = { method: "rollout", backend: "gpu", precision: "f32" } as const;
  const measured = (await measure(problem, asked, { meter, patience: 60 }))!;
  const instructions = workOf(problem, "rollout").amount * instructionsPerStep(problem)!;
  expect(instructions / measured.gpuSeconds!.median).toBeLessThan(peak);
  expect(peak).toBeLessThan(1e15);
});

// The GPU's tests are meaningful only with a GPU: there must be an adapter, and it must be the software adapter.

import { afterAll, beforeAll, expect, test } from "vitest";
import { create, globals } from "webgpu";

const WHAT_TO_DO =
  "no software adapter: it is unpacked from the devDependency @sparticuz/chromium by scripts/software-adapter.mjs, " +
  "which vitest.config.ts calls. Run `npm ci`, delete node_modules/.cache/mesa-induction, and see whether " +
  "`npm run software-gpu -- doctor` finds it; it is built for Linux on x64 and needs no other package";

// The object that create() returns must not be collected while anything of it is in use: the process would crash.
let gpu: GPU | undefined;
beforeAll(() => {
  Object.assign(globalThis, globals);
  gpu = create([]);
});
afterAll(() => {
  gpu = undefined;
});

test("the tests have the software adapter", async () => {
  const adapter = await gpu!.requestAdapter();
  expect(adapter, WHAT_TO_DO).not.toBeNull();
  expect(`${adapter!.info.device} ${adapter!.info.description}`, WHAT_TO_DO).toContain("SwiftShader");
});

test("the software adapter computes", async () => {
  const device = await (await gpu!.requestAdapter())!.requestDevice();
  try {
    const result = device.createBuffer({ size: 16, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
    const copy = device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    const module = device.createShaderModule({
      code: `@group(0) @binding(0) var<storage, read_write> result: array<u32>;
        @compute @workgroup_size(4) fn main(@builtin(local_invocation_index) i: u32) { result[i] = 7u * i + 1u; }`,
    });
    const pipeline = device.createComputePipeline({ layout: "auto", compute: { module } });
    const group = device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [{ binding: 0, resource: { buffer: result } }],
    });
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(1);
    pass.end();
    encoder.copyBufferToBuffer(result, 0, copy, 0, 16);
    device.queue.submit([encoder.finish()]);
    await copy.mapAsync(GPUMapMode.READ);
    expect([...new Uint32Array(copy.getMappedRange())]).toEqual([1, 8, 15, 22]);
  } finally {
    device.destroy();
  }
});

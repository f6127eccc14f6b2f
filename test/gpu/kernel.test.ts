// Kernels are compiled once per device and cached, up to a limit, so that a sweep of many games does not fill the
// memory.
import { expect, test } from "vitest";
import { createKernel } from "../../src/gpu/kernel.ts";

/** a device that compiles nothing, and counts requests */
function countingDevice() {
  let compiled = 0;
  const device = {
    createShaderModule: () => ({ getCompilationInfo: async () => ({ messages: [] }) }),
    createBindGroupLayout: () => ({}),
    createPipelineLayout: () => ({}),
    async createComputePipelineAsync() {
      compiled++;
      return {};
    },
  } as unknown as GPUDevice;
  const compile = async (name: string) => {
    const before = compiled;
    await createKernel(device, "main", `// ${name}`, ["read"]);
    return compiled - before;
  };
  return compile;
}

test("a text is compiled once, also if it is requested again while it is being compiled", async () => {
  const compile = countingDevice();
  expect(await Promise.all([compile("a"), compile("a")])).toEqual([1, 1]);
  expect([await compile("a"), await compile("b"), await compile("a")]).toEqual([0, 1, 0]);
});

test("of very many, the most recently used are kept", async () => {
  const compile = countingDevice();
  await compile("often");
  for (let i = 0; i < 3000; i++) {
    expect(await compile(String(i))).toBe(1);
    if (i % 500 === 0) expect(await compile("often")).toBe(0);
  }
  expect([await compile("2999"), await compile("0")]).toEqual([0, 1]);
});

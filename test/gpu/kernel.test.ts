// Kernels are compiled once a device, and so many are kept at most: a sweep of many games would fill the memory with them.
import { expect, test } from "vitest";
import { createKernel } from "../../src/gpu/kernel.ts";

/** a device that compiles nothing, and counts what it is asked to */
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

test("a text is compiled once, also by who asks while it is being compiled", async () => {
  const compile = countingDevice();
  expect(await Promise.all([compile("a"), compile("a")])).toEqual([1, 1]);
  expect([await compile("a"), await compile("b"), await compile("a")]).toEqual([0, 1, 0]);
});

test("of very many, those that were asked for last are kept", async () => {
  const compile = countingDevice();
  await compile("often");
  for (let i = 0; i < 3000; i++) {
    expect(await compile(String(i))).toBe(1);
    if (i % 500 === 0) expect(await compile("often")).toBe(0);
  }
  expect([await compile("2999"), await compile("0")]).toEqual([0, 1]);
});

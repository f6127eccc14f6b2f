// Runs a few lines of WGSL on the device for many inputs at once, to test functions of the shaders.
import type { Arithmetic } from "../../shaders/real.wgsl.ts";
import { Buffers, encode, readBack } from "../../src/gpu/buffers.ts";
import { guarded, openDevice } from "../../src/gpu/device.ts";
import { createKernel } from "../../src/gpu/kernel.ts";
import { keptGpu } from "./gpus.ts";

/** A function on the device, from `real`s to `real`s. */
export interface DeviceFunction {
  /** the declarations that `body` needs, including the arithmetic */
  readonly declarations: string;
  readonly arithmetic: Arithmetic;
  /** `real`s in and out of one call */
  readonly inputs: number;
  readonly outputs: number;
  /** statements that read `x[i]` and assign `y[j]` */
  readonly body: string;
}

/** A ball's numbers, or a plain number and 0. */
export interface Ball {
  centre: number;
  radius: number;
}

/** Calls a function of balls or of plain numbers. */
export async function callWithBalls(
  called: DeviceFunction,
  calls: readonly (readonly (number | Ball)[])[],
): Promise<Ball[][]> {
  const operands = calls.map((call) => call.map((x) => (typeof x === "number" ? x : [x.centre, x.radius])));
  const results = await callOnDevice(called, operands);
  return results.map((outputs) => outputs.map(([centre, radius = 0]) => ({ centre, radius })));
}

/**
 * Calls a function on the device.
 *
 * @param calls float64 numbers, or `real`s as they are. Shape [calls][inputs]
 * @returns the f32s of each result. Shape [calls][outputs][size]
 */
export async function callOnDevice(
  { declarations, arithmetic, inputs, outputs, body }: DeviceFunction,
  calls: readonly (readonly (number | readonly number[])[])[],
): Promise<number[][][]> {
  const { size } = arithmetic;
  const code = `${declarations}
    @group(0) @binding(0) var<storage, read> input: array<array<real, ${inputs}>>;
    @group(0) @binding(1) var<storage, read_write> output_: array<array<real, ${outputs}>>;
    @compute @workgroup_size(64) fn call(@builtin(global_invocation_id) id: vec3u) {
      if (id.x >= ${calls.length}u) { return; }
      let x = input[id.x];
      var y: array<real, ${outputs}>;
      ${body}
      output_[id.x] = y;
    }`;
  const operands = new Float32Array(calls.length * inputs * size);
  for (const [i, operand] of calls.flat().entries())
    operands.set(typeof operand === "number" ? encode([operand], arithmetic) : operand, i * size);

  const open = (await openDevice(keptGpu, true))!;
  const tables = new Buffers(open.device);
  try {
    const results = await guarded(open, async () => {
      const { device } = open;
      const kernel = await createKernel(device, "call", code, ["read", "write"]);
      const bytes = calls.length * outputs * size * 4;
      const [from, to] = [tables.storage("output", bytes), tables.readable("output, read back", bytes)];
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(kernel.pipeline);
      pass.setBindGroup(0, kernel.bind(tables.holding("input", operands), from));
      pass.dispatchWorkgroups(Math.ceil(calls.length / 64));
      pass.end();
      encoder.copyBufferToBuffer(from, 0, to, 0, bytes);
      device.queue.submit([encoder.finish()]);
      return new Float32Array(await readBack(to, bytes));
    });
    const at = (i: number) => [...results.subarray(i * size, (i + 1) * size)];
    return calls.map((_, call) => Array.from({ length: outputs }, (_, j) => at(call * outputs + j)));
  } finally {
    tables.destroy();
    open.device.destroy();
  }
}

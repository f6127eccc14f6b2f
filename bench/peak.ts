// Measures how many float32 multiply-adds an adapter computes per second, with chains of multiply-adds side by side in
// registers, enough to hide the latency of each. The speed of the kernels is compared with this peak.

import { readBack } from "../src/gpu/buffers.ts";
import { createKernel, USAGE } from "../src/gpu/kernel.ts";
import type { MeteredGpu } from "./meter.ts";

/** the number of invocations of a workgroup, and of workgroups: enough to fill a large GPU */
const [WORKGROUP, WORKGROUPS] = [64, 4096];
/** the multiply-adds of each chain in one pass of the loop */
const TURN = 16;
/** the number of chains, and the width of each: which combination is fastest depends on the adapter */
const SHAPES = [
  { chains: 4, numbers: 1 },
  { chains: 8, numbers: 1 },
  { chains: 2, numbers: 4 },
  { chains: 4, numbers: 4 },
] as const;
/** the target time of a measurement, in seconds: much longer than the clock's error, shorter than a watchdog's limit */
const ENOUGH = 0.02;
/** how many measurements in a row must take that long */
const LONG = 2;

const peakWgsl = ({ chains, numbers }: (typeof SHAPES)[number]): string => {
  const type = numbers === 1 ? "f32" : `vec${numbers}f`;
  const all = Array.from({ length: chains }, (_, i) => `x${i}`);
  const turn = all.map((x) => `${x} = ${x} * factor + term;`).join(" ");
  return /* wgsl */ `
@group(0) @binding(0) var<storage, read> given: array<f32>;
@group(0) @binding(1) var<storage, read_write> results: array<f32>;

@compute @workgroup_size(${WORKGROUP})
fn peak(@builtin(global_invocation_id) id: vec3u) {
  // read at run time, so that the compiler does not know them
  let factor = ${type}(given[0]);
  let term = ${type}(given[1]);
  let turns = u32(given[2]);
${all.map((x, i) => `  var ${x} = ${type}(given[3] * f32(${i}) + f32(id.x & 1u));`).join("\n")}
  for (var i = 0u; i < turns; i++) {
${Array.from({ length: TURN }, () => `    ${turn}`).join("\n")}
  }
  results[id.x] = ${numbers === 1 ? all.join(" + ") : all.map((x) => `dot(${x}, ${type}(1.0))`).join(" + ")};
}
`;
};

/**
 * The peak of an adapter.
 *
 * @param meter the GPU, on which a device is opened
 * @returns multiply-adds per second
 * @throws Error if the computed sum is wrong
 */
export async function measurePeak(meter: MeteredGpu): Promise<number> {
  const adapter = (await meter.gpu.requestAdapter())!;
  const device = await adapter.requestDevice();
  try {
    const invocations = WORKGROUP * WORKGROUPS;
    const given = device.createBuffer({ size: 16, usage: USAGE.storage | USAGE.copyTarget });
    const results = device.createBuffer({ size: 4 * invocations, usage: USAGE.storage | USAGE.copySource });
    const back = device.createBuffer({ size: 8, usage: USAGE.mapRead | USAGE.copyTarget });
    let peak = 0;
    for (const shape of SHAPES) {
      const kernel = await createKernel(device, "peak", peakWgsl(shape), ["read", "write"]);
      const group = kernel.bind(given, results);
      const perTurn = shape.chains * shape.numbers * TURN;
      let fastest = Number.POSITIVE_INFINITY;
      for (let [workgroups, turns, long] = [16, 1, 0]; ; ) {
        // x ← 1 − x is exact, and gives x again after an even number of steps
        device.queue.writeBuffer(given, 0, new Float32Array([-1, 1, turns, 1]));
        const encoder = device.createCommandEncoder();
        const pass = encoder.beginComputePass();
        pass.setPipeline(kernel.pipeline);
        pass.setBindGroup(0, group);
        pass.dispatchWorkgroups(workgroups);
        pass.end();
        encoder.copyBufferToBuffer(results, 0, back, 0, 8);
        await meter.takeSeconds();
        const started = performance.now();
        device.queue.submit([encoder.finish()]);
        await device.queue.onSubmittedWorkDone();
        const wall = (performance.now() - started) / 1000;
        const seconds = (await meter.takeSeconds()) ?? wall;
        const [first, second] = new Float32Array(await readBack(back, 8));
        const sum = (shape.numbers * shape.chains * (shape.chains - 1)) / 2;
        if (first !== sum || second !== sum + shape.numbers * shape.chains)
          throw new Error(`the multiply-adds of the peak gave ${first} and ${second} instead of ${sum}`);
        fastest = Math.min(fastest, seconds / (perTurn * turns * workgroups * WORKGROUP));
        // a driver may compile on first use, so one long measurement may be an exception
        if (seconds < ENOUGH) long = 0;
        else if (++long < LONG) continue;
        else break;
        // double the work each time: first more workgroups, until the adapter is full
        if (workgroups < WORKGROUPS) workgroups *= 2;
        else turns *= 2;
      }
      peak = Math.max(peak, 1 / fastest);
    }
    return peak;
  } finally {
    device.destroy();
  }
}

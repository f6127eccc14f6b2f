// Measures whether memory grows over a thousand solves in one process: what the process holds after each hundred, on
// the CPU and on the GPU, and what it still holds on the GPU after a solve. Garbage is collected before each
// measurement.
//
//     npm run bench:memory

import { mkdir, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { createGpu } from "../src/gpu/node.ts";
import { type Config, solve } from "../src/index.ts";
import { meterGpu } from "./meter.ts";

const SOLVES = 1000;
const EVERY = 100;
const CONFIG: Config = {
  game: "linear",
  schedule: { training: 5, deployment: 15, learningRate: 0.9 },
  coefficient: { count: 101 },
};

if (!globalThis.gc) throw new Error("run with --expose-gc, as npm run bench:memory does");

/** Resident bytes after each hundred solves. */
async function watch(solveOnce: () => Promise<unknown>): Promise<number[]> {
  const bytes: number[] = [];
  for (let done = 1; done <= SOLVES; done++) {
    await solveOnce();
    if (done % EVERY > 0) continue;
    globalThis.gc!();
    await new Promise((resolve) => setTimeout(resolve, 50));
    bytes.push(process.memoryUsage().rss);
    console.log(`  ${done}: ${(bytes.at(-1)! / 2 ** 20).toFixed(1)} MiB`);
  }
  return bytes;
}

const rows: object[] = [];
const MIB = 2 ** 20;
async function report(what: string, solveOnce: () => Promise<unknown>, held: () => object): Promise<void> {
  console.log(what);
  const residentMiB = (await watch(solveOnce)).map((bytes) => Number((bytes / MIB).toFixed(1)));
  rows.push({ what, solves: SOLVES, every: EVERY, residentMiB, ...held() });
}

const gpu = await createGpu();
const adapter = await gpu?.requestAdapter();
await report(
  "cpu, rollout",
  () => solve(CONFIG, { backend: "cpu", method: "rollout" }),
  () => ({}),
);
if (gpu && adapter) {
  const metered = meterGpu(gpu);
  for (const precision of ["f32", "certified"] as const)
    await report(
      `gpu, rollout, ${precision}`,
      () => solve(CONFIG, { backend: "gpu", method: "rollout", precision, gpu: metered.gpu }),
      () => ({ openDevices: metered.devices, liveBuffers: metered.buffers, liveBytes: metered.bytes }),
    );
} else console.log("gpu: no adapter");

await mkdir("bench/results", { recursive: true });
const { vendor, architecture, description } = adapter?.info ?? {};
const file = `bench/results/memory-${adapter ? architecture || vendor : "cpu"}.json`;
const facts = {
  date: new Date().toISOString().slice(0, 10),
  command: "npm run bench:memory",
  machine: { cpu: cpus()[0].model.trim(), cores: cpus().length },
  adapter: adapter ? { vendor, architecture, description } : null,
  versions: { mesaInduction: __VERSION__, node: process.versions.node },
};
await writeFile(file, `${JSON.stringify({ ...facts, config: CONFIG, rows }, null, 2)}\n`);

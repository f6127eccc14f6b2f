// Devices that are lost during the work. `auto` resumes after the last finished step and says so; `gpu` fails.
import { describe, expect, test } from "vitest";
import { type Config, type Progress, solve } from "../../src/index.ts";
import { bent } from "../games/bent.ts";
import { codeOf, expectSameSteps, solveOnCpu, solveOnGpu } from "./agreement.ts";
import { HARDWARE, wrappedGpu } from "./gpus.ts";

/** options with which a solve takes longer on the CPU than opening a device */
const LONG = { method: "rollout", threads: 1 } as const;
const config: Config = {
  game: "linear",
  schedule: { training: 12, deployment: 8, learningRate: 1 },
  coefficient: { count: 20_001 },
  theta: { count: 201 },
};
/** fewer steps, each of several submissions in float32 */
const short: Config = { ...config, schedule: { training: 3, deployment: 2, learningRate: 1 } };
/** one step of many submissions: its candidates are scored part by part */
const longStep: Config = {
  game: bent,
  schedule: { learningRates: [0.5] },
  coefficient: { min: -2, max: 2, count: 400_001 },
  theta: { min: -1, max: 1, count: 2001 },
};

/** A WebGPU that claims to be hardware, so that `auto` uses it, and whose devices are destroyed at chosen times. */
async function fragileGpu(dies: (progress: Progress, device: number) => boolean) {
  const devices: GPUDevice[] = [];
  const reports: Progress[] = [];
  const gpu = await wrappedGpu({ info: HARDWARE, device: (device) => void devices.push(device) });
  const onProgress = (progress: Progress) => {
    reports.push(progress);
    if (dies(progress, devices.length - 1)) devices.at(-1)!.destroy();
  };
  return { options: { gpu: gpu, onProgress }, devices, reports };
}

const LOST = /^acme test was lost at episode \d+ \(the device was lost: .+\): continued with (.+)$/;
const wentOnWith = (notes: string[]) => notes.map((note) => LOST.exec(note)?.[1] ?? note);

/** the episodes in the order of their reports; a long step reports more than once */
const decided = (reports: readonly Progress[]) =>
  reports.map(({ episode }) => episode).filter((episode, i, all) => episode !== all[i - 1]);

describe("auto", () => {
  test("resumes after the last finished step on a new device", async () => {
    const { options, devices, reports } = await fragileGpu(
      ({ episode }, device) => device === 0 && episode === 11,
    );
    const result = await solve(config, { ...LONG, ...options });
    expectSameSteps(result, await solveOnCpu(config));
    expect(devices).toHaveLength(2);
    expect(result.solver).toMatchObject({ backend: "gpu", adapter: "acme test", precision: "certified" });
    expect(wentOnWith(result.solver.notes)).toEqual(["acme test"]);
    expect(result.solver.notes[0]).toContain("episode 10 ");
    // no episode was decided twice
    expect(decided(reports)).toEqual(Array.from({ length: 20 }, (_, i) => 19 - i));
  });

  test("continues on the cpu if the new device is lost too", async () => {
    const { options, devices, reports } = await fragileGpu(
      ({ episode }, device) => episode === 15 - 7 * device,
    );
    const result = await solve(config, { ...LONG, ...options });
    expectSameSteps(result, await solveOnCpu(config));
    expect(devices).toHaveLength(2);
    expect(result.solver).toMatchObject({ backend: "cpu", adapter: "cpu", precision: "certified" });
    expect(wentOnWith(result.solver.notes)).toEqual(["acme test", "cpu"]);
    expect(decided(reports)).toEqual(Array.from({ length: 20 }, (_, i) => 19 - i));
  });
});

test("auto uses the cpu if devices are lost before they have done anything", async () => {
  const gpu = await wrappedGpu({ info: HARDWARE, device: (device) => device.destroy() });
  const result = await solve(config, { ...LONG, gpu });
  expectSameSteps(result, await solveOnCpu(config));
  expect(result.solver.backend).toBe("cpu");
  expect(result.solver.notes).toHaveLength(2);
  for (const note of result.solver.notes)
    expect(note).toMatch(/^the GPU was lost at episode 19 .*: continued with cpu$/);
});

test("auto in f32 continues in f32", async () => {
  const { options, devices } = await fragileGpu((_, device) => device === 0);
  const result = await solve(short, { method: "rollout", precision: "f32", ...options });
  expectSameSteps(result, await solveOnGpu(short, "rollout", { precision: "f32" }));
  expect(devices).toHaveLength(2);
  expect(result.solver.precision).toBe("f32");
  expect(wentOnWith(result.solver.notes)).toEqual(["acme test"]);
});

describe("gpu fails", () => {
  test.each(["certified", "f32"] as const)("in %s", async (precision) => {
    const { options } = await fragileGpu(() => true);
    const solving = solve(short, { backend: "gpu", method: "rollout", precision, ...options });
    const failure = await solving.catch((error) => error);
    expect(failure).toMatchObject({ code: "DEVICE_LOST" });
    expect(failure.message).toMatch(/^the device was lost: /);
    expect(failure.cause).toMatchObject({ reason: "destroyed" });
  });

  test("if the device is lost before it has done anything", async () => {
    const gpu = await wrappedGpu({ device: (device) => device.destroy() });
    expect(await codeOf(solveOnGpu(config, "moments", { gpu: gpu }))).toBe("DEVICE_LOST");
  });
});

describe("in the middle of a long step", () => {
  const within = ({ share }: Progress) => share > 0.01 && share < 1;

  test("auto repeats the step on a new device", async () => {
    const { options, devices, reports } = await fragileGpu(
      (progress, device) => device === 0 && within(progress),
    );
    const result = await solve(longStep, { ...LONG, ...options });
    expect(reports.some(within)).toBe(true);
    expect(devices).toHaveLength(2);
    expectSameSteps(result, await solve(longStep, { backend: "cpu" }));
    expect(wentOnWith(result.solver.notes)).toEqual(["acme test"]);
  });

  test("gpu fails", async () => {
    const { options, reports } = await fragileGpu(within);
    expect(await codeOf(solve(longStep, { backend: "gpu", method: "rollout", ...options }))).toBe(
      "DEVICE_LOST",
    );
    expect(reports.every(({ share }) => share < 1)).toBe(true);
  });
});

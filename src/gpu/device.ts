// Adapters and devices: which are available, what they can hold, and how they fail.

import { defaultGpu } from "#gpu";
import { MesaError } from "../errors.ts";

/** Information about an adapter. */
export interface AdapterReport {
  /** how results name it */
  name: string;
  vendor: string;
  architecture: string;
  device: string;
  description: string;
  /** whether it computes on the CPU */
  software: boolean;
  limits: Record<string, number>;
  features: string[];
}

/** An open device. */
export interface OpenDevice {
  readonly device: GPUDevice;
  readonly name: string;
  /** why the device was lost; undefined while it is usable */
  lost(): GPUDeviceLostInfo | undefined;
}

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|basic render|warp/i;

/** the limits that the kernels depend on; a device is requested with all that its adapter has */
const WANTED = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxComputeWorkgroupsPerDimension",
  "maxStorageBuffersPerShaderStage",
] as const;

function nameOf({ vendor, architecture, device, description }: GPUAdapterInfo): string {
  const model = (device || [vendor, architecture].filter(Boolean).join(" ")).replace(/-+$/, "");
  if (!model) return description || "unnamed adapter";
  return description ? `${model} (${description})` : model;
}

function isSoftware({ info }: GPUAdapter): boolean {
  return info.isFallbackAdapter || SOFTWARE.test(nameOf(info));
}

function limitsOf({ limits }: GPUAdapter): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const key in limits) {
    const value = limits[key as keyof GPUSupportedLimits];
    if (typeof value === "number") numbers[key] = value;
  }
  return numbers;
}

async function requestAdapter(gpu: GPU | undefined): Promise<GPUAdapter | null> {
  const from = gpu ?? (await defaultGpu());
  return (await from?.requestAdapter({ powerPreference: "high-performance" })) ?? null;
}

/**
 * All adapters that WebGPU offers here: the high-performance, the low-power and the fallback one, without duplicates.
 */
export async function listAdapters(gpu?: GPU): Promise<AdapterReport[]> {
  const from = gpu ?? (await defaultGpu());
  const asked: GPURequestAdapterOptions[] = [
    { powerPreference: "high-performance" },
    { powerPreference: "low-power" },
    { forceFallbackAdapter: true },
  ];
  const reports = new Map<string, AdapterReport>();
  for (const options of asked) {
    const adapter = await from?.requestAdapter(options);
    if (!adapter) continue;
    const { vendor, architecture, device, description } = adapter.info;
    const name = nameOf(adapter.info);
    const software = isSoftware(adapter);
    const features = [...adapter.features].sort();
    reports.set(name, {
      name,
      vendor,
      architecture,
      device,
      description,
      software,
      limits: limitsOf(adapter),
      features,
    });
  }
  return [...reports.values()];
}

/**
 * Opens a device.
 *
 * @param required accept a software adapter, and treat the lack of any adapter as an error
 * @returns undefined if there is no hardware adapter and a device is not required
 * @throws MesaError `NO_ADAPTER`
 */
export async function openDevice(gpu: GPU | undefined, required: boolean): Promise<OpenDevice | undefined> {
  const adapter = await requestAdapter(gpu);
  if (!adapter) {
    if (!required) return undefined;
    throw new MesaError(
      "NO_ADAPTER",
      "no WebGPU adapter was found: install the GPU's Vulkan, Metal or D3D12 driver, or use the cpu backend",
    );
  }
  if (!required && isSoftware(adapter)) return undefined;

  const requiredLimits = Object.fromEntries(WANTED.map((limit) => [limit, adapter.limits[limit]]));
  let device: GPUDevice;
  try {
    device = await adapter.requestDevice({
      label: "mesa-induction",
      requiredLimits,
    });
  } catch (cause) {
    if (!required) return undefined;
    throw new MesaError(
      "NO_ADAPTER",
      `the adapter ${nameOf(adapter.info)} gave no device: ${messageOf(cause)}`,
      cause,
    );
  }
  let lost: GPUDeviceLostInfo | undefined;
  device.lost.then((info) => {
    lost = info;
  });
  return { device, name: nameOf(adapter.info), lost: () => lost };
}

/** An error in one line. A GPUError has a message but is not an Error. */
export function messageOf(cause: unknown): string {
  const text = String((cause as { message?: unknown } | null | undefined)?.message ?? cause);
  return text.split("\n", 1)[0];
}

/**
 * Does work on a device and turns WebGPU's errors into MesaErrors.
 *
 * @throws MesaError `DEVICE_LOST`, `OUT_OF_MEMORY`, `GPU_VALIDATION` or `SHADER_COMPILE` with its cause; else what
 *   `work` throws
 */
export async function guarded<T>({ device, lost }: OpenDevice, work: () => T | Promise<T>): Promise<T> {
  const scopes = ["internal", "validation", "out-of-memory"] as const;
  for (const filter of scopes) device.pushErrorScope(filter);
  let outcome: { value: T } | { thrown: unknown };
  try {
    outcome = { value: await work() };
  } catch (thrown) {
    outcome = { thrown };
  }
  const errors: (GPUError | null)[] = [];
  for (const _ of scopes) errors.push(await device.popErrorScope().catch(() => null));

  if ("thrown" in outcome && outcome.thrown instanceof MesaError) throw outcome.thrown;
  await Promise.resolve();
  const gone = lost();
  if (gone) throw new MesaError("DEVICE_LOST", `the device was lost: ${gone.message || gone.reason}`, gone);
  const [memory, validation, internal] = errors;
  if (memory)
    throw new MesaError("OUT_OF_MEMORY", `the adapter is out of memory: ${messageOf(memory)}`, memory);
  const objection = validation ?? internal;
  if (objection)
    throw new MesaError("GPU_VALIDATION", `WebGPU rejected the work: ${messageOf(objection)}`, objection);
  if ("value" in outcome) return outcome.value;

  // A rejected promise of WebGPU is usually the first sign that the device is being lost.
  const going = await Promise.race([device.lost, new Promise<undefined>((done) => setTimeout(done, 200))]);
  if (going)
    throw new MesaError("DEVICE_LOST", `the device was lost: ${going.message || going.reason}`, going);
  // A shader may compile and still give no pipeline: an override without a value, too much workgroup memory.
  if (outcome.thrown instanceof Error && outcome.thrown.name === "GPUPipelineError")
    throw new MesaError("SHADER_COMPILE", messageOf(outcome.thrown), outcome.thrown);
  throw outcome.thrown;
}

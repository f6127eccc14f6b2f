// WebGPUs for provoking faults: real ones, with a few of their answers replaced.
import { keepDevice } from "../../src/gpu/kept.ts";
import { defaultGpu } from "../../src/gpu/node.ts";
import type { SolveOptions } from "../../src/index.ts";

export type WebGpu = NonNullable<SolveOptions["gpu"]>;

/** The replaced parts of a real WebGPU. */
export interface Replacements {
  /** replaces parts of the adapter's info */
  info?: Partial<GPUAdapterInfo>;
  /** changes each device that is opened; the first has the number 0 */
  device?: (device: GPUDevice, number: number) => void | Promise<void>;
}

/** The info of an adapter that `auto` would use. */
export const HARDWARE = {
  vendor: "acme",
  architecture: "test",
  device: "",
  description: "",
  isFallbackAdapter: false,
};

/** The real WebGPU with replacements. */
export async function wrappedGpu({ info, device: change }: Replacements): Promise<WebGpu> {
  const gpu = (await defaultGpu())!;
  let opened = 0;
  const requestAdapter = async (options?: GPURequestAdapterOptions) => {
    const adapter = (await gpu.requestAdapter(options))!;
    return {
      info: info ?? adapter.info,
      features: adapter.features,
      limits: adapter.limits,
      async requestDevice(descriptor?: GPUDeviceDescriptor) {
        const device = await adapter.requestDevice(descriptor);
        await change?.(device, opened++);
        return device;
      },
    } as unknown as GPUAdapter;
  };
  return { requestAdapter };
}

/** Replaces properties of one real object. */
export function replace(target: object, properties: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(properties))
    Object.defineProperty(target, name, { value, configurable: true });
}

/** A device's limits, some of them replaced. */
export function limitsWith(
  limits: GPUSupportedLimits,
  smaller: Record<string, number>,
): Record<string, number> {
  const all: Record<string, number> = {};
  for (const name in limits) all[name] = limits[name as keyof GPUSupportedLimits] as number;
  return { ...all, ...smaller };
}

/** resolves when a device has been destroyed; rejects if it has not */
export const freed = (device: GPUDevice) =>
  Promise.race([
    device.lost,
    new Promise((_, reject) => setTimeout(() => reject(new Error("the device was not freed")), 2000)),
  ]);

/** A real WebGPU with a list of the devices that were opened on it. */
export async function watchedGpu(change?: (device: GPUDevice) => void) {
  const devices: GPUDevice[] = [];
  const gpu = await wrappedGpu({
    device(device) {
      devices.push(device);
      change?.(device);
    },
  });
  return { gpu: gpu, devices };
}

/**
 * A WebGPU with a small limit of bindings, and the sizes of its buffers.
 *
 * A WebGPU device has at least the default limits, 128 MiB per binding; so this one only reports a smaller limit, and
 * records the requested sizes by label.
 */
export async function smallGpu(maxStorageBufferBindingSize: number) {
  const sizes = new Map<string, number>();
  const gpu = await wrappedGpu({
    device(device) {
      const { createBuffer } = device;
      replace(device, {
        limits: limitsWith(device.limits, { maxStorageBufferBindingSize }),
        createBuffer(descriptor: GPUBufferDescriptor) {
          sizes.set(descriptor.label ?? "", descriptor.size);
          return createBuffer.call(device, descriptor);
        },
      });
    },
  });
  return { gpu: gpu, sizes };
}

/**
 * A real WebGPU with one device for all files of a process, on which each kernel text is compiled once: for tests that
 * ask what is computed, not how devices come and go.
 */
export const keptGpu = keepDevice();

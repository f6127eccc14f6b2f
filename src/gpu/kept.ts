// One device for several solves: opening a device and compiling its kernels takes longer than a small solve.

import { defaultGpu } from "#gpu";

/** A WebGPU with a single device, which solves do not destroy. */
export interface KeptGpu extends GPU {
  /** destroys the device */
  close(): Promise<void>;
}

/**
 * A WebGPU that returns the same device to every caller until the device is lost. Kernels are compiled once per device.
 * A solve that ends frees its own buffers only.
 *
 * @param gpu the platform's unless given
 */
export function keepDevice(gpu?: GPU): KeptGpu {
  let kept: Promise<{ device: GPUDevice; destroy(): void }> | undefined;

  async function open(adapter: GPUAdapter, descriptor?: GPUDeviceDescriptor) {
    const device = await adapter.requestDevice(descriptor);
    const { destroy } = device;
    Object.defineProperty(device, "destroy", { value() {} });
    device.lost.then(forget);
    return { device, destroy: () => destroy.call(device) };
  }
  function forget() {
    kept = undefined;
  }

  return {
    async requestAdapter(options?: GPURequestAdapterOptions) {
      const from = gpu ?? (await defaultGpu());
      const adapter = await from?.requestAdapter(options);
      if (!adapter) return null;
      const requestDevice = async (descriptor?: GPUDeviceDescriptor) => {
        if (!kept) {
          kept = open(adapter, descriptor);
          kept.catch(forget);
        }
        return (await kept).device;
      };
      const { info, features, limits } = adapter;
      return { info, features, limits, requestDevice } as GPUAdapter;
    },
    async close() {
      (await kept)?.destroy();
    },
  } as KeptGpu;
}

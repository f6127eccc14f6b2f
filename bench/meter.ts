// Measures what the solver uses of a GPU, from outside: a WebGPU that counts the bytes of the buffers on its devices
// and, if the adapter has timestamps, measures the time of compute passes. The solver gets it instead of the platform's
// WebGPU, and needs no code for it.

/** Bits of GPUBufferUsage and GPUMapMode, which Node does not have as globals. */
const USAGE = { mapRead: 0x1, copySource: 0x4, copyTarget: 0x8, queryResolve: 0x200 };
const MAP_READ = 0x1;
/** the maximum number of timestamps of a command buffer, two per pass */
const TIMESTAMPS = 4096;
const TIMESTAMP_SIZE = BigUint64Array.BYTES_PER_ELEMENT;

/** A WebGPU that counts and measures. */
export interface MeteredGpu {
  /** the WebGPU to pass to the solver */
  readonly gpu: { requestAdapter(options?: GPURequestAdapterOptions): Promise<GPUAdapter | null> };
  /** the number of open devices */
  readonly devices: number;
  /** the number of buffers on them that are not destroyed, and their size in bytes */
  readonly buffers: number;
  readonly bytes: number;
  /** the maximum number of bytes at a time since the last call */
  takePeakBytes(): number;
  /**
   * The total time of the compute passes on the GPU since the last call, in seconds. All submitted work must be done.
   * Undefined if the adapter has no timestamps, or none of its devices is open.
   */
  takeSeconds(): Promise<number | undefined>;
}

/** Replaces a property of a platform object. */
function replace<T extends object, K extends keyof T>(target: T, key: K, value: T[K]): void {
  Object.defineProperty(target, key, { value, configurable: true });
}

/** Times the compute passes of a device that has the feature `timestamp-query`. */
class Stopwatch {
  readonly #device: GPUDevice;
  readonly #set: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  /** buffers to read back, with the number of timestamps in each */
  #pending: { buffer: GPUBuffer; count: number }[] = [];

  constructor(device: GPUDevice) {
    this.#device = device;
    this.#set = device.createQuerySet({ type: "timestamp", count: TIMESTAMPS });
    const size = TIMESTAMPS * TIMESTAMP_SIZE;
    this.#resolved = device.createBuffer({ size, usage: USAGE.queryResolve | USAGE.copySource });
  }

  /** @param createBuffer the original method of the device, which does not count */
  watch(encoder: GPUCommandEncoder, createBuffer: GPUDevice["createBuffer"]): void {
    const { beginComputePass, finish } = encoder;
    let count = 0;
    replace(encoder, "beginComputePass", (descriptor) => {
      if (count === TIMESTAMPS)
        throw new Error(`more than ${TIMESTAMPS / 2} compute passes in one command buffer`);
      const timestampWrites: GPUComputePassTimestampWrites = {
        querySet: this.#set,
        beginningOfPassWriteIndex: count++,
        endOfPassWriteIndex: count++,
      };
      return beginComputePass.call(encoder, { ...descriptor, timestampWrites });
    });
    replace(encoder, "finish", (descriptor) => {
      if (count > 0) {
        const size = count * TIMESTAMP_SIZE;
        const buffer = createBuffer.call(this.#device, { size, usage: USAGE.mapRead | USAGE.copyTarget });
        encoder.resolveQuerySet(this.#set, 0, count, this.#resolved, 0);
        encoder.copyBufferToBuffer(this.#resolved, 0, buffer, 0, size);
        this.#pending.push({ buffer, count });
      }
      return finish.call(encoder, descriptor);
    });
  }

  /** the total time of all passes since the last call, in seconds */
  async take(): Promise<number> {
    const pending = this.#pending;
    this.#pending = [];
    let nanoseconds = 0;
    for (const { buffer, count } of pending) {
      await buffer.mapAsync(MAP_READ);
      const timestamps = new BigUint64Array(buffer.getMappedRange());
      for (let i = 0; i < count; i += 2) nanoseconds += Number(timestamps[i + 1] - timestamps[i]);
      buffer.destroy();
    }
    return nanoseconds / 1e9;
  }

  destroy(): void {
    for (const { buffer } of this.#pending) buffer.destroy();
    this.#resolved.destroy();
    this.#set.destroy();
  }
}

/** A WebGPU that counts. @param gpu the platform's WebGPU */
export function meterGpu(gpu: GPU): MeteredGpu {
  const live = new Map<GPUDevice, Set<GPUBuffer>>();
  const stopwatches = new Map<GPUDevice, Stopwatch>();
  let [bytes, peak] = [0, 0];

  const count = (change: number) => {
    bytes += change;
    peak = Math.max(peak, bytes);
  };

  const meter = (device: GPUDevice) => {
    const { createBuffer, createCommandEncoder, destroy } = device;
    const buffers = new Set<GPUBuffer>();
    live.set(device, buffers);
    const forget = (buffer: GPUBuffer) => {
      if (buffers.delete(buffer)) count(-buffer.size);
    };
    const stopwatch = device.features.has("timestamp-query") ? new Stopwatch(device) : undefined;
    if (stopwatch) stopwatches.set(device, stopwatch);

    replace(device, "createBuffer", (descriptor) => {
      const buffer = createBuffer.call(device, descriptor);
      const destroyBuffer = buffer.destroy;
      buffers.add(buffer);
      count(buffer.size);
      replace(buffer, "destroy", () => {
        forget(buffer);
        return destroyBuffer.call(buffer);
      });
      return buffer;
    });
    replace(device, "createCommandEncoder", (descriptor) => {
      const encoder = createCommandEncoder.call(device, descriptor);
      stopwatch?.watch(encoder, createBuffer);
      return encoder;
    });
    replace(device, "destroy", () => {
      for (const buffer of buffers) forget(buffer);
      live.delete(device);
      stopwatches.delete(device);
      stopwatch?.destroy();
      return destroy.call(device);
    });
  };

  return {
    gpu: {
      async requestAdapter(options) {
        const adapter = await gpu.requestAdapter(options);
        if (!adapter) return null;
        const { requestDevice } = adapter;
        const timestamps = adapter.features.has("timestamp-query") ? ["timestamp-query" as const] : [];
        replace(adapter, "requestDevice", async (descriptor) => {
          const requiredFeatures = [...(descriptor?.requiredFeatures ?? []), ...timestamps];
          const device = await requestDevice.call(adapter, { ...descriptor, requiredFeatures });
          meter(device);
          return device;
        });
        return adapter;
      },
    },
    get devices() {
      return live.size;
    },
    get buffers() {
      return [...live.values()].reduce((sum, { size }) => sum + size, 0);
    },
    get bytes() {
      return bytes;
    },
    takePeakBytes() {
      const taken = peak;
      peak = bytes;
      return taken;
    },
    async takeSeconds() {
      let seconds: number | undefined;
      for (const stopwatch of stopwatches.values()) seconds = (seconds ?? 0) + (await stopwatch.take());
      return seconds;
    },
  };
}

// Converts float64 numbers into `real`s of an arithmetic, and allocates the buffers that hold them on the device.

import { ENCLOSED_SIZE } from "../../shaders/minimum.wgsl.ts";
import type { Arithmetic } from "../../shaders/real.wgsl.ts";
import { USAGE } from "./kernel.ts";

/** Numbers as `real`s. Shape [length × the arithmetic's size]. */
export function encode(numbers: ArrayLike<number>, arithmetic: Arithmetic): Float32Array<ArrayBuffer> {
  const { size } = arithmetic;
  const encoded = new Float32Array(numbers.length * size);
  for (let i = 0; i < numbers.length; i++) encoded.set(arithmetic.encode(numbers[i]), i * size);
  return encoded;
}

/** A candidate with an enclosure of its cost: `Enclosed` of shaders/minimum.wgsl.ts. */
export interface Enclosed {
  readonly index: number;
  readonly cost: number;
  readonly error: number;
}

/** The entries of a list that the device wrote. */
export function enclosed(bytes: ArrayBuffer): Enclosed[] {
  const view = new DataView(bytes);
  return Array.from({ length: bytes.byteLength / ENCLOSED_SIZE }, (_, i) => ({
    index: view.getUint32(i * ENCLOSED_SIZE, true),
    cost: view.getFloat32(i * ENCLOSED_SIZE + 4, true),
    error: view.getFloat32(i * ENCLOSED_SIZE + 8, true),
  }));
}

/** Allocates buffers on a device and frees them together. */
export class Buffers {
  readonly #device: GPUDevice;
  readonly #buffers: GPUBuffer[] = [];

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** A storage buffer of at least `bytes`, initially zero. */
  storage(label: string, bytes: number): GPUBuffer {
    return this.#keep(label, bytes, USAGE.storage | USAGE.copySource | USAGE.copyTarget);
  }

  /** A storage buffer with the given contents. */
  holding(label: string, data: Float32Array<ArrayBuffer>): GPUBuffer {
    const buffer = this.storage(label, data.byteLength);
    this.#device.queue.writeBuffer(buffer, 0, data);
    return buffer;
  }

  /** A buffer that the host can read. */
  readable(label: string, bytes: number): GPUBuffer {
    return this.#keep(label, bytes, USAGE.mapRead | USAGE.copyTarget);
  }

  destroy(): void {
    for (const buffer of this.#buffers) buffer.destroy();
  }

  #keep(label: string, bytes: number, usage: number): GPUBuffer {
    const buffer = this.#device.createBuffer({ label, size: Math.max(16, Math.ceil(bytes / 4) * 4), usage });
    this.#buffers.push(buffer);
    return buffer;
  }
}

/** Reads bytes of a buffer made by `readable`. */
export async function readBack(buffer: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
  await buffer.mapAsync(0x1, 0, bytes);
  const copy = buffer.getMappedRange(0, bytes).slice(0);
  buffer.unmap();
  return copy;
}

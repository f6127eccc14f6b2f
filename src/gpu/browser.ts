// The browser's own WebGPU.

/** @returns undefined if the browser has no WebGPU */
export async function defaultGpu(): Promise<GPU | undefined> {
  return globalThis.navigator?.gpu;
}

// WebGPU in a browser: the browser's own.

/** @returns undefined where the browser has no WebGPU */
export async function defaultGpu(): Promise<GPU | undefined> {
  return globalThis.navigator?.gpu;
}

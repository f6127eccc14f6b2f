// WebGPU in Node: Dawn's bindings. The only module that knows them.

let gpu: GPU | undefined;

/**
 * Dawn's GPU, one for the process: what it returns must stay referenced while anything of it lives.
 *
 * @returns undefined where the bindings do not load, as on a platform they were not built for
 */
export async function defaultGpu(): Promise<GPU | undefined> {
  if (gpu) return gpu;
  try {
    const { create } = await import("webgpu");
    gpu = create(["disable-dawn-features=timestamp_quantization"]);
  } catch {
    return undefined;
  }
  return gpu;
}

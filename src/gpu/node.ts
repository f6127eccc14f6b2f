// WebGPU in Node: Dawn's bindings. The only module that knows them.

let gpu: GPU | undefined;

/** Whether the loader finds a library. Without Vulkan's, Dawn has no adapter and says so at length on stderr. */
function canLoad(library: string): boolean {
  try {
    process.dlopen({ exports: {} }, library);
    return true;
  } catch (error) {
    // a library that is there but is no addon: it was found
    return !/cannot open shared object/.test(String(error));
  }
}

/**
 * Dawn's GPU, one for the process: what it returns must stay referenced while anything of it lives.
 *
 * @returns undefined where the bindings do not load, as on a platform they were not built for
 */
export async function defaultGpu(): Promise<GPU | undefined> {
  if (gpu) return gpu;
  if (process.platform === "linux" && !canLoad("libvulkan.so.1")) return undefined;
  try {
    const { create } = await import("webgpu");
    gpu = create([]);
  } catch {
    return undefined;
  }
  return gpu;
}

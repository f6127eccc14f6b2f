// WebGPU in Node: Dawn's bindings. The only module that knows them.

let gpu: GPU | undefined;
/** what an adapter is asked for in: Dawn and the driver's loader write to the standard error by themselves then */
let asking = <T>(work: () => T): T => work();

/** Has a program's own say in what adapters are asked for: it may keep the standard error for itself. */
export function askAdaptersIn(wrapper: typeof asking): void {
  asking = wrapper;
}

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
 * A GPU of Dawn's: it must stay referenced while anything of it lives.
 *
 * @param flags Dawn's own, for instance `disable-dawn-features=timestamp_quantization`
 * @returns undefined where the bindings do not load, as on a platform they were not built for
 */
export async function createGpu(flags: readonly string[] = []): Promise<GPU | undefined> {
  if (process.platform === "linux" && !canLoad("libvulkan.so.1")) return undefined;
  try {
    const { create } = await import("webgpu");
    const gpu = create([...flags]);
    const requestAdapter = gpu.requestAdapter.bind(gpu);
    gpu.requestAdapter = (options) => asking(() => requestAdapter(options));
    return gpu;
  } catch {
    return undefined;
  }
}

/** The names by which Dawn's flag `adapter=…` takes an adapter; it tells them where none has the name that is asked for. */
export async function adapterNames(): Promise<string[]> {
  const gpu = await createGpu(["adapter=no adapter has this name"]);
  const told = await gpu?.requestAdapter().then(() => "", String);
  return [...(told ?? "").matchAll(/name: '([^']*)'/g)].map(([, name]) => name);
}

/** Dawn's GPU, one for the process. @returns undefined as createGpu does */
export async function defaultGpu(): Promise<GPU | undefined> {
  gpu ??= await createGpu();
  return gpu;
}

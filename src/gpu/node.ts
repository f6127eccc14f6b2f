// WebGPU in Node: Dawn's bindings. Only this module imports them.

let gpu: GPU | undefined;
/** wraps requests for adapters, during which Dawn and the driver's loader may write to standard error */
let wrapRequest = <T>(work: () => T): T => work();

/** Sets a wrapper for requests for adapters, so that a program can suppress what is written to standard error. */
export function askAdaptersIn(wrapper: typeof wrapRequest): void {
  wrapRequest = wrapper;
}

/**
 * Whether the loader finds a library. Without the Vulkan library Dawn has no adapter and writes long messages to
 * stderr.
 */
function canLoad(library: string): boolean {
  try {
    process.dlopen({ exports: {} }, library);
    return true;
  } catch (error) {
    // a library that exists but is not a Node addon gives another error
    return !/cannot open shared object/.test(String(error));
  }
}

/**
 * Creates a GPU of Dawn. It must stay referenced as long as anything created from it is in use.
 *
 * @param flags Dawn's own flags, for example `disable-dawn-features=timestamp_quantization`
 * @returns undefined if the bindings do not load, for example because they do not support the platform
 */
export async function createGpu(flags: readonly string[] = []): Promise<GPU | undefined> {
  if (process.platform === "linux" && !canLoad("libvulkan.so.1")) return undefined;
  try {
    const { create } = await import("webgpu");
    const gpu = create([...flags]);
    const requestAdapter = gpu.requestAdapter.bind(gpu);
    gpu.requestAdapter = (options) => wrapRequest(() => requestAdapter(options));
    return gpu;
  } catch {
    return undefined;
  }
}

/** The adapter names that Dawn's flag `adapter=…` accepts. Dawn lists them in its error message for an unknown name. */
export async function adapterNames(): Promise<string[]> {
  const gpu = await createGpu(["adapter=no adapter has this name"]);
  const message = await gpu?.requestAdapter().then(() => "", String);
  return [...(message ?? "").matchAll(/name: '([^']*)'/g)].map(([, name]) => name);
}

/** Dawn's GPU, one per process. @returns undefined as createGpu does */
export async function defaultGpu(): Promise<GPU | undefined> {
  gpu ??= await createGpu();
  return gpu;
}

// Compute pipelines with their bindings, compiled once per device.

import { Part } from "../../shaders/layout.ts";
import { MesaError } from "../errors.ts";

/** The kind of a binding: the part's uniform with a dynamic offset, or a storage buffer that is read or written. */
export type Binding = "part" | "read" | "write";

/** A pipeline, and how to bind buffers to it. */
export interface Kernel {
  readonly label: string;
  readonly pipeline: GPUComputePipeline;
  bind(...buffers: GPUBuffer[]): GPUBindGroup;
}

/** Bits of GPUShaderStage and GPUBufferUsage, which are not globals in Node. */
export const STAGE_COMPUTE = 0x4;
export const USAGE = {
  mapRead: 0x1,
  copySource: 0x4,
  copyTarget: 0x8,
  uniform: 0x40,
  storage: 0x80,
} as const;

/** the maximum number of cached kernels per device; the least recently used one is dropped */
const MAX_KERNELS = 1024;
/** by device, then by entry point, bindings and code; includes kernels that are still being compiled */
const kernels = new WeakMap<GPUDevice, Map<string, Promise<Kernel>>>();

/**
 * Compiles one entry point, or returns it from the cache of the device.
 *
 * @throws MesaError `SHADER_COMPILE` with line and column in the generated WGSL
 */
export function createKernel(
  device: GPUDevice,
  entryPoint: string,
  code: string,
  bindings: readonly Binding[],
): Promise<Kernel> {
  const onDevice = kernels.get(device) ?? new Map<string, Promise<Kernel>>();
  kernels.set(device, onDevice);
  const key = [entryPoint, bindings, code].join("\n");
  const known = onDevice.get(key);
  const kernel = known ?? compile(device, entryPoint, code, bindings);
  onDevice.delete(key);
  onDevice.set(key, kernel);
  if (!known) kernel.catch(() => onDevice.delete(key));
  if (onDevice.size > MAX_KERNELS) onDevice.delete(onDevice.keys().next().value!);
  return kernel;
}

async function compile(
  device: GPUDevice,
  entryPoint: string,
  code: string,
  bindings: readonly Binding[],
): Promise<Kernel> {
  const module = device.createShaderModule({ label: entryPoint, code });
  const { messages } = await module.getCompilationInfo();
  const errors = messages.filter(({ type }) => type === "error");
  if (errors.length > 0) {
    const [{ lineNum, linePos, message }] = errors;
    const line = code.split("\n")[lineNum - 1]?.trim();
    throw new MesaError(
      "SHADER_COMPILE",
      `${entryPoint} ${lineNum}:${linePos}: ${message}, in \`${line}\``,
      errors,
    );
  }
  const layout = device.createBindGroupLayout({
    label: entryPoint,
    entries: bindings.map((kind, binding) => ({
      binding,
      visibility: STAGE_COMPUTE,
      buffer:
        kind === "part"
          ? { type: "uniform", hasDynamicOffset: true, minBindingSize: Part.size }
          : { type: kind === "read" ? "read-only-storage" : "storage" },
    })),
  });
  const pipeline = await device.createComputePipelineAsync({
    label: entryPoint,
    layout: device.createPipelineLayout({ label: entryPoint, bindGroupLayouts: [layout] }),
    compute: { module, entryPoint },
  });
  return {
    label: entryPoint,
    pipeline,
    bind: (...buffers) =>
      device.createBindGroup({
        label: entryPoint,
        layout,
        entries: buffers.map((buffer, binding) => ({
          binding,
          resource: bindings[binding] === "part" ? { buffer, size: Part.size } : { buffer },
        })),
      }),
  };
}

// Engines solve the cells of diagrams. An engine serves many diagrams: a page that changes a setting keeps the device,
// the pipelines and the threads.

import * as v from "valibot";
import { MesaError } from "../errors.ts";
import { openDevice } from "../gpu/device.ts";
import { checkOptions, solvingOptions } from "../schema.ts";
import { chooseThreads } from "../solve/solverChoice.ts";
import type { PhaseMethod } from "./cellKernel.ts";
import type { Cells, Points } from "./cells.ts";
import type { Diagram } from "./config.ts";
import { createCpuEngine } from "./cpu.ts";
import { createGpuEngine } from "./gpu.ts";

/** The options of an engine. */
export interface EngineOptions {
  /** `auto`, the default: a hardware adapter if there is one, otherwise the CPU */
  backend?: "auto" | "cpu" | "gpu";
  /** the maximum number of threads for work on the CPU; default one for each core */
  threads?: number;
  /** the WebGPU to use instead of the browser's or Dawn's */
  gpu?: unknown;
}

/** Solves cells of diagrams. */
export interface PhaseEngine {
  /** what really runs */
  readonly backend: "cpu" | "gpu";
  readonly adapter: string;
  readonly precision: "float64" | "f32";
  /** the minimum number of cells that keep it busy */
  readonly atOnce: number;
  /**
   * Solves any cells of the diagram, and returns them in the same order.
   *
   * @param method how the best response is found, or the method for `solve` if `solve` must solve the cells
   * @throws MesaError `ABORTED` as soon as the signal is, and what `solve` throws
   */
  solve(diagram: Diagram, points: Points, method: EngineMethod, signal?: AbortSignal): Promise<Cells>;
  /** Like `solve`, in float64 on every backend. @throws as `solve` */
  settle(diagram: Diagram, points: Points, method: EngineMethod, signal?: AbortSignal): Promise<Cells>;
  /** Frees the device and the threads. */
  destroy(): void;
}

export type EngineMethod = PhaseMethod | "rollout";

/**
 * Opens an engine.
 *
 * @throws MesaError `NO_ADAPTER` if backend is `gpu` and there is no adapter, `INVALID_CONFIG`
 */
export async function openEngine(options: EngineOptions = {}): Promise<PhaseEngine> {
  const { gpu: implementation } = solvingOptions;
  checkOptions(options, { backend: v.any(), threads: v.any(), gpu: implementation });
  const { backend = "auto", threads, gpu } = options;
  if (!["auto", "cpu", "gpu"].includes(backend))
    throw new MesaError(
      "INVALID_CONFIG",
      `backend must be one of auto, cpu, gpu, got ${JSON.stringify(backend)}`,
    );
  const open = backend === "cpu" ? undefined : await openDevice(gpu as GPU | undefined, backend === "gpu");
  const cpu = createCpuEngine(chooseThreads(threads));
  return open ? createGpuEngine(open, cpu) : cpu;
}

// Engines solve the cells of diagrams. An engine serves many diagrams: a page that changes a setting keeps the device,
// the pipelines and the threads.

import * as v from "valibot";
import { MesaError } from "../errors.ts";
import { openDevice } from "../gpu/device.ts";
import { checkOptions, solvingOptions } from "../schema.ts";
import type { MethodName } from "../solve/methods.ts";
import { chooseThreads } from "../solve/solverChoice.ts";
import type { Cells, Points } from "./cells.ts";
import type { Diagram } from "./config.ts";
import { createCpuEngine } from "./cpu.ts";
import { createGpuEngine } from "./gpu.ts";

/** How an engine is opened. */
export interface EngineOptions {
  /** `auto`, the default: a hardware adapter if there is one, else the CPU */
  backend?: "auto" | "cpu" | "gpu";
  /** the maximum number of CPU threads; one per core by default */
  threads?: number;
  /** a {@link WebGpu} to use instead of the browser's, or in Node of Dawn's */
  gpu?: unknown;
}

/** What solves the cells of phase diagrams: threads of the CPU, or a GPU device. It can solve one diagram after another. */
export interface PhaseEngine {
  /** the backend that runs */
  readonly backend: "cpu" | "gpu";
  /** the name of the WebGPU adapter, or `cpu` */
  readonly adapter: string;
  /** the arithmetic of `solve` */
  readonly precision: "float64" | "f32";
  /** the minimum number of cells per call that keeps the engine busy */
  readonly atOnce: number;
  /**
   * Solves N cells.
   *
   * @param points the settings of the cells, anywhere in the diagram
   * @param method how the best response is found
   * @returns the cells in the order of `points`, each list of shape [N]
   * @throws {@link MesaError} `ABORTED` when the signal is aborted, and the errors of {@link solve}
   */
  solve(diagram: Diagram, points: Points, method: MethodName, signal?: AbortSignal): Promise<Cells>;
  /** Solves cells in float64 on any backend; otherwise like `solve`, and with the same errors. */
  settle(diagram: Diagram, points: Points, method: MethodName, signal?: AbortSignal): Promise<Cells>;
  /** Closes the device and ends the threads. */
  destroy(): void;
}

/**
 * Opens an engine. The caller must call its `destroy()`.
 *
 * @throws {@link MesaError} `NO_ADAPTER` if `backend` is `gpu` and there is no adapter; `INVALID_CONFIG` for an option
 *   that is invalid
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

// Who solves the cells of diagrams. An engine outlives a diagram: a page that changes a setting keeps its device, its
// pipelines and its threads.

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

/** What can be asked of an engine. */
export interface EngineOptions {
  /** `auto`, the default: a hardware adapter where there is one, else the CPU */
  backend?: "auto" | "cpu" | "gpu";
  /** how many threads the CPU's work may use; one for each core unless given */
  threads?: number;
  /** the WebGPU to use in place of the browser's or Dawn's */
  gpu?: unknown;
}

/** Solves cells of diagrams. */
export interface PhaseEngine {
  /** what really runs */
  readonly backend: "cpu" | "gpu";
  readonly adapter: string;
  readonly precision: "float64" | "f32";
  /** how many cells it takes at least to keep it busy */
  readonly atOnce: number;
  /**
   * Solves cells, wherever they lie, and gives them in the same order.
   *
   * @param method how the best response is found; where the diagram goes through `solve`, that method
   * @throws MesaError `ABORTED` as soon as the signal is, and what `solve` throws
   */
  solve(diagram: Diagram, points: Points, method: EngineMethod, signal?: AbortSignal): Promise<Cells>;
  /** The same in float64, whatever the backend. @throws as `solve` */
  settle(diagram: Diagram, points: Points, method: EngineMethod, signal?: AbortSignal): Promise<Cells>;
  /** frees what the engine holds */
  destroy(): void;
}

export type EngineMethod = PhaseMethod | "rollout";

/**
 * Opens an engine.
 *
 * @throws MesaError `NO_ADAPTER` where a GPU is asked for and none is there, `INVALID_CONFIG`
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

// Diagrams on the GPU, in float32: host of shaders/phase.wgsl.ts. What the kernel is not sure of, and what it does not
// know, the CPU solves in float64.

import {
  type CellNumber,
  NONE,
  NUMBERS,
  outputsOf,
  type PhaseVariant,
  phaseWgsl,
} from "../../shaders/phase.wgsl.ts";
import { WORKGROUP } from "../../shaders/rollout.wgsl.ts";
import { checkNotAborted } from "../errors.ts";
import { Buffers } from "../gpu/buffers.ts";
import { MOST_WORKGROUPS } from "../gpu/cut.ts";
import { guarded, type OpenDevice } from "../gpu/device.ts";
import { createKernel } from "../gpu/kernel.ts";
import { Recorder } from "../gpu/recorder.ts";
import { deceptionOf } from "../model/measures.ts";
import { meanOf } from "../model/moments.ts";
import { createCells, pointsOf, type Window } from "./cells.ts";
import type { Diagram } from "./config.ts";
import type { PhaseEngine } from "./engine.ts";
import { type LinearDiagram, linearDiagramOf } from "./linearDiagram.ts";

/** what a best response costs in the closed form, in rollout-steps */
const EXACT_WORK = 12;

/**
 * An engine that uses a device, which it closes in the end.
 *
 * @param cpu solves what the kernel does not; it is closed with this one
 */
export function createGpuEngine(open: OpenDevice, cpu: PhaseEngine): PhaseEngine {
  const { device } = open;
  const recorder = new Recorder(open);

  const kernelOf = (variant: PhaseVariant) =>
    createKernel(device, "phase", phaseWgsl(variant), ["part", "read", "read", "read", "read", "write"]);

  /** @returns rows of outputs, one a cell */
  async function compute(linear: LinearDiagram, { x, y }: Window, signal?: AbortSignal) {
    const { problem, method } = linear;
    const hidden = problem.hiddenPhase.phases > 1;
    const kernel = await kernelOf({ method, hidden, x: linear.x, y: linear.y });
    const width = outputsOf({ hidden }).length;
    const count = x.length * y.length;
    const [grid] = problem.candidates.axes;
    const axis = problem.config[Object.keys(problem.game.decision)[0]] as { min: number; max: number };
    const fixed = [
      ...NUMBERS.flatMap((name) => pairOf(linear.numbers[name])),
      ...[x.length, meanOf(problem.states.axes)[0], axis.min, axis.max],
    ];
    const buffers = new Buffers(device);
    try {
      const outputs = buffers.storage("cells", count * width * 4);
      const back = buffers.readable("cells, read back", count * width * 4);
      const group = kernel.bind(
        recorder.parts,
        buffers.holding("numbers", Float32Array.from(fixed)),
        buffers.holding("x", Float32Array.from(x.flatMap(pairOf))),
        buffers.holding("y", Float32Array.from(y.flatMap(pairOf))),
        buffers.holding("candidates", Float32Array.from(grid)),
        outputs,
      );
      const episodes = longestOf(linear, { x, y });
      const work = episodes * problem.hiddenPhase.signals * (method === "exact" ? EXACT_WORK : grid.length);
      for (let first = 0; first < count; ) {
        const affordable = Math.max(1, Math.floor(recorder.budget / work / WORKGROUP)) * WORKGROUP;
        const cells = Math.min(count - first, affordable, MOST_WORKGROUPS * WORKGROUP);
        const part = recorder.part({ first, candidates: cells });
        recorder.dispatch(kernel, group, part, Math.ceil(cells / WORKGROUP), cells * work);
        await recorder.flush();
        checkNotAborted(signal);
        first += cells;
      }
      recorder.copy(outputs, 0, back, 0, count * width * 4);
      return new Float32Array(await recorder.read(back, count * width * 4));
    } finally {
      buffers.destroy();
    }
  }

  return {
    ...{ backend: "gpu", adapter: open.name, precision: "f32" },
    async solve(diagram, window, method, signal) {
      const linear = linearDiagramOf(diagram, method);
      if (!linear) return cpu.solve(diagram, window, method, signal);
      const rows = await guarded(open, () => compute(linear, window, signal));
      const { cells, unsure } = read(diagram, linear, rows);
      const settled = await cpu.settle(diagram, pointsOf(window, unsure), method, signal);
      for (const [i, index] of unsure.entries()) {
        for (const name of diagram.measures) cells.values[name][index] = settled.values[name][i];
        cells.status[index] = settled.status[i];
      }
      cells.settled = unsure.length;
      return cells;
    },
    settle: cpu.settle,
    destroy() {
      recorder.parts.destroy();
      device.destroy();
      cpu.destroy();
    },
  };
}

const pairOf = (x: number) => [x, 1 - x];

/** The most episodes that a cell of a window has. */
function longestOf({ numbers, x, y }: LinearDiagram, window: Window): number {
  const most = (name: CellNumber) =>
    name === x ? window.x[window.x.length - 1] : name === y ? window.y[window.y.length - 1] : numbers[name];
  return most("training") + most("deployment");
}

/** Cells from the kernel's rows, and the indices of those that it is not sure of. */
function read({ measures }: Diagram, { problem }: LinearDiagram, rows: Float32Array) {
  const names = outputsOf({ hidden: problem.hiddenPhase.phases > 1 });
  const count = rows.length / names.length;
  const cells = createCells(measures, count);
  const at = (index: number, name: string) => rows[index * names.length + names.indexOf(name)];
  const orNone = (x: number) => (x < NONE ? x : Number.NaN);
  const deception = (suffix: string) => (i: number) =>
    deceptionOf(orNone(at(i, `compliance${suffix}`)), orNone(at(i, `retention${suffix}`)));
  const readers: Record<string, (index: number) => number> = {
    ...Object.fromEntries(names.map((name) => [name, (i: number) => orNone(at(i, name))])),
    deception: deception(""),
    deceptionOverHazard: deception("OverHazard"),
  };
  for (const name of measures) for (let i = 0; i < count; i++) cells.values[name][i] = readers[name](i);
  const unsure = Array.from({ length: count }, (_, i) => i).filter((i) => at(i, "trouble") !== 0);
  return { cells, unsure };
}

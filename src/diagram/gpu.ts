// Diagrams on the GPU, in float32: host of shaders/phase.wgsl.ts. The CPU solves in float64 the cells that float32
// cannot decide, and the diagrams that the kernel cannot solve.

import { NONE, phaseWgsl, resultsOf } from "../../shaders/phase.wgsl.ts";
import { WORKGROUP } from "../../shaders/rollout.wgsl.ts";
import { checkNotAborted } from "../errors.ts";
import { Buffers } from "../gpu/buffers.ts";
import { MAX_WORKGROUPS } from "../gpu/cut.ts";
import { guarded, type OpenDevice } from "../gpu/device.ts";
import { createKernel } from "../gpu/kernel.ts";
import { Recorder } from "../gpu/recorder.ts";
import type { Axis } from "../grid.ts";
import { measuresFrom } from "../model/measures.ts";
import type { MethodName } from "../solve/methods.ts";
import { type Cells, createCells, type Points } from "./cells.ts";
import { type CellCode, cellCodeOf } from "./cellWgsl.ts";
import type { Diagram } from "./config.ts";
import type { PhaseEngine } from "./engine.ts";
import { cellNumbers } from "./linearCell.ts";
import { capital, measureNames } from "./measures.ts";

/** the work of a best response in closed form, in rollout-steps */
const EXACT_WORK = 12;
/** the maximum size of a table, in bytes */
const MAX_TABLE = 2 ** 28;
/** the smallest positive float32 that is not subnormal: a GPU may treat smaller ones as zero */
const SMALLEST = 2 ** -126;

const codes = new WeakMap<Diagram, Map<MethodName, CellCode | string>>();

/** The kernel's code for a diagram, or the reason why the kernel cannot solve it. */
export function kernelCodeOf(diagram: Diagram, method: MethodName): CellCode | string {
  const known = codes.get(diagram) ?? new Map<MethodName, CellCode | string>();
  codes.set(diagram, known);
  const code = known.get(method) ?? cellCodeOf(diagram, method);
  known.set(method, code);
  return code;
}

/**
 * An engine that uses a device, and closes it when the engine is destroyed.
 *
 * @param cpu the engine for what the kernel cannot solve; it is destroyed with this one
 */
export function createGpuEngine(open: OpenDevice, cpu: PhaseEngine): PhaseEngine {
  const { device } = open;
  const recorder = new Recorder(open);

  /** @returns rows of results, one per cell */
  async function compute(diagram: Diagram, code: CellCode, { x, y }: Points, signal?: AbortSignal) {
    const { problem, texts } = code;
    const { candidates, config, game } = problem;
    const bindings = ["part", "read", "read", "read", "read", "write", "write"] as const;
    const kernel = await createKernel(device, "phase", phaseWgsl(texts), bindings);
    const width = Object.keys(resultsOf(texts)).length;
    const count = x.length;
    const { min, max } = config[game.decisionNames[0]] as Axis;
    const points = candidates.axes.flatMap((axis) => [...axis]);
    const episodes = longestOf(diagram, { x, y });
    const { signals } = texts;
    const work = episodes * signals * (texts.method === "exact" ? EXACT_WORK : candidates.size);
    const bytes = texts.hidden ? 4 * episodes * (signals + texts.phases) : 0;
    const room = Math.floor(
      Math.min(MAX_TABLE, device.limits.maxStorageBufferBindingSize) / Math.max(1, bytes),
    );
    const most = Math.min(count, room, MAX_WORKGROUPS * WORKGROUP);
    const buffers = new Buffers(device);
    try {
      const outputs = buffers.storage("cells", count * width * 4);
      const back = buffers.readable("cells, read back", count * width * 4);
      const group = kernel.bind(
        recorder.parts,
        buffers.holding("numbers", Float32Array.from([...Object.values(cellNumbers(diagram)), min, max])),
        buffers.holding("x", Float32Array.from(x)),
        buffers.holding("y", Float32Array.from(y)),
        buffers.holding("candidates", Float32Array.from(points)),
        buffers.storage("table", most * bytes),
        outputs,
      );
      for (let first = 0; first < count; ) {
        const affordable = Math.max(1, Math.floor(recorder.budget / work / WORKGROUP)) * WORKGROUP;
        const cells = Math.min(count - first, affordable, most);
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
    ...{ backend: "gpu", adapter: open.name, precision: "f32", atOnce: WORKGROUP },
    async solve(diagram, points, method, signal) {
      const code = kernelCodeOf(diagram, method);
      if (typeof code === "string") return cpu.solve(diagram, points, method, signal);
      const rows = await guarded(open, () => compute(diagram, code, points, signal));
      const { cells, unsure } = read(diagram, code, rows, points);
      const settled = await cpu.settle(diagram, chosen(points, unsure), method, signal);
      for (const [i, index] of unsure.entries()) {
        for (const name of diagram.measures) cells.values[name][index] = settled.values[name][i];
        cells.status[index] = settled.status[i];
        cells.settled[index] = 1;
      }
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

/** The cells with the given indices. */
const chosen = ({ x, y }: Points, indices: readonly number[]): Points => ({
  x: indices.map((i) => x[i]),
  y: indices.map((i) => y[i]),
});

/** The maximum number of episodes of a cell. */
function longestOf(diagram: Diagram, points: Points): number {
  const numbers = cellNumbers(diagram);
  const most = (name: string) => {
    const axis = (["x", "y"] as const).find((axis) => diagram[axis].key === `schedule.${name}`);
    return axis ? points[axis].reduce((a, b) => Math.max(a, b)) : (numbers[`schedule.${name}`] ?? 0);
  };
  return most("training") + most("episodes") + most("deployment");
}

/** Whether float32 cannot hold a number, because it is too large or too close to zero; then its cell needs float64. */
function isLost(x: number): boolean {
  const kept = Math.abs(Math.fround(x));
  return x !== 0 && !(kept >= SMALLEST && kept < Number.POSITIVE_INFINITY);
}

/** The cells from the kernel's rows, and the indices of the cells that float32 cannot decide. */
function read(
  diagram: Diagram,
  { problem, texts, scale }: CellCode,
  rows: Float32Array,
  { x, y }: Points,
): { cells: Cells; unsure: number[] } {
  const { measures } = diagram;
  const { game, config } = problem;
  const names = Object.keys(resultsOf(texts));
  const width = names.length;
  const count = rows.length / width;
  const cells = createCells(measures, count);
  let row = 0;
  const number = (name: string, unit = 1) => {
    const place = names.indexOf(name);
    return () => (rows[row + place] < NONE ? unit * rows[row + place] : Number.NaN);
  };
  const firsts = measureNames(game, config).slice(0, texts.signals * game.decisionNames.length);
  const finals = Object.keys(game.state).map((name) => `final${capital(name)}`);
  const readers: Record<string, () => number> = {
    ...Object.fromEntries(firsts.map((name, i) => [name, number(`first.${i}`)])),
    ...Object.fromEntries(finals.map((name, i) => [name, number(`final.${i}`)])),
    cost: number("cost", scale),
    margin: number("margin", scale),
  };
  for (const suffix of ["", "OverHazard"]) {
    const [retention, meanSquare] = ["retention", "meanSquare"].map((name) => number(name + suffix));
    const found = () => measuresFrom(meanSquare(), retention());
    readers[`compliance${suffix}`] = () => found().compliance!;
    readers[`deception${suffix}`] = () => found().deception!;
    readers[`retention${suffix}`] = retention;
    readers[`reversal${suffix}`] = number(`reversal${suffix}`);
  }
  const asked = measures.map((name) => [cells.values[name], readers[name]] as const);
  const trouble = number("trouble");
  const varied = [diagram.x.key, diagram.y.key];
  const isOneLost = Object.entries(cellNumbers(diagram)).some(
    ([key, value]) => !varied.includes(key) && isLost(value),
  );
  const unsure: number[] = [];
  for (let index = 0; index < count; index++, row += width) {
    for (const [values, reader] of asked) values[index] = reader();
    let isSure = trouble() === 0 && !isOneLost && !isLost(x[index]) && !isLost(y[index]);
    for (let i = row; i < row + width; i++) isSure &&= Number.isFinite(rows[i]);
    if (!isSure) unsure.push(index);
  }
  return { cells, unsure };
}

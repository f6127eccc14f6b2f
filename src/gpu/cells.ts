// Whole cells of candidates ruled out at once: host of shaders/affine.wgsl.ts and shaders/grid.wgsl.ts. An affine form
// encloses the costs of all candidates of a cell. Where its lower end is above the second least of all upper ends, none
// of them is the least or the runner-up, and none is rolled out; of the others it bounds what float32 may lose.

import { encloseCellsWgsl } from "../../shaders/enclose.wgsl.ts";
import { centreOf, radiusFrom, radiusOf } from "../../shaders/float32.ts";
import type { CellGrid } from "../../shaders/grid.wgsl.ts";
import { affineOf } from "../../shaders/real.wgsl.ts";
import { totalSize, WORKGROUP } from "../../shaders/rollout.wgsl.ts";
import { checkNotAborted } from "../errors.ts";
import { plannedNodes, roundingsIn } from "../game/structure.ts";
import type { Grid } from "../grid.ts";
import type { Watch } from "../model/evaluator.ts";
import type { Asked, GpuContext } from "./context.ts";
import { capacityOf, dealStates, nextPart } from "./cut.ts";
import { createKernel } from "./kernel.ts";
import { OpenCandidates, openCells } from "./openCells.ts";
import { createRollouts } from "./rollouts.ts";
import type { StateTable } from "./states.ts";

/** candidates of a cell: enough that a form costs less than they do together, few enough to lie close together */
const CELL = 64;
/** rollout-steps that a form's step takes as long as */
const FORM_WORK = 35;

/** The cells of a grid, their middles as f32s, and how many candidates of each axis they span. */
export function divide({ axes }: Pick<Grid, "axes">): CellGrid & { readonly size: number } {
  const counts = axes.map((axis) => axis.length);
  const sides = counts.map((count) => Math.min(count, Math.round(CELL ** (1 / counts.length))));
  const cells = counts.map((count, d) => ({ length: Math.ceil(count / sides[d]) }));
  return { axes: cells, counts, sides, size: cells.reduce((product, { length }) => product * length, 1) };
}

/** The forms of the decision's numbers in each cell of an axis: each a symbol. Shape [cells of all axes × size]. */
function tabulateCells({ axes }: Grid, { axes: cells, sides }: CellGrid, symbols: number) {
  return new Float32Array(
    axes.flatMap((axis, d) =>
      Array.from({ length: cells[d].length }, (_, i) => {
        const points = [...axis.subarray(i * sides[d], (i + 1) * sides[d])];
        const middle = centreOf((points[0] + points[points.length - 1]) / 2);
        const reach = radiusFrom(Math.max(...points.map((point) => Math.abs(point - middle))));
        const fault = Math.max(...points.map(radiusOf));
        const slopes = Array.from({ length: symbols }, (_, j) => (j === d ? 1 : 0));
        return [middle, ...slopes, 0, reach, 0, fault];
      }).flat(),
    ),
  );
}

/**
 * The cells of a problem's candidates on a device.
 *
 * @param additions that a candidate's total of one state goes through until it is part of a cost
 */
export async function createCells(context: GpuContext, table: StateTable, additions: number) {
  const {
    open: { device },
    problem,
    recorder,
    buffers,
  } = context;
  const { candidates, learningRates } = problem;
  const grid = divide(candidates);
  const symbols = { decision: candidates.axes.length, state: problem.states.axes.length };
  const arithmetic = affineOf(symbols, roundingsIn(plannedNodes(problem.formulas)));
  const bytes = totalSize(arithmetic) * 4;
  const { maxStorageBufferBindingSize: maxBinding } = device.limits;
  const deal = dealStates(table.count, grid.size, bytes, maxBinding, 1);
  const capacity = capacityOf(grid.size, deal.blocks * bytes, maxBinding);
  const points = tabulateCells(candidates, grid, symbols.decision + symbols.state);
  const rollouts = await createRollouts(context, {
    ...{ arithmetic, numbers: table.numbers, deal, capacity, additions },
    candidates: { points, grid },
  });
  const bounds = buffers.storage("bounds", grid.size * bytes);
  const back = buffers.readable("bounds, read back", grid.size * bytes);
  const open = buffers.storage("open cells", grid.size * 4);
  const enclose = await createKernel(device, "enclose_cells", encloseCellsWgsl(), ["part", "write", "read"]);
  const group = enclose.bind(recorder.parts, bounds, rollouts.totals);
  const candidatesOf = new OpenCandidates(grid);

  return {
    grid,
    /** how many rollouts of a candidate take as long as the forms of all cells */
    worth: grid.size * FORM_WORK,
    source: rollouts.source,
    bounds,
    open,
    /** how many candidates of a range are of open cells */
    openIn: (first: number, count: number) => candidatesOf.openIn(first, count),
    /** Finds which cells are open at an episode; all of them where `every` says so. @throws MesaError `ABORTED` */
    async rule(asked: Asked, watch: Watch, every: boolean): Promise<void> {
      const work = FORM_WORK * deal.blocks * deal.groups * (learningRates.length - asked.episode);
      for (let first = 0; first < grid.size; ) {
        const range = nextPart(first, grid.size, capacity, work, recorder.budget);
        if (range.candidates * work > recorder.room) {
          await recorder.flush();
          checkNotAborted(watch.signal);
        }
        const part = { ...asked, ...range };
        await rollouts.record(part, range.candidates * FORM_WORK);
        const offset = recorder.part({ ...part, blocks: deal.blocks });
        recorder.dispatch(enclose, group, offset, Math.ceil(range.candidates / WORKGROUP));
        first += range.candidates;
      }
      recorder.copy(bounds, 0, back, 0, grid.size * bytes);
      const found = new Float32Array(await recorder.read(back, grid.size * bytes));
      const isOpen = every ? new Uint32Array(grid.size).fill(1) : openCells(found);
      device.queue.writeBuffer(open, 0, isOpen);
      candidatesOf.count(isOpen);
    },
  };
}

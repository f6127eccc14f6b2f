// Whole cells of candidates ruled out at once, coarse to fine: host of shaders/affine.wgsl.ts and shaders/cells.wgsl.ts. An
// affine form encloses the costs of all candidates of a cell. Where its lower end is above what two candidates cost, none
// of its own is the minimum or the runner-up, and none is rolled out; of the finest cells it bounds what float32 may lose.

import { type Descent, descendWgsl } from "../../shaders/cells.wgsl.ts";
import { centreOf, radiusFrom, radiusOf } from "../../shaders/float32.ts";
import type { CellGrid } from "../../shaders/grid.wgsl.ts";
import { ENCLOSED_SIZE } from "../../shaders/least.wgsl.ts";
import { affineOf } from "../../shaders/real.wgsl.ts";
import { type Deal, totalSize, WORKGROUP } from "../../shaders/rollout.wgsl.ts";
import { checkNotAborted } from "../errors.ts";
import { plannedNodes, roundingsIn } from "../game/structure.ts";
import type { Grid } from "../grid.ts";
import type { Watch } from "../model/evaluator.ts";
import type { Asked, GpuContext } from "./context.ts";
import { capacityOf, mostBlocksOf, nextPart } from "./cut.ts";
import { createKernel } from "./kernel.ts";
import { type Blocks, createRollouts } from "./rollouts.ts";
import type { StateTable } from "./states.ts";

/** candidates of a finest cell: enough that a form costs less than they do together, few enough to lie close together */
const CELL = 64;
/** cells of a coarser one */
const FAMILY = 16;
/** cells that it is worth looking for coarser ones for, at least */
const MANY_CELLS = 256;
/** rollout-steps that a form's step takes as long as */
export const FORM_WORK = 35;

/** Cells of a grid of candidates, the finest of all or coarser ones. */
export interface Level extends CellGrid {
  readonly size: number;
}

/** Cells of so many points along each side. */
function cellsOf(counts: readonly number[], sides: readonly number[]): Level {
  const axes = counts.map((count, d) => ({ length: Math.ceil(count / sides[d]) }));
  return { axes, counts, sides, size: axes.reduce((product, { length }) => product * length, 1) };
}

/** The cells of a grid: the finest first, each level's side a multiple of those of the one before. */
export function levelsOf({ axes }: Pick<Grid, "axes">): Level[] {
  const counts = axes.map((axis) => axis.length);
  const along = (count: number) => Math.max(2, Math.round(count ** (1 / counts.length)));
  const levels = [
    cellsOf(
      counts,
      counts.map((count) => Math.min(count, along(CELL))),
    ),
  ];
  while (levels[levels.length - 1].size > MANY_CELLS)
    levels.push(
      cellsOf(
        counts,
        levels[levels.length - 1].sides.map((side) => side * along(FAMILY)),
      ),
    );
  return levels;
}

/**
 * The forms of the decision's numbers in each cell of an axis: each a symbol. Laid out as those of the finest cells are,
 * so that one kernel reads the forms of all levels. Shape [finest cells of all axes × size].
 */
function tabulateCells({ axes }: Grid, { axes: cells, sides }: Level, finest: Level, symbols: number) {
  const size = symbols + 5;
  const starts = axes.map((_, d) => finest.axes.slice(0, d).reduce((sum, { length }) => sum + length, 0));
  const table = new Float32Array(finest.axes.reduce((sum, { length }) => sum + length, 0) * size);
  for (const [d, axis] of axes.entries())
    for (let i = 0; i < cells[d].length; i++) {
      const points = axis.subarray(i * sides[d], (i + 1) * sides[d]);
      const middle = centreOf((points[0] + points[points.length - 1]) / 2);
      const reach = points.reduce((most, point) => Math.max(most, Math.abs(point - middle)), 0);
      const fault = points.reduce((most, point) => Math.max(most, radiusOf(point)), 0);
      const slopes = Array.from({ length: symbols }, (_, j) => (j === d ? 1 : 0));
      table.set([middle, ...slopes, 0, radiusFrom(reach), 0, fault], (starts[d] + i) * size);
    }
  return table;
}

/**
 * The cells of a problem's candidates on a device.
 *
 * @param deal of the candidates' rollouts: where a stage of them ends, one of the forms does
 * @param additions that a candidate's total of one state goes through until it is part of a cost
 */
export async function createCells(
  context: GpuContext,
  {
    table,
    deal,
    additions,
    candidates: list,
  }: {
    table: StateTable;
    deal: Deal;
    additions: number;
    /** where the candidates of open cells are listed */
    candidates: GPUBuffer;
  },
) {
  const { open, problem, recorder, buffers } = context;
  const { device } = open;
  const { candidates, learningRates } = problem;
  const levels = levelsOf(candidates);
  const [finest] = levels;
  const symbols = { decision: candidates.axes.length, state: problem.states.axes.length };
  const arithmetic = affineOf(symbols, roundingsIn(plannedNodes(problem.formulas)));
  const bytes = totalSize(arithmetic) * 4;
  const { maxStorageBufferBindingSize: maxBinding } = device.limits;
  // an invocation has one set of symbols, so it takes one state at a time: of as few as there is room for
  const perBlock = deal.groups * deal.lanes;
  const padded = deal.blocks * perBlock;
  const groups = Array.from({ length: perBlock }, (_, i) => i + 1).find(
    (groups) => perBlock % groups === 0 && padded / groups <= mostBlocksOf(bytes, maxBinding),
  )!;
  const split = perBlock / groups;
  const formDeal = { lanes: 1, groups, blocks: deal.blocks * split };
  const capacity = capacityOf(finest.size, formDeal.blocks * bytes, maxBinding);
  const tables = levels.map((level) =>
    tabulateCells(candidates, level, finest, symbols.decision + symbols.state),
  );
  const rollouts = await createRollouts(context, {
    ...{ arithmetic, numbers: table.numbers, deal: formDeal, capacity, additions, listed: true },
    candidates: { points: tables[0], grid: finest },
  });
  const points = tables.map((table, i) =>
    i === 0 ? rollouts.source.decisions : buffers.holding("coarse cells", table),
  );
  const bounds = buffers.storage("bounds", finest.size * bytes);
  const count = buffers.storage("cell count", 16);
  const back = buffers.readable("cell count, read back", 16);
  /** cells: those at hand, and those that they become */
  const lists = [0, 1].map(() => buffers.storage("cells", finest.size * ENCLOSED_SIZE));

  const flat = (cell: number, { axes }: Level) => {
    let [index, stride] = [0, 1];
    for (let d = axes.length - 1, rest = cell; d >= 0; d--) {
      index += (rest % axes[d].length) * stride;
      rest = Math.floor(rest / axes[d].length);
      stride *= finest.axes[d].length;
    }
    return index;
  };
  const coarsest = levels[levels.length - 1];
  const all = new Uint32Array(coarsest.size * 3);
  for (let cell = 0; cell < coarsest.size; cell++) all[3 * cell] = flat(cell, coarsest);

  const fineCounts = finest.axes.map(({ length }) => length);
  const descents = await Promise.all(
    levels.map(async (level, at) => {
      const [from, to] = [lists[(levels.length - 1 - at) % 2], lists[(levels.length - at) % 2]];
      const below = levels[at - 1];
      const descent: Descent = {
        cells: fineCounts,
        parts: below ? fineCounts : level.counts,
        counts: below ? below.axes.map(({ length }) => length) : level.counts,
        sides: below ? level.sides.map((side, d) => side / below.sides[d]) : level.sides,
        finest: !below,
      };
      const kernel = await createKernel(device, "descend", descendWgsl(descent), [
        ...(["part", "read", "read", "write", "write"] as const),
        ...(below ? [] : (["write"] as const)),
      ]);
      const bindings = [recorder.parts, from, rollouts.totals, count, below ? to : list];
      return {
        kernel,
        from,
        rolled: rollouts.bind(from, points[at]),
        group: kernel.bind(...bindings, ...(below ? [] : [bounds])),
      };
    }),
  );
  /** rollouts of a state that the forms of what was asked last took as long as */
  let worked = 0;

  /** Bounds so many listed cells over some blocks, and lists what they consist of. */
  async function descend(at: number, size: number, asked: Asked, blocks: Blocks, { signal }: Watch) {
    const fresh = blocks.first_block === 0;
    const { kernel, rolled, group } = descents[at];
    const range = { states: blocks.states, first_block: blocks.first_block * split, run: blocks.run * split };
    const work = FORM_WORK * range.run * groups * (learningRates.length - asked.episode);
    for (let first = 0; first < size; ) {
      const cut = nextPart(first, size, capacity, work, recorder.budget);
      const part = { ...asked, ...cut, ...range, fresh: fresh ? 1 : 0 };
      if (cut.candidates * work > recorder.room) {
        await recorder.flush();
        checkNotAborted(signal);
      }
      await rollouts.record(part, cut.candidates * FORM_WORK, rolled);
      recorder.dispatch(kernel, group, recorder.part(part), Math.ceil(cut.candidates / WORKGROUP));
      first += cut.candidates;
    }
    const end = Math.min(blocks.states, (blocks.first_block + blocks.run) * perBlock);
    worked += size * FORM_WORK * (end - blocks.first_block * perBlock);
  }

  return {
    source: rollouts.source,
    arrange: rollouts.arrange,
    bounds,
    /** where the finest cells are listed whose bounds go on with more states */
    listed: descents[0].from,
    /** rollouts that the forms since the last list of all took as long as */
    get worked() {
      return worked;
    },
    /** Lists the candidates of those cells that are not ruled out over some blocks. @returns how many there are */
    async list(asked: Asked, blocks: Blocks, watch: Watch): Promise<number> {
      worked = 0;
      device.queue.writeBuffer(descents[levels.length - 1].from, 0, all);
      let size = coarsest.size;
      for (let at = levels.length - 1; at >= 0; at--) {
        recorder.clear(count);
        await descend(at, size, asked, blocks, watch);
        recorder.copy(count, 0, back, 0, 4);
        size = new Uint32Array(await recorder.read(back, 4))[0];
      }
      return size;
    },
    /** Records that the bounds of so many listed finest cells go on with more blocks. */
    extend: (size: number, asked: Asked, blocks: Blocks, watch: Watch) =>
      descend(0, size, asked, blocks, watch),
  };
}

export type Cells = Awaited<ReturnType<typeof createCells>>;

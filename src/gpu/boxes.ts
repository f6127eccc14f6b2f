// Boxes of candidates, ruled out as a whole, from coarse to fine: the host code of shaders/affine.wgsl.ts and
// shaders/boxes.wgsl.ts. An affine form encloses the costs of all candidates of a box. If its lower end is above the
// costs of two known candidates, no candidate of the box is the minimum or the runner-up, and none is rolled out. The
// forms of the finest boxes also bound the float32 error of each candidate.

import { type Descent, descendWgsl } from "../../shaders/boxes.wgsl.ts";
import { centreOf, radiusFrom, radiusOf } from "../../shaders/float32.ts";
import type { BoxGrid } from "../../shaders/grid.wgsl.ts";
import { ENCLOSED_SIZE } from "../../shaders/minimum.wgsl.ts";
import { affineOf } from "../../shaders/real.wgsl.ts";
import { type Deal, totalSize, WORKGROUP } from "../../shaders/rollout.wgsl.ts";
import { checkNotAborted } from "../errors.ts";
import { plannedNodes, roundingsIn } from "../game/structure.ts";
import type { Grid } from "../grid.ts";
import type { Watch } from "../model/evaluator.ts";
import type { GpuContext, Query } from "./context.ts";
import { capacityOf, mostBlocksOf, nextPart } from "./cut.ts";
import { createKernel } from "./kernel.ts";
import { type Blocks, createRollouts } from "./rollouts.ts";
import type { StateTable } from "./states.ts";

/**
 * candidates per box of the finest level: enough that a form costs less than their rollouts, and few enough to be close
 */
const BOX = 64;
/** boxes of a level per box of the next coarser one */
const FAMILY = 16;
/** the number of boxes above which a coarser level is added */
const MANY_BOXES = 256;
/** how many rollout steps take as long as one step of a form */
export const FORM_WORK = 35;

/** The boxes of one level: the finest ones or coarser ones. */
export interface Level extends BoxGrid {
  readonly size: number;
}

/** Boxes with so many points along each side. */
function boxesOf(counts: readonly number[], sides: readonly number[]): Level {
  const axes = counts.map((count, d) => ({ length: Math.ceil(count / sides[d]) }));
  return { axes, counts, sides, size: axes.reduce((product, { length }) => product * length, 1) };
}

/** The levels of a grid: the finest first; the sides of each level are multiples of those of the level before. */
export function levelsOf({ axes }: Pick<Grid, "axes">): Level[] {
  const counts = axes.map((axis) => axis.length);
  const along = (count: number) => Math.max(2, Math.round(count ** (1 / counts.length)));
  const levels = [
    boxesOf(
      counts,
      counts.map((count) => Math.min(count, along(BOX))),
    ),
  ];
  while (levels[levels.length - 1].size > MANY_BOXES)
    levels.push(
      boxesOf(
        counts,
        levels[levels.length - 1].sides.map((side) => side * along(FAMILY)),
      ),
    );
  return levels;
}

/**
 * The forms of the decision's numbers in each box of an axis; each number is a symbol. The layout is that of the finest
 * level, so that one kernel reads the forms of all levels. Shape [finest boxes of all axes × size].
 */
function tabulateBoxes({ axes }: Grid, { axes: boxes, sides }: Level, finest: Level, symbols: number) {
  const size = symbols + 5;
  const starts = axes.map((_, d) => finest.axes.slice(0, d).reduce((sum, { length }) => sum + length, 0));
  const table = new Float32Array(finest.axes.reduce((sum, { length }) => sum + length, 0) * size);
  for (const [d, axis] of axes.entries())
    for (let i = 0; i < boxes[d].length; i++) {
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
 * The boxes of a problem's candidates on a device.
 *
 * @param deal of the candidates' rollouts: stages of the forms end where stages of the rollouts end
 * @param additions the number of additions between a candidate's total of one state and its cost
 */
export async function createBoxes(
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
    /** the list for the candidates of boxes that are not ruled out */
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
  // an invocation has one set of symbols, so it takes one state at a time, and as few groups as the buffers allow
  const perBlock = deal.groups * deal.lanes;
  const padded = deal.blocks * perBlock;
  const groups = Array.from({ length: perBlock }, (_, i) => i + 1).find(
    (groups) => perBlock % groups === 0 && padded / groups <= mostBlocksOf(bytes, maxBinding),
  )!;
  const split = perBlock / groups;
  const formDeal = { lanes: 1, groups, blocks: deal.blocks * split };
  const capacity = capacityOf(finest.size, formDeal.blocks * bytes, maxBinding);
  const tables = levels.map((level) =>
    tabulateBoxes(candidates, level, finest, symbols.decision + symbols.state),
  );
  const rollouts = await createRollouts(context, {
    ...{ arithmetic, numbers: table.numbers, deal: formDeal, capacity, additions, listed: true },
    candidates: { points: tables[0], grid: finest },
  });
  const points = tables.map((table, i) =>
    i === 0 ? rollouts.source.decisions : buffers.holding("coarse boxes", table),
  );
  const bounds = buffers.storage("bounds", finest.size * bytes);
  const count = buffers.storage("box count", 16);
  const back = buffers.readable("box count, read back", 16);
  /** lists of boxes: the current ones, and the boxes into which they are divided */
  const lists = [0, 1].map(() => buffers.storage("boxes", finest.size * ENCLOSED_SIZE));

  const flat = (box: number, { axes }: Level) => {
    let [index, stride] = [0, 1];
    for (let d = axes.length - 1, rest = box; d >= 0; d--) {
      index += (rest % axes[d].length) * stride;
      rest = Math.floor(rest / axes[d].length);
      stride *= finest.axes[d].length;
    }
    return index;
  };
  const coarsest = levels[levels.length - 1];
  const all = new Uint32Array(coarsest.size * 3);
  for (let box = 0; box < coarsest.size; box++) all[3 * box] = flat(box, coarsest);

  const fineCounts = finest.axes.map(({ length }) => length);
  const descents = await Promise.all(
    levels.map(async (level, at) => {
      const [from, to] = [lists[(levels.length - 1 - at) % 2], lists[(levels.length - at) % 2]];
      const below = levels[at - 1];
      const descent: Descent = {
        boxes: fineCounts,
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
  /** the work of the forms for the last question, in rollouts of a state */
  let worked = 0;

  /** Bounds listed boxes over some blocks, and lists the parts of those that are not ruled out. */
  async function descend(at: number, size: number, query: Query, blocks: Blocks, { signal }: Watch) {
    const fresh = blocks.first_block === 0;
    const { kernel, rolled, group } = descents[at];
    const range = { states: blocks.states, first_block: blocks.first_block * split, run: blocks.run * split };
    const work = FORM_WORK * range.run * groups * (learningRates.length - query.episode);
    for (let first = 0; first < size; ) {
      const cut = nextPart(first, size, capacity, work, recorder.budget);
      const part = { ...query, ...cut, ...range, fresh: fresh ? 1 : 0 };
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
    /** the list of the finest boxes whose bounds are extended to more states */
    listed: descents[0].from,
    /** the work of the forms since the last call of `list`, in rollouts */
    get worked() {
      return worked;
    },
    /** Lists the candidates of the boxes that are not ruled out over some blocks. @returns how many there are */
    async list(query: Query, blocks: Blocks, watch: Watch): Promise<number> {
      worked = 0;
      device.queue.writeBuffer(descents[levels.length - 1].from, 0, all);
      let size = coarsest.size;
      for (let at = levels.length - 1; at >= 0; at--) {
        recorder.clear(count);
        await descend(at, size, query, blocks, watch);
        recorder.copy(count, 0, back, 0, 4);
        size = new Uint32Array(await recorder.read(back, 4))[0];
      }
      return size;
    },
    /** Records that the bounds of listed finest boxes are extended to more blocks. */
    extend: (size: number, query: Query, blocks: Blocks, watch: Watch) =>
      descend(0, size, query, blocks, watch),
  };
}

export type Boxes = Awaited<ReturnType<typeof createBoxes>>;

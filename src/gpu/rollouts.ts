// The method `rollout` on the device: host of shaders/rollout.wgsl.ts and shaders/enclose.wgsl.ts.

import type { CellGrid } from "../../shaders/cells.wgsl.ts";
import { type Bound, encloseWgsl } from "../../shaders/enclose.wgsl.ts";
import { ROUNDING } from "../../shaders/float32.ts";
import { followWgsl } from "../../shaders/plan.wgsl.ts";
import { type Arithmetic, ballOf, plain } from "../../shaders/real.wgsl.ts";
import { type Deal, rolloutWgsl, totalSize, WORKGROUP } from "../../shaders/rollout.wgsl.ts";
import { isBounded } from "../game/structure.ts";
import { statesInRange } from "../model/range.ts";
import { encode } from "./buffers.ts";
import { createCells } from "./cells.ts";
import type { GpuContext, PartOfStep, Scorer } from "./context.ts";
import { blocksPerDispatch, capacityOf, dealStates, MOST_WORKGROUPS } from "./cut.ts";
import { type Points, sizesOf } from "./gameWgsl.ts";
import { createKernel } from "./kernel.ts";
import { createSource } from "./source.ts";
import { tabulateStates, UNIT_UNDERFLOW } from "./states.ts";

/** What is rolled out, and in which arithmetic. */
interface RolloutOptions {
  readonly arithmetic: Arithmetic;
  /** the states' numbers, state by state */
  readonly numbers: ArrayLike<number>;
  readonly deal: Deal;
  /** candidates of a part, at most */
  readonly capacity: number;
  /** what is rolled out in place of the problem's candidates: the `real`s of its axes */
  readonly candidates?: { readonly points: Float32Array<ArrayBuffer>; readonly grid: Points } | undefined;
  /** in affine arithmetic: additions that a plain total goes through until it is part of a cost */
  readonly additions?: number | undefined;
  /** the candidates' cells, and for each whether its candidates are rolled out */
  readonly cells?: { readonly grid: CellGrid; readonly open: GPUBuffer } | undefined;
}

/** Rollouts of some states in one arithmetic. */
export async function createRollouts(
  context: Pick<GpuContext, "open" | "problem" | "recorder" | "buffers">,
  options: RolloutOptions,
) {
  const { open, problem, recorder, buffers } = context;
  const { arithmetic, numbers, deal, capacity, additions, cells } = options;
  const { device } = open;
  const bytes = arithmetic.size * 4;
  const episodes = problem.learningRates.length;
  const rates = buffers.holding("learning rates", encode(problem.learningRates, arithmetic));
  const padded = deal.blocks * deal.groups * deal.lanes;
  const states = buffers.storage("states", padded * sizesOf(problem).state * bytes);
  device.queue.writeBuffer(states, 0, encode(numbers, arithmetic));
  const totals = buffers.storage(
    `totals, ${arithmetic.kind}`,
    deal.blocks * capacity * totalSize(arithmetic) * 4,
  );

  const { points, grid: candidates } = options.candidates ?? { grid: problem.candidates };
  const source = await createSource({ ...context, arithmetic, rates, capacity, points });
  const bound = [rates, source.decisions, states, totals];
  if (source.plan) bound.push(source.plan);
  if (cells) bound.push(cells.open);
  const kinds = ["read", "read", "read", "write", "read", "read"] as const;
  const code = rolloutWgsl({ problem, arithmetic, deal, candidates, additions, cells: cells?.grid });
  const rollout = await createKernel(device, "rollout", code, ["part", ...kinds.slice(0, bound.length)]);
  const group = rollout.bind(recorder.parts, ...bound);

  return {
    rates,
    source,
    totals,
    /**
     * Records the rollouts of a part, in as many submissions as the pace asks for.
     *
     * @param worth as many plain candidates as this takes as long as
     */
    async record(part: PartOfStep, worth: number): Promise<void> {
      if (worth === 0) return;
      const charge = ROUNDING * (episodes - part.episode);
      const workPerBlock = worth * deal.groups * deal.lanes * (episodes - part.episode);
      const run = Math.min(
        blocksPerDispatch(deal.blocks, workPerBlock, recorder.budget),
        Math.floor((MOST_WORKGROUPS * WORKGROUP) / part.candidates),
      );
      for (let block = 0; block < deal.blocks; block += run) {
        const blocks = Math.min(run, deal.blocks - block);
        if (workPerBlock * blocks > recorder.room) await recorder.flush();
        const offset = recorder.part({ ...part, first_block: block, run: blocks, charge });
        const x = Math.ceil((part.candidates * blocks) / WORKGROUP);
        recorder.dispatch(rollout, group, offset, x, workPerBlock * blocks);
      }
    },
  };
}

/** A scorer by rollouts. */
export async function createRolloutScorer(context: GpuContext): Promise<Scorer> {
  const { open, problem, precision, recorder, buffers, bests } = context;
  const { device } = open;
  const { game, candidates, learningRates } = problem;
  const table = tabulateStates(problem);
  const { maxStorageBufferBindingSize: maxBinding } = device.limits;
  const deal = dealStates(table.count, candidates.size, 4, maxBinding, context.lanes);
  const capacity = capacityOf(candidates.size, deal.blocks * 4, maxBinding);

  const additions = deal.groups * deal.lanes + deal.blocks;
  const certified = precision === "certified" && isBounded(problem.formulas);
  // costs per θ² say nothing of what the oracle makes of squares that underflow: then it settles between all candidates
  const undecidable = game.proportional !== undefined && !statesInRange(problem.states.axes);
  const boundByUnit = certified && game.proportional && !undecidable;
  const cells = certified && !game.proportional ? await createCells(context, table, additions) : undefined;
  // every θ, rounded to float32, is within one part in 2²⁴ of itself: so is 1 ± 2⁻²⁴
  const one = { numbers: [1 + 2 ** -24], deal: dealStates(1, candidates.size, 8, maxBinding) };
  const [main, unit] = await Promise.all([
    createRollouts(context, {
      ...{ arithmetic: plain, numbers: table.numbers, deal, capacity },
      cells,
    }),
    boundByUnit
      ? createRollouts(context, { ...one, arithmetic: ballOf(UNIT_UNDERFLOW), capacity })
      : undefined,
  ]);
  const sources = [main, unit, cells].flatMap((rollouts) => rollouts?.source ?? []);

  const boundOf = (): Bound => {
    if (unit)
      return {
        kind: "unit",
        squares: table.squares,
        dropped: table.dropped === 0 ? 0 : Math.max(table.dropped, 2 ** -100),
        additions,
      };
    if (cells) return { kind: "cells", cells: cells.grid };
    if (precision === "f32") return { kind: "none" };
    return { kind: undecidable ? "open" : "guess" };
  };
  const enclosures = buffers.storage("enclosures", capacity * 8);
  const bounding = unit ? [unit.totals] : cells ? [cells.bounds, cells.open] : [];
  const bindings = ["part", "write", "read", ...bounding.map(() => "read" as const)] as const;
  const enclose = await createKernel(device, "enclose", encloseWgsl(boundOf()), bindings);
  const encloseGroup = enclose.bind(recorder.parts, enclosures, main.totals, ...bounding);

  const follow =
    precision === "certified"
      ? undefined
      : await createKernel(device, "follow", followWgsl(problem), ["part", "read", "read", "read", "write"]);
  const followGroup = follow?.bind(
    recorder.parts,
    main.rates,
    main.source.decisions,
    bests,
    main.source.plan!,
  );

  /** the first episode whose decision is on the device */
  let adopted = learningRates.length;
  /** the share of the candidates that are rolled out */
  let share = 1;

  return {
    enclosures,
    capacity,
    scale: table.scale,
    workOf: (episode) => share * deal.blocks * deal.groups * deal.lanes * (learningRates.length - episode),
    workIn: (episode, first, count) =>
      (cells ? cells.openIn(first, count) : count) *
      (deal.blocks * deal.groups * deal.lanes * (learningRates.length - episode)),
    adopt(episode, plan) {
      if (adopted <= episode) adopted = learningRates.length;
      if (adopted === episode + 1) return;
      for (const source of sources) source.adopt(episode + 1, adopted, plan);
      adopted = episode + 1;
    },
    async begin(asked, watch, every) {
      await cells?.rule(asked, watch, every);
      if (cells) share = cells.openIn(0, candidates.size) / candidates.size;
    },
    async score(part) {
      await unit?.record(part, part.candidates);
      await main.record(part, cells ? cells.openIn(part.first, part.candidates) : part.candidates);
      const offset = recorder.part({ ...part, blocks: deal.blocks, fresh: part.first === 0 ? 1 : 0 });
      recorder.dispatch(enclose, encloseGroup, offset, Math.ceil(part.candidates / WORKGROUP));
      return offset;
    },
    follow(episode) {
      recorder.dispatch(follow!, followGroup!, recorder.part({ episode }), 1);
      adopted = episode;
    },
  };
}

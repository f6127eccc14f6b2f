// The method `rollout` on the device: host of shaders/rollout.wgsl.ts and shaders/enclose.wgsl.ts.

import { type Bound, encloseWgsl } from "../../shaders/enclose.wgsl.ts";
import { sizesOf } from "../../shaders/game.wgsl.ts";
import { followWgsl } from "../../shaders/plan.wgsl.ts";
import { type Arithmetic, REAL_SIZE } from "../../shaders/real.wgsl.ts";
import { type Deal, LANES, rolloutWgsl, WORKGROUP } from "../../shaders/rollout.wgsl.ts";
import { blocksPerDispatch, capacityOf, dealStates } from "./cut.ts";
import { createKernel } from "./kernel.ts";
import { type PartOfStep, type Scorer, underflowsInFloat64, type Workshop } from "./scorer.ts";
import { createSource } from "./source.ts";
import { tabulateStates, UNIT_UNDERFLOW } from "./states.ts";
import { encode } from "./tables.ts";

/** Rollouts of some states in one arithmetic. */
export async function createRollouts(
  workshop: Pick<Workshop, "open" | "problem" | "recorder" | "tables">,
  arithmetic: Arithmetic,
  numbers: ArrayLike<number>,
  deal: Deal & { blocks: number },
  capacity: number,
  underflow?: number,
) {
  const { open, problem, recorder, tables } = workshop;
  const { device } = open;
  const bytes = REAL_SIZE[arithmetic] * 4;
  const episodes = problem.learningRates.length;
  const rates = tables.holding("learning rates", encode(problem.learningRates, arithmetic));
  const padded = deal.blocks * deal.groups * deal.lanes;
  const states = tables.storage("states", padded * sizesOf(problem.game).state * bytes);
  device.queue.writeBuffer(states, 0, encode(numbers, arithmetic));
  const totals = tables.storage("totals", deal.blocks * capacity * bytes);

  const making = { ...workshop, arithmetic, rates, capacity, underflow };
  const source = await createSource(making);
  const buffers = [rates, source.decisions, states, totals, ...(source.plan ? [source.plan] : [])];
  const kinds = ["read", "read", "read", "write", "read"] as const;
  const code = rolloutWgsl(problem, arithmetic, deal, underflow);
  const rollout = await createKernel(device, "rollout", code, ["part", ...kinds.slice(0, buffers.length)]);
  const group = rollout.bind(recorder.parts, ...buffers);

  return {
    rates,
    source,
    totals,
    /** Records the rollouts of a part, in as many submissions as the pace asks for. */
    async record(part: PartOfStep): Promise<void> {
      const workPerBlock = part.candidates * deal.groups * deal.lanes * (episodes - part.episode);
      const run = blocksPerDispatch(deal.blocks, workPerBlock, recorder.budget);
      for (let block = 0; block < deal.blocks; block += run) {
        const blocks = Math.min(run, deal.blocks - block);
        if (workPerBlock * blocks > recorder.room) await recorder.flush();
        const offset = recorder.part({ ...part, first_block: block, blocks: deal.blocks });
        const x = Math.ceil(part.candidates / WORKGROUP);
        recorder.dispatch(rollout, group, offset, x, blocks, workPerBlock * blocks);
      }
    },
  };
}

/** A scorer by rollouts. */
export async function createRolloutScorer(workshop: Workshop): Promise<Scorer> {
  const { open, problem, precision, recorder, tables, bests } = workshop;
  const { device } = open;
  const { game, candidates, learningRates } = problem;
  const table = tabulateStates(problem);
  const deal = { states: table.count, lanes: LANES, ...dealStates(table.count, candidates.size) };
  const certified = precision === "certified";
  const arithmetic = certified && !game.proportional && !game.unbounded ? "ball" : "plain";
  const bytes = deal.blocks * REAL_SIZE[arithmetic] * 4;
  const capacity = capacityOf(candidates.size, bytes, device.limits.maxStorageBufferBindingSize);

  const undecidable = underflowsInFloat64(problem);
  const boundByUnit = certified && game.proportional && !undecidable && !game.unbounded;
  // every θ, rounded to float32, is within one part in 2²⁴ of itself: so is 1 ± 2⁻²⁴
  const one = { numbers: [1 + 2 ** -24], deal: { states: 1, lanes: 1, groups: 1, blocks: 1 } };
  const [main, unit] = await Promise.all([
    createRollouts(workshop, arithmetic, table.numbers, deal, capacity),
    boundByUnit
      ? createRollouts(workshop, "ball", one.numbers, one.deal, capacity, UNIT_UNDERFLOW)
      : undefined,
  ]);
  const running = unit ? [unit, main] : [main];

  const bound: Bound = unit
    ? {
        kind: "unit",
        squares: table.squares,
        dropped: table.dropped === 0 ? 0 : Math.max(table.dropped, 2 ** -100),
        additions: deal.groups * deal.lanes + deal.blocks,
      }
    : { kind: !certified ? "none" : undecidable ? "open" : game.unbounded ? "guess" : "ball" };
  const enclosures = tables.storage("enclosures", capacity * 8);
  const encloseBindings = ["part", "write", "read", ...(unit ? ["read" as const] : [])] as const;
  const enclose = await createKernel(device, "enclose", encloseWgsl(bound), encloseBindings);
  const encloseGroup = enclose.bind(recorder.parts, enclosures, main.totals, ...(unit ? [unit.totals] : []));

  const follow = certified
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

  return {
    enclosures,
    capacity,
    scale: table.scale,
    workOf: (episode) => deal.blocks * deal.groups * deal.lanes * (learningRates.length - episode),
    adopt(episode, plan) {
      if (adopted <= episode) adopted = learningRates.length;
      if (adopted === episode + 1) return;
      for (const { source } of running) source.adopt(episode + 1, adopted, plan);
      adopted = episode + 1;
    },
    async score(part) {
      for (const rollouts of running) await rollouts.record(part);
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

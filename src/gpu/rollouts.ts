// The method `rollout` on the device: host of shaders/rollout.wgsl.ts and shaders/enclose.wgsl.ts.

import { type Bound, encloseWgsl } from "../../shaders/enclose.wgsl.ts";
import { sizesOf } from "../../shaders/game.wgsl.ts";
import { adoptWgsl, followWgsl } from "../../shaders/plan.wgsl.ts";
import { type Arithmetic, REAL_SIZE, UNDERFLOW } from "../../shaders/real.wgsl.ts";
import { type Deal, LANES, rolloutWgsl, WORKGROUP } from "../../shaders/rollout.wgsl.ts";
import type { Problem } from "../problem.ts";
import type { Plan } from "../solve/step.ts";
import { blocksPerDispatch, capacityOf, dealStates } from "./cut.ts";
import { createKernel } from "./kernel.ts";
import { type PartOfStep, type Scorer, underflowsInFloat64, type Workshop } from "./scorer.ts";
import { encode } from "./tables.ts";

/** States as the device takes them. */
interface StateTable {
  /** the state's numbers, state by state */
  readonly numbers: Float64Array;
  readonly count: number;
  /** a cost on the device times this is a cost */
  readonly scale: number;
  /** Σ θ² of those states that are kept, and of those that are dropped, as scaled */
  readonly squares: number;
  readonly dropped: number;
}

/** θ below this share of the largest is dropped: its square would underflow. Its cost is in the bound. */
const NEGLIGIBLE = 2 ** -30;
/** what flushing to zero may cost an operation on a state of at least NEGLIGIBLE, as seen by the state θ = 1 */
const UNIT_UNDERFLOW = UNDERFLOW / NEGLIGIBLE ** 2;

/** The states of a problem; those of a proportional game scaled by a power of two so that the largest θ is in [1, 2). */
export function tabulateStates({ game, states }: Problem): StateTable {
  const count = states.size;
  if (!game.proportional) {
    const numbers = new Float64Array(count * states.axes.length);
    for (let i = 0; i < count; i++) numbers.set(states.at(i), i * states.axes.length);
    return { numbers, count, scale: 1 / count, squares: Number.NaN, dropped: Number.NaN };
  }
  const largest = states.axes[0].reduce((most, theta) => Math.max(most, Math.abs(theta)), 0);
  const unit = largest === 0 ? 1 : 2 ** Math.floor(Math.log2(largest));
  let [squares, dropped] = [0, 0];
  const numbers = states.axes[0].map((theta) => {
    const scaled = theta / unit;
    if (Math.abs(scaled) >= NEGLIGIBLE) {
      squares += scaled * scaled;
      return scaled;
    }
    dropped += scaled * scaled;
    return 0;
  });
  return { numbers, count, scale: (unit * unit) / count, squares, dropped };
}

/** Rollouts of some states in one arithmetic. */
async function createRollouts(
  { open, problem, recorder, tables }: Workshop,
  arithmetic: Arithmetic,
  numbers: ArrayLike<number>,
  deal: Deal & { blocks: number },
  capacity: number,
  underflow?: number,
) {
  const { device } = open;
  const real = REAL_SIZE[arithmetic];
  const sizes = sizesOf(problem.game);
  const episodes = problem.learningRates.length;
  const reals = (label: string, count: number) => tables.storage(`${label}, ${arithmetic}`, count * real * 4);

  const rates = tables.holding("learning rates", encode(problem.learningRates, arithmetic));
  const axes = tables.holding(
    "axes",
    encode(
      problem.candidates.axes.flatMap((axis) => [...axis]),
      arithmetic,
    ),
  );
  const states = reals("states", deal.blocks * deal.groups * deal.lanes * sizes.state);
  device.queue.writeBuffer(states, 0, encode(numbers, arithmetic));
  const decisions = reals("decisions", episodes * sizes.decision);
  const plan = reals("plan", episodes * sizes.prepared);
  const totals = reals("totals", deal.blocks * capacity);

  const rollout = await createKernel(device, "rollout", rolloutWgsl(problem, arithmetic, deal, underflow), [
    "part",
    "read",
    "read",
    "read",
    "read",
    "write",
  ]);
  const adopt = await createKernel(device, "adopt", adoptWgsl(problem, arithmetic, underflow), [
    "part",
    "read",
    "read",
    "write",
  ]);
  const rolloutGroup = rollout.bind(recorder.parts, rates, axes, states, plan, totals);
  const adoptGroup = adopt.bind(recorder.parts, rates, decisions, plan);

  return {
    rates,
    axes,
    plan,
    totals,
    /** Prepares the decisions of the episodes in [from, to). */
    adopt(from: number, to: number, decided: Plan) {
      const chosen = Array.from({ length: to - from }, (_, i) => decided[from + i]).flat();
      device.queue.writeBuffer(decisions, from * sizes.decision * real * 4, encode(chosen, arithmetic));
      const part = recorder.part({ first: from });
      recorder.dispatch(adopt, adoptGroup, part, Math.ceil((episodes - from) / WORKGROUP));
    },
    /** Records the rollouts of a part, in as many submissions as the pace asks for. */
    async record(part: PartOfStep): Promise<void> {
      const workPerBlock = part.candidates * deal.groups * deal.lanes * (episodes - part.episode);
      const run = blocksPerDispatch(deal.blocks, workPerBlock, recorder.budget);
      for (let block = 0; block < deal.blocks; block += run) {
        const blocks = Math.min(run, deal.blocks - block);
        if (workPerBlock * blocks > recorder.room) await recorder.flush();
        const offset = recorder.part({ ...part, first_block: block, blocks: deal.blocks });
        const x = Math.ceil(part.candidates / WORKGROUP);
        recorder.dispatch(rollout, rolloutGroup, offset, x, blocks, workPerBlock * blocks);
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
  const arithmetic = certified && !game.proportional ? "ball" : "plain";
  const bytes = deal.blocks * REAL_SIZE[arithmetic] * 4;
  const capacity = capacityOf(candidates.size, bytes, device.limits.maxStorageBufferBindingSize);

  const main = await createRollouts(workshop, arithmetic, table.numbers, deal, capacity);
  const undecidable = underflowsInFloat64(problem);
  const unit =
    certified && game.proportional && !undecidable
      ? await createRollouts(
          workshop,
          "ball",
          // every θ, rounded to float32, is within one part in 2²⁴ of itself: so is 1 ± 2⁻²⁴
          [1 + 2 ** -24],
          { states: 1, lanes: 1, groups: 1, blocks: 1 },
          capacity,
          UNIT_UNDERFLOW,
        )
      : undefined;
  const running = unit ? [unit, main] : [main];

  const bound: Bound = unit
    ? {
        kind: "unit",
        squares: table.squares,
        dropped: table.dropped === 0 ? 0 : Math.max(table.dropped, 2 ** -100),
        additions: deal.groups * deal.lanes + deal.blocks,
      }
    : { kind: !certified ? "none" : undecidable ? "open" : "ball" };
  const enclosures = tables.storage("enclosures", capacity * 8);
  const encloseBindings = ["part", "write", "read", ...(unit ? ["read" as const] : [])] as const;
  const enclose = await createKernel(device, "enclose", encloseWgsl(bound), encloseBindings);
  const encloseGroup = enclose.bind(recorder.parts, enclosures, main.totals, ...(unit ? [unit.totals] : []));

  const follow = certified
    ? undefined
    : await createKernel(device, "follow", followWgsl(problem), ["part", "read", "read", "read", "write"]);
  const followGroup = follow?.bind(recorder.parts, main.rates, main.axes, bests, main.plan);

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
      for (const rollouts of running) rollouts.adopt(episode + 1, adopted, plan);
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

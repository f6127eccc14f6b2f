// A step's enclosures by rollouts: of every candidate, or of those whose cell could have the best.

import { type Bound, encloseWgsl } from "../../shaders/enclose.wgsl.ts";
import { followWgsl } from "../../shaders/plan.wgsl.ts";
import { ballOf, plain } from "../../shaders/real.wgsl.ts";
import { WORKGROUP } from "../../shaders/rollout.wgsl.ts";
import { isBounded } from "../game/structure.ts";
import { statesInRange } from "../model/range.ts";
import { createCells } from "./cells.ts";
import type { GpuContext, Scorer } from "./context.ts";
import { capacityOf, dealStates } from "./cut.ts";
import { gameWgsl } from "./gameWgsl.ts";
import { createKernel } from "./kernel.ts";
import { createRollouts } from "./rollouts.ts";
import { tabulateStates, UNIT_UNDERFLOW } from "./states.ts";

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
      : await createKernel(device, "follow", followWgsl(gameWgsl(problem, plain), candidates), [
          "part",
          "read",
          "read",
          "read",
          "write",
        ]);
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
    get rolledOut() {
      const whole = share * candidates.size + (cells?.worth ?? 0);
      return whole * table.count + (unit ? candidates.size : 0);
    },
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

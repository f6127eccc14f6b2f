// Enclosures of a step's candidates by rollouts without stages: without a bound, from every state; or, in a
// proportional game, with a bound, from the state θ = 1 only.

import { type Bound, encloseWgsl } from "../../shaders/enclose.wgsl.ts";
import { ENCLOSED_SIZE } from "../../shaders/minimum.wgsl.ts";
import { followWgsl } from "../../shaders/plan.wgsl.ts";
import { ballOf, plain } from "../../shaders/real.wgsl.ts";
import { WORKGROUP } from "../../shaders/rollout.wgsl.ts";
import { isBounded } from "../game/structure.ts";
import type { Problem } from "../model/problem.ts";
import { statesInRange } from "../model/range.ts";
import type { GpuContext, Scorer } from "./context.ts";
import { capacityOf, dealStates } from "./cut.ts";
import { gameWgsl } from "./gameWgsl.ts";
import { createKernel } from "./kernel.ts";
import { createRollouts } from "./rollouts.ts";
import type { Source } from "./source.ts";
import { tabulateStates, UNIT_UNDERFLOW } from "./states.ts";

/** Tracks which episodes' decisions are on the device: those of an episode and all after it. */
export class Adopted {
  /** the first such episode */
  episode: number;
  readonly #episodes: number;

  constructor(episodes: number) {
    this.#episodes = episodes;
    this.episode = episodes;
  }

  /** Copies the decisions of the episodes after an episode to the device. */
  adopt(episode: number, plan: Parameters<Source["adopt"]>[2], sources: readonly Source[]): void {
    if (this.episode <= episode) this.episode = this.#episodes;
    if (this.episode === episode + 1) return;
    for (const source of sources) source.adopt(episode + 1, this.episode, plan);
    this.episode = episode + 1;
  }
}

/** Whether certified rollouts of a problem use stages: see stages.ts. */
export const goesInStages = ({ game, formulas, states }: Problem): boolean =>
  // if squares underflow, costs per θ² give no bound, and the oracle settles between all candidates
  !game.proportional || (statesInRange(states.axes) && !isBounded(formulas));

/** A scorer by rollouts of all candidates; if certified, only for a proportional game. */
export async function createRolloutScorer(context: GpuContext): Promise<Scorer> {
  const { open, problem, precision, recorder, buffers, bests } = context;
  const { device } = open;
  const { candidates, learningRates } = problem;
  const table = tabulateStates(problem);
  const { maxStorageBufferBindingSize: maxBinding } = device.limits;
  const unit = precision === "certified" && statesInRange(problem.states.axes);
  // 1 ± 2⁻²⁴ as a ball: every θ, rounded to float32, is within one part in 2²⁴ of its exact value
  const [arithmetic, numbers] = unit ? [ballOf(UNIT_UNDERFLOW), [1 + 2 ** -24]] : [plain, table.numbers];
  const bytes = arithmetic.size * 4;
  const count = unit ? 1 : table.count;
  const deal = dealStates(count, candidates.size, bytes, maxBinding, context.lanes);
  const capacity = capacityOf(candidates.size, Math.max(deal.blocks * bytes, ENCLOSED_SIZE), maxBinding);
  const main = await createRollouts(context, { arithmetic, numbers, deal, capacity });

  const boundOf = (): Bound => {
    if (precision === "f32") return { kind: "none" };
    if (!unit) return { kind: "open" };
    const dropped = table.dropped === 0 ? 0 : Math.max(table.dropped, 2 ** -100);
    return { kind: "unit", states: table.count, squares: table.squares, dropped };
  };
  const enclosures = buffers.storage("enclosures", capacity * ENCLOSED_SIZE);
  const enclose = await createKernel(device, "enclose", encloseWgsl(boundOf()), ["part", "write", "read"]);
  const encloseGroup = enclose.bind(recorder.parts, enclosures, main.totals);
  const adopted = new Adopted(learningRates.length);

  async function createFollow() {
    const code = followWgsl(gameWgsl(problem, plain), candidates);
    const follow = await createKernel(device, "follow", code, ["part", "read", "read", "read", "write"]);
    const group = follow.bind(recorder.parts, main.rates, main.source.decisions, bests, main.source.plan!);
    return (episode: number) => {
      recorder.dispatch(follow, group, recorder.part({ episode }), 1);
      adopted.episode = episode;
    };
  }

  return {
    enclosures,
    capacity,
    scale: table.scale,
    rolledOut: candidates.size * count,
    workOf: (episode) => deal.blocks * deal.groups * deal.lanes * (learningRates.length - episode),
    adopt: (episode, plan) => adopted.adopt(episode, plan, [main.source]),
    async score(part) {
      await main.record({ ...part, ...main.all }, part.candidates);
      const offset = recorder.part({ ...part, ...main.all, fresh: part.first === 0 ? 1 : 0 });
      recorder.dispatch(enclose, encloseGroup, offset, Math.ceil(part.candidates / WORKGROUP));
      return offset;
    },
    ...(precision === "f32" && { follow: await createFollow() }),
  };
}

// The method `moments` on the device: host of shaders/moments.wgsl.ts.

import { HUGE } from "../../shaders/least.wgsl.ts";
import { FUTURE_SIZE, momentsWgsl } from "../../shaders/moments.wgsl.ts";
import { followWgsl } from "../../shaders/plan.wgsl.ts";
import { REAL_SIZE } from "../../shaders/real.wgsl.ts";
import { WORKGROUP } from "../../shaders/rollout.wgsl.ts";
import { Future, float64Slack } from "../solve/moments.ts";
import { capacityOf } from "./cut.ts";
import { createKernel } from "./kernel.ts";
import { type PartOfStep, type Scorer, underflowsInFloat64, type Workshop } from "./scorer.ts";
import { encode } from "./tables.ts";

/** A scorer by moments: O(1) a candidate. */
export async function createMomentsScorer(workshop: Workshop): Promise<Scorer> {
  const { open, problem, precision, recorder, tables, bests } = workshop;
  const { device } = open;
  const { candidates, learningRates } = problem;
  const arithmetic = precision === "certified" ? "ball" : "plain";
  const capacity = capacityOf(candidates.size, 8, device.limits.maxStorageBufferBindingSize);

  const rates = tables.holding("learning rates", encode(learningRates, arithmetic));
  const axes = tables.holding(
    "axes",
    encode(
      candidates.axes.flatMap((axis) => [...axis]),
      arithmetic,
    ),
  );
  const future = tables.storage("future", FUTURE_SIZE * REAL_SIZE[arithmetic] * 4);
  const enclosures = tables.storage("enclosures", capacity * 8);
  const moments = await createKernel(device, "moments", momentsWgsl(problem, arithmetic), [
    "part",
    "read",
    "read",
    "read",
    "write",
  ]);
  const momentsGroup = moments.bind(recorder.parts, rates, axes, future, enclosures);
  const follow =
    precision === "f32"
      ? await createKernel(device, "follow", followWgsl(problem, "moments"), [
          "part",
          "read",
          "read",
          "read",
          "write",
        ])
      : undefined;
  const followGroup = follow?.bind(recorder.parts, rates, axes, bests, future);

  const host = new Future(problem);
  const undecidable = underflowsInFloat64(problem);
  /** the episode that the future on the device comes after */
  let current = learningRates.length;

  const partOf = ({ episode, first, candidates: count }: PartOfStep) => ({
    episode,
    first,
    candidates: count,
    first_block: 0,
    blocks: 1,
    fresh: first === 0 ? 1 : 0,
    // a slack that no enclosure survives as a finite one
    slack: undecidable ? HUGE : float64Slack(problem, episode),
  });

  return {
    enclosures,
    capacity,
    scale: host.meanSquare,
    workOf: () => 1,
    adopt(episode, plan) {
      if (current === episode) return;
      const { A, B, C, absB } = host.after(episode, plan);
      device.queue.writeBuffer(future, 0, encode([A, B, C, absB], arithmetic));
      current = episode;
    },
    async score(part) {
      if (part.candidates > recorder.room) await recorder.flush();
      const offset = recorder.part(partOf(part));
      const x = Math.ceil(part.candidates / WORKGROUP);
      recorder.dispatch(moments, momentsGroup, offset, x, 1, part.candidates);
      return offset;
    },
    follow(episode) {
      recorder.dispatch(
        follow!,
        followGroup!,
        recorder.part(partOf({ episode, first: 0, candidates: 0 })),
        1,
      );
      current = episode - 1;
    },
  };
}

// The method `moments` on the device: host of shaders/moments.wgsl.ts.

import { ENCLOSED_SIZE, HUGE } from "../../shaders/minimum.wgsl.ts";
import { followMomentsWgsl, momentsWgsl, phaseViewSize } from "../../shaders/moments.wgsl.ts";
import { ball, plain } from "../../shaders/real.wgsl.ts";
import { WORKGROUP } from "../../shaders/rollout.wgsl.ts";
import { isBounded } from "../game/structure.ts";
import { type AgentView, evaluatorsOf, Future, UNIT_ROUNDOFF } from "../model/moments.ts";
import { statesInRange } from "../model/range.ts";
import { encode } from "./buffers.ts";
import type { GpuContext, Scorer } from "./context.ts";
import { capacityOf } from "./cut.ts";
import { createKernel } from "./kernel.ts";
import { costWgsl, extendWgsl } from "./momentsWgsl.ts";

/** A scorer by moments, O(1) per candidate. */
export async function createMomentsScorer(context: GpuContext): Promise<Scorer> {
  const { open, problem, precision, recorder, buffers, bests } = context;
  const { device } = open;
  const { candidates, learningRates, hiddenPhase } = problem;
  const certified = precision === "certified";
  const bounded = isBounded(problem.formulas);
  const arithmetic = certified && bounded ? ball : plain;
  const future = new Future(problem);
  const largest = future.mean.reduce((most, x) => Math.max(most, x), 0);
  const scale = largest > 0 ? largest : 1;
  const mean = future.mean.map((x) => x / scale);
  const capacity = capacityOf(candidates.size, ENCLOSED_SIZE, device.limits.maxStorageBufferBindingSize);

  const points = candidates.axes.flatMap((axis) => [...axis]);
  const axes = buffers.holding("axes", encode(points, arithmetic));
  const bytes = hiddenPhase.signals * hiddenPhase.phases * phaseViewSize(problem) * arithmetic.size * 4;
  const views = buffers.storage("views", bytes);
  const enclosures = buffers.storage("enclosures", capacity * ENCLOSED_SIZE);
  const code = momentsWgsl(problem, arithmetic, costWgsl(problem, arithmetic, mean), certified && !bounded);
  const moments = await createKernel(device, "moments", code, ["part", "read", "read", "write"]);
  const momentsGroup = moments.bind(recorder.parts, axes, views, enclosures);

  const { formulas, coefficients: evaluate } = evaluatorsOf(problem.game);
  const parameters = Object.keys(problem.game.parameters).map((name) => problem.parameters[name]);
  const entries = formulas.formNames.length;
  // P of the future, by phase: updated on the device by `follow`
  const forms = buffers.storage("forms", hiddenPhase.phases * entries * 4);
  /** updates the views by one episode without the host */
  async function createFollow() {
    const rates = buffers.holding("learning rates", encode(learningRates, plain));
    const posterior = buffers.holding("posterior", encode(hiddenPhase.beliefs.flat(2), plain));
    const bindings = ["part", "read", "read", "read", "read", "write", "write"] as const;
    const kernel = await createKernel(
      device,
      "follow",
      followMomentsWgsl(problem, extendWgsl(problem, mean)),
      bindings,
    );
    const group = kernel.bind(recorder.parts, axes, rates, posterior, bests, views, forms);
    return (episode: number) => recorder.dispatch(kernel, group, recorder.part({ episode }), 1);
  }
  const follow = precision === "f32" ? await createFollow() : undefined;

  /** whether moments and oracle differ by rounding only, for the current views */
  let inRange = true;
  /** the episode whose views are on the device */
  let current: number | undefined;

  /** writes views; that of signal 0 is first */
  const write = (rows: readonly AgentView[]) => {
    const numbers = rows.flatMap((view) =>
      view.flatMap(({ weight, learningRate, form }) => [
        ...[weight, learningRate],
        ...evaluate(parameters, mean, form),
      ]),
    );
    const futures = rows[0].flatMap(({ form }) => [...form.subarray(0, entries)]);
    device.queue.writeBuffer(forms, 0, encode(futures, plain));
    device.queue.writeBuffer(views, 0, encode(numbers, arithmetic));
  };

  return {
    enclosures,
    capacity,
    scale,
    rolledOut: 0,
    workOf: () => 1,
    adopt(episode, plan) {
      if (current === episode) return;
      write(hiddenPhase.beliefAt[episode].map((_, signal) => future.viewAt(episode, signal, plan)));
      inRange = future.isInRange(episode, plan);
      current = episode;
    },
    adoptView(view) {
      write([view]);
      inRange = statesInRange(problem.states.axes);
      current = undefined;
    },
    async score(part) {
      if (part.candidates > recorder.room) await recorder.flush();
      const offset = recorder.part({
        ...part,
        fresh: part.first === 0 ? 1 : 0,
        // if only the oracle can decide, a slack that makes every enclosure infinite
        slack: inRange ? future.roundings(part.episode) * UNIT_ROUNDOFF : HUGE,
      });
      const x = Math.ceil(part.candidates / WORKGROUP);
      recorder.dispatch(moments, momentsGroup, offset, x, part.candidates);
      return offset;
    },
    follow(episode) {
      follow!(episode);
      current = episode - 1;
    },
  };
}

// Every preset on the GPU and on the CPU: where the plan is certified both are equal to the bit, and where a search finds
// it, the device's costs are float64's as nearly as float32 can tell.

import { rolloutCosts } from "../../cpu/rollout.ts";
import { createBatchCosts } from "../../gpu/batch.ts";
import type { KeptGpu } from "../../gpu/kept.ts";
import { presets, type Result } from "../../index.ts";
import { createProblem } from "../../model/problem.ts";
import { type Ask, type Check, distance, judge, power, type Verdict } from "./comparison.ts";
import { smaller } from "./smaller.ts";

/** of a network's cost in float32, relative */
const SCREENING_TOLERANCE = 2e-4;

/** Plans, costs and margins to the bit. */
export function compareToTheBit(
  got: Pick<Result, "plan" | "cost" | "margin">,
  wanted: Pick<Result, "plan" | "cost" | "margin">,
): Verdict {
  for (const [name, list] of Object.entries({ ...wanted.plan, cost: wanted.cost, margin: wanted.margin })) {
    const others = { ...got.plan, cost: got.cost, margin: got.margin }[name] as (number | null)[] | undefined;
    if (others?.length !== list.length) return judge(false, `${name} has another length`);
    const t = list.findIndex((x, i) => !Object.is(x, others[i]));
    if (t >= 0) return judge(false, `${name} of episode ${t} is ${others[t]}, not ${list[t]}`);
  }
  return judge(true, "plan, costs and margins equal to the bit");
}

/** What the device says that networks cost, held against float64. */
export function compareScreening(onDevice: readonly number[], wanted: readonly number[]): Verdict {
  const far = distance(
    onDevice.map((cost, t) => cost / wanted[t]),
    wanted.map(() => 1),
  );
  return judge(far <= SCREENING_TOLERANCE, `costs within ${power(far)} of float64's`);
}

async function compareNetwork(name: string, ask: Ask, on: KeptGpu): Promise<Verdict> {
  const { config } = smaller(name);
  const { plan, cost } = await ask(config, { backend: "gpu" });
  const weights = plan.weights as unknown as number[][];
  const problem = createProblem(config);
  const again = weights.map((decision, t) => rolloutCosts(problem, t, weights)([decision])[0]);
  if (distance(cost, again) !== 0)
    return judge(false, `costs are ${cost.join(", ")}, not ${again.join(", ")}`);
  const device = (await createBatchCosts(problem, { required: true, gpu: on }))!;
  try {
    const onDevice = [...cost];
    for (let t = weights.length - 1; t >= 0; t--)
      [onDevice[t]] = await device.costs(t, weights, [weights[t]]);
    return compareScreening(onDevice, cost);
  } finally {
    device.destroy();
  }
}

export const backendChecks: readonly Check[] = Object.keys(presets).map((name): Check => {
  const { config, said } = smaller(name);
  const network = config.game === "mlp";
  return {
    subject: name,
    compared: network ? `gpu's costs of its plan with float64's${said}` : `gpu with the cpu${said}`,
    gpu: true,
    run: async (ask, on) =>
      network
        ? compareNetwork(name, ask, on)
        : compareToTheBit(await ask(config, { backend: "gpu" }), await ask(config, { backend: "cpu" })),
  };
});

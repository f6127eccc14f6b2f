// Compares implementations: every solver with the outputs of the post's code (../reference.json), and every preset on
// the GPU with the CPU. Certified plans must be equal to the bit; for plans found by a search, the device's costs must
// equal float64's within float32's precision.

import { rolloutCosts } from "../../cpu/rollout.ts";
import { createBatchCosts } from "../../gpu/batch.ts";
import type { KeptGpu } from "../../gpu/kept.ts";
import { type Axis, type Config, presets, type Result } from "../../index.ts";
import { createProblem } from "../../model/problem.ts";
import reference from "../reference.json" with { type: "json" };
import {
  type Ask,
  type Check,
  differenceOf,
  distance,
  judge,
  power,
  smallPreset,
  type Verdict,
} from "./comparison.ts";

/** A plan and its trajectory from the post's code. */
export interface Reference {
  name: string;
  learningRates: number[];
  theta: Axis;
  coefficient: Axis;
  initialTheta: number;
  /** shape [T] */
  plan: number[];
  /** shape [T + 1] */
  thetas: number[];
}

/** the largest allowed difference of a trajectory from the reference */
const TRAJECTORY_TOLERANCE = 1e-14;
/** twice the rounding error of an addition in float32 */
const FLOAT32_TOLERANCE = 2 ** -22;

const SOLVERS = [
  { backend: "cpu", method: "rollout" },
  { backend: "cpu", method: "moments" },
  { backend: "gpu", method: "rollout" },
  { backend: "gpu", method: "moments" },
] as const;

/** The configuration of a reference. */
export function configOf({ learningRates, theta, coefficient, initialTheta }: Reference): Config {
  return {
    game: "linear",
    schedule: { learningRates },
    theta,
    coefficient,
    initial: { theta: initialTheta },
  };
}

/** Compares a plan to the bit and a trajectory to 10⁻¹⁴. */
export function compareWithReference(
  { plan, trajectory }: Pick<Result, "plan" | "trajectory">,
  wanted: Reference,
): Verdict {
  const difference = differenceOf("coefficient", plan.coefficient, wanted.plan);
  if (difference) return judge(false, difference);
  const far = distance(wanted.thetas, trajectory.theta);
  return judge(far <= TRAJECTORY_TOLERANCE, `plan equal to the bit, θ within ${power(far)}`);
}

/** Counts the GPU's float32 decisions that equal the oracle's, and checks that costs differ only by rounding. */
export function compareFloat32(
  own: Pick<Result, "plan" | "cost">,
  oracle: Pick<Result, "plan" | "cost">,
): Verdict {
  const { length } = oracle.cost;
  const equal = oracle.plan.coefficient.filter((a, t) => a === own.plan.coefficient[t]).length;
  const scale = Math.max(...oracle.cost.map(Math.abs), Number.MIN_VALUE);
  const far = distance(oracle.cost, own.cost);
  return judge(
    equal === length || far <= length * FLOAT32_TOLERANCE * scale,
    `${equal} of ${length} decisions equal, costs within ${power(far / scale)} of the largest`,
  );
}

export const referenceChecks: readonly Check[] = (reference as Reference[]).flatMap((wanted): Check[] => [
  ...SOLVERS.map((solver) => ({
    subject: wanted.name,
    compared: `${solver.backend} ${solver.method} with the post's code`,
    gpu: solver.backend === "gpu",
    run: async (ask: Parameters<Check["run"]>[0]) =>
      compareWithReference(await ask(configOf(wanted), solver), wanted),
  })),
  {
    subject: wanted.name,
    compared: "gpu rollout in f32 with the cpu",
    gpu: true,
    run: async (ask) =>
      compareFloat32(
        await ask(configOf(wanted), { backend: "gpu", method: "rollout", precision: "f32" }),
        await ask(configOf(wanted), { backend: "cpu" }),
      ),
  },
]);

/** the largest allowed difference in float32 of the square root of a network's cost, which is an error of its output */
const SCREENING_TOLERANCE = 1e-4;

/** Compares plans, costs and margins to the bit. */
export function compareToTheBit(
  got: Pick<Result, "plan" | "cost" | "margin">,
  wanted: Pick<Result, "plan" | "cost" | "margin">,
): Verdict {
  for (const [name, list] of Object.entries({ ...wanted.plan, cost: wanted.cost, margin: wanted.margin })) {
    const values: Record<string, readonly (number | null)[]> = {
      ...got.plan,
      cost: got.cost,
      margin: got.margin,
    };
    const difference = differenceOf(name, values[name] ?? [], list);
    if (difference) return judge(false, difference);
  }
  return judge(true, "plan, costs and margins equal to the bit");
}

/** Compares the device's costs of networks with float64's. */
export function compareScreening(onDevice: readonly number[], wanted: readonly number[]): Verdict {
  const far = distance(onDevice.map(Math.sqrt), wanted.map(Math.sqrt));
  return judge(far <= SCREENING_TOLERANCE, `square roots of the costs within ${power(far)} of float64's`);
}

async function compareNetwork(name: string, ask: Ask, on: KeptGpu): Promise<Verdict> {
  const { config } = smallPreset(name);
  const { plan, cost } = await ask(config, { backend: "gpu" });
  const weights = plan.weights as unknown as number[][];
  const problem = createProblem(config);
  const again = weights.map((decision, t) => rolloutCosts(problem, t, weights)([decision])[0]);
  if (distance(cost, again) !== 0)
    return judge(false, `costs are ${cost.join(", ")}, not ${again.join(", ")}`);
  const device = (await createBatchCosts(problem, { capacity: 1, required: true, gpu: on }))!;
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
  const { config, said } = smallPreset(name);
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

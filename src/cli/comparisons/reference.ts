// The outputs of the post's own code, see ../reference.json: every way of solving must give the same.

import type { Axis, Config, Result } from "../../index.ts";
import reference from "../reference.json" with { type: "json" };
import { type Check, distance, judge, power, type Verdict } from "./comparison.ts";

/** A plan and its goals as the post's code has them. */
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

/** how far a trajectory may be from the reference */
const TRAJECTORY_TOLERANCE = 1e-14;
/** the roundings of one addition in float32, twice over */
const FLOAT32_TOLERANCE = 2 ** -22;

const WAYS = [
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

/** A plan to the last bit and a trajectory to 10⁻¹⁴. */
export function compareWithReference(
  { plan, trajectory }: Pick<Result, "plan" | "trajectory">,
  wanted: Reference,
): Verdict {
  const different = wanted.plan.findIndex((a, t) => !Object.is(a, plan.coefficient[t]));
  if (different >= 0 || plan.coefficient.length !== wanted.plan.length)
    return judge(
      false,
      `coefficient of episode ${different} is ${plan.coefficient[different]}, not ${wanted.plan[different]}`,
    );
  const far = distance(wanted.thetas, trajectory.theta);
  return judge(far <= TRAJECTORY_TOLERANCE, `plan equal to the bit, θ within ${power(far)}`);
}

/** How many of the GPU's own decisions are the oracle's, and whether the costs differ by more than float32 must. */
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
  ...WAYS.map((way) => ({
    subject: wanted.name,
    compared: `${way.backend} ${way.method} with the post's code`,
    gpu: way.backend === "gpu",
    run: async (ask: Parameters<Check["run"]>[0]) =>
      compareWithReference(await ask(configOf(wanted), way), wanted),
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

// What `validate` compares. Reference outputs are those of the post's own code, see reference.json.

import { type Axis, type Config, presets, type Result, type SolveOptions, solve } from "../index.ts";
import { short } from "../report/schedule.ts";
import reference from "./reference.json" with { type: "json" };

/** One row of the table. */
export interface Comparison {
  /** what was solved */
  subject: string;
  /** what was held against what */
  compared: string;
  verdict: "agree" | "differ" | "not run";
  detail: string;
}

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

const NO_ADAPTER = { verdict: "not run", detail: "no adapter" } as const;

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

function judge(agrees: boolean, detail: string): Pick<Comparison, "verdict" | "detail"> {
  return { verdict: agrees ? "agree" : "differ", detail };
}

/** A small number by its power of ten: `4e-16`. */
function power(x: number): string {
  return x === 0 ? "0" : x.toExponential(0);
}

function distance(a: readonly number[], b: readonly number[]): number {
  return a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);
}

/** A plan to the last bit and a trajectory to 10⁻¹⁴. */
export function compareWithReference(
  { plan, trajectory }: Pick<Result, "plan" | "trajectory">,
  wanted: Reference,
) {
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
export function compareFloat32(own: Pick<Result, "plan" | "cost">, oracle: Pick<Result, "plan" | "cost">) {
  const { length } = oracle.cost;
  const equal = oracle.plan.coefficient.filter((a, t) => a === own.plan.coefficient[t]).length;
  const scale = Math.max(...oracle.cost.map(Math.abs), Number.MIN_VALUE);
  const far = distance(oracle.cost, own.cost);
  return judge(
    equal === length || far <= length * FLOAT32_TOLERANCE * scale,
    `${equal} of ${length} decisions equal, costs within ${power(far / scale)} of the largest`,
  );
}

/** The post's three claims about its two experiments. */
export function compareWithPost(first: Result, second: Result): Comparison[] {
  const claim = (subject: string, said: string, digits: number, value: number) => ({
    subject,
    compared: `the post: ${said}`,
    ...judge(value.toFixed(digits) === said.split(" = ")[1], `it is ${short(value)}`),
  });
  return [
    claim("experiment-1", "first coefficient = 0.03", 2, first.plan.coefficient[0]),
    claim("experiment-2", "first coefficient = 0.05", 2, second.plan.coefficient[0]),
    claim("experiment-2", "θ at the last episode = 0.08", 2, second.trajectory.theta.at(-2)!),
  ];
}

/** Whether ever finer grids come ever nearer to the closed form. */
export function compareWithExact(
  exact: readonly number[],
  grids: readonly { count: number; plan: number[] }[],
) {
  let before = Number.POSITIVE_INFINITY;
  return grids.map(({ count, plan }) => {
    const far = distance(exact, plan);
    const step = 4 / (count - 1);
    const row = {
      compared: `exact with ${count} candidates`,
      ...judge(
        far < before && far <= step,
        `coefficients within ${short(far)}, ${short(far / step)} of a step of ${short(step)}`,
      ),
    };
    before = far;
    return row;
  });
}

/** Every comparison in turn, with the share of the work done. @param adapter whether there is one */
export async function* compareAll(
  adapter: boolean,
  signal?: AbortSignal,
): AsyncGenerator<{ row: Comparison; share: number }> {
  const ask = (config: Config, options: SolveOptions) =>
    solve(config, { ...options, ...(signal && { signal }) });
  const cases = reference as Reference[];
  const experiments = ["experiment-1", "experiment-2"];
  const total = cases.length * (WAYS.length + 1) + 3 + experiments.length * 3;
  let done = 0;
  const tell = (row: Comparison) => ({ row, share: ++done / total });

  for (const wanted of cases) {
    for (const way of WAYS) {
      const verdict =
        way.backend === "gpu" && !adapter
          ? NO_ADAPTER
          : compareWithReference(await ask(configOf(wanted), way), wanted);
      yield tell({
        subject: wanted.name,
        compared: `${way.backend} ${way.method} with the post's code`,
        ...verdict,
      });
    }
    const verdict = adapter
      ? compareFloat32(
          await ask(configOf(wanted), { backend: "gpu", method: "rollout", precision: "f32" }),
          await ask(configOf(wanted), { backend: "cpu" }),
        )
      : NO_ADAPTER;
    yield tell({ subject: wanted.name, compared: "gpu rollout in f32 with the cpu", ...verdict });
  }

  const [first, second] = await Promise.all(
    experiments.map((name) => ask(presets[name].config, { backend: "cpu" })),
  );
  for (const row of compareWithPost(first, second)) yield tell(row);

  for (const subject of experiments) {
    const { config } = presets[subject];
    const exact = await ask(config, { backend: "cpu", method: "exact" });
    const grids = [];
    for (const count of [401, 4001, 40001]) {
      const { plan } = await ask({ ...config, coefficient: { count } }, { backend: "cpu" });
      grids.push({ count, plan: plan.coefficient });
    }
    for (const row of compareWithExact(exact.plan.coefficient, grids)) yield tell({ subject, ...row });
  }
}

// The post's two experiments, compared with the post's claims and with the closed form.

import { presets, type Result } from "../../index.ts";
import { short } from "../../report/wording.ts";
import { type Check, distance, judge, type Verdict } from "./comparison.ts";

const cpu = { backend: "cpu" } as const;

/** A claim of the post, compared to the given number of digits. */
function claim(subject: string, said: string, digits: number, read: (result: Result) => number): Check {
  return {
    subject,
    compared: `the post: ${said}`,
    async run(ask) {
      const value = read(await ask(presets[subject].config, cpu));
      return judge(value.toFixed(digits) === said.split(" = ")[1], `it is ${short(value)}`);
    },
  };
}

/** A plan on a grid of `count` candidates over an interval of length 4. */
interface OnGrid {
  readonly count: number;
  readonly plan: readonly number[];
}

/** Whether a plan is within one grid step of the closed form, and closer to it than the plan of a coarser grid. */
export function compareWithExact(
  exact: readonly number[],
  { count, plan }: OnGrid,
  coarser?: OnGrid,
): Verdict {
  const far = distance(exact, plan);
  const step = 4 / (count - 1);
  return judge(
    far <= step && (!coarser || far < distance(exact, coarser.plan)),
    `coefficients within ${short(far)}, ${short(far / step)} of a step of ${short(step)}`,
  );
}

const exactChecks = ["experiment-1", "experiment-2"].flatMap((subject) =>
  [401, 4001, 40001].map(
    (count, i): Check => ({
      subject,
      compared: `exact with ${count} candidates`,
      async run(ask) {
        const { config } = presets[subject];
        const exact = await ask(config, { ...cpu, method: "exact" });
        const onGrid = async (count: number): Promise<OnGrid> => {
          const { plan } = await ask({ ...config, coefficient: { count } }, cpu);
          return { count, plan: plan.coefficient };
        };
        const coarser = i === 0 ? undefined : await onGrid((count - 1) / 10 + 1);
        return compareWithExact(exact.plan.coefficient, await onGrid(count), coarser);
      },
    }),
  ),
);

export const experimentChecks: readonly Check[] = [
  claim("experiment-1", "first coefficient = 0.03", 2, ({ plan }) => plan.coefficient[0]),
  claim("experiment-2", "first coefficient = 0.05", 2, ({ plan }) => plan.coefficient[0]),
  claim("experiment-2", "θ at the last episode = 0.08", 2, ({ trajectory }) => trajectory.theta.at(-2)!),
  ...exactChecks,
];

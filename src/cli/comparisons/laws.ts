// Compares results with what must hold in theory: expected costs equal the mean of 100,000 random runs, games equal the
// linear game if their additions are switched off, and an infinite horizon equals a long one.

import { type Config, presets, type RandomRuns, type Result, simulateRuns } from "../../index.ts";
import { short } from "../../report/wording.ts";
import { type Check, differenceOf, distance, judge, power, smallPreset, type Verdict } from "./comparison.ts";

const cpu = { backend: "cpu" } as const;

const RUNS = 100_000;
/** the largest allowed error, in standard errors; about one seed in 16,000 exceeds it, and the seed is fixed */
const SIGMAS = 4;

/** Whether a cost lies within the confidence interval of random runs. */
export function compareWithRuns(cost: number, { runs, mean, standardError }: RandomRuns): Verdict {
  const errors = Math.abs(mean - cost) / standardError;
  return judge(
    errors <= SIGMAS,
    `${short(cost)}, and ${short(mean)} ± ${short(standardError)} in ${runs} runs: ${short(Number(errors.toPrecision(2)))} standard errors`,
  );
}

/** the expected costs that are compared with random runs */
const CASES = [
  { name: "uncertain-deployment", episode: 0 },
  { name: "uncertain-deployment", episode: 20 },
  { name: "learned-discount", episode: 0 },
  { name: "mlp", episode: 0 },
];

const chanceChecks = CASES.map(({ name, episode }): Check => {
  const { config, said } = smallPreset(name);
  return {
    subject: name,
    compared: `expected cost at episode ${episode} with random runs${said}`,
    async run(ask) {
      const { plan, cost } = await ask(config, { backend: "cpu" });
      // of a goal of 0 no measures are estimated; the states of the runs are drawn, whatever the initial goal is
      const runs = simulateRuns({ ...config, initial: { theta: 0 } } as Config, plan, {
        runs: RUNS,
        episode,
      });
      return compareWithRuns(cost[episode], runs);
    },
  };
});

/** the relative rounding error between sums of the same terms in different orders */
const ROUNDING = 1e-12;
/** episodes added to a finite horizon, and the relative cost that later ones may have */
const LONG = 400;
const FORGOTTEN = 1e-8;

/** Compares a plan to the bit, and costs relative to the largest. */
export function comparePlan(
  { plan, cost }: { plan: readonly number[]; cost: readonly number[] },
  wanted: { plan: readonly number[]; cost: readonly number[] },
  tolerance: number,
): Verdict {
  const difference = differenceOf("coefficient", plan, wanted.plan);
  if (difference) return judge(false, difference);
  const far = distance(cost, wanted.cost) / Math.max(...wanted.cost, Number.MIN_VALUE);
  return judge(far <= tolerance, `plan equal to the bit, costs within ${power(far)} of the largest`);
}

const only = (x: number) => ({ min: x, max: x, count: 1 });
const { schedule } = presets["experiment-1"].config;
const coefficient = { min: -2, max: 2, count: 401 };

interface Reduction {
  subject: string;
  said: string;
  config: Config;
  /** the name of the plan's numbers that must equal linear's coefficients */
  name: string;
  linear: Config;
}

const REDUCTIONS: Reduction[] = [
  {
    subject: "learned-discount",
    said: "one γ that the output ignores is linear",
    config: {
      game: "learned-discount",
      schedule: schedule!,
      base: coefficient,
      perDiscount: only(0),
      discount: only(0.9),
      initial: { discount: 0.9 },
    },
    name: "base",
    linear: presets.discounted.config,
  },
  {
    subject: "misconception",
    said: "a right belief that stays is linear",
    config: {
      game: "misconception",
      schedule: schedule!,
      belief: only(0),
      beliefLearningRateScale: 0,
      initial: { belief: 0 },
    },
    name: "coefficient",
    linear: presets["experiment-1"].config,
  },
  ...["ifTrainingSignal", "ifDeploymentSignal"].map((name) => ({
    subject: "uncertain-deployment",
    said: `hazard 0 is experiment-2, ${name}`,
    config: { ...presets["uncertain-deployment"].config, hazard: 0 },
    name,
    linear: presets["experiment-2"].config,
  })),
];

/** The coefficients of the first episodes, and the cost of the first. */
const beginning = ({ plan, cost }: Result, episodes: number) => ({
  plan: plan.coefficient.slice(0, episodes),
  cost: cost.slice(0, 1),
});

export const lawChecks: readonly Check[] = [
  ...chanceChecks,
  ...REDUCTIONS.map(
    ({ subject, said, config, name, linear }): Check => ({
      subject,
      compared: said,
      async run(ask) {
        const [{ plan, cost }, wanted] = [await ask(config, cpu), await ask(linear, cpu)];
        return comparePlan(
          { plan: plan[name], cost },
          { plan: wanted.plan.coefficient, cost: wanted.cost },
          ROUNDING,
        );
      },
    }),
  ),
  {
    subject: "infinite-horizon",
    compared: `infinite horizon with ${LONG} episodes more`,
    async run(ask) {
      const { config } = presets["infinite-horizon"];
      const endless = await ask(config, cpu);
      const episodes = endless.cost.length;
      const training = episodes + LONG;
      const long = await ask(
        { ...config, horizon: "finite", schedule: { training, deployment: 0, learningRate: 1 } },
        cpu,
      );
      return comparePlan(beginning(endless, episodes), beginning(long, episodes), FORGOTTEN);
    },
  },
  {
    subject: "infinite-horizon",
    compared: "the equilibrium with all candidates and with longer finite horizons",
    async run(ask) {
      const { stationary } = await ask(presets["infinite-horizon"].config, cpu);
      const { equilibria, complete, finiteHorizon } = stationary!;
      const [{ gap, multiplier }] = equilibria;
      return judge(
        equilibria.length === 1 && complete && gap === 0 && finiteHorizon.outcome === "limit",
        `the only one, gap ${gap}, multiplier ${short(multiplier)}, ${finiteHorizon.outcome} of finite horizons`,
      );
    },
  },
];

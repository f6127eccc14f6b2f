// What agents expect against what 100,000 random runs of their plan cost: where the phase is hidden, and where the state
// alone is left to chance.

import { type RandomRuns, simulateRuns } from "../../index.ts";
import { short } from "../../report/wording.ts";
import { type Check, judge, type Verdict } from "./comparison.ts";
import { smaller } from "./smaller.ts";

const RUNS = 100_000;
/** how many standard errors the mean may be off: one seed in 16,000 is, and the seed is fixed */
const SIGMAS = 4;

/** Whether a cost lies within the interval that random runs give. */
export function compareWithRuns(cost: number, { runs, mean, standardError }: RandomRuns): Verdict {
  const errors = Math.abs(mean - cost) / standardError;
  return judge(
    errors <= SIGMAS,
    `${short(cost)}, and ${short(mean)} ± ${short(standardError)} in ${runs} runs: ${short(Number(errors.toPrecision(2)))} standard errors`,
  );
}

const CASES = [
  { name: "uncertain-deployment", episode: 0 },
  { name: "uncertain-deployment", episode: 20 },
  { name: "learned-discount", episode: 0 },
  { name: "mlp", episode: 0 },
];

export const chanceChecks: readonly Check[] = CASES.map(({ name, episode }) => {
  const { config, said } = smaller(name);
  return {
    subject: name,
    compared: `expected cost at episode ${episode} with random runs${said}`,
    async run(ask) {
      const { plan, cost } = await ask(config, { backend: "cpu" });
      return compareWithRuns(cost[episode], simulateRuns(config, plan, { runs: RUNS, episode }));
    },
  };
});

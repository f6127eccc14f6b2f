// Measures in what share of a box of settings each sentence at the top of docs/findings.md holds:
//
//     npm run bench:claims [claim]...
//
// The settings of a box are quasi-random (Halton's sequence, shifted at random by a seed), so that they fill it evenly.
// The result is written to bench/results/claims.json, and docs/findings.md shows the shares. A result includes its box,
// because another box would give another share.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { type Config, type Result, solve } from "../src/index.ts";
import { Random } from "../src/search/random.ts";

/**
 * An interval of a setting. With `log`, the logarithm is uniform; with `whole`, values are whole numbers. An interval of
 * one value says what was not varied; it stands last in its box, so that it does not change the other settings.
 */
interface Interval {
  readonly from: number;
  readonly to: number;
  readonly scale?: "log" | "whole";
}

/** One sentence in exact form. */
interface Claim {
  /** the section of docs/findings.md, as in its link */
  readonly section: string;
  /** the claim in words */
  readonly claim: string;
  readonly box: Readonly<Record<string, Interval>>;
  readonly settings: number;
  /** whether the claim holds */
  holds(at: Readonly<Record<string, number>>): Promise<boolean>;
}

/** The result of testing a claim. */
export interface TestedClaim extends Pick<Claim, "section" | "claim" | "box" | "settings"> {
  readonly holds: number;
  /** some settings for which it does not hold */
  readonly fails: readonly Readonly<Record<string, number>>[];
}

const SEED = 1;
/** the maximum number of settings that are kept for which a claim fails */
const KEPT = 5;
const PRIMES = [2, 3, 5, 7, 11, 13, 17];

/** The radical inverse of an index in a base: its digits mirrored at the point. */
function mirrored(index: number, base: number): number {
  let [value, unit] = [0, 1 / base];
  for (let rest = index; rest > 0; rest = Math.floor(rest / base), unit /= base)
    value += (rest % base) * unit;
  return value;
}

/** Settings that fill a box evenly. */
function* settingsOf(box: Claim["box"], count: number): Generator<Record<string, number>> {
  const random = Random.seeded(SEED);
  const shifts = Object.keys(box).map(() => random.uniform());
  for (let index = 1; index <= count; index++)
    yield Object.fromEntries(
      Object.entries(box).map(([key, { from, to, scale }], d) => {
        const share = (mirrored(index, PRIMES[d]) + shifts[d]) % 1;
        if (scale === "log") return [key, from * (to / from) ** share];
        if (scale === "whole") return [key, from + Math.floor(share * (to - from + 1))];
        return [key, from + share * (to - from)];
      }),
    );
}

const cpu = { backend: "cpu", threads: 1 } as const;
const exact = (config: Omit<Config, "game">) =>
  solve({ ...config, game: "linear" } as Config, { ...cpu, method: "exact" });
const first = ({ plan }: Result) => plan.coefficient[0];
type Measured = Pick<Result, "measures">;
const deception = ({ measures }: Measured) => measures.deception ?? Number.NaN;
const retention = ({ measures }: Measured) => measures.retention ?? Number.NaN;
const compliance = ({ measures }: Measured) => measures.compliance ?? Number.NaN;

/** the intervals of all schedules */
const SCHEDULE = {
  learningRate: { from: 0.1, to: 1 },
  training: { from: 5, to: 40, scale: "whole" },
  deployment: { from: 20, to: 100, scale: "whole" },
} as const;
const scheduleOf = ({ learningRate, training, deployment }: Readonly<Record<string, number>>) => ({
  learningRate,
  training,
  deployment,
});

/** no discount */
const PATIENT = { discount: { from: 1, to: 1 } } as const;

/** the retention expected over the length of training, and the cost, of agents whose signal may be wrong */
async function doubting(at: Readonly<Record<string, number>>, memory = false) {
  const { learningRate, episodes, ...chances } = at;
  const { measuresOverHazard, cost } = await solve(
    { ...chances, game: "uncertain-deployment", schedule: { episodes, learningRate }, memory } as Config,
    { ...cpu, method: "exact" },
  );
  return { kept: measuresOverHazard!.retention!, cost: cost[0] };
}

const claims: readonly Claim[] = [
  {
    section: "a-discount",
    claim:
      "agents that discount show more of their goal in each episode of training, keep less of it and are less deceptive than agents that do not",
    box: {
      learningRate: { from: 0.01, to: 1, scale: "log" },
      training: { from: 1, to: 100, scale: "whole" },
      deployment: { from: 1, to: 200, scale: "whole" },
      discount: { from: 0.05, to: 0.99 },
    },
    settings: 2000,
    async holds(at) {
      const schedule = scheduleOf(at);
      const [patient, discounting] = [
        await exact({ schedule }),
        await exact({ schedule, discount: at.discount }),
      ];
      const [hidden, shown] = [patient, discounting].map(({ plan }) =>
        plan.coefficient.slice(0, at.training),
      );
      return (
        shown.every((coefficient, t) => coefficient > hidden[t]) &&
        Math.abs(retention(discounting)) < retention(patient) &&
        deception(discounting) < deception(patient)
      );
    },
  },
  {
    section: "a-learned-discount",
    claim:
      "the discount factor falls in no episode and ends above where it began (fullStep is 2η(1 + λ), what a step takes from an agent that shows its whole goal)",
    box: {
      fullStep: { from: 0.05, to: 1 },
      regularization: { from: 0, to: 0.3 },
      training: { from: 5, to: 25, scale: "whole" },
      deployment: { from: 5, to: 30, scale: "whole" },
      discountLearningRateScale: { from: 0.1, to: 4 },
      initialDiscount: { from: 0.05, to: 0.95 },
    },
    settings: 1000,
    async holds({ fullStep, initialDiscount, regularization, discountLearningRateScale, ...lengths }) {
      const result = await solve(
        {
          game: "learned-discount",
          schedule: { ...lengths, learningRate: fullStep / (2 * (1 + regularization)) },
          regularization,
          discountLearningRateScale,
          initial: { discount: initialDiscount },
          // the preset's grid: a goal and its negative cost the same, and the goal 0 costs nothing
          theta: { min: 0.2, max: 1, count: 5 },
        } as unknown as Config,
        cpu,
      );
      const { discount } = result.trajectory;
      return (
        discount.slice(1).every((value, t) => value >= discount[t]) && discount.at(-1)! > initialDiscount
      );
    },
  },
  {
    section: "a-misconception",
    claim:
      "more than half of the goal is kept; with a false belief of the goal's sign, the belief falls below half of its start (it may pass the truth), and agents that start with the true belief keep at least as much, to within 0.001; with a false belief of the other sign, agents that start with the true belief keep at most as much, to within 0.001",
    box: {
      learningRate: { from: 0.1, to: 1 },
      training: { from: 10, to: 40, scale: "whole" },
      deployment: { from: 20, to: 60, scale: "whole" },
      beliefLearningRateScale: { from: 0.25, to: 1 },
      belief: { from: -0.8, to: 0.8 },
      ...PATIENT,
    },
    settings: 2000,
    async holds(at) {
      const [wrong, right] = await Promise.all(
        [at.belief, 0].map((belief) =>
          solve(
            {
              game: "misconception",
              schedule: scheduleOf(at),
              beliefLearningRateScale: at.beliefLearningRateScale,
              initial: { belief },
            },
            { ...cpu, method: "exact" },
          ),
        ),
      );
      const gained = retention(wrong) - retention(right);
      const isKept = retention(wrong) > 0.5;
      if (at.belief < 0) return isKept && gained >= -0.001;
      return isKept && gained <= 0.001 && wrong.trajectory.belief[at.training] < at.belief / 2;
    },
  },
  {
    section: "a-neural-network",
    claim:
      "networks keep more of the goal than linear agents, comply less, and cost less than half as much on the goals of their grid",
    box: {
      learningRate: { from: 0.2, to: 1 },
      training: { from: 2, to: 4, scale: "whole" },
      deployment: { from: 2, to: 8, scale: "whole" },
      theta: { from: 0.2, to: 1 },
      ...PATIENT,
    },
    settings: 200,
    async holds(at) {
      const schedule = scheduleOf(at);
      const initial = { theta: at.theta };
      const theta = { count: 41 };
      const search = { starts: 4, evaluations: 400 };
      const network = await solve(
        { game: "mlp", layers: [1, 4, 4, 1], schedule, initial, theta, search },
        cpu,
      );
      const linear = await exact({ schedule, initial, theta });
      return (
        retention(network) > retention(linear) &&
        compliance(network) < compliance(linear) &&
        network.cost[0] < linear.cost[0] / 2
      );
    },
  },
  {
    section: "uncertain-deployment",
    claim:
      "over the hazard, agents whose signal may be wrong keep less than agents whose signal is never wrong",
    box: {
      learningRate: { from: 0.01, to: 1, scale: "log" },
      episodes: { from: 20, to: 300, scale: "whole" },
      hazard: { from: 0.002, to: 0.5, scale: "log" },
      signalError: { from: 0.01, to: 0.5 },
      discount: { from: 0.5, to: 1 },
    },
    settings: 2000,
    async holds(at) {
      return (await doubting(at)).kept < (await doubting({ ...at, signalError: 0 })).kept;
    },
  },
  {
    section: "agents-who-remember",
    claim:
      "over the hazard, agents who remember keep more than agents who do not, keep at least 0.9 times as much as agents whose signal is never wrong, and have a lower cost",
    box: {
      learningRate: { from: 0.05, to: 1, scale: "log" },
      episodes: { from: 20, to: 150, scale: "whole" },
      hazard: { from: 0.002, to: 0.5, scale: "log" },
      signalError: { from: 0.01, to: 0.3 },
      ...PATIENT,
    },
    settings: 500,
    async holds(at) {
      const [without, remembering, knowing] = [
        await doubting(at),
        await doubting(at, true),
        await doubting({ ...at, signalError: 0 }),
      ];
      return (
        remembering.kept > without.kept &&
        remembering.kept > 0.9 * knowing.kept &&
        remembering.cost < without.cost
      );
    },
  },
  {
    section: "an-infinite-horizon",
    claim: "there is one stationary equilibrium, and in it each episode takes at most 1 − γ of the goal",
    box: { learningRate: { from: 0.01, to: 1, scale: "log" }, discount: { from: 0.5, to: 0.999 } },
    settings: 2000,
    async holds({ learningRate, discount }) {
      const { stationary, trajectory } = await exact({
        schedule: { training: 1, deployment: 0, learningRate },
        horizon: "infinite",
        discount,
      });
      const lost = 1 - trajectory.theta[1] / trajectory.theta[0];
      return stationary!.equilibria.length === 1 && lost > 0 && lost <= 1 - discount;
    },
  },
  {
    section: "training-then-deployment-for-ever",
    claim: "of two discounts, the one closer to 1 gives more deception",
    box: {
      learningRate: { from: 0.01, to: 1, scale: "log" },
      training: { from: 1, to: 60, scale: "whole" },
      discount: { from: 0.2, to: 0.999 },
      otherDiscount: { from: 0.2, to: 0.999 },
    },
    settings: 2000,
    async holds({ learningRate, training, discount, otherDiscount }) {
      const at = (discount: number) =>
        exact({ schedule: { learningRate, training, deployment: 1 }, horizon: "infinite", discount });
      const [less, more] = [discount, otherDiscount].sort((a, b) => a - b);
      return deception(await at(more)) > deception(await at(less));
    },
  },
  {
    section: "a-regularizer",
    claim:
      "a weak regularizer lowers the first coefficient and retention; a strong one, which alone takes at least 95 % of the goal (strongPull is 2ηλT, with T episodes of training), raises the coefficient above that without any",
    box: {
      ...SCHEDULE,
      weak: { from: 0.0001, to: 0.01, scale: "log" },
      strongPull: { from: 3, to: 4.5 },
      ...PATIENT,
    },
    settings: 2000,
    async holds(at) {
      const schedule = scheduleOf(at);
      const [none, weak, strong] = [
        await exact({ schedule }),
        await exact({ schedule, regularization: at.weak }),
        await exact({
          schedule,
          regularization: at.strongPull / (2 * at.learningRate * at.training),
        }),
      ];
      return (
        first(weak) < first(none) &&
        first(strong) > first(none) &&
        retention(weak) < retention(none) &&
        retention(strong) < 0.05
      );
    },
  },
];

async function tested({ section, claim, box, settings, holds }: Claim): Promise<TestedClaim> {
  let held = 0;
  const fails: Record<string, number>[] = [];
  for (const at of settingsOf(box, settings)) {
    if (await holds(at)) held++;
    else if (fails.length < KEPT) fails.push(at);
  }
  return { section, claim, box, settings, holds: held, fails };
}

/** the file of results */
const FILE = "bench/results/claims.json";

/** Tests the named claims, or all, and replaces their results in the file. */
async function main(asked: readonly string[]): Promise<void> {
  const unknown = asked.filter((name) => !claims.some(({ section }) => section === name));
  if (unknown.length > 0)
    throw new Error(
      `unknown claim ${unknown[0]}; the claims are ${claims.map(({ section }) => section).join(", ")}`,
    );
  const before: { claims: TestedClaim[] } = await readFile(FILE, "utf8").then(JSON.parse, () => ({
    claims: [],
  }));
  const known = new Map(before.claims.map((claim) => [claim.section, claim]));
  for (const claim of claims.filter(({ section }) => asked.length === 0 || asked.includes(section))) {
    const started = performance.now();
    const result = await tested(claim);
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    console.log(`${claim.section}: ${result.holds} of ${result.settings}, ${seconds} s`);
    for (const at of result.fails) console.log(`  not at ${JSON.stringify(at)}`);
    known.set(claim.section, result);
    const facts = {
      date: new Date().toISOString().slice(0, 10),
      command: "npm run bench:claims",
      seed: SEED,
    };
    const results = claims.flatMap(({ section }) => known.get(section) ?? []);
    await mkdir("bench/results", { recursive: true });
    await writeFile(
      FILE,
      `${JSON.stringify({ ...facts, version: __VERSION__, claims: results }, null, 1)}
`,
    );
  }
}

await main(process.argv.slice(2));

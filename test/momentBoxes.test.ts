// Boxes of candidates by moments: their bounds hold, and screening with them keeps the same candidates as without.
import fc from "fast-check";
import { expect, test } from "vitest";
import { MANY_CANDIDATES } from "../src/cpu/boxes.ts";
import { createDecider } from "../src/cpu/decider.ts";
import { createMomentBoxes } from "../src/cpu/momentBoxes.ts";
import { screen } from "../src/cpu/oracle.ts";
import { type Config, solve } from "../src/index.ts";
import { Future } from "../src/model/moments.ts";
import { createProblem, type Problem } from "../src/model/problem.ts";
import { exact, isWithin } from "./exactly.ts";
import { momentum } from "./games/momentum.ts";
import { twoGoals } from "./games/twoGoals.ts";

const schedule = { learningRates: [1, 0.4, 0.7, 0.2, 0, 0] };
const fine = { min: -2, max: 2, count: 12_001 };
const configs: Record<string, Config> = {
  linear: { game: "linear", coefficient: fine, schedule, discount: 0.9, regularization: 0.1 },
  misconception: { game: "misconception", coefficient: fine, schedule },
  momentum: { game: momentum, coefficient: fine, schedule },
  "uncertain-deployment": { game: "uncertain-deployment", coefficient: fine, hazard: 0.2, signalError: 0.1 },
  "two-goals": { game: twoGoals, schedule, a: { count: 111 }, b: { count: 111 } },
  // where a step's factor is above 2¹²⁰, an enclosure is infinite, and its candidate is kept
  "out of range": {
    game: "linear",
    coefficient: { min: -4e6, max: 4e6, count: 12_001 },
    schedule: { learningRates: [2 ** 80, 2 ** 80, 0.1, 0] },
  },
};

/** A random plan, and a function that gives a random number in [0, 1) at each call. */
function drawn({ candidates: { axes }, hiddenPhase, learningRates }: Problem, seed: number) {
  let state = seed;
  const draw = () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state / 2 ** 31;
  };
  const numbers = axes.length * hiddenPhase.beliefAt[0].length;
  const plan = Array.from(learningRates, () => Array.from({ length: numbers }, () => 3 * draw() - 1.5));
  return { plan, draw };
}

test.each(Object.keys(configs))(
  "bounds of %s hold for each candidate of a box, and are close if it is small",
  (name) => {
    const problem = createProblem(configs[name]);
    const { candidates, hiddenPhase, learningRates } = problem;
    const { axes } = candidates;
    const future = new Future(problem);
    const boxes = createMomentBoxes(problem)!;
    let [finite, infinite] = [0, 0];
    const property = fc.property(
      fc.nat(),
      fc.nat(learningRates.length - 1),
      fc.nat(60),
      (seed, episode, size) => {
        const { plan, draw } = drawn(problem, seed);
        const belief = Math.floor(draw() * hiddenPhase.beliefAt[episode].length);
        const view = future.viewAt(episode, belief, plan);
        const roundings = future.roundings(episode);
        const enclosure = future.enclosures(view, roundings);
        const low = axes.map(({ length }) => Math.floor(draw() * length));
        const high = low.map((place, d) => Math.min(axes[d].length - 1, place + size));
        const middles = axes.map((axis, d) => axis[low[d]] / 2 + axis[high[d]] / 2);
        const reaches = axes.map(
          (axis, d) => Math.max(axis[high[d]] - middles[d], middles[d] - axis[low[d]]) * (1 + 2 ** -50),
        );
        const bound = boxes.under(view, roundings)(Float64Array.from([...middles, ...reaches]));
        for (let i = 0; i < 6; i++) {
          const places = low.map((from, d) => from + Math.floor(draw() * (high[d] - from + 1)));
          const { cost, error } = enclosure(candidates.indexAt(places));
          if (!Number.isFinite(error)) {
            infinite++;
            expect(bound.at(-1)).toBe(Number.POSITIVE_INFINITY);
          }
          if (!bound.every(Number.isFinite)) continue;
          finite++;
          const offsets = places.map((place, d) => exact(axes[d][place]) - exact(middles[d]));
          expect(isWithin(cost - error, bound, offsets)).toBe(true);
          if (size === 0) expect(bound.at(-1)! / (1e-200 + cost)).toBeLessThan(1e-12);
        }
      },
    );
    fc.assert(property, { numRuns: 60 });
    expect(finite).toBeGreaterThan(30);
    expect(infinite > 30).toBe(name === "out of range");
  },
);

test.each(Object.keys(configs))(
  "%s: screening keeps the same candidates with boxes as without",
  async (name) => {
    const problem = createProblem(configs[name]);
    const { candidates, learningRates } = problem;
    expect(candidates.size).toBeGreaterThan(MANY_CANDIDATES);
    const decider = createDecider(problem, { threads: 1 });
    let looked = 0;
    for (let seed = 1; seed <= 4; seed++) {
      const { plan, draw } = drawn(problem, seed);
      const [question] = decider.oracle.questions(Math.floor(draw() * learningRates.length), plan);
      const enclosure = (index: number) => {
        looked++;
        return question.enclosure!(index);
      };
      const kept = await decider.screened({ ...question, enclosure }, {});
      expect(Array.from(kept)).toEqual(
        screen(
          Array.from({ length: candidates.size }, (_, i) => i),
          enclosure,
        ),
      );
    }
    if (name !== "out of range") expect(looked).toBeLessThan(4 * 1.2 * candidates.size);
  },
);

test("a million candidates: the plan is exact's, to half a step", async () => {
  const config = { game: "linear", schedule: { training: 10, deployment: 3 } } as const;
  const { plan } = await solve(
    { ...config, coefficient: { min: 0, max: 1, count: 1_000_001 } },
    { backend: "cpu" },
  );
  const real = await solve(config, { method: "exact" });
  for (const [k, a] of plan.coefficient.entries())
    expect(Math.abs(a - real.plan.coefficient[k])).toBeLessThan(0.6e-6);
});

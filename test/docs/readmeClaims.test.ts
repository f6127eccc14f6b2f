// The library computes what the README claims about its first maps, the experiments and the next steps.
import { expect, test } from "vitest";
import { phasePresets, presets, type Result, simulate, solve } from "../../src/index.ts";
import { claim, readDocument, says } from "./claims.ts";
import { doubting } from "./doubt.ts";

const page = await readDocument("README.md");
const solved = (preset: string, changes: Record<string, unknown> = {}) =>
  solve({ ...presets[preset].config, ...changes }, { backend: "cpu" });
const kept = ({ trajectory: { theta } }: Pick<Result, "trajectory">) => theta.at(-1)! / theta[0];

test("the maps at the top", async () => {
  const { x, y, measures } = phasePresets["hazard-error"].phase;
  claim(page, "262,144 games, each solved by itself", [(x.count as number) * (y.count as number)]);
  expect(measures).toEqual(["deception", "deceptionOverHazard"]);
  const of = async (hazard: number, error: number) => {
    const { config, measures, measuresOverHazard } = await doubting(hazard, error);
    return { config, short: measures.deception!, average: measuresOverHazard!.deception! };
  };
  const { config, ...sure } = await of(0.3, 0);
  claim(page, "On the left training lasts 20 episodes.", [config.initial.deploymentAt!]);
  says(page, "lose their goal, unless the signal is nearly perfect.");
  expect(sure.short).toBeGreaterThan(0.7);
  for (const error of [0.1, 0.3, 0.5]) {
    const doubt = await of(0.3, error);
    expect(doubt.short).toBeLessThan(0.05);
    says(page, "and the cliff is gone, for agents are seldom so wrong.");
    expect(doubt.average).toBeGreaterThan(0.85);
  }
  says(page, "and a signal that errs now and then lowers it by a little more.");
  for (const hazard of [0.01, 0.02, 0.05, 0.1, 0.3]) {
    const [none, some] = [await of(hazard, 0), await of(hazard, 0.1)];
    expect(some.average).toBeLessThan(none.average);
    expect(none.average - some.average).toBeLessThan(0.15);
  }
  expect((await of(0.002, 0)).average).toBeLessThan(0.25);
});

test("the first experiment", async () => {
  const { plan, trajectory } = await solved("experiment-1");
  claim(page, "the goal θ (circles) is 0.8 and hardly moves", [trajectory.theta[0]]);
  claim(page, "its coefficient in training is 0.03 and not 0, and grows as training ends", [
    plan.coefficient[0],
    0,
  ]);
  claim(page, "so the goal does drift, from 0.8 to 0.72.", [trajectory.theta[0], trajectory.theta[20]]);
  const training = plan.coefficient.slice(0, 20);
  expect(training).toEqual(training.toSorted((a, b) => a - b));
});

test("the second", async () => {
  const [one, two] = [await solved("experiment-1"), await solved("experiment-2")];
  claim(page, "first coefficients 0.03 and 0.05, and θ = 0.08 at the last episode of the second.", [
    ...[one.plan.coefficient[0], two.plan.coefficient[0], two.trajectory.theta[99]],
  ]);
});

test("a learned discount", async () => {
  // a goal and its negative have the same cost, and the goal 0 has none
  const half = { theta: { min: 0.2, max: 1, count: 5 } };
  const free = await solved("learned-discount", half);
  const fixed = await solved("learned-discount", { ...half, discountLearningRateScale: 0 });
  says(
    page,
    "with steps that do not overshoot, it makes them look further, because patient agents comply more.",
  );
  claim(page, "from γ = 0.9, 54 % of it in place of 35 %.", [
    free.trajectory.discount[0],
    kept(free),
    kept(fixed),
  ]);
  expect(free.trajectory.discount.at(-1)).toBe(1);
  // patient agents comply more: the same plan, with an initial discount of 1 and of 0.6
  const of = (discount: number) =>
    simulate({ ...fixed.config, initial: { theta: 0.8, discount } }, fixed.plan).measures.compliance!;
  expect(of(1)).toBeGreaterThan(of(0.6));
});

test("networks: what was measured is that of docs/findings.md", async () => {
  const findings = await readDocument("docs/findings.md");
  says(
    page,
    "From the goal 0.8 they keep 96 % of it, where linear agents keep 66 %, and comply half as well.",
  );
  says(findings, "| linear, exact | 1.168 | 1.156 | 0.757 | 0.661 | 0.500 |");
  says(findings, "| the preset | 0.413 | 2.04 | 0.365 | 0.965 | 0.352 |");
  says(page, "find nothing that is better by more than a hundredth");
  says(findings, "No episode of training costs more than 0.8 % above the best that it found.");
});
